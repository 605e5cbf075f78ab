/* SPDX-License-Identifier: MIT */
/*
 * host.c - the loader comes to where an object's variables would have the coordinates of the first
 * one's, and goes past it. Without the guard, which "control" takes away, it does not.
 *
 * Usage: host OBJECT COPY_OF_OBJECT steered|control
 */
#include <percpu/percpu.h>

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLOT (1UL << 32)
#define PAGE 4096UL

static int warnings;

static void count_warnings(enum percpu_log_level level, const char *message)
{
	warnings += level <= PERCPU_LOG_WARNING && strstr(message, "takes the slow way") != NULL;
}

static void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

static unsigned long __percpu *load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW);
	unsigned long __percpu *steered = handle ? dlsym(handle, "steered") : NULL;

	if (!steered)
		give_up(path, dlerror());
	return steered;
}

struct place {
	uintptr_t inside, end;
};

/* Where the last segment of the object that has an address ends. */
static int find_end(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct place *place = ctx;
	uintptr_t end = 0;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr +
			      info->dlpi_phdr[i].p_memsz;
	if (place->inside < info->dlpi_addr || place->inside >= end)
		return 0;
	place->end = (end + PAGE - 1) & ~(PAGE - 1);
	return 1;
}

/* Takes all address space from @floor up, so that the next mapping ends there. */
static void fill_down_to(uintptr_t floor)
{
	for (size_t size = 1UL << 40; size >= PAGE; size /= 2)
		for (;;) {
			void *got = mmap(NULL, size, PROT_NONE,
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

			if (got == MAP_FAILED)
				break;
			if ((uintptr_t)got >= floor)
				continue;
			munmap(got, size);
			break;
		}
}

/* How far below an object, in multiples of 4 GiB, there is room for another: not among windows. */
static unsigned long distance_below(const unsigned long __percpu *first)
{
	const uintptr_t at = (uintptr_t)first;
	const uintptr_t lowest = (uintptr_t)per_cpu_ptr(first, 0);
	const unsigned long past_windows = (nr_cpu_ids + 2) * SLOT;

	return lowest < at && at - lowest < past_windows ? past_windows : 2 * SLOT;
}

int main(int argc, char **argv)
{
	const bool control = argc == 4 && !strcmp(argv[3], "control");
	unsigned long __percpu *first, *second;
	unsigned long distance;
	struct place place;
	bool same;

	percpu_set_log_handler(count_warnings, PERCPU_LOG_WARNING);
	first = load(argv[1]);
	distance = distance_below(first);
	place = (struct place){.inside = (uintptr_t)first};
	if (!dl_iterate_phdr(find_end, &place))
		give_up(argv[1], "is nowhere");
	if (control && munmap((void *)((uintptr_t)first - distance), PAGE))
		give_up("munmap", "refused");
	fill_down_to(place.end - distance);
	second = load(argv[2]);
	same = (uint32_t)(uintptr_t)first == (uint32_t)(uintptr_t)second;
	this_cpu_inc(first[0]);
	this_cpu_add(second[0], 2);
	if (per_cpu_sum(first[0]) != 3UL * num_possible_cpus() + 1 ||
	    per_cpu_sum(second[0]) != 3UL * num_possible_cpus() + 2)
		give_up("host", "counts were lost");
	printf("host: %s, %d\n", same ? "the same" : "another", warnings);
	return 0;
}
