/* SPDX-License-Identifier: MIT */
/*
 * uses_counting.c - the macros of counter_set.h, arrays, and static counters, in a program whose
 * compiler is asked for every warning; as uses.c.
 */
#include <percpu/counter_set.h>
#include <percpu/percpu.h>

PERCPU_COUNTER_SET(uses_set, uint64_t, requests, errors, by_status[6]);
PERCPU_COUNTER_SET(uses_narrow, int, up, down);
struct uses_around {
	char name[3];
	struct uses_set set;
};
DEFINE_PER_CPU(struct uses_set, uses_set);
DEFINE_PER_CPU(struct uses_narrow, uses_narrow);
DEFINE_PER_CPU(struct uses_around, uses_around);
DEFINE_PER_CPU(unsigned int[4], uses_words);

int uses_sets(struct uses_set *sum, struct uses_narrow *narrow);
int uses_sets(struct uses_set *sum, struct uses_narrow *narrow)
{
	int err = percpu_take(&uses_set, sizeof(uses_set), sum);

	this_cpu_inc(uses_set.by_status[2]);
	this_cpu_sub(uses_narrow.down, 2);
	percpu_sum_struct(&uses_set, sum);
	percpu_sum_struct(&uses_around.set, sum);
	percpu_sum_struct(&uses_narrow, narrow);
	err |= percpu_snapshot_struct(&uses_set, sum);
	err |= percpu_snapshot_struct(&uses_narrow, narrow);
	err |= percpu_take(&uses_around.set, sizeof(*sum), sum);
	return err;
}

DECLARE_PERCPU_COUNTER(uses_counter);
DEFINE_PERCPU_COUNTER(uses_counter);
DEFINE_STATIC_PERCPU_COUNTER_FROM(uses_own_counter, -1);
DEFINE_PER_CPU(struct percpu_counter_parts, uses_parts);
struct uses_table {
	int lines;
	struct percpu_counter entries;
};
struct uses_table uses_table = {1, PERCPU_COUNTER_INIT(uses_parts, 7)};

int64_t uses_counters(void);
int64_t uses_counters(void)
{
	percpu_counter_inc(&uses_table.entries);
	return percpu_counter_sum(&uses_counter) + percpu_counter_read(&uses_own_counter);
}

int uses_arrays(unsigned int nr, unsigned int *words, struct uses_set *sums);
int uses_arrays(unsigned int nr, unsigned int *words, struct uses_set *sums)
{
	struct uses_set __percpu *sets = alloc_percpu_array(struct uses_set, 2);
	unsigned int __percpu *area = alloc_percpu_array_gfp(unsigned int, nr, GFP_NOWAIT);
	int err = percpu_take_array(area, nr, words);

	percpu_sum_array(area, nr, words);
	percpu_sum_array(&uses_words[0], 4, words);
	err |= percpu_take_array(&uses_words[0], 4, words);
	err |= percpu_take(sets, 2 * sizeof(*sets), sums);
	free_percpu(area);
	free_percpu(sets);
	return err;
}
