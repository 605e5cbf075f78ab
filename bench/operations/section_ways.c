// SPDX-License-Identifier: MIT
/*
 * Counting by plain increments while others are kept out: by a section, by a local lock, by having
 * another CPU.  And taking another CPU's count away.
 */
#include "operations/families.h"
#include "operations/loops.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "harness/place.h"
#include "operations/setting.h"

/* With the lock in a line of its own, as the mutex of mutex_inc is. */
struct locked_counters {
	local_lock_t lock;
	struct counters counters;
};

static DEFINE_PER_CPU(struct counters, section_counters);
static DEFINE_PER_CPU(struct counters, section_16_counters);
static DEFINE_PER_CPU(struct counters, nested_counters);
static DEFINE_PER_CPU(struct locked_counters, locked);
static DEFINE_PER_CPU(struct counters, remote_counters);
static DEFINE_PER_CPU(struct counters, taken_counters);

#define SECTION(variable, element)                                        \
	do {                                                              \
		unsigned long *copy_ = &get_cpu_var(variable).v[element]; \
                                                                          \
		INC(*copy_);                                              \
		put_cpu_var(variable);                                    \
	} while (0)
#define SECTION_INC(unused, element) SECTION(section_counters, element)
DEFINE_ROLLED_LOOPS(section_inc, SECTION_INC, own);

/* Inlined 16 times, as the operations of other ways are. */
#define SECTION_INC_16(unused, element) SECTION(section_16_counters, element)
DEFINE_LOOPS_ONE_AND_APART(section_inc_16, SECTION_INC_16, NOTHING_LEFT, own);

#define NESTED_INC(unused, element) SECTION(nested_counters, element)
DEFINE_ROLLED_LOOPS(nested_inc, NESTED_INC, own);

#define LOCAL_LOCK_INC(unused, element)                              \
	do {                                                         \
		unsigned long *copy_;                                \
                                                                     \
		local_lock(&locked.lock);                            \
		copy_ = &this_cpu_ptr(&locked)->counters.v[element]; \
		INC(*copy_);                                         \
		local_unlock(&locked.lock);                          \
	} while (0)
DEFINE_ROLLED_LOOPS(local_lock_inc, LOCAL_LOCK_INC, own);

/* The thread holds nothing, and nobody is pinned: it can only fail where the library is broken. */
#define REMOTE_INC(cpu, element)                                          \
	do {                                                              \
		unsigned long *copy_;                                     \
                                                                          \
		if (percpu_remote_begin((unsigned int)(cpu)))             \
			errx(EXIT_FAILURE, "percpu_remote_begin failed"); \
		copy_ = &per_cpu(remote_counters, cpu).v[element];        \
		INC(*copy_);                                              \
		percpu_remote_end((unsigned int)(cpu));                   \
	} while (0)
DEFINE_LOOPS_ONE(remote_inc, REMOTE_INC, NOTHING_LEFT, place_next_cpu());

#define PER_CPU_XCHG(cpu, element) \
	(carry += per_cpu_xchg(taken_counters.v[element], (unsigned int)(cpu), iterations))
DEFINE_LOOPS_ONE(per_cpu_xchg, PER_CPU_XCHG, BOOK_EXCHANGES, place_next_cpu());

DEFINE_SUM(section_inc, section_counters)
DEFINE_SUM(section_inc_16, section_16_counters)
DEFINE_SUM(nested_inc, nested_counters)
DEFINE_SUM(local_lock_inc, locked.counters)
DEFINE_SUM(remote_inc, remote_counters)
DEFINE_SUM(per_cpu_xchg, taken_counters)

/*
 * The outer section lasts for the whole loop, and while other threads are waited for: so there are
 * to be none, who might be waiting for the CPU.
 */
static void enter_section(unsigned int thread, unsigned int threads)
{
	(void)thread;
	(void)threads;
	preempt_disable();
}

static void leave_section(void)
{
	preempt_enable();
}

static const struct bench_way ways[] = {
	{
		.name = "get_put_cpu_var",
		COUNTED(section_inc),
		.settings = SETTING_BIT(SETTING_FALLBACK),
	},
	{.name = "get_put_16_places", COUNTED(section_inc_16)},
	{
		.name = "nested_get_put",
		COUNTED(nested_inc),
		.max_threads = 1,
		.enter = enter_section,
		.leave = leave_section,
	},
	{.name = "local_lock_unlock", COUNTED(local_lock_inc)},
	{.name = "remote_begin_end", COUNTED(remote_inc), .max_threads = 2},
	{.name = "per_cpu_xchg", COUNTED(per_cpu_xchg), .only_total = true, .max_threads = 2},
};

const struct way_family section_ways = {
	FAMILY_OF(ways),
};
