/* SPDX-License-Identifier: MIT */
/*
 * test_ratelimit.c - rate limits: in no stretch of time more than the bound, and not much less.
 *
 * The clock is made up: it stands still until a test says otherwise.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/random.h"
#include "support/records.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "toolkit/clock.h"

#include <percpu/percpu.h>
#include <percpu/ratelimit.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define BEGINNING (1000 * SECOND)

static uint64_t now;

static uint64_t made_up_clock(void)
{
	return __atomic_load_n(&now, __ATOMIC_SEQ_CST);
}

static int set_up(void **state)
{
	(void)state;
	now = BEGINNING;
	pcpu_clock_hook = made_up_clock;
	return 0;
}

static struct percpu_ratelimit limit;

static void begin(uint64_t interval, uint32_t burst)
{
	assert_int_equal(percpu_ratelimit_init(&limit, interval, burst, GFP_KERNEL), 0);
}

static uint32_t take_all(void)
{
	uint32_t taken = 0;

	while (percpu_ratelimit_take(&limit))
		taken++;
	return taken;
}

/* --- one thread --- */

static void a_full_bucket_has_its_burst_and_no_more(void **state)
{
	(void)state;
	begin(SECOND, 1000);
	assert_int_equal(percpu_ratelimit_available(&limit), 1000);
	assert_int_equal(take_all(), 1000);
	assert_int_equal(percpu_ratelimit_available(&limit), 0);
	assert_false(percpu_ratelimit_take(&limit));
	percpu_ratelimit_destroy(&limit);
}

static void tokens_come_evenly_and_not_beyond_the_burst(void **state)
{
	(void)state;
	begin(SECOND, 1000);
	take_all();
	now += SECOND / 1000 - 1;
	assert_int_equal(take_all(), 0);
	now += 1;
	assert_int_equal(take_all(), 1);
	now += SECOND / 4;
	assert_int_equal(take_all(), 250);
	now += 100 * SECOND;
	assert_int_equal(take_all(), 1000);
	percpu_ratelimit_destroy(&limit);
}

static void many_are_taken_all_or_none(void **state)
{
	(void)state;
	begin(SECOND, 1000);
	assert_true(percpu_ratelimit_take_many(&limit, 0));
	assert_false(percpu_ratelimit_take_many(&limit, 1001));
	assert_false(percpu_ratelimit_take_many(&limit, UINT32_MAX));
	assert_true(percpu_ratelimit_take_many(&limit, 400));
	assert_false(percpu_ratelimit_take_many(&limit, 601));
	assert_int_equal(percpu_ratelimit_available(&limit), 600);
	assert_true(percpu_ratelimit_take_many(&limit, 600));
	assert_false(percpu_ratelimit_take_many(&limit, 1));
	percpu_ratelimit_destroy(&limit);
}

static void what_is_given_back_can_be_taken_again_and_is_never_more(void **state)
{
	(void)state;
	begin(SECOND, 1000);
	assert_true(percpu_ratelimit_take_many(&limit, 1000));
	percpu_ratelimit_give_back(&limit, 300);
	assert_int_equal(take_all(), 300);
	percpu_ratelimit_give_back(&limit, 5000);
	assert_true(percpu_ratelimit_available(&limit) <= 1000);
	assert_true(take_all() <= 1000);
	percpu_ratelimit_destroy(&limit);
}

static void what_no_bucket_can_be_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(percpu_ratelimit_init(&limit, 0, 1, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_ratelimit_init(&limit, (UINT64_C(1) << 54) + 1, 1, GFP_KERNEL),
			 -EINVAL);
	assert_int_equal(percpu_ratelimit_init(&limit, 1, 0, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_ratelimit_init(&limit, 1, (1u << 30) + 1, GFP_KERNEL), -EINVAL);
	percpu_ratelimit_destroy(&limit);
	begin(UINT64_C(1) << 54, 1u << 30);
	assert_true(percpu_ratelimit_take_many(&limit, 1u << 30));
	assert_false(percpu_ratelimit_take(&limit));
	percpu_ratelimit_destroy(&limit);
	begin(1, 1u << 30);
	assert_true(percpu_ratelimit_take_many(&limit, 1u << 30));
	now += 1;
	assert_true(percpu_ratelimit_take(&limit));
	percpu_ratelimit_destroy(&limit);
}

static void without_memory_there_is_none(void **state)
{
	int err = 0;

	(void)state;
	/* areas there may be already; a chunk for the next one there is not */
	for (int i = 0; i < 1000000 && !err; i++) {
		faults_fail_all(PCPU_FAULT_COMMIT);
		err = percpu_ratelimit_init(&limit, SECOND, 1000, GFP_NOWAIT);
		faults_end();
	}
	assert_int_equal(err, -ENOMEM);
	percpu_ratelimit_destroy(&limit);
}

/* --- many CPUs --- */

/* The parts of this CPU and of @cpu change places, while nobody takes. */
static void swap_parts(unsigned int cpu)
{
	uint64_t *here = per_cpu_ptr(limit.parts, raw_smp_processor_id());
	uint64_t *there = per_cpu_ptr(limit.parts, cpu), word = *here;

	*here = *there;
	*there = word;
}

/* As a thread does that runs on @cpu. The calling one stays where it is. */
static bool take_on(unsigned int cpu, uint32_t nr)
{
	bool taken;

	swap_parts(cpu);
	taken = percpu_ratelimit_take_many(&limit, nr);
	swap_parts(cpu);
	return taken;
}

static void give_back_on(unsigned int cpu, uint32_t nr)
{
	swap_parts(cpu);
	percpu_ratelimit_give_back(&limit, nr);
	swap_parts(cpu);
}

static void each_cpu_takes_in_advance_half_of_the_burst_at_most_in_all(void **state)
{
	uint32_t taken = 0;
	unsigned int cpu;

	(void)state;
	begin(SECOND, 200 * num_possible_cpus());
	stay_here();
	for_each_possible_cpu(cpu)
		taken += take_on(cpu, 1);
	assert_int_equal(taken, num_possible_cpus());
	/* what this CPU has not, the others have: of each its batch, less the one that it took */
	taken += take_all();
	assert_int_equal(taken, limit.burst - 99 * (num_possible_cpus() - 1));
	assert_int_equal(percpu_ratelimit_available(&limit), limit.burst - taken);
	percpu_ratelimit_gather(&limit);
	assert_int_equal(percpu_ratelimit_available(&limit), limit.burst - taken);
	assert_int_equal(take_all(), limit.burst - taken);
	go_anywhere();
	percpu_ratelimit_destroy(&limit);
}

/* As if threads had come here with what they took elsewhere. */
static void bring_all_parts_here(void)
{
	uint64_t *here = per_cpu_ptr(limit.parts, raw_smp_processor_id());
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		uint64_t *there = per_cpu_ptr(limit.parts, cpu), word = *there;

		*there = 0;
		*here += word;
	}
}

static void what_one_cpu_has_too_much_goes_back_to_the_bucket(void **state)
{
	const uint32_t nr = num_possible_cpus();
	unsigned int cpu;

	(void)state;
	begin(SECOND, 200 * nr);
	stay_here();
	for_each_possible_cpu(cpu)
		assert_true(take_on(cpu, 1));
	bring_all_parts_here();
	assert_int_equal(percpu_ratelimit_available(&limit), 199 * nr);
	/* more than there are: what is in hand is put away */
	assert_false(percpu_ratelimit_take_many(&limit, 199 * nr + 1));
	assert_int_equal(percpu_ratelimit_available(&limit), 199 * nr);
	assert_int_equal((uint32_t)*per_cpu_ptr(limit.parts, raw_smp_processor_id()), limit.batch);
	assert_true(percpu_ratelimit_take_many(&limit, 199 * nr));
	go_anywhere();
	percpu_ratelimit_destroy(&limit);
}

/*
 * Of all stretches of time that end now, the most that were taken beyond the rate: as a bucket of
 * exact numbers, in parts of a token by the interval.
 */
struct audit {
	uint64_t interval, last;
	uint32_t burst;
	unsigned __int128 used;
};

static void audit_pass_time(struct audit *audit)
{
	const unsigned __int128 gone = (unsigned __int128)(now - audit->last) * audit->burst;

	audit->used = audit->used > gone ? audit->used - gone : 0;
	audit->last = now;
}

static void audit_take(struct audit *audit, uint64_t nr)
{
	audit_pass_time(audit);
	audit->used += (unsigned __int128)nr * audit->interval;
	assert_true(audit->used <= (unsigned __int128)audit->burst * audit->interval);
}

static void audit_give_back(struct audit *audit, uint64_t nr)
{
	const unsigned __int128 back = (unsigned __int128)nr * audit->interval;

	audit_pass_time(audit);
	audit->used = audit->used > back ? audit->used - back : 0;
}

/* Any of the calls, on any CPU, at any time: so many steps of a walk. */
static void walk(struct random *random, struct audit *audit, int steps)
{
	uint64_t unused = 0;

	for (int i = 0; i < steps; i++) {
		const unsigned int cpu = (unsigned int)random_below(random, (int)nr_cpu_ids);
		const uint64_t draw = random_next(random);
		const uint32_t nr = draw & 1 ? 1 : (uint32_t)(draw >> 8) % (audit->burst + 2);

		if (draw >> 60 == 0)
			now += (draw >> 16) % (2 * audit->interval);
		else if (draw >> 62 == 1)
			now += (draw >> 16) % (4 * audit->interval / audit->burst + 1);
		if (draw >> 50 & 1 && take_on(cpu, nr)) {
			audit_take(audit, nr);
			unused += nr;
		} else if (unused && (draw >> 51 & 7) == 0) {
			const uint32_t back = (uint32_t)(1 + (draw >> 24) % unused);

			give_back_on(cpu, back);
			audit_give_back(audit, back);
			unused -= back;
		} else if ((draw >> 54 & 63) == 0) {
			percpu_ratelimit_gather(&limit);
		}
	}
}

/* Everything that was taken is accounted for, and has come again: a tick each at the fastest. */
static void await_full(uint64_t interval)
{
	percpu_ratelimit_gather(&limit);
	now += 2 * interval + limit.burst;
}

static void in_no_stretch_of_time_there_are_more_than_the_bound(void **state)
{
	static const struct {
		uint64_t interval;
		uint32_t burst;
	} limits[] = {{SECOND, 1000}, {SECOND, 3},       {7, 5},      {1, 1},       {1, 1000},
		      {997, 64},      {60 * SECOND, 17}, {SECOND, 1}, {3, 1u << 20}};
	struct random random = random_from(random_seed());

	(void)state;
	stay_here();
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct audit audit = {
			.interval = limits[i].interval, .burst = limits[i].burst, .last = now};

		begin(limits[i].interval, limits[i].burst);
		walk(&random, &audit, 4000);
		/* and nothing has been lost */
		await_full(limits[i].interval);
		assert_int_equal(percpu_ratelimit_available(&limit), limits[i].burst);
		percpu_ratelimit_destroy(&limit);
	}
	go_anywhere();
}

/* --- many threads, and handlers --- */

#define TAKERS 4
static struct percpu_ratelimit shared_limit;
static uint64_t taken_in_handlers;

#define STORM 50000 /* ns */

static void take_in_handler(int sig)
{
	(void)sig;
	if (percpu_ratelimit_take(&shared_limit))
		__atomic_fetch_add(&taken_in_handlers, 1, __ATOMIC_SEQ_CST);
}

static void *take_while_there_are(void *arg)
{
	uint64_t *taken = arg;
	struct random random = random_from((uintptr_t)arg);
	const timer_t storm = start_storm_of(STORM, take_in_handler);

	while (!must_stop()) {
		const uint32_t nr = 1 + (uint32_t)random_below(&random, 3);

		if (percpu_ratelimit_take_many(&shared_limit, nr)) {
			__atomic_fetch_add(taken, nr, __ATOMIC_SEQ_CST);
			if (random_below(&random, 16) == 0) {
				/* before: who looks meanwhile sees too many, never too few */
				percpu_ratelimit_give_back(&shared_limit, nr);
				__atomic_fetch_sub(taken, nr, __ATOMIC_SEQ_CST);
			}
		} else if (random_below(&random, 8) == 0) {
			sched_yield();
		}
		if (random_below(&random, 256) == 0)
			go_to(cpus[random_below(&random, (int)nr_cpus)]);
	}
	end_storm(storm);
	return NULL;
}

static uint64_t all_taken(const uint64_t *taken)
{
	uint64_t all = __atomic_load_n(&taken_in_handlers, __ATOMIC_SEQ_CST);

	for (int i = 0; i < TAKERS; i++)
		all += __atomic_load_n(&taken[i], __ATOMIC_SEQ_CST);
	return all;
}

/*
 * All at once, while time passes: in all no more than the bound from the beginning; and when it is
 * over, nothing of the bucket is missing.
 */
static void threads_and_handlers_take_no_more_and_lose_nothing(void **state)
{
	const uint32_t burst = 10000;
	uint64_t taken[TAKERS] = {0}, began = now, all;
	struct patience patience = be_patient();
	pthread_t takers[TAKERS];

	(void)state;
	taken_in_handlers = 0;
	assert_int_equal(percpu_ratelimit_init(&shared_limit, SECOND, burst, GFP_KERNEL), 0);
	set_stop(false);
	start_all(takers, TAKERS, take_while_there_are, taken, sizeof(taken[0]));
	for (int i = 0; i < 300 || (all_taken(taken) < burst && !is_out_of_patience(&patience));
	     i++) {
		usleep(1000);
		__atomic_fetch_add(&now, SECOND / 50, __ATOMIC_SEQ_CST);
	}
	set_stop(true);
	join_all(takers, TAKERS);
	all = all_taken(taken);
	printf("%llu taken, %llu of them in handlers\n", (unsigned long long)all,
	       (unsigned long long)taken_in_handlers);
	assert_true(all <= burst + burst * (now - began) / SECOND);
	assert_true(all >= burst);
	percpu_ratelimit_gather(&shared_limit);
	now += 2 * SECOND;
	assert_int_equal(percpu_ratelimit_available(&shared_limit), burst);
	percpu_ratelimit_destroy(&shared_limit);
}

/* --- processes --- */

static void take_all_in_a_child(void *arg)
{
	(void)arg;
	child_expect(take_all() == 900);
	percpu_ratelimit_reset(&limit);
	child_expect(percpu_ratelimit_available(&limit) == 1000);
	child_expect(take_all() == 1000);
}

static void a_child_has_a_bucket_of_its_own(void **state)
{
	(void)state;
	begin(SECOND, 1000);
	stay_here();
	assert_true(percpu_ratelimit_take_many(&limit, 100));
	assert_content(take_all_in_a_child, NULL);
	assert_int_equal(take_all(), 900);
	go_anywhere();
	percpu_ratelimit_destroy(&limit);
}

static void share_and_init(void *arg)
{
	(void)arg;
	child_expect(percpu_share() == 0);
	child_expect(percpu_ratelimit_init(&limit, SECOND, 1000, GFP_KERNEL) == -EOPNOTSUPP);
	percpu_ratelimit_destroy(&limit);
}

static void with_shared_copies_it_is_refused_and_says_so(void **state)
{
	struct child_end end = child_run(share_and_init, NULL);

	(void)state;
	assert_child_was_content(end);
	assert_non_null(strstr(end.output, "the bucket would not be shared"));
}

/* --- the kernel's names --- */

static int pass(struct ratelimit_state *rs, int nr)
{
	int passed = 0;

	for (int i = 0; i < nr; i++)
		passed += __ratelimit(rs);
	return passed;
}

static void of_each_interval_the_burst_gets_through(void **state)
{
	DEFINE_RATELIMIT_STATE(rs, 5000, 3);

	(void)state;
	assert_int_equal(pass(&rs, 5), 3);
	assert_int_equal(ratelimit_state_get_miss(&rs), 2);
	now += 2500 * (SECOND / 1000);
	assert_int_equal(pass(&rs, 1), 0);
	now += 3750 * (SECOND / 1000);
	assert_int_equal(pass(&rs, 1), 1);
	assert_int_equal(ratelimit_state_get_miss(&rs), 0);
	/* an interval later another one begins, with all of its burst */
	now += 10 * SECOND;
	assert_int_equal(pass(&rs, 2), 2);
	now += SECOND;
	assert_int_equal(pass(&rs, 4), 1);
}

static void bursts_and_intervals_of_zero_mean_what_they_do_in_the_kernel(void **state)
{
	DEFINE_RATELIMIT_STATE(rs, 5000, 3);

	(void)state;
	rs.burst = 0;
	assert_int_equal(pass(&rs, 3), 0);
	rs.interval = 0;
	assert_int_equal(pass(&rs, 3), 3);
	rs.burst = 2;
	assert_int_equal(pass(&rs, 7), 7);
	rs.interval = -1;
	assert_int_equal(pass(&rs, 7), 7);
	rs.burst = 0;
	assert_int_equal(pass(&rs, 7), 0);
	ratelimit_state_reset_interval(&rs, 5000);
	rs.burst = 2;
	assert_int_equal(pass(&rs, 7), 2);
	ratelimit_default_init(&rs);
	assert_int_equal(pass(&rs, 20), DEFAULT_RATELIMIT_BURST);
	ratelimit_state_inc_miss(&rs);
	assert_int_equal(ratelimit_state_reset_miss(&rs), 11);
	assert_int_equal(ratelimit_state_get_miss(&rs), 0);
}

static char heard[200];

static void hear(enum percpu_log_level level, const char *message)
{
	assert_int_equal(level, PERCPU_LOG_WARNING);
	snprintf(heard, sizeof(heard), "%.199s", message);
}

static void what_was_suppressed_is_said_by_the_next_or_at_the_end(void **state)
{
	struct ratelimit_state rs = RATELIMIT_STATE_INIT(rs, 1000, 1);

	(void)state;
	percpu_set_log_handler(hear, PERCPU_LOG_WARNING);
	assert_int_equal(pass(&rs, 4), 1);
	assert_string_equal(heard, "");
	now += SECOND;
	assert_int_equal(pass(&rs, 1), 1);
	assert_string_equal(heard, "pass: 3 callbacks suppressed");
	heard[0] = '\0';
	ratelimit_set_flags(&rs, RATELIMIT_MSG_ON_RELEASE);
	assert_int_equal(pass(&rs, 3), 0);
	now += SECOND;
	assert_int_equal(pass(&rs, 1), 1);
	assert_string_equal(heard, "");
	ratelimit_state_exit(&rs);
	assert_non_null(strstr(heard, "3 callbacks suppressed"));
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

static struct ratelimit_state asked = RATELIMIT_STATE_INIT(asked, 10, 7);
static uint64_t nr_passed;

static void pass_once(void)
{
	if (__ratelimit(&asked))
		__atomic_fetch_add(&nr_passed, 1, __ATOMIC_SEQ_CST);
}

static void pass_in_handler(int sig)
{
	(void)sig;
	pass_once();
}

static void *ask_often(void *arg)
{
	const timer_t storm = start_storm_of(STORM, pass_in_handler);

	while (!must_stop())
		pass_once();
	end_storm(storm);
	return arg;
}

/* In each interval that has begun, and they do not begin sooner. */
static void threads_and_handlers_get_no_more_through_than_intervals_have(void **state)
{
	const uint64_t interval = SECOND / 100, began = now;
	pthread_t threads[3];
	int unused[3];

	(void)state;
	ratelimit_set_flags(&asked, RATELIMIT_MSG_ON_RELEASE);
	nr_passed = 0;
	set_stop(false);
	start_all(threads, 3, ask_often, unused, sizeof(unused[0]));
	for (int i = 0; i < 300; i++) {
		usleep(700);
		__atomic_fetch_add(&now, interval / 3, __ATOMIC_SEQ_CST);
	}
	set_stop(true);
	join_all(threads, 3);
	assert_true(nr_passed >= 7);
	assert_true(nr_passed <= 7 * ((now - began) / interval + 1));
	printf("%llu got through\n", (unsigned long long)nr_passed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_bucket_has_its_burst_and_no_more),
		cmocka_unit_test(tokens_come_evenly_and_not_beyond_the_burst),
		cmocka_unit_test(many_are_taken_all_or_none),
		cmocka_unit_test(what_is_given_back_can_be_taken_again_and_is_never_more),
		cmocka_unit_test(what_no_bucket_can_be_is_an_error),
		cmocka_unit_test(each_cpu_takes_in_advance_half_of_the_burst_at_most_in_all),
		cmocka_unit_test(what_one_cpu_has_too_much_goes_back_to_the_bucket),
		cmocka_unit_test(in_no_stretch_of_time_there_are_more_than_the_bound),
		cmocka_unit_test(threads_and_handlers_take_no_more_and_lose_nothing),
		cmocka_unit_test(a_child_has_a_bucket_of_its_own),
		cmocka_unit_test(with_shared_copies_it_is_refused_and_says_so),
		cmocka_unit_test(of_each_interval_the_burst_gets_through),
		cmocka_unit_test(bursts_and_intervals_of_zero_mean_what_they_do_in_the_kernel),
		cmocka_unit_test(what_was_suppressed_is_said_by_the_next_or_at_the_end),
		cmocka_unit_test(threads_and_handlers_get_no_more_through_than_intervals_have),
		/* last: it takes all the areas that there are */
		cmocka_unit_test(without_memory_there_is_none),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, set_up, NULL);
}
