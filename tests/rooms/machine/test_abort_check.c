/* SPDX-License-Identifier: MIT */
/*
 * test_abort_check.c - the self-test of preemption: that it knows a sequence from what is none,
 * says so where it cannot tell, and leaves everything as it was.
 *
 * A machine with much to do may keep a test from being made, so it is made until it was.
 */
#include "support/alone.h"
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/made_up_auxv.h"
#include "support/patience.h"
#include "support/refuse.h"

#include "machine/abort_check.h"
#include "machine/rseq_area.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#define TIMES 20

struct tally {
	unsigned int made, aborted, wrong, untested;
	bool seen; /* what is to be seen */
};

/* Many tests, and more until one has said @words; NULL: until it had its sequence aborted. */
static struct tally make_tests(bool published, const char *words)
{
	struct patience patience = be_patient();
	struct tally tally = {0};

	while (tally.made < TIMES || (!tally.seen && !is_out_of_patience(&patience))) {
		const char *untested, *wrong = pcpu_abort_check_of(published, &untested);
		const char *reason = wrong ? wrong : untested;

		tally.made++;
		tally.wrong += wrong != NULL;
		tally.untested += !wrong && untested;
		tally.aborted += !reason;
		tally.seen |= words ? reason && strstr(reason, words) : !reason;
	}
	return tally;
}

static void sequence_is_aborted_by_preemption(void **state)
{
	struct tally tally = make_tests(true, NULL);

	(void)state;
	assert_int_equal(tally.wrong, 0);
	assert_true(tally.seen);
}

static void what_is_no_sequence_is_found_out(void **state)
{
	struct tally tally = make_tests(false, "does not abort");

	(void)state;
	assert_int_equal(tally.aborted, 0);
	assert_true(tally.wrong > 0 && tally.seen);
}

static void public_form_tests_a_sequence(void **state)
{
	struct patience patience = be_patient();
	const char *untested;

	(void)state;
	do
		assert_null(pcpu_abort_check(&untested));
	while (untested && !is_out_of_patience(&patience));
	assert_null(untested);
}

/* --- with one CPU --- */

static void bind_to_this_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	child_expect(sched_setaffinity(0, sizeof(one), &one) == 0);
}

static void process_with_one_cpu_is_tested_too(void *arg)
{
	struct tally sequence, none;

	(void)arg;
	bind_to_this_cpu();
	sequence = make_tests(true, NULL);
	none = make_tests(false, "does not abort");
	child_expect(sequence.wrong == 0 && sequence.seen);
	child_expect(none.aborted == 0 && none.seen);
}

/* --- the size of its area --- */

/* Where areas are the library's own, they can be of another size than the least. */
static void begin_with_areas_of_another_size(void)
{
	made_up_feature_size = 33;
	made_up_align = 64;
	child_expect(!pcpu_rseq_init(true));
}

static void its_area_has_the_size_that_those_of_threads_have(void *arg)
{
	(void)arg;
	begin_with_areas_of_another_size();
	child_expect(refuse_unless(SYS_rseq, 1, pcpu_rseq_size(), REFUSE_WITH(EINVAL)));
	child_expect(make_tests(true, NULL).seen);
}

/* --- where it cannot be made --- */

struct refusal {
	long nr;
	int error;
	const char *reason;
};

static void test_while_refused(void *arg)
{
	const struct refusal *refusal = arg;
	struct tally tally;

	child_expect(refuse(refusal->nr, REFUSE_WITH(refusal->error)));
	tally = make_tests(false, refusal->reason);
	child_expect(tally.untested == tally.made && tally.seen);
}

static void it_is_untested_while_refused(void **state)
{
	struct child_end end = child_run(test_while_refused, *state);

	assert_child_was_content(end);
}

/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define refusal_test(name, nr, error, reason) \
	{#name, it_is_untested_while_refused, NULL, NULL, &(struct refusal){nr, error, reason}}
/* clang-format on */

static void policy_that_is_refused_costs_time_only(void *arg)
{
	struct tally sequence;

	(void)arg;
	child_expect(refuse(SYS_sched_setscheduler, REFUSE_WITH(EPERM)));
	sequence = make_tests(true, NULL);
	child_expect(sequence.wrong == 0 && sequence.seen);
}

/* --- what it leaves behind --- */

static void affinity_is_as_before(void **state)
{
	cpu_set_t before, after;

	(void)state;
	CPU_ZERO(&before);
	CPU_ZERO(&after);
	sched_getaffinity(0, sizeof(before), &before);
	make_tests(true, NULL);
	sched_getaffinity(0, sizeof(after), &after);
	assert_true(CPU_EQUAL(&before, &after));
}

static void policy_is_as_before(void **state)
{
	int before = sched_getscheduler(0);

	(void)state;
	make_tests(true, NULL);
	assert_int_equal(sched_getscheduler(0), before);
}

static void signal_mask_is_as_before(void **state)
{
	sigset_t mine, saved, after;

	(void)state;
	sigemptyset(&mine);
	sigaddset(&mine, SIGUSR2);
	sigprocmask(SIG_SETMASK, &mine, &saved);
	make_tests(true, NULL);
	sigprocmask(SIG_SETMASK, &saved, &after);
	for (int signo = 1; signo < 32; signo++)
		assert_int_equal(sigismember(&after, signo), signo == SIGUSR2);
}

static void errno_is_as_before(void **state)
{
	(void)state;
	errno = 4321;
	make_tests(true, NULL);
	assert_int_equal(errno, 4321);
}

/* A line of a file below /proc/self that begins with @key, as a number; or the number of lines. */
static unsigned long figure(const char *path, const char *key)
{
	char line[1024];
	unsigned long value = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!key)
			value++;
		else if (strncmp(line, key, strlen(key)) == 0)
			value = strtoul(line + strlen(key), NULL, 10);
	fclose(file);
	return value;
}

static void neither_threads_nor_memory_are_left(void *arg)
{
	unsigned long threads, mappings;

	(void)arg;
	figure("/proc/self/maps", NULL); /* whose buffer is a mapping too */
	threads = figure("/proc/self/status", "Threads:");
	mappings = figure("/proc/self/maps", NULL);
	child_expect(threads > 0 && mappings > 0);
	child_expect(make_tests(true, NULL).seen);
	child_expect(figure("/proc/self/status", "Threads:") == threads);
	child_expect(figure("/proc/self/maps", NULL) == mappings);
}

/* --- one thread, from the moment that it returns --- */

#define MANY_TIMES 200

/* What unshare() asks itself, whatever it is to do. This flag does nothing in the only thread. */
static bool is_the_only_thread(void)
{
	return unshare(CLONE_THREAD) == 0;
}

/* Looked at when the room gives its memory back, which takes longer than a thread to leave. */
static unsigned int too_early;

int munmap(void *address, size_t size)
{
	too_early += !is_the_only_thread();
	return (int)syscall(SYS_munmap, address, size);
}

static void expect_one_thread_after_each_of_many(void)
{
	const char *untested;

	child_expect(is_the_only_thread());
	for (int i = 0; i < MANY_TIMES; i++) {
		child_expect(!pcpu_abort_check(&untested));
		child_expect(is_the_only_thread());
	}
	child_expect(too_early == 0);
}

static void caller_is_the_only_thread_when_it_returns(void *arg)
{
	(void)arg;
	expect_one_thread_after_each_of_many();
}

/* It sees at once what the kernel clears while the thread is on its way, instead of being woken. */
static void caller_that_does_not_sleep_is_the_only_thread_too(void *arg)
{
	(void)arg;
	child_expect(refuse(SYS_futex, REFUSE_WITH(EPERM)));
	expect_one_thread_after_each_of_many();
}

static void caller_without_patience_is_the_only_thread_too(void *arg)
{
	const char *untested;

	(void)arg;
	faults_fail_all(PCPU_FAULT_PATIENCE);
	for (int i = 0; i < MANY_TIMES; i++) {
		child_expect(!pcpu_abort_check(&untested));
		child_expect(is_the_only_thread());
		child_expect(untested && strstr(untested, "in time"));
	}
	child_expect(faults_end() == MANY_TIMES);
}

static void nobody_waits_for_threads_that_nobody_may_ask_for(void *arg)
{
	(void)arg;
	child_expect(refuse(SYS_tgkill, REFUSE_WITH(EPERM)));
	child_expect(make_tests(true, NULL).seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_is_aborted_by_preemption),
		cmocka_unit_test(what_is_no_sequence_is_found_out),
		cmocka_unit_test(public_form_tests_a_sequence),
		child_test(process_with_one_cpu_is_tested_too),
		child_test(its_area_has_the_size_that_those_of_threads_have),
		refusal_test(thread_that_is_refused_leaves_it_untested, SYS_clone, EAGAIN,
			     "not started"),
		refusal_test(affinity_that_is_refused_leaves_it_untested, SYS_sched_setaffinity,
			     EPERM, "bound"),
		refusal_test(area_that_is_refused_leaves_it_untested, SYS_rseq, ENOSYS, "area"),
		refusal_test(no_memory_leaves_it_untested, SYS_mmap, ENOMEM, "memory"),
		child_test(policy_that_is_refused_costs_time_only),
		cmocka_unit_test(affinity_is_as_before),
		cmocka_unit_test(policy_is_as_before),
		cmocka_unit_test(signal_mask_is_as_before),
		cmocka_unit_test(errno_is_as_before),
		child_test(neither_threads_nor_memory_are_left),
		child_test(caller_is_the_only_thread_when_it_returns),
		child_test(caller_that_does_not_sleep_is_the_only_thread_too),
		child_test(caller_without_patience_is_the_only_thread_too),
		child_test(nobody_waits_for_threads_that_nobody_may_ask_for),
	};

	return cmocka_run_group_tests_name("preempt_test", tests, NULL, NULL);
}
