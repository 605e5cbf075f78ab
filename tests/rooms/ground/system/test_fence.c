/* SPDX-License-Identifier: MIT */
/*
 * test_fence.c - fences: which kernels have them, and when there is none. That they keep sequences
 * and threads apart is what the tests of sections, CPU locks and local locks look at.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"
#include "support/threads.h"

#include "ground/system/fence.h"

#include <errno.h>
#include <linux/membarrier.h>

static void fence_all(void)
{
	pcpu_fence_sequences();
	pcpu_fence_sequences_on(0);
	pcpu_fence_threads();
}

/* Sandboxes may refuse them to the test itself. */
static void skip_without_fences(void)
{
	if (!pcpu_fence_init_sequences() || !pcpu_fence_init_threads())
		skip();
}

static void fences_keep_errno(void **state)
{
	(void)state;
	skip_without_fences();
	errno = 1234;
	fence_all();
	assert_int_equal(errno, 1234);
}

/* A CPU that is not there, or that nothing of the process runs on: no fence is needed there. */
static void cpu_without_threads_can_be_fenced(void **state)
{
	(void)state;
	skip_without_fences();
	pcpu_fence_sequences_on(8191);
	pcpu_fence_sequences_on(UINT32_MAX >> 1);
}

static void fence_in_the_child(void *arg)
{
	(void)arg;
	fence_all();
}

/* Whose address space need not be registered as its parent's is. */
static void children_can_fence(void **state)
{
	struct child_end end;

	(void)state;
	skip_without_fences();
	end = child_run(fence_in_the_child, NULL);
	assert_child_was_content(end);
}

static void ask_in_vain(void *arg)
{
	child_expect(refuse(SYS_membarrier, REFUSE_WITH(*(uint32_t *)arg)));
	child_expect(!pcpu_fence_init_sequences() && !pcpu_fence_init_threads());
}

static void kernel_that_refuses_them_has_no_fences(void **state)
{
	static uint32_t errors[] = {ENOSYS, EPERM};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct child_end end = child_run(ask_in_vain, &errors[i]);

		assert_child_was_content(end);
	}
}

static void fence_refused(void *fence)
{
	child_expect(refuse(SYS_membarrier, REFUSE_WITH(ENOMEM)));
	(*(void (**)(void))fence)();
}

static void fence_that_fails_is_fatal(void **state)
{
	static void (*fences[])(void) = {pcpu_fence_sequences, pcpu_fence_threads};

	(void)state;
	skip_without_fences();
	for (size_t i = 0; i < ARRAY_SIZE(fences); i++) {
		struct child_end end = child_run(fence_refused, &fences[i]);

		assert_child_died_of(end, SIGABRT);
		assert_non_null(strstr(end.output, "updates cannot be kept apart"));
	}
}

/* --- a process with threads --- */

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* Of this process: a child's address space has what its parent's has. */
static void refuse_registration(void *arg)
{
	(void)arg;
	start(wait_for_ever, NULL);
	child_expect(filter_argument(SYS_membarrier, 0, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
				     REFUSE_WITH(ENOMEM), SECCOMP_RET_ALLOW));
	child_expect(filter_argument(SYS_membarrier, 0,
				     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
				     REFUSE_WITH(ENOMEM), SECCOMP_RET_ALLOW));
	child_expect(pcpu_fence_init_sequences() && pcpu_fence_init_threads());
	child_expect(pcpu_fence_register_sequences() == -ENOMEM);
	child_expect(pcpu_fence_register_threads() == -ENOMEM);
}

static void process_with_threads_does_not_register_at_the_boot(void **state)
{
	struct child_end end;

	(void)state;
	skip_without_fences();
	end = child_run(refuse_registration, NULL);
	assert_child_was_content(end);
}

static void refuse_registration_of_one_thread(void *arg)
{
	(void)arg;
	child_expect(filter_argument(SYS_membarrier, 0,
				     MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
				     REFUSE_WITH(ENOMEM), SECCOMP_RET_ALLOW));
	child_expect(!pcpu_fence_init_sequences());
}

static void process_with_one_thread_does(void **state)
{
	struct child_end end;

	(void)state;
	skip_without_fences();
	end = child_run(refuse_registration_of_one_thread, NULL);
	assert_child_was_content(end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_that_refuses_them_has_no_fences),
		cmocka_unit_test(fences_keep_errno),
		cmocka_unit_test(cpu_without_threads_can_be_fenced),
		cmocka_unit_test(children_can_fence),
		cmocka_unit_test(fence_that_fails_is_fatal),
		cmocka_unit_test(process_with_threads_does_not_register_at_the_boot),
		cmocka_unit_test(process_with_one_thread_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
