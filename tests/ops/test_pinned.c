/* SPDX-License-Identifier: MIT */
/*
 * test_pinned.c - threads that are pinned to a CPU: percpu_thread_pin(), what it refuses, who
 * faults, and that nothing is lost among pinned and other threads (percpu/pinned.h). What each
 * operation does is in test_ops.c.
 */
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/hold.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

struct numbers {
	uint64_t left __attribute__((__aligned__(16)));
	uint64_t right;
	uint8_t n8;
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;
	uint64_t pot;
};
static DEFINE_PER_CPU(struct numbers, numbers);
static DEFINE_PER_CPU(uint64_t, number);

#ifdef WITHOUT_FSGSBASE
#include "support/refuse.h"

#include <asm/prctl.h>
/* The kernel's word that programs may use the instructions for the GS base. */
#include <sys/auxv.h>
unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);

static bool denied;

unsigned long __wrap_getauxval(unsigned long type)
{
	if (type != AT_HWCAP2)
		return __real_getauxval(type);
	denied = true;
	return 0;
}

static void instructions_for_the_gs_base_were_denied(void **state)
{
	(void)state;
	assert_true(denied);
}
#endif

static bool gs_is_refused; /* that is how the test was started */

static bool may_pin(void)
{
	return can_pin() && !gs_is_refused;
}

static bool same_affinity(const cpu_set_t *as)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	return CPU_EQUAL(&set, as);
}

static bool may_run_on(unsigned int only)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(only, &set);
	return same_affinity(&set);
}

/* --- pinning --- */

static const char *pinned_threads_stay_on_their_cpu_until_they_are_unpinned(void)
{
	cpu_set_t before;

	SKIP_IF(!may_pin());
	sched_getaffinity(0, sizeof(before), &before);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		RETURN_UNLESS(percpu_thread_pin(cpus[i]) == 0);
		RETURN_UNLESS(may_run_on(cpus[i]) && sched_getcpu() == (int)cpus[i]);
		pinned_cpu_add(number, 3);
		RETURN_IF_WRONG(differ("the copy", per_cpu(number, cpus[i]), 3));
		RETURN_UNLESS(smp_processor_id() == cpus[i]);
	}
	RETURN_UNLESS(percpu_thread_unpin() == 0 && same_affinity(&before));
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0 && percpu_thread_pin(cpus[0]) == 0);
	RETURN_UNLESS(percpu_thread_unpin() == 0 && same_affinity(&before));
	RETURN_UNLESS(percpu_thread_unpin() == -EPERM && same_affinity(&before));
	return differ("the sum", per_cpu_sum(number), 3 * nr_cpus);
}

static const char *threads_that_cannot_be_pinned_stay_as_they_are(void)
{
	unsigned int nowhere[] = {nr_cpu_ids, UINT32_MAX, INT32_MAX, nr_cpu_ids - 1};
	cpu_set_t before;

	SKIP_IF(!may_pin());
	sched_getaffinity(0, sizeof(before), &before);
	/* the last one exists only where the test says so (possible:64) */
	for (int i = 0; i < 3 + (nr_cpu_ids == 64); i++) {
		RETURN_UNLESS(percpu_thread_pin(nowhere[i]) == -EINVAL);
		RETURN_UNLESS(same_affinity(&before) && percpu_thread_unpin() == -EPERM);
	}
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	for (int i = 0; i < 3 + (nr_cpu_ids == 64); i++)
		RETURN_UNLESS(percpu_thread_pin(nowhere[i]) == -EINVAL);
	/* as it was */
	RETURN_UNLESS(may_run_on(cpus[0]));
	pinned_cpu_inc(number);
	RETURN_UNLESS(percpu_thread_unpin() == 0 && same_affinity(&before));
	return differ("number", per_cpu(number, cpus[0]), 1);
}

static void pinning_is_not_supported_where_copies_are_changed_otherwise(void **state)
{
	(void)state;
	if (may_pin()) {
		skip();
		return;
	}
	assert_int_equal(percpu_thread_pin(cpus[0]), -EOPNOTSUPP);
	assert_int_equal(percpu_thread_pin(nr_cpu_ids), -EINVAL);
	assert_int_equal(percpu_thread_unpin(), -EPERM);
	assert_false(may_run_on(cpus[0]) && nr_cpus > 1);
	this_cpu_add(number, 5);
	assert_int_equal(per_cpu_sum(number), 5);
}

#ifdef WITHOUT_FSGSBASE
/* What is refused to a thread when it is pinned leaves it so, and says why. */
static const char *pinned_thread_that_is_refused_the_gs_base_stays_pinned(void)
{
	SKIP_IF(!may_pin());
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	RETURN_UNLESS(refuse_if(SYS_arch_prctl, 0, ARCH_SET_GS, REFUSE_WITH(EPERM)));
	RETURN_UNLESS(percpu_thread_pin(cpus[nr_cpus - 1]) == -EPERM);
	RETURN_UNLESS(percpu_thread_unpin() == -EPERM && may_run_on(cpus[0]));
	pinned_cpu_inc(number);
	return differ("number", per_cpu(number, cpus[0]), 1);
}
#endif

static const char *sections_are_no_place_to_pin_or_unpin(void)
{
	cpu_set_t before;

	SKIP_IF(!may_pin());
	sched_getaffinity(0, sizeof(before), &before);
	preempt_disable();
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == -EDEADLK && same_affinity(&before));
	preempt_enable();
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	preempt_disable();
	RETURN_UNLESS(percpu_thread_unpin() == -EDEADLK && may_run_on(cpus[0]));
	RETURN_UNLESS(pcpu_held_cpu() == (int)cpus[0]);
	pinned_cpu_inc(number);
	preempt_enable();
	RETURN_UNLESS(percpu_thread_unpin() == 0 && same_affinity(&before));
	return NULL;
}

/* --- who is not pinned --- */

static const char *operate_unpinned(void)
{
	pinned_cpu_inc(number);
	return "it has not faulted";
}

static const char *operate_after_unpinning(void)
{
	if (percpu_thread_pin(cpus[0]) || percpu_thread_unpin())
		return "it could not be pinned";
	return operate_unpinned();
}

static void *operate_in_a_new_thread(void *arg)
{
	pinned_cpu_inc(number);
	return arg;
}

static const char *operate_in_an_unpinned_thread(void)
{
	pthread_join(start(operate_in_a_new_thread, NULL), NULL);
	return "it has not faulted";
}

static void assert_faults(fact_t fact)
{
	struct fact_end end = find_out(fact);

	if (!WIFSIGNALED(end.status) || WTERMSIG(end.status) != SIGSEGV)
		fail_msg("status %#x: %s", (unsigned int)end.status, end.text);
}

static void operations_of_threads_that_are_not_pinned_fault(void **state)
{
	(void)state;
	if (!may_pin())
		skip();
	assert_faults(operate_unpinned);
	assert_faults(operate_after_unpinning);
	assert_faults(operate_in_an_unpinned_thread);
}

/* --- exact --- */

#define PINNED 4 /* two to each of two CPUs, where there are two */
#define OTHERS 3
#define SECONDS 1.0

struct operated {
	unsigned int cpu;
	uint64_t times, signals; /* told */
	uint64_t taken;
};

static __thread struct operated *self;

static void operate_in_handler(int sig)
{
	(void)sig;
	tell(&self->signals, self->signals + 1);
	pinned_cpu_inc(numbers.n8);
	(void)pinned_cpu_add_return(numbers.n16, 1);
	pinned_cpu_inc(numbers.n32);
	this_cpu_inc(numbers.n64);
}

#define DEFINE_OPERATE(family)                                                             \
	static void family##operate(void)                                                  \
	{                                                                                  \
		uint64_t left, right;                                                      \
                                                                                           \
		family##inc(numbers.n8);                                                   \
		(void)family##inc_return(numbers.n16);                                     \
		family##add(numbers.n32, 1);                                               \
		left = family##read(numbers.n64);                                          \
		while (!family##try_cmpxchg(numbers.n64, &left, left + 1)) {               \
		}                                                                          \
		do {                                                                       \
			left = family##read(numbers.left);                                 \
			right = family##read(numbers.right);                               \
		} while (!family##cmpxchg_double(numbers.left, numbers.right, left, right, \
						 left + 1, right + 1));                    \
		family##add(numbers.pot, 7);                                               \
	}
DEFINE_OPERATE(this_cpu_)
DEFINE_OPERATE(pinned_cpu_)

static void *operate_pinned(void *arg)
{
	struct operated *operated = arg;
	timer_t timer;

	if (percpu_thread_pin(operated->cpu))
		abort();
	self = operated;
	timer = start_storm(operate_in_handler);
	for (; !must_stop(); tell(&operated->times, operated->times + 1)) {
		pinned_cpu_operate();
		if (operated->times % 64 == 0)
			operated->taken += pinned_cpu_xchg(numbers.pot, 0);
	}
	end_storm(timer);
	/* every other one ends as it is */
	if (operated->times % 2 && percpu_thread_unpin())
		abort();
	return NULL;
}

/* Also in sections, of the CPUs that others are pinned to. */
static void *operate_anywhere(void *arg)
{
	struct operated *operated = arg;

	for (; !must_stop(); tell(&operated->times, operated->times + 1)) {
		if (operated->times % 512 == 0) {
			preempt_disable();
			this_cpu_operate();
			preempt_enable();
		} else {
			this_cpu_operate();
		}
		if (operated->times % 64 == 0)
			operated->taken += this_cpu_xchg(numbers.pot, 0);
		if (operated->times % 1024 == 0)
			operated->taken += per_cpu_xchg(numbers.pot,
							cpus[operated->times / 1024 % nr_cpus], 0);
		if (operated->times % 4096 == 0)
			go_to(cpus[operated->times / 4096 % nr_cpus]);
	}
	return NULL;
}

/* Whether each of them has done something, and those that are pinned had signals. */
static bool all_have_operated(const struct operated *operated)
{
	bool all = true;

	for (int i = 0; i < PINNED + OTHERS && all; i++)
		all = await_told(&operated[i].times, 1, 100) &&
		      (i >= PINNED || await_told(&operated[i].signals, 1, 100));
	return all;
}

static const char *pinned_and_other_threads_and_signals_lose_nothing(void)
{
	struct operated operated[PINNED + OTHERS] = {{0}};
	pthread_t threads[PINNED + OTHERS];
	uint64_t times = 0, taken = 0, signals = 0;
	bool all;

	SKIP_IF(!may_pin());
	for (int i = 0; i < PINNED + OTHERS; i++) {
		operated[i].cpu = cpus[(unsigned int)i % (nr_cpus > 2 ? 2 : nr_cpus)];
		threads[i] = start(i < PINNED ? operate_pinned : operate_anywhere, &operated[i]);
	}
	nap(SECONDS);
	all = all_have_operated(operated);
	set_stop(true);
	for (int i = 0; i < PINNED + OTHERS; i++) {
		pthread_join(threads[i], NULL);
		times += operated[i].times;
		taken += operated[i].taken;
		signals += operated[i].signals;
	}
	RETURN_UNLESS(all);
	RETURN_IF_WRONG(differ("n8", (uint8_t)per_cpu_sum(numbers.n8), (uint8_t)(times + signals)));
	RETURN_IF_WRONG(
		differ("n16", (uint16_t)per_cpu_sum(numbers.n16), (uint16_t)(times + signals)));
	RETURN_IF_WRONG(
		differ("n32", (uint32_t)per_cpu_sum(numbers.n32), (uint32_t)(times + signals)));
	RETURN_IF_WRONG(differ("n64", per_cpu_sum(numbers.n64), times + signals));
	RETURN_IF_WRONG(differ("left", per_cpu_sum(numbers.left), times));
	RETURN_IF_WRONG(differ("right", per_cpu_sum(numbers.right), times));
	return differ("pot", per_cpu_sum(numbers.pot) + taken, 7 * times);
}

/* --- fork and new threads --- */

static void *pin_in_a_new_thread(void *arg)
{
	/* the restriction is inherited, and is what it goes back to */
	*(bool *)arg = may_run_on(cpus[0]) && percpu_thread_unpin() == -EPERM &&
		       percpu_thread_pin(cpus[0]) == 0;
	pinned_cpu_inc(number);
	*(bool *)arg &= percpu_thread_unpin() == 0 && may_run_on(cpus[0]);
	return NULL;
}

static const char *threads_of_a_pinned_thread_pin_themselves(void)
{
	bool good = false;

	SKIP_IF(!may_pin());
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	pthread_join(start(pin_in_a_new_thread, &good), NULL);
	RETURN_UNLESS(good);
	pinned_cpu_inc(number);
	return differ("number", per_cpu(number, cpus[0]), 2);
}

/* Also inside of a section on that CPU, which pinned threads do not keep out of. */
static void *find_the_cpu_busy(void *arg)
{
	*(bool *)arg = percpu_remote_begin(cpus[0]) == -EBUSY;
	go_to(cpus[0]);
	preempt_disable();
	*(bool *)arg &= percpu_remote_begin(cpus[0]) == -EBUSY;
	preempt_enable();
	return NULL;
}

/* The child is pinned as its parent was, and counts for itself. */
static const char *go_on_pinned(void)
{
	bool busy = false;

	pinned_cpu_inc(number);
	pthread_join(start(find_the_cpu_busy, &busy), NULL);
	RETURN_UNLESS(busy && may_run_on(cpus[0]));
	RETURN_UNLESS(percpu_thread_unpin() == 0);
	RETURN_UNLESS(percpu_remote_begin(cpus[0]) == 0);
	percpu_remote_end(cpus[0]);
	return differ("number", per_cpu(number, cpus[0]), 2);
}

static const char *children_of_a_pinned_thread_are_pinned(void)
{
	int status;

	SKIP_IF(!may_pin());
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	pinned_cpu_inc(number);
	status = status_of_fork(go_on_pinned);
	RETURN_IF_WRONG(differ("the child's status", (uint64_t)status, 0));
	pinned_cpu_inc(number);
	return differ("number", per_cpu(number, cpus[0]), 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#ifdef WITHOUT_FSGSBASE
		cmocka_unit_test(instructions_for_the_gs_base_were_denied),
		fact_test(pinned_thread_that_is_refused_the_gs_base_stays_pinned),
#endif
		fact_test(pinned_threads_stay_on_their_cpu_until_they_are_unpinned),
		fact_test(threads_that_cannot_be_pinned_stay_as_they_are),
		cmocka_unit_test(pinning_is_not_supported_where_copies_are_changed_otherwise),
		fact_test(sections_are_no_place_to_pin_or_unpin),
		cmocka_unit_test(operations_of_threads_that_are_not_pinned_fault),
		fact_test(pinned_and_other_threads_and_signals_lose_nothing),
		fact_test(threads_of_a_pinned_thread_pin_themselves),
		fact_test(children_of_a_pinned_thread_are_pinned),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	gs_is_refused = argc > 1 && strcmp(argv[1], "refused") == 0;
	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
