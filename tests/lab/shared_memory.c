/* SPDX-License-Identifier: MIT */
/*
 * shared_memory.c - shared copies where the kernel counts strictly what processes could use
 * (vm.overcommit_memory=2), and where it gives shared memory huge pages (shmem_enabled=always): a
 * window of 4 GiB costs what is used of it. For a guest: it changes settings of the machine. Exit
 * status 77: there are no such settings.
 */
#include <percpu/percpu.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 8, ROUNDS = 10000, ENOUGH_KB = 64 << 10 };

static DEFINE_PER_CPU(unsigned long, in_static);

static int write_setting(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");
	int done = file && fputs(value, file) >= 0;

	return file && fclose(file) == 0 && done;
}

/* Of /proc/meminfo, in KiB; 0: there is no such line. */
static unsigned long memory(const char *what)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long value = 0;
	char line[200];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, what, strlen(what)))
			sscanf(line + strlen(what), ": %lu", &value);
	if (file)
		fclose(file);
	return value;
}

static int complain(const char *what, unsigned long value)
{
	fprintf(stderr, "%s: %lu\n", what, value);
	return 1;
}

static int count_in_workers(unsigned long __percpu *area)
{
	int status, failed = 0;

	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0) {
			for (int j = 0; j < ROUNDS; j++) {
				this_cpu_inc(in_static);
				this_cpu_inc(*area);
			}
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	return failed || per_cpu_sum(in_static) != (unsigned long)WORKERS * ROUNDS ||
	       per_cpu_sum(*area) != (unsigned long)WORKERS * ROUNDS;
}

/* As a program that was started with these settings. */
static int share_and_count(void)
{
	unsigned long charged = memory("Committed_AS"), huge = memory("ShmemHugePages");
	unsigned long __percpu *area;

	if (percpu_share() != 0)
		return complain("percpu_share() fails; CPUs", num_possible_cpus());
	if (memory("Committed_AS") > charged + ENOUGH_KB)
		return complain("KiB that it is charged", memory("Committed_AS") - charged);
	area = alloc_percpu(unsigned long);
	if (!area || count_in_workers(area))
		return complain("counts are not there; CPUs", num_possible_cpus());
	if (memory("ShmemHugePages") > huge)
		return complain("KiB of huge pages", memory("ShmemHugePages"));
	printf("%u CPUs share, %lu KiB charged\n", num_possible_cpus(),
	       memory("Committed_AS") - charged);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return share_and_count();
	if (!write_setting("/proc/sys/vm/overcommit_memory", "2\n"))
		return 77;
	if (!write_setting("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "always\n"))
		printf("there are no huge pages for shared memory here\n");
	execl("/proc/self/exe", argv[0], "again", (char *)NULL);
	return 1;
}
