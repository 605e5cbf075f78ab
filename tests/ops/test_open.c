/* SPDX-License-Identifier: MIT */
/*
 * test_open.c - percpu_open(), and what comes of operations where a filter refuses system calls
 * from some moment on: nothing is lost, and what cannot be done says so (percpu/open.h,
 * docs/operations.md, section 9).
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/refuse.h"
#include "support/sanitized.h"
#include "support/threads.h"
#include "support/tier.h"

#include <percpu/percpu.h>
#include <percpu/ratelimit.h>

#include <errno.h>
#include <sys/mman.h>

#define WORKERS 4
#define ROUNDS 20000
#define EACH_VISIT 500

static DEFINE_PER_CPU(uint64_t, counted);
static DEFINE_PER_CPU(uint64_t, plain);
static DEFINE_PER_CPU(uint64_t, taken);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static DEFINE_PER_CPU(uint64_t, locked);
static struct percpu_counter counter;

/* --- which units it opens --- */

static unsigned int nr_open(void)
{
	unsigned int nr = 0, cpu;

	for_each_possible_cpu(cpu)
		nr += percpu_unit_is_open(cpu);
	return nr;
}

/* Where there are too few possible CPUs to tell some of them from all. */
static bool lacks_possible_cpus(void)
{
	return num_possible_cpus() < 64;
}

static const char *only_the_cpus_of_the_mask_are_opened(void)
{
	unsigned long mask[4] = {1UL << 3 | 1UL << 40, 1UL << (70 - 64)};
	const unsigned int before = nr_open();

	SKIP_IF(lacks_possible_cpus());
	RETURN_UNLESS(before == 0);
	RETURN_UNLESS(percpu_open(sizeof(mask[0]), mask) == 0);
	RETURN_UNLESS(percpu_unit_is_open(3) && percpu_unit_is_open(40) && nr_open() == 2);
	RETURN_UNLESS(percpu_open(sizeof(mask), mask) == 0);
	RETURN_UNLESS(percpu_open(1, mask) == 0 && nr_open() == 2);
	RETURN_UNLESS(per_cpu(counted, 3) == 0 && per_cpu_sum(counted) == 0);
	return NULL;
}

static const char *all_possible_cpus_are_opened_without_a_mask(void)
{
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_UNLESS(nr_open() == num_possible_cpus());
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	return NULL;
}

static const char *mask_without_a_possible_cpu_is_refused(void)
{
	unsigned char mask[65536 / 8 + 8] = {0};

	RETURN_UNLESS(percpu_open(sizeof(mask), mask) == -EINVAL);
	mask[nr_cpu_ids / 8] = (unsigned char)(1 << nr_cpu_ids % 8);
	mask[sizeof(mask) - 1] = 0x80;
	RETURN_UNLESS(percpu_open(sizeof(mask), mask) == -EINVAL);
	RETURN_UNLESS(percpu_open(0, mask) == -EINVAL && nr_open() == 0);
	mask[0] = 1;
	RETURN_UNLESS(percpu_open(sizeof(mask), mask) == 0 && nr_open() == 1);
	return NULL;
}

/* Each part in turn cannot be had; then it can. */
static const char *unit_that_cannot_be_opened_stays_closed_and_can_be_opened_later(void)
{
	const unsigned long mask = 1;
	int failed = 1;

	SKIP_IF(lacks_possible_cpus());
	for (int nth = 1; failed; nth++) {
		const unsigned long next = mask << nth;

		RETURN_UNLESS(nth < 20 && __alloc_percpu(32768, 8));
		faults_fail_nth(PCPU_FAULT_COMMIT, nth);
		RETURN_UNLESS(percpu_open(sizeof(next), &next) ==
			      (fault_plan.failed ? -ENOMEM : 0));
		failed = faults_end();
		RETURN_UNLESS(percpu_unit_is_open((unsigned int)nth) == !failed);
		RETURN_UNLESS(percpu_open(sizeof(next), &next) == 0);
		RETURN_UNLESS(percpu_unit_is_open((unsigned int)nth));
		per_cpu(counted, nth) = 1;
	}
	return NULL;
}

static const char *no_memory_for_marks_is_an_error(void)
{
	SKIP_IF(has_sequences());
	faults_fail_all(PCPU_FAULT_RESERVE);
	RETURN_UNLESS(percpu_open(0, NULL) == -ENOMEM);
	faults_end();
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	faults_fail_all(PCPU_FAULT_RESERVE);
	this_cpu_inc(counted);
	RETURN_UNLESS(per_cpu_sum(counted) == 1 && percpu_open(0, NULL) == 0);
	return NULL;
}

/* --- under a filter --- */

/* As it is on machines whose clock the vDSO cannot read; the library's calls come here, too. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	return (int)syscall(SYS_clock_gettime, clock, time);
}

/* What the C library and the test itself need, to wait for threads, to complain, and to end. */
#define OF_THE_TEST SYS_write, SYS_exit, SYS_exit_group, SYS_lseek, SYS_rt_sigreturn

/* What operations, sections and visits may ask for: section 9's first rows. */
#define OF_OPERATIONS                                                                             \
	SYS_futex, SYS_membarrier, SYS_rt_sigprocmask, SYS_sched_yield, SYS_nanosleep, SYS_tkill, \
		SYS_openat, SYS_read, SYS_close, SYS_clock_gettime

/* What allocation may ask for beside. */
#define OF_ALLOCATION SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise

static const long for_operations[] = {OF_THE_TEST, OF_OPERATIONS, -1};
static const long for_allocation[] = {OF_THE_TEST, OF_OPERATIONS, OF_ALLOCATION, -1};

static pthread_barrier_t together;
static uint64_t done[WORKERS], visited[WORKERS], allocated[WORKERS];
static bool with_areas;

static void work(unsigned int n, unsigned int i)
{
	uint64_t __percpu *area;

	this_cpu_inc(counted);
	this_cpu_inc(taken);
	get_cpu_var(plain)++;
	put_cpu_var(plain);
	local_lock(&lock);
	__this_cpu_write(locked, __this_cpu_read(locked) + 1);
	local_unlock(&lock);
	percpu_counter_add(&counter, 1);
	if (num_online_cpus() == 0)
		abort();
	if (i % EACH_VISIT == 0)
		visited[n] += per_cpu_xchg(taken, cpus[(n + i / EACH_VISIT) % nr_cpus], 0);
	if (!with_areas || i % 8)
		return;
	area = alloc_percpu(uint64_t);
	if (!area)
		return;
	this_cpu_inc(*area);
	allocated[n] += per_cpu_sum(*area);
	free_percpu(area);
}

/* It never ends: to end a thread takes more system calls, of the C library. */
static void *work_under_the_filter(void *arg)
{
	unsigned int n = (unsigned int)((uint64_t *)arg - done);

	if (percpu_open(0, NULL) != 0)
		return NULL;
	pthread_barrier_wait(&together);
	pthread_barrier_wait(&together);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		work(n, i);
		tell(arg, i + 1);
	}
	pthread_barrier_wait(&together);
	for (;;)
		pthread_barrier_wait(&together);
}

static const char *count_under(const long *list, uint32_t others)
{
	uint64_t visits = 0, areas = 0;
	pthread_t threads[WORKERS];

	SKIP_IF(address_sanitized || thread_sanitized);
	pthread_barrier_init(&together, NULL, WORKERS + 1);
	RETURN_UNLESS(percpu_counter_init(&counter, 0, GFP_KERNEL) == 0);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	start_all(threads, WORKERS, work_under_the_filter, done, sizeof(done[0]));
	pthread_barrier_wait(&together);
	RETURN_UNLESS(filter_list(list, SECCOMP_RET_ALLOW, others));
	pthread_barrier_wait(&together);
	pthread_barrier_wait(&together);
	for (unsigned int n = 0; n < WORKERS; n++) {
		visits += visited[n];
		areas += allocated[n];
	}
	RETURN_IF_WRONG(differ("counted", per_cpu_sum(counted), WORKERS * ROUNDS));
	RETURN_IF_WRONG(differ("in sections", per_cpu_sum(plain), WORKERS * ROUNDS));
	RETURN_IF_WRONG(differ("locked", per_cpu_sum(locked), WORKERS * ROUNDS));
	RETURN_IF_WRONG(
		differ("in the counter", (uint64_t)percpu_counter_sum(&counter), WORKERS * ROUNDS));
	RETURN_IF_WRONG(differ("taken", visits + per_cpu_sum(taken), WORKERS * ROUNDS));
	/* there is always a chunk with room: no area was refused */
	return differ("in areas", areas, with_areas ? WORKERS * ROUNDS / 8 : 0);
}

static const char *operations_under_a_filter_that_kills_are_exact(void)
{
	return count_under(for_operations, SECCOMP_RET_KILL_PROCESS);
}

static const char *operations_under_a_filter_that_refuses_are_exact(void)
{
	return count_under(for_operations, REFUSE_WITH(EPERM));
}

static const char *allocation_under_a_filter_that_kills_is_exact(void)
{
	with_areas = true;
	return count_under(for_allocation, SECCOMP_RET_KILL_PROCESS);
}

/* Without memory from the system: of what there is. */
static const char *allocation_under_a_filter_that_refuses_is_exact(void)
{
	with_areas = true;
	return count_under(for_operations, REFUSE_WITH(EPERM));
}

/* --- what is refused --- */

static const long of_memory[] = {SYS_mmap, SYS_mprotect, SYS_madvise, SYS_munmap, SYS_mremap, -1};
static const long of_signals[] = {SYS_rt_sigprocmask, -1};
static const long of_threads[] = {SYS_gettid, -1};
static const long of_fences[] = {SYS_membarrier, -1};
static const long of_pinning[] = {SYS_sched_setaffinity, -1};

static bool refuse_list(const long *list)
{
	return filter_list(list, REFUSE_WITH(EPERM), SECCOMP_RET_ALLOW);
}

static const char *open_late(void)
{
	refuse_list(of_memory);
	per_cpu(counted, 5) = 1;
	return "a unit that the system refuses is open";
}

static void unit_that_is_refused_is_fatal_and_says_so(void **state)
{
	(void)state;
	if (lacks_possible_cpus())
		skip();
	else
		assert_fatal(open_late,
			     "the system refuses memory for the unit of CPU 5 (errno 1): its "
			     "counts have no place. Before a sandbox begins, percpu_open() "
			     "opens it");
}

static const char *unit_that_is_refused_is_an_error_of_percpu_open(void)
{
	const unsigned long mask = 1UL << 5;

	SKIP_IF(address_sanitized || thread_sanitized || lacks_possible_cpus());
	this_cpu_inc(counted);
	RETURN_UNLESS(refuse_list(of_memory));
	RETURN_UNLESS(percpu_open(sizeof(mask), &mask) == -EPERM && !percpu_unit_is_open(5));
	this_cpu_inc(counted);
	RETURN_UNLESS(per_cpu_sum(counted) == 2);
	return NULL;
}

static void *hold_in_a_new_thread(void *unused)
{
	(void)unused;
	get_cpu();
	put_cpu();
	return NULL;
}

static const char *begin_late(void)
{
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	refuse_list(of_threads);
	pthread_join(start(hold_in_a_new_thread, NULL), NULL);
	return "a thread without a number has held a CPU";
}

static void thread_without_a_number_is_fatal_and_says_so(void **state)
{
	struct fact_end end = find_out(begin_late);

	(void)state;
	/* by whatever signal: the C library's abort() calls it too */
	if (!WIFSIGNALED(end.status) ||
	    !strstr(end.text, "gettid fails with errno 1: threads cannot be told apart"))
		fail_msg("the child's status is %#x, it said: %s", (unsigned int)end.status,
			 end.text);
}

static const char *thread_that_opened_before_needs_no_number(void)
{
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_UNLESS(refuse_list(of_threads));
	for (int i = 0; i < 1000; i++) {
		get_cpu_var(plain)++;
		put_cpu_var(plain);
	}
	return differ("in sections", per_cpu_sum(plain), 1000);
}

static const char *visit_without_signals(void)
{
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	refuse_list(of_signals);
	per_cpu_xchg(counted, cpus[0], 0);
	return "a CPU has been held without masking signals";
}

static void visit_that_cannot_mask_signals_is_fatal_and_says_so(void **state)
{
	(void)state;
	assert_fatal(visit_without_signals, "signals cannot be masked: errno 1");
}

static const char *visit_without_fences(void)
{
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	refuse_list(of_fences);
	for (unsigned int i = 0; i < nr_cpus; i++)
		per_cpu_xchg(counted, cpus[i], 0);
	return "a CPU has been held without a fence";
}

/* But where there was none from the start, operations have barriers of their own. */
static void visit_that_cannot_fence_is_fatal_and_says_so(void **state)
{
	(void)state;
	if (strstr(percpu_backend(), "no membarrier"))
		skip();
	else
		assert_fatal(visit_without_fences, "updates cannot be kept apart");
}

static const long of_clocks[] = {SYS_clock_gettime, -1};

static const char *clock_that_is_refused_changes_nothing(void)
{
	uint64_t sum = 0;

	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	this_cpu_inc(counted);
	RETURN_UNLESS(refuse_list(of_clocks));
	errno = EDOM;
	for (unsigned int i = 0; i < nr_cpus; i++)
		sum += per_cpu_xchg(counted, cpus[i], 0);
	RETURN_UNLESS(errno == EDOM);
	return differ("taken", sum, 1);
}

static const char *rate_limits_without_a_clock_let_one_burst_through(void)
{
	struct percpu_ratelimit limit;
	struct ratelimit_state state;
	unsigned int taken_from_limit = 0, taken_from_state = 0;

	ratelimit_state_init(&state, 1, 5);
	ratelimit_set_flags(&state, RATELIMIT_MSG_ON_RELEASE);
	RETURN_UNLESS(percpu_ratelimit_init(&limit, 1, 10, GFP_KERNEL) == 0);
	RETURN_UNLESS(refuse_list(of_clocks));
	for (int i = 0; i < 10000; i++) {
		taken_from_limit += percpu_ratelimit_take(&limit);
		taken_from_state += (unsigned int)__ratelimit(&state);
	}
	percpu_ratelimit_destroy(&limit);
	RETURN_IF_WRONG(differ("taken from the bucket", taken_from_limit, 10));
	return differ("taken from the interval", taken_from_state, 5);
}

static void *count_in_a_new_thread(void *unused)
{
	(void)unused;
	this_cpu_inc(counted);
	return NULL;
}

/* A thread whose area cannot be registered any more counts in another way. */
static const char *thread_that_is_refused_rseq_counts(void)
{
	static const long of_rseq[] = {SYS_rseq, -1};

	/* where areas are the C library's, that one ends the process for it */
	SKIP_IF(!strstr(percpu_backend(), "of the library's own"));
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_UNLESS(refuse_list(of_rseq));
	for (int i = 0; i < 10; i++)
		pthread_join(start(count_in_a_new_thread, NULL), NULL);
	return differ("counted", per_cpu_sum(counted), 10);
}

static const char *pinning_that_is_refused_changes_nothing(void)
{
	SKIP_IF(!has_sequences() || !indexed_by_cpu());
	RETURN_UNLESS(refuse_list(of_pinning));
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == -EPERM);
	RETURN_UNLESS(percpu_thread_unpin() == -EPERM);
	this_cpu_inc(counted);
	return differ("counted", per_cpu_sum(counted), 1);
}

/* The last area that fits, and then NULL, with the reason; what there is goes on. */
static const char *allocation_that_is_refused_is_null_and_says_so(void)
{
	uint64_t __percpu *area, *first = alloc_percpu(uint64_t);
	unsigned int nr = 0;

	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(first && percpu_open(0, NULL) == 0 && refuse_list(of_memory));
	for (; (area = __alloc_percpu_gfp(1024, 8, GFP_KERNEL | __GFP_NOWARN)) != NULL; nr++)
		this_cpu_inc(*area);
	RETURN_UNLESS(nr > 0 && nr < 1000 && !alloc_percpu(char[2048]));
	this_cpu_inc(*first);
	free_percpu(first);
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(only_the_cpus_of_the_mask_are_opened),
		fact_test(all_possible_cpus_are_opened_without_a_mask),
		fact_test(mask_without_a_possible_cpu_is_refused),
		fact_test(unit_that_cannot_be_opened_stays_closed_and_can_be_opened_later),
		fact_test(no_memory_for_marks_is_an_error),
		fact_test(operations_under_a_filter_that_kills_are_exact),
		fact_test(operations_under_a_filter_that_refuses_are_exact),
		fact_test(allocation_under_a_filter_that_kills_is_exact),
		fact_test(allocation_under_a_filter_that_refuses_is_exact),
		cmocka_unit_test(unit_that_is_refused_is_fatal_and_says_so),
		fact_test(unit_that_is_refused_is_an_error_of_percpu_open),
		cmocka_unit_test(thread_without_a_number_is_fatal_and_says_so),
		fact_test(thread_that_opened_before_needs_no_number),
		cmocka_unit_test(visit_that_cannot_mask_signals_is_fatal_and_says_so),
		cmocka_unit_test(visit_that_cannot_fence_is_fatal_and_says_so),
		fact_test(clock_that_is_refused_changes_nothing),
		fact_test(rate_limits_without_a_clock_let_one_burst_through),
		fact_test(thread_that_is_refused_rseq_counts),
		fact_test(pinning_that_is_refused_changes_nothing),
		fact_test(allocation_that_is_refused_is_null_and_says_so),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
