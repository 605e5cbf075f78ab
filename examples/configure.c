/* SPDX-License-Identifier: MIT */
/*
 * configure.c - a program that says how the library is to be: in a constant, when it starts, and
 * later. Without the first it would have no area of 48,000 bytes.
 *
 *	$ cc -O2 configure.c -lpercpu -o configure && ./configure
 *	counted 1 in an area of 48000 bytes
 *
 * Exits with 1 if there is none, or if a setting is taken that comes too late.
 */
#include <percpu/configure.h>
#include <percpu/percpu.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Read before the first constructor. */
const char *percpu_conf = "max_size:64K,log:err";

/* Called right after: what depends on where the program runs. */
void percpu_before_start(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) > 64 && percpu_configure("index:mm_cid"))
		_exit(1);
}

struct table {
	unsigned long cell[6000]; /* more than the 32 KiB that there are otherwise */
};

int main(int argc, char **argv)
{
	struct table __percpu *table = alloc_percpu(struct table);
	int err = 0;

	if (!table)
		return 1;
	/* who runs it may say PERCPU_CONF=log:...: that has the last word */
	if (argc > 1 && !strcmp(argv[1], "--verbose"))
		err = percpu_configure("log:debug");
	/* too late: areas are there already */
	if (percpu_configure("max_size:1M") == 0)
		err = 1;
	this_cpu_inc(table->cell[5999]);
	printf("counted %lu in an area of %zu bytes\n", per_cpu_sum(table->cell[5999]),
	       sizeof(*table));
	free_percpu(table);
	return err;
}
