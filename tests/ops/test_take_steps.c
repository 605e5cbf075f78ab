/* SPDX-License-Identifier: MIT */
/*
 * test_take_steps.c - percpu_take() with a handler of a signal behind each instruction of it, which
 * now and then counts in the set that is taken, or takes it too: nothing is lost or taken twice.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/random.h"
#include "support/tier.h"
#include "support/traps.h"

#include <percpu/counter_set.h>
#include <percpu/percpu.h>

#include <errno.h>

PERCPU_COUNTER_SET(stepped, uint64_t, one, two, three);
static DEFINE_PER_CPU(struct stepped, set);

/* As in test_counter_steps.c: a trap that is masked would end the process, and comes to nothing. */
int __real_pthread_sigmask(int how, const sigset_t *mask, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *mask, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *mask, sigset_t *old)
{
	sigset_t but_traps;

	if (!mask)
		return __real_pthread_sigmask(how, NULL, old);
	but_traps = *mask;
	sigdelset(&but_traps, SIGTRAP);
	return __real_pthread_sigmask(how, &but_traps, old);
}

static struct random draws;
static uint64_t steps, counted, taken;
static unsigned int nr_takes, nr_refused, wrong;

static uint64_t sum_of(const struct stepped *sums)
{
	return sums->one + sums->two + sums->three;
}

static void take_in_handler(void)
{
	struct stepped sums;
	const int err = percpu_take(&set, sizeof(set), &sums);

	if (err == 0) {
		taken += sum_of(&sums);
		nr_takes++;
	} else {
		wrong += err != -EDEADLK;
		nr_refused++;
	}
}

static void handle(int sig)
{
	sigset_t now;

	(void)sig;
	__real_pthread_sigmask(SIG_SETMASK, NULL, &now);
	if (sigismember(&now, SIGUSR1))
		return;
	steps++;
	/* not each time, or it would never be seen that a counter stays what it was */
	if (random_below(&draws, 4) == 0) {
		this_cpu_inc(set.one);
		this_cpu_inc(set.three);
		counted += 2;
	}
	if (random_below(&draws, 16) == 0)
		take_in_handler();
}

static void a_take_is_exact_after_each_instruction(void **state)
{
	struct stepped sums, rest;
	int err;

	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		this_cpu_inc(set.two);
		counted++;
	}
	for (int i = 0; i < 10; i++) {
		traps_begin(handle);
		err = percpu_take(&set, sizeof(set), &sums);
		traps_end();
		assert_int_equal(err, 0);
		taken += sum_of(&sums);
	}
	percpu_sum_struct(&set, &rest);
	printf("%llu steps; %u takes of handlers, %u refused\n", (unsigned long long)steps,
	       nr_takes, nr_refused);
	assert_true(steps > 1000 && nr_takes && nr_refused);
	assert_int_equal(wrong, 0);
	assert_true(taken + sum_of(&rest) == counted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_take_is_exact_after_each_instruction),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	draws = random_from(random_seed());
	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
