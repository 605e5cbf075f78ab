/* SPDX-License-Identifier: MIT */
/* main.c - a program that counts, or without COUNTS the same without the library. */
#ifdef COUNTS
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, counted);
#endif

#include <fcntl.h>
#include <unistd.h>

/* What is in the process, for who starts it. */
static void copy_maps(void)
{
	int maps = open("/proc/self/maps", O_RDONLY);
	char text[4096];
	ssize_t got;

	while ((got = read(maps, text, sizeof(text))) > 0)
		if (write(STDOUT_FILENO, text, (size_t)got) != got)
			_exit(1);
	close(maps);
}

int main(int argc, char **argv)
{
	(void)argv;
#ifdef COUNTS
	this_cpu_inc(counted);
#endif
	if (argc > 1)
		copy_maps();
	return 0;
}
