/* SPDX-License-Identifier: MIT */
/*
 * test_unaligned.c - variables across two cache lines, which no type tells of: operations on them
 * are right and exact like all others, and lock nothing. (A locked instruction there stops every
 * CPU of the machine for a time.)
 *
 * pcpu_op_alone() and pcpu_op_locked() come here first (the linker's --wrap).
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/patience.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/ops/copy_op.h"
#include "replace.h"

#include <percpu/percpu.h>

#define LINE 64

static char __percpu *area;
static unsigned long done_alone, locked_across;

uint64_t __real_pcpu_op_alone(const struct pcpu_op *op, uintptr_t address);
uint64_t __wrap_pcpu_op_alone(const struct pcpu_op *op, uintptr_t address);
uint64_t __real_pcpu_op_locked(struct pcpu_op *op, uintptr_t address);
uint64_t __wrap_pcpu_op_locked(struct pcpu_op *op, uintptr_t address);

uint64_t __wrap_pcpu_op_alone(const struct pcpu_op *op, uintptr_t address)
{
	__atomic_fetch_add(&done_alone, 1, __ATOMIC_RELAXED);
	return __real_pcpu_op_alone(op, address);
}

uint64_t __wrap_pcpu_op_locked(struct pcpu_op *op, uintptr_t address)
{
	if (address % LINE + op->size > LINE)
		__atomic_fetch_add(&locked_across, 1, __ATOMIC_RELAXED);
	return __real_pcpu_op_locked(op, address);
}

/* A variable of which the last byte, or all but the first, lie on the second line. */
#define FIRST_BYTE(type) ((type __percpu *)(area + LINE - 1))
#define LAST_BYTE(type) ((type __percpu *)(area + 2 * LINE + 1 - sizeof(type)))

static void make_area(void)
{
	area = (char __percpu *)__alloc_percpu(4 * LINE, LINE);
	assert_true(area != NULL);
	find_cpus();
	stay_here();
}

/* All operations, of a this_cpu or another family, on one variable. NR_OPERATIONS of them. */
#define NR_OPERATIONS 16
#define CHECK_OPERATIONS(type, family, at)                                    \
	do {                                                                  \
		type __percpu *var = (at);                                    \
		type old = 12;                                                \
                                                                              \
		family##write(*var, 10);                                      \
		family##add(*var, 300);                                       \
		assert_true(family##read(*var) == (type)310);                 \
		family##sub(*var, 300);                                       \
		family##inc(*var);                                            \
		family##dec(*var);                                            \
		family## or (*var, 5);                                        \
		family## and (*var, (type)~2);                                \
		assert_true(family##add_return(*var, (type)-14) == (type)-1); \
		assert_true(family##inc_return(*var) == 0);                   \
		assert_true(family##xchg(*var, (type)-2) == 0);               \
		assert_true(family##cmpxchg(*var, 5, 6) == (type)-2);         \
		assert_true(family##cmpxchg(*var, (type)-2, 11) == (type)-2); \
		assert_false(family##try_cmpxchg(*var, &old, 13));            \
		assert_true(family##try_cmpxchg(*var, &old, 13));             \
		assert_true(family##read(*var) == 13);                        \
	} while (0)
#define CHECK_SIZES(family)                                               \
	do {                                                              \
		CHECK_OPERATIONS(uint16_t, family, FIRST_BYTE(uint16_t)); \
		CHECK_OPERATIONS(uint32_t, family, FIRST_BYTE(uint32_t)); \
		CHECK_OPERATIONS(uint32_t, family, LAST_BYTE(uint32_t));  \
		CHECK_OPERATIONS(uint64_t, family, FIRST_BYTE(uint64_t)); \
		CHECK_OPERATIONS(uint64_t, family, LAST_BYTE(uint64_t));  \
	} while (0)
#define NR_CHECKED (5 * NR_OPERATIONS)

static void operations_are_right(void **state)
{
	(void)state;
	CHECK_SIZES(this_cpu_);
	CHECK_SIZES(raw_cpu_);
}

static void what_is_no_sequence_is_done_alone(void **state)
{
	(void)state;
	done_alone = 0;
	CHECK_SIZES(this_cpu_);
	assert_true(done_alone == (has_sequences() ? 0 : NR_CHECKED));
	done_alone = 0;
	get_cpu();
	CHECK_SIZES(this_cpu_);
	put_cpu();
	assert_true(done_alone == (has_sequences() ? 0 : NR_CHECKED));
	assert_true(locked_across == 0);
}

static void an_exchange_with_a_copy_is_done_alone(void **state)
{
	uint64_t __percpu *var = LAST_BYTE(uint64_t);
	unsigned int cpu;

	(void)state;
	done_alone = 0;
	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(area, cpu), 0xee, 4 * LINE);
		assert_true(per_cpu_xchg(*var, cpu, cpu) == 0xeeeeeeeeeeeeeeee);
		assert_true(per_cpu_xchg(*var, cpu, 0) == cpu);
		assert_true(((unsigned char *)per_cpu_ptr(var, cpu))[-1] == 0xee);
		assert_true(((unsigned char *)per_cpu_ptr(var, cpu))[8] == 0xee);
	}
	assert_true(done_alone == 2 * num_possible_cpus());
	assert_true(locked_across == 0);
}

static void aligned_variables_are_not_done_alone(void **state)
{
	(void)state;
	done_alone = 0;
	CHECK_OPERATIONS(uint64_t, this_cpu_, (uint64_t __percpu *)(area + LINE));
	CHECK_OPERATIONS(uint16_t, this_cpu_, (uint16_t __percpu *)(area + LINE - 2));
	CHECK_OPERATIONS(uint8_t, this_cpu_, (uint8_t __percpu *)(area + LINE - 1));
	(void)per_cpu_xchg(*(uint32_t __percpu *)(area + 4), cpus[0], 1);
	assert_true(done_alone == 0);
}

/* --- exact among all --- */

#define ROUNDS 3000
enum { COUNTERS, SECTIONS, VISITORS, EXCHANGERS, NR_KINDS };
#define NR_THREADS (2 * NR_KINDS)

static struct worker {
	unsigned int kind;
	uint64_t counted, taken;
} workers[NR_THREADS];
static uint64_t counted_in_handlers;

static uint64_t __percpu *shared_variable(void)
{
	return LAST_BYTE(uint64_t);
}

static void count_in_handler(int sig)
{
	(void)sig;
	this_cpu_add(*shared_variable(), 1);
	__atomic_fetch_add(&counted_in_handlers, 1, __ATOMIC_RELAXED);
}

static void add_plainly(void *copy)
{
	uint64_t value;

	memcpy(&value, copy, sizeof(value));
	value++;
	memcpy(copy, &value, sizeof(value));
}

static void visit_one(struct worker *me, unsigned int cpu)
{
	if (percpu_remote_begin(cpu))
		return;
	add_plainly(per_cpu_ptr(shared_variable(), cpu));
	percpu_remote_end(cpu);
	me->counted++;
}

static void take_turn(struct worker *me, unsigned int round)
{
	const unsigned int cpu = cpus[round % nr_cpus];

	switch (me->kind) {
	case COUNTERS:
		this_cpu_add(*shared_variable(), 1);
		me->counted++;
		break;
	case SECTIONS:
		add_plainly(get_cpu_ptr(shared_variable()));
		put_cpu_ptr(shared_variable());
		me->counted++;
		break;
	case VISITORS:
		visit_one(me, cpu);
		break;
	default:
		me->taken += per_cpu_xchg(*shared_variable(), cpu, 0);
	}
}

/* Handlers come to counters only: one may come between a section's plain load and its store. */
static void *work(void *arg)
{
	struct contentment contentment = be_content_with(ROUNDS);
	struct worker *me = arg;
	timer_t timer = NULL;

	if (me->kind == COUNTERS)
		timer = start_storm_of(10 * STORM_INTERVAL, count_in_handler);
	for (unsigned int round = 0; !are_enough(round, &contentment); round++)
		take_turn(me, round);
	if (me->kind == COUNTERS)
		end_storm(timer);
	return NULL;
}

static void nothing_is_lost_among_all(void **state)
{
	pthread_t threads[NR_THREADS];
	uint64_t counted = 0, taken = 0, left = 0;
	unsigned int cpu;

	(void)state;
	go_anywhere();
	for_each_possible_cpu(cpu)
		(void)per_cpu_xchg(*shared_variable(), cpu, 0);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		workers[i] = (struct worker){.kind = i % NR_KINDS};
	start_all(threads, NR_THREADS, work, workers, sizeof(workers[0]));
	join_all(threads, NR_THREADS);
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		counted += workers[i].counted;
		taken += workers[i].taken;
	}
	for_each_possible_cpu(cpu)
		left += per_cpu_xchg(*shared_variable(), cpu, 0);
	assert_true(counted + counted_in_handlers == taken + left);
	assert_true(locked_across == 0);
	stay_here();
}

/* --- among threads that are pinned --- */

static uint64_t counted_by_pinned;

static void *count_pinned(void *arg)
{
	(void)arg;
	if (percpu_thread_pin(cpus[0]))
		return NULL;
	while (!must_stop()) {
		pinned_cpu_inc(*shared_variable());
		tell(&counted_by_pinned, counted_by_pinned + 1);
	}
	percpu_thread_unpin();
	return NULL;
}

static void nothing_is_lost_among_pinned_threads(void **state)
{
	struct contentment contentment = be_content_with(ROUNDS);
	uint64_t taken = 0;
	pthread_t thread;

	(void)state;
	if (!has_sequences() || !indexed_by_cpu() || !PCPU_REPLACES_AT_ONCE) {
		skip();
		return;
	}
	go_anywhere();
	(void)per_cpu_xchg(*shared_variable(), cpus[0], 0);
	counted_by_pinned = 0;
	set_stop(false);
	thread = start(count_pinned, NULL);
	assert_true(await_told(&counted_by_pinned, 1, 1));
	for (unsigned int round = 0; !are_enough(round, &contentment); round++)
		taken += per_cpu_xchg(*shared_variable(), cpus[0], 0);
	set_stop(true);
	pthread_join(thread, NULL);
	taken += per_cpu_xchg(*shared_variable(), cpus[0], 0);
	assert_true(taken == counted_by_pinned);
	assert_true(locked_across == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
		cmocka_unit_test(operations_are_right),
		cmocka_unit_test(what_is_no_sequence_is_done_alone),
		cmocka_unit_test(an_exchange_with_a_copy_is_done_alone),
		cmocka_unit_test(aligned_variables_are_not_done_alone),
		cmocka_unit_test(nothing_is_lost_among_all),
		cmocka_unit_test(nothing_is_lost_among_pinned_threads),
	};

	make_area();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
