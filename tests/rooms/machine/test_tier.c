/* SPDX-License-Identifier: MIT */
/*
 * test_tier.c - which tier is chosen, what is said of it, and which CPU a thread is on.
 *
 * The library has chosen at its start; each case chooses once more, in a child that does nothing
 * else.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/no_rseq.h"
#include "support/refuse.h"
#include "support/threads.h"
#include "support/tier.h"

#include "arch_constants.h"
#include "ground/conf.h"
#include "machine/losing_kernel.h"
#include "machine/rseq_area.h"
#include "machine/tier.h"

#include <errno.h>
#include <sys/utsname.h>

static bool backend_begins(const char *with)
{
	return strncmp(percpu_backend(), with, strlen(with)) == 0;
}

/* --- the choice --- */

/* What the kernel calls itself; NULL: it does not say. */
static const char *made_up_release;

/* Instead of the C library's. */
int uname(struct utsname *name)
{
	if (!made_up_release)
		return -1;
	*name = (struct utsname){.sysname = "Linux"};
	strcpy(name->release, made_up_release);
	return 0;
}

/* As at the start, with selftest:no and strict:no. */
static void choose(enum pcpu_backend_choice backend, enum pcpu_index index)
{
	pcpu_conf.backend = backend;
	pcpu_conf.index = index;
	pcpu_conf.selftest = PCPU_SELFTEST_NO;
	pcpu_conf.strict = false;
	pcpu_tier = (struct pcpu_tier){0};
	pcpu_tier_init();
}

static void fallback_that_is_asked_for_is_had_and_knows_cpus_alone(void *arg)
{
	(void)arg;
	choose(PCPU_BACKEND_FALLBACK, PCPU_INDEX_MM_CID);
	child_expect(!pcpu_tier_has_sequences());
	child_expect(pcpu_tier.index == PCPU_INDEX_CPU_ID);
	child_expect(strcmp(percpu_backend(), "fallback: asked for by PERCPU_CONF") == 0);
}

static void kernel_without_membarrier_has_no_sequences(void *arg)
{
	(void)arg;
	child_expect(refuse(SYS_membarrier, REFUSE_WITH(ENOSYS)));
	choose(PCPU_BACKEND_RSEQ, PCPU_INDEX_CPU_ID);
	child_expect(!pcpu_tier_has_sequences() && !pcpu_tier.threads_fence);
	child_expect(backend_begins("fallback: the kernel has no membarrier for rseq") ||
		     strstr(percpu_backend(), "refuses"));
}

static void sequences_that_were_not_tested_say_so(void *arg)
{
	(void)arg;
	made_up_release = "6.1.0";
	choose(PCPU_BACKEND_AUTO, PCPU_INDEX_CPU_ID);
	child_expect(pcpu_tier_has_sequences() == backend_begins("rseq: "));
	child_expect(!pcpu_tier_has_sequences() ||
		     strstr(percpu_backend(), "; preemption not tested: PERCPU_CONF says so"));
}

static void expect_sequences_untested_on(const char *release, bool good)
{
	made_up_release = release;
	choose(PCPU_BACKEND_AUTO, PCPU_INDEX_CPU_ID);
	child_expect(pcpu_tier_has_sequences() == good);
	child_expect(good || backend_begins("fallback: preemption was not tested"));
}

static void untested_is_good_but_on_kernels_that_are_known_to_lose_aborts(void *arg)
{
	const bool some_are = PCPU_LOSING_UNTIL != 0;

	(void)arg;
	made_up_release = "6.1.0";
	choose(PCPU_BACKEND_AUTO, PCPU_INDEX_CPU_ID);
	if (!pcpu_tier_has_sequences())
		return;
	expect_sequences_untested_on("6.18.44-cloud-amd64", true);
	expect_sequences_untested_on("6.19", !some_are);
	expect_sequences_untested_on("6.20.1", !some_are);
	expect_sequences_untested_on("7.0.10-rt", !some_are);
	expect_sequences_untested_on("7.1.0-rc1", true);
	expect_sequences_untested_on("no kernel", !some_are);
	expect_sequences_untested_on(NULL, !some_are);
}

static void releases_are_told_apart_by_their_first_two_numbers(void **state)
{
	const unsigned long from = PCPU_VERSION(6, 19), until = PCPU_VERSION(7, 1);

	(void)state;
	assert_false(pcpu_release_is_within("5.20.1", from, until));
	assert_false(pcpu_release_is_within("6.18.99", from, until));
	assert_true(pcpu_release_is_within("6.19.0-rc1", from, until));
	assert_true(pcpu_release_is_within("7.0-generic", from, until));
	assert_false(pcpu_release_is_within("7.1", from, until));
	assert_false(pcpu_release_is_within("10.0", from, until));
	assert_true(pcpu_release_is_within("", from, until));
	assert_false(pcpu_release_is_within("", 0, 0));
}

static void kernels_are_known_to_abort_by_what_they_call_themselves(void **state)
{
	static const struct {
		const char *release;
		bool known;
	} kernels[] = {
		{"5.10.0-39-amd64", true}, {"6.18.44", true}, {"5.9.16", false},
		{"6.19.0-rc1", false},     {"7.3.1", false},  {"4.19.0-gvisor", false},
		{"no kernel", false},      {"", false},       {NULL, false},
	};
	const bool some_are = PCPU_ABORTING_UNTIL != 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		made_up_release = kernels[i].release;
		assert_int_equal(pcpu_kernel_is_known_to_abort(), kernels[i].known && some_are);
	}
	made_up_release = NULL;
}

/* Who refuses threads would have the long test say that it was not made. */
static void tests_on(const char *release, enum pcpu_selftest selftest, bool short_one)
{
	made_up_release = release;
	pcpu_conf.selftest = selftest;
	pcpu_conf.backend = PCPU_BACKEND_AUTO;
	pcpu_tier = (struct pcpu_tier){0};
	pcpu_tier_init();
	if (pcpu_tier_has_sequences())
		child_expect(!strstr(percpu_backend(), "not tested") == short_one);
}

static void kernel_that_is_known_is_tested_without_threads(void *arg)
{
	struct utsname real;

	(void)arg;
	child_expect(syscall(SYS_uname, &real) == 0);
	child_expect(refuse(SYS_clone, REFUSE_WITH(EPERM)));
	tests_on("5.9.1", PCPU_SELFTEST_AUTO, false);
	tests_on("7.1.0", PCPU_SELFTEST_AUTO, false);
	tests_on(real.release, PCPU_SELFTEST_YES, false);
	made_up_release = real.release;
	tests_on(real.release, PCPU_SELFTEST_AUTO, pcpu_kernel_is_known_to_abort());
}

static void *test_beside_main(void *arg)
{
	struct utsname *real = arg;

	child_expect(refuse(SYS_clone, REFUSE_WITH(EPERM)));
	tests_on(real->release, PCPU_SELFTEST_AUTO, false);
	return NULL;
}

static void process_with_threads_is_tested_with_threads(void *arg)
{
	struct utsname real;

	(void)arg;
	child_expect(syscall(SYS_uname, &real) == 0);
	pthread_join(start(test_beside_main, &real), NULL);
}

static void mm_cid_tells_copies_apart_where_the_kernel_keeps_it(void *arg)
{
	bool has;

	(void)arg;
	made_up_release = "6.1.0";
	choose(PCPU_BACKEND_AUTO, PCPU_INDEX_MM_CID);
	has = pcpu_tier_has_sequences() && pcpu_rseq_has_mm_cid();
	child_expect((pcpu_tier.index == PCPU_INDEX_MM_CID) == has);
	child_expect(!strstr(percpu_backend(), ", indexed by mm_cid") == !has);
	child_expect(pcpu_tier.index_offset ==
		     pcpu_rseq_offset() + (ptrdiff_t)(has ? offsetof(struct pcpu_rseq, mm_cid)
							  : offsetof(struct pcpu_rseq, cpu_id)));
}

static void waiters_fence_where_fences_reach_all_sequences(void **state)
{
	const struct pcpu_tier before = pcpu_tier;

	(void)state;
	pcpu_tier = (struct pcpu_tier){.sequences = true};
	assert_true(pcpu_tier_waiters_fence());
	pcpu_tier.shared = true;
	assert_false(pcpu_tier_waiters_fence());
	pcpu_tier = (struct pcpu_tier){.sequences = false};
	assert_false(pcpu_tier_waiters_fence());
	pcpu_tier = before;
}

/* --- the calling thread --- */

static void running_cpu_is_the_one_that_the_thread_is_on(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		assert_int_equal(pcpu_running_cpu(), cpus[i]);
	}
	go_anywhere();
}

struct without_rseq {
	bool had, ensured;
	unsigned int cpu;
};

static void *ask_without_rseq(void *arg)
{
	struct without_rseq *without = arg;

	go_to(cpus[0]);
	without->had = give_rseq_up() != NULL;
	without->cpu = pcpu_running_cpu();
	without->ensured = pcpu_thread_ensure_rseq();
	return NULL;
}

static void thread_without_rseq_knows_its_cpu_and_has_no_fast_path(void **state)
{
	struct without_rseq without;

	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	pthread_join(start(ask_without_rseq, &without), NULL);
	assert_true(without.had);
	assert_int_equal(without.cpu, cpus[0]);
	/* one of the library's own is registered again */
	assert_int_equal(without.ensured, strstr(pcpu_rseq_origin(), "library's own") != NULL);
}

static void thread_has_the_fast_path_of_its_tier(void **state)
{
	(void)state;
	assert_true(pcpu_thread_ensure_rseq());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(fallback_that_is_asked_for_is_had_and_knows_cpus_alone),
		child_test(kernel_without_membarrier_has_no_sequences),
		child_test(sequences_that_were_not_tested_say_so),
		child_test(untested_is_good_but_on_kernels_that_are_known_to_lose_aborts),
		cmocka_unit_test(releases_are_told_apart_by_their_first_two_numbers),
		cmocka_unit_test(kernels_are_known_to_abort_by_what_they_call_themselves),
		child_test(kernel_that_is_known_is_tested_without_threads),
		child_test(process_with_threads_is_tested_with_threads),
		child_test(mm_cid_tells_copies_apart_where_the_kernel_keeps_it),
		cmocka_unit_test(waiters_fence_where_fences_reach_all_sequences),
		cmocka_unit_test(running_cpu_is_the_one_that_the_thread_is_on),
		cmocka_unit_test(thread_without_rseq_knows_its_cpu_and_has_no_fast_path),
		cmocka_unit_test(thread_has_the_fast_path_of_its_tier),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
