// SPDX-License-Identifier: MIT
/*
 * A counter in shards of std::atomic, as C++ programs write it, and as Java's LongAdder does: a
 * thread has a shard, by a number that it draws when it counts for the first time; where it meets
 * another thread there, it draws again.
 */
#include "operations/striped.h"

#include <atomic>
#include <new>

#include "operations/loops.h"

namespace
{

struct alignas(128) shard {
	std::atomic<unsigned long> v[NR_ELEMENTS];
};

shard *shards;
unsigned long mask;
std::atomic<unsigned long> drawn;
thread_local unsigned long number; // 0: none yet

[[gnu::noinline, gnu::cold]] void draw_first()
{
	number = (drawn.fetch_add(1, std::memory_order_relaxed) + 1) * 0x9e3779b97f4a7c15UL | 1;
}

[[gnu::noinline]] void add_elsewhere(unsigned int element)
{
	number ^= number << 13;
	number ^= number >> 7;
	number ^= number << 17;
	shards[number & mask].v[element].fetch_add(1, std::memory_order_relaxed);
}

inline void add(unsigned int element)
{
	if (__builtin_expect(!number, 0))
		draw_first();
	std::atomic<unsigned long> &counter = shards[number & mask].v[element];
	unsigned long was = counter.load(std::memory_order_relaxed);
	if (!counter.compare_exchange_strong(was, was + 1, std::memory_order_relaxed))
		add_elsewhere(element);
}

#define STRIPED_ADD(unused, element) add(element)
DEFINE_LOOP(loop_one, STRIPED_ADD, NOTHING_LEFT, own, ONE_FIRST, ONE_STRIDE)
DEFINE_LOOP(loop_apart, STRIPED_ADD, NOTHING_LEFT, own, APART_FIRST, APART_STRIDE)

} // namespace

int striped_setup(unsigned int cpus)
{
	for (mask = 1; mask < cpus; mask *= 2)
		;
	shards = new (std::nothrow) shard[mask]();
	mask--;
	return shards ? 0 : -1;
}

void striped_teardown(void)
{
	delete[] shards;
}

void striped_one(struct counters *own, unsigned long iterations)
{
	loop_one(own, iterations);
}

void striped_apart(struct counters *own, unsigned long iterations)
{
	loop_apart(own, iterations);
}

unsigned long striped_sum(unsigned int element)
{
	unsigned long sum = 0;

	for (unsigned long i = 0; i <= mask; i++)
		sum += shards[i].v[element].load(std::memory_order_relaxed);
	return sum;
}
