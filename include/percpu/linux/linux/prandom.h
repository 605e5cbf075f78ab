/* SPDX-License-Identifier: MIT */
/*
 * linux/prandom.h - many numbers, for tests and statistics, that anybody can guess: L'Ecuyer's
 * generator of four Tausworthe sequences, of a period of about 2^113 (Mathematics of Computation
 * 68, 1999), from a state of the caller's.
 */
#ifndef PERCPU_LINUX_PRANDOM_H
#define PERCPU_LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u32 s1, s2, s3, s4; /* not below 2, 8, 16 and 128 */
};

/* One step of one sequence: @q, @s and @keep are its parameters. */
static inline u32 __pcpu_tausworthe(u32 z, unsigned int q, unsigned int s, unsigned int shift,
				    u32 keep)
{
	return ((z & keep) << s) ^ (((z << q) ^ z) >> shift);
}

/** prandom_u32_state() - the next number. One thread at a time. */
static inline u32 prandom_u32_state(struct rnd_state *state)
{
	state->s1 = __pcpu_tausworthe(state->s1, 6, 18, 13, ~1u);
	state->s2 = __pcpu_tausworthe(state->s2, 2, 2, 27, ~7u);
	state->s3 = __pcpu_tausworthe(state->s3, 13, 7, 21, ~15u);
	state->s4 = __pcpu_tausworthe(state->s4, 3, 13, 12, ~127u);
	return state->s1 ^ state->s2 ^ state->s3 ^ state->s4;
}

static inline u32 __seed(u32 x, u32 least)
{
	return x < least ? x + least : x;
}

/** prandom_seed_state() - from here on the numbers that belong to @seed. */
static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	u32 word[4];

	for (unsigned int i = 0; i < 4; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		word[i] = (u32)(seed >> 32);
	}
	state->s1 = __seed(word[0], 2);
	state->s2 = __seed(word[1], 8);
	state->s3 = __seed(word[2], 16);
	state->s4 = __seed(word[3], 128);
}

static inline void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes)
{
	u8 *place = (u8 *)buf;
	u32 number = 0;

	for (size_t i = 0; i < nbytes; i++, number >>= 8) {
		if (i % sizeof(number) == 0)
			number = prandom_u32_state(state);
		place[i] = (u8)number;
	}
}

static inline u32 next_pseudo_random32(u32 seed)
{
	return seed * 1664525 + 1013904223;
}

#endif /* PERCPU_LINUX_PRANDOM_H */
