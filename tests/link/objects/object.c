/* SPDX-License-Identifier: MIT */
/* object.c - a shared object with per-CPU variables. OBJECT is its name, INITIAL a number. */
#include "object.h"

/*
 * Not static, hence reached through the global offset table; so each object needs its own name for
 * it, as for any symbol that it exports.
 */
#define JOIN_1(a, b) a##b
#define JOIN(a, b) JOIN_1(a, b)
#define object_plain JOIN(OBJECT, _plain)

DEFINE_PER_CPU(unsigned long, object_plain) = INITIAL;
static DEFINE_PER_CPU(unsigned int, object_hidden) = INITIAL + 1;
static DEFINE_PER_CPU_PAGE_ALIGNED(unsigned long[600], object_page) = {INITIAL + 2};
static DEFINE_PER_CPU_SHARED_ALIGNED(unsigned long, object_shared) = INITIAL + 3;
static DEFINE_PER_CPU_READ_MOSTLY(const char *, object_text) = "relocated";

static const char *fresh(unsigned int cpu)
{
	if (per_cpu(object_plain, cpu) != INITIAL || per_cpu(object_hidden, cpu) != INITIAL + 1 ||
	    per_cpu(object_page[0], cpu) != INITIAL + 2 || per_cpu(object_page[599], cpu) != 0 ||
	    per_cpu(object_shared, cpu) != INITIAL + 3)
		return "a copy has not its initial value";
	if ((uintptr_t)per_cpu_ptr(&object_page, cpu) % PERCPU_PAGE_SIZE ||
	    (uintptr_t)per_cpu_ptr(&object_shared, cpu) % SMP_CACHE_BYTES)
		return "a copy is not aligned";
	if (per_cpu(object_text, cpu)[8] != 'd')
		return "an initial address is wrong";
	return NULL;
}

static void count(unsigned long rounds)
{
	while (rounds--) {
		this_cpu_inc(object_plain);
		this_cpu_inc(object_hidden);
		this_cpu_inc(object_page[0]);
		this_cpu_inc(object_shared);
	}
}

static unsigned long counted(void)
{
	unsigned long cpus = num_possible_cpus();
	unsigned long plain = per_cpu_sum(object_plain) - cpus * INITIAL;

	if ((unsigned long)per_cpu_sum(object_hidden) - cpus * (INITIAL + 1) != plain ||
	    per_cpu_sum(object_page[0]) - cpus * (INITIAL + 2) != plain ||
	    per_cpu_sum(object_shared) - cpus * (INITIAL + 3) != plain)
		return ~0UL;
	return plain;
}

const struct object OBJECT = {fresh, count, counted};
