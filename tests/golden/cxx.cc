/* SPDX-License-Identifier: MIT */
/*
 * cxx.cc - the operations, sections and counters of golden.c by percpu.hpp: what golden.sh compares
 * with what C is compiled to. Run, it does each once and says how many went wrong.
 */
#include <sched.h>
#include <stdio.h>

#include <percpu/percpu.hpp>

DEFINE_PER_CPU(unsigned long, golden_count);
DEFINE_PER_CPU(unsigned long[4], golden_counts);

#define COUNT golden_count
#define COUNTS golden_counts

#define by_inc(place) percpu::ptr(&(place)).inc()
#define by_add(place, value) percpu::ptr(&(place)).add(value)
#define by_add_return(place, value) percpu::ptr(&(place)).add_return(value)
#define by_cmpxchg(place, old, value) percpu::ptr(&(place)).compare_exchange(old, value)
#define by_xchg(place, value) percpu::ptr(&(place)).exchange(value)
#define by_read(place) percpu::ptr(&(place)).load()
#define by_write(place, value) percpu::ptr(&(place)).store(value)

extern "C" {
#define NAME(operation) golden_this_##operation
#define OP(operation) by_##operation
#include "operations.h"
#undef NAME
#undef OP

GOLDEN void golden_section_static(void)
{
	percpu::section here;

	here[&golden_count]++;
}

GOLDEN void golden_section_dynamic(unsigned long __percpu *p)
{
	percpu::section here;

	here[p]++;
}

/* a percpu::counter is a struct percpu_counter, and nothing else */
static_assert(sizeof(percpu::counter) == sizeof(percpu_counter));

GOLDEN void golden_counter_add(percpu::counter *counter)
{
	++*counter;
}

GOLDEN void golden_counter_add_amount(percpu::counter *counter, int64_t amount)
{
	*counter += amount;
}
}

int main(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t one;
	percpu::var<golden_pair> pair;
	percpu::var<unsigned long> word;
	percpu::counter counter;
	unsigned int wrong = 0;

	CPU_ZERO(&one);
	if (cpu >= 0 && cpu < CPU_SETSIZE) {
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	wrong += golden_this_wrong(pair.get());
	golden_section_static();
	wrong += percpu::ptr(&golden_count).sum() != 5;
	golden_section_dynamic(word.get());
	wrong += word.sum() != 1;
	golden_counter_add(&counter);
	golden_counter_add_amount(&counter, 10);
	wrong += counter.sum() != 11;
	printf("golden: %u wrong\n", wrong);
	return 0;
}
