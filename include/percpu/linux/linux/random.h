/* SPDX-License-Identifier: MIT */
/*
 * linux/random.h - numbers that nobody can guess: the kernel's, by getrandom(). Safe in handlers of
 * signals. Each call is a system call; for many numbers linux/prandom.h.
 */
#ifndef PERCPU_LINUX_RANDOM_H
#define PERCPU_LINUX_RANDOM_H

#if __has_include_next(<linux/random.h>)
#include_next <linux/random.h>
#endif
#include <linux/bug.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/types.h>

#include <errno.h>
#include <sys/random.h>

static inline void get_random_bytes(void *buf, size_t len)
{
	const int errno_before = errno;
	u8 *place = (u8 *)buf;

	while (len != 0) {
		const ssize_t got = getrandom(place, len, 0);

		if (got > 0) {
			place += got;
			len -= (size_t)got;
		} else if (errno != EINTR) {
			percpu_fatal("getrandom() fails: errno %d", errno);
		}
	}
	errno = errno_before;
}

static inline u8 get_random_u8(void)
{
	u8 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline u16 get_random_u16(void)
{
	u16 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline u32 get_random_u32(void)
{
	u32 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline u64 get_random_u64(void)
{
	u64 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}
#define get_random_long() ((unsigned long)get_random_u64())

/**
 * get_random_u32_below() - 0 .. @ceil - 1, all alike; @ceil 0: any number
 *
 * The upper half of a product. Of 2^32 numbers each result gets the same share when those are drawn
 * again whose lower half is below 2^32 % @ceil.
 */
static inline u32 get_random_u32_below(u32 ceil)
{
	const u32 too_many = ceil ? -ceil % ceil : 0;
	u64 product;

	if (ceil == 0)
		return get_random_u32();
	do
		product = (u64)ceil * get_random_u32();
	while ((u32)product < too_many);
	return (u32)(product >> 32);
}

/** get_random_u32_above() - more than @floor; _inclusive: @floor .. @ceil. */
static inline u32 get_random_u32_above(u32 floor)
{
	return floor + 1 + get_random_u32_below(-(floor + 1));
}

static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	return floor + get_random_u32_below(ceil - floor + 1);
}

#ifdef PERCPU_LINUX_PRANDOM_H /* and no other header of that name */
/** prandom_seed_full_state() - a seed that nobody knows for every CPU's state. */
static inline void prandom_seed_full_state(struct rnd_state __percpu *pcpu_state)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		prandom_seed_state(per_cpu_ptr(pcpu_state, cpu), get_random_u64());
}
#endif

#endif /* PERCPU_LINUX_RANDOM_H */
