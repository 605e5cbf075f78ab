/* SPDX-License-Identifier: MIT */
/* object.c - an object with per-CPU variables, loaded when the library has been. */
#include "object.h"

#include <percpu/percpu.h>

#define NR_AREAS 300

static DEFINE_PER_CPU(unsigned long, late_static) = 5;
static DEFINE_PER_CPU(unsigned long, late_taken);
static unsigned long __percpu *late_dynamic;

static bool prepare(void)
{
	late_dynamic = alloc_percpu(unsigned long);
	return late_dynamic != NULL;
}

static void count(unsigned long rounds)
{
	while (rounds--) {
		this_cpu_inc(late_static);
		this_cpu_inc(*late_dynamic);
		this_cpu_inc(late_taken);
	}
}

/* From other CPUs: whoever counts there is held off by a fence. */
static unsigned long take(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_xchg(late_taken, cpu, 0);
	return sum;
}

static unsigned long static_sum(void)
{
	return per_cpu_sum(late_static) - 5UL * num_possible_cpus();
}

static unsigned long dynamic_sum(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(late_dynamic, cpu);
	return sum;
}

/* From 8 bytes to 4 KiB. */
static size_t area_words(unsigned int i)
{
	return (size_t)1 << i % 10;
}

static bool take_area(unsigned long __percpu **area, unsigned int i)
{
	const size_t words = area_words(i);
	bool zeroed = true;
	unsigned int cpu;

	*area = __alloc_percpu(words * sizeof(unsigned long), sizeof(unsigned long));
	if (!*area)
		return false;
	for_each_possible_cpu(cpu) {
		unsigned long *copy = per_cpu_ptr(*area, cpu);

		zeroed = zeroed && copy[0] == 0 && copy[words - 1] == 0;
		copy[0] = copy[words - 1] = (unsigned long)(uintptr_t)*area + cpu;
	}
	return zeroed;
}

static bool give_area_back(unsigned long __percpu *area, unsigned int i)
{
	const size_t words = area_words(i);
	bool kept = true;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const unsigned long *copy = per_cpu_ptr(area, cpu);
		const unsigned long written = (unsigned long)(uintptr_t)area + cpu;

		kept = kept && copy[0] == written && copy[words - 1] == written;
	}
	free_percpu(area);
	return kept;
}

static bool allocate(void)
{
	unsigned long __percpu *areas[NR_AREAS];
	bool good = true;

	for (unsigned int i = 0; i < NR_AREAS; i++)
		good = take_area(&areas[i], i) && good;
	for (unsigned int i = 0; i < NR_AREAS; i++)
		good = areas[i] && give_area_back(areas[i], i) && good;
	return good;
}

const struct late_object late_object = {prepare, count, static_sum, dynamic_sum, take, allocate};
