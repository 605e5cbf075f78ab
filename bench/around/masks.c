// SPDX-License-Identifier: MIT
/* Masks of CPUs, beside loops over their words that are written here. */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

static struct cpumask one, other, to;
static volatile unsigned int seen;

/* What was written before is read after. */
#define AGAIN __asm__ volatile("" : : "g"(&one), "g"(&other), "g"(&to) : "memory")

static unsigned int nr_words(void)
{
	return (nr_cpu_ids + 63) / 64;
}

static bool and_by_hand(unsigned long *dst, const unsigned long *a, const unsigned long *b)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < nr_words(); i++)
		any |= dst[i] = a[i] & b[i];
	return any != 0;
}

static bool equal_by_hand(const unsigned long *a, const unsigned long *b)
{
	for (unsigned int i = 0; i < nr_words(); i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static unsigned int weight_by_hand(const unsigned long *a)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < nr_words(); i++)
		weight += (unsigned int)__builtin_popcountl(a[i]);
	return weight;
}

static unsigned int first_by_hand(const unsigned long *a)
{
	for (unsigned int i = 0; i < nr_words(); i++)
		if (a[i])
			return i * 64 + (unsigned int)__builtin_ctzl(a[i]);
	return nr_cpu_ids;
}

/* Every CPU's number, once. */
static unsigned int walk(const struct cpumask *mask)
{
	unsigned int sum = 0, cpu;

	for_each_cpu(cpu, mask) sum += cpu;
	return sum;
}

static unsigned int walk_by_hand(const unsigned long *a)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < nr_words(); i++)
		for (unsigned long word = a[i]; word; word &= word - 1)
			sum += i * 64 + (unsigned int)__builtin_ctzl(word);
	return sum;
}

#define MEASURE(nr, what, value) figure("ns", FASTEST_NS(nr, AGAIN; seen = (value)), what)

void measure_masks(void)
{
	cpumask_setall(&one);
	cpumask_setall(&other);
	if (walk(&one) != walk_by_hand(one.bits) ||
	    cpumask_weight(&one) != weight_by_hand(one.bits))
		errx(EXIT_FAILURE, "masks");
	MEASURE(2000, "cpumask_and", cpumask_and(&to, &one, &other));
	MEASURE(2000, "and, by hand", and_by_hand(to.bits, one.bits, other.bits));
	MEASURE(2000, "cpumask_equal", cpumask_equal(&one, &other));
	MEASURE(2000, "equal, by hand", equal_by_hand(one.bits, other.bits));
	MEASURE(2000, "cpumask_weight", cpumask_weight(&one));
	MEASURE(2000, "weight, by hand", weight_by_hand(one.bits));
	MEASURE(200, "for_each_cpu, all CPUs", walk(&one));
	MEASURE(200, "a walk by hand, all CPUs", walk_by_hand(one.bits));
	cpumask_clear(&one);
	cpumask_set_cpu(nr_cpu_ids - 1, &one);
	MEASURE(2000, "cpumask_first, the last CPU", cpumask_first(&one));
	MEASURE(2000, "first by hand, the last CPU", first_by_hand(one.bits));
	MEASURE(2000, "for_each_cpu, the last CPU", walk(&one));
	MEASURE(2000, "a walk by hand, the last CPU", walk_by_hand(one.bits));
}
