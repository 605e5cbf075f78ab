// SPDX-License-Identifier: MIT
/*
 * random32.c - lib/random32.c: its self test has run before main() (kernel.sh looks for what it
 * says); the generator of our own linux/prandom.h gives the same numbers; every CPU has a seed.
 */
#include <linux/random.h>
#include <linux/unaligned.h>

#include "check.h"

/* Ours, by other names. */
#define rnd_state our_rnd_state
#define prandom_u32_state our_u32_state
#define prandom_bytes_state our_bytes_state
#define prandom_seed_state our_seed_state
#define next_pseudo_random32 our_next_pseudo_random32
#define __seed our_seed
#include "../../../include/percpu/linux/linux/prandom.h"
#undef rnd_state
#undef prandom_u32_state
#undef prandom_bytes_state
#undef prandom_seed_state
#undef __seed

static DEFINE_PER_CPU(struct rnd_state, states);

static void both_give_the_same_numbers(void)
{
	struct our_rnd_state ours;
	struct rnd_state theirs;
	u8 our_bytes[1023], their_bytes[1023];

	prandom_seed_state(&theirs, 0x123456789abcdefULL);
	memcpy(&ours, &theirs, sizeof(ours));
	for (int i = 0; i < 100000; i++)
		if (our_u32_state(&ours) != prandom_u32_state(&theirs)) {
			CHECK_THAT(!"the same number");
			return;
		}
	our_bytes_state(&ours, our_bytes, sizeof(our_bytes));
	prandom_bytes_state(&theirs, their_bytes, sizeof(their_bytes));
	CHECK_THAT(memcmp(our_bytes, their_bytes, sizeof(our_bytes)) == 0);
}

int main(void)
{
	unsigned int cpu;

	both_give_the_same_numbers();
	prandom_seed_full_state(&states);
	for_each_possible_cpu(cpu) {
		const struct rnd_state *state = per_cpu_ptr(&states, cpu);

		CHECK_THAT(state->s1 && state->s2 && state->s3 && state->s4);
		CHECK_THAT(cpu == 0 || memcmp(state, per_cpu_ptr(&states, 0), sizeof(*state)) != 0);
	}
	return check_result();
}
