/* SPDX-License-Identifier: MIT */
/*
 * addresses.c - static and dynamic variables in a program that is linked at an odd address.
 *
 * Usage: addresses [OBJECT]. Loads the shared object, and says where.
 */
#define _GNU_SOURCE
#include <percpu/percpu.h>

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#define NR_AREAS 2000
#define ROUNDS 50UL

struct area {
	unsigned long count, rest[7];
};

/* Two pages, so that a multiple of 4 GiB can lie between them. */
static DEFINE_PER_CPU_PAGE_ALIGNED(unsigned long[1024], pages) = {3, 4};
static DEFINE_PER_CPU(unsigned long, count) = 5;

static struct area __percpu *areas[NR_AREAS];

static bool statics_are_initial(unsigned int cpu)
{
	return per_cpu(pages[0], cpu) == 3 && per_cpu(pages[1], cpu) == 4 &&
	       per_cpu(pages[1023], cpu) == 0 && per_cpu(count, cpu) == 5;
}

static bool area_is_zero(const struct area __percpu *area, unsigned int cpu)
{
	const struct area *copy = per_cpu_ptr(area, cpu);

	return copy->count == 0 && copy->rest[6] == 0;
}

static int announce(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (strcmp(info->dlpi_name, path) == 0)
		printf("object %lx\n", (unsigned long)info->dlpi_addr);
	return 0;
}

static bool load(char *path)
{
	if (!dlopen(path, RTLD_NOW))
		return false;
	dl_iterate_phdr(announce, path);
	return true;
}

int main(int argc, char **argv)
{
	unsigned long statics, dynamics = 0;
	unsigned int cpu;

	if (argc > 1 && !load(argv[1]))
		return 4;
	for (int i = 0; i < NR_AREAS; i++) {
		areas[i] = alloc_percpu(struct area);
		if (!areas[i])
			return 1;
	}
	for_each_possible_cpu(cpu) {
		if (!statics_are_initial(cpu))
			return 2;
		for (int i = 0; i < NR_AREAS; i++)
			if (!area_is_zero(areas[i], cpu))
				return 3;
	}
	for (unsigned long round = 0; round < ROUNDS; round++) {
		this_cpu_inc(count);
		this_cpu_inc(pages[1023]);
		for (int i = 0; i < NR_AREAS; i++)
			this_cpu_inc(areas[i]->count);
	}
	statics = per_cpu_sum(count) - 5 * num_possible_cpus() + per_cpu_sum(pages[1023]);
	for (int i = 0; i < NR_AREAS; i++) {
		dynamics += per_cpu_sum(areas[i]->count);
		free_percpu(areas[i]);
	}
	printf("addresses: %lu static, %lu dynamic\n", statics, dynamics);
	return 0;
}
