/* SPDX-License-Identifier: MIT */
/* Sequences of a program's own: a pile of values for each CPU, put and taken. */
#include "toolkit/part.h"

#include "support/tier.h"

#include <percpu/percpu.h>
#include <percpu/sequence.h>

#include <unistd.h>

#define ROOM 16

struct pile {
	uint64_t nr;
	uint64_t values[ROOM];
};
static DEFINE_PER_CPU(struct pile, piles);
static struct toolkit_tally put[TOOLKIT_WORKERS], taken[TOOLKIT_WORKERS];

/* Returns what was put: 0, if there is no room, or somebody was quicker. */
static uint64_t put_one(uint64_t value)
{
	const uint64_t nr = this_cpu_read(piles.nr);

	return nr < ROOM && percpu_seq_done(percpu_seq_cmpeq_store_store(
				    piles.nr, nr, piles.values[nr], value, nr + 1))
		       ? value
		       : 0;
}

static uint64_t take_one(void)
{
	const uint64_t nr = this_cpu_read(piles.nr);
	uint64_t value;

	if (nr == 0)
		return 0;
	value = this_cpu_read(piles.values[nr - 1]);
	return percpu_seq_done(percpu_seq_cmpeq_cmpeq_store(piles.nr, nr, piles.values[nr - 1],
							    value, nr - 1))
		       ? value
		       : 0;
}

static uint64_t take_all(void)
{
	const uint64_t nr = this_cpu_read(piles.nr);
	uint64_t values[ROOM], sum = 0;

	if (!percpu_seq_done(percpu_seq_cmpeq_copy_out_store(piles.nr, nr, values, &piles.values,
							     nr * sizeof(values[0]), 0)))
		return 0;
	for (uint64_t i = 0; i < nr; i++)
		sum += values[i];
	return sum;
}

static void operate(unsigned int worker, unsigned int draw)
{
	/* elsewhere each is a section and two system calls */
	if (!can_pin() && draw / 16 % 8)
		return;
	put[worker].outside += put_one(draw);
	taken[worker].outside += draw % 16 ? take_one() : take_all();
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	put[worker].inside += put_one(draw);
	taken[worker].inside += draw % 4 ? take_one() : take_all();
}

static uint64_t sum_of_piles(void)
{
	uint64_t sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			for (uint64_t i = 0; i < per_cpu(piles, cpu).nr; i++)
				sum += per_cpu(piles, cpu).values[i];
	return sum;
}

static void in_child(void)
{
	const uint64_t before = sum_of_piles();
	const uint64_t change = put_one(7) - take_all();

	if (sum_of_piles() != before + change)
		_exit(1);
}

static bool end(void)
{
	return toolkit_equal("taken and left", toolkit_tallies(taken) + sum_of_piles(),
			     toolkit_tallies(put));
}

TOOLKIT_PART(sequence, .name = "sequence", .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
