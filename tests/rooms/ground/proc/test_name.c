/* SPDX-License-Identifier: MIT */
/*
 * test_name.c - names of mappings, with a kernel that has names or not: what the system call comes
 * to is a signal here, whose handler answers.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"

#include "ground/proc/name.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

static struct {
	unsigned int nr; /* calls */
	uintptr_t addr, size;
	char name[80];
	int error; /* what is answered */
} kernel;

#ifdef __x86_64__
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#define ARGUMENT(context, n) \
	((uintptr_t)(context)->uc_mcontext.gregs[(n) == 2 ? REG_RDX : (n) == 3 ? REG_R10 : REG_R8])
#else
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#define ARGUMENT(context, n) ((uintptr_t)(context)->uc_mcontext.regs[n])
#endif

static void answer(int sig, siginfo_t *info, void *ucontext)
{
	ucontext_t *context = ucontext;

	(void)sig;
	(void)info;
	kernel.nr++;
	kernel.addr = ARGUMENT(context, 2);
	kernel.size = ARGUMENT(context, 3);
	snprintf(kernel.name, sizeof(kernel.name), "%.79s", (const char *)ARGUMENT(context, 4));
	RESULT(context) = -kernel.error;
}

/* From here on, in a child, the kernel answers @error; 0: it gives the name. */
static void play_kernel(int error)
{
	struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};

	kernel.error = error;
	child_expect(sigaction(SIGSYS, &action, NULL) == 0);
	child_expect(refuse_if(SYS_prctl, 0, 0x53564d41, REFUSE_BY_SIGNAL));
}

static char page[64];

static void name_reaches_the_kernel(void *arg)
{
	(void)arg;
	play_kernel(0);
	errno = 1234;
	pcpu_name(page, 4096, PCPU_NAME_METADATA);
	child_expect(kernel.nr == 1 && kernel.addr == (uintptr_t)page && kernel.size == 4096);
	child_expect(!strcmp(kernel.name, "percpu: metadata") && errno == 1234);
	pcpu_name_more(page, 8192, PCPU_NAME_POOLS);
	child_expect(kernel.nr == 2 && kernel.size == 8192 &&
		     !strcmp(kernel.name, "percpu: pools"));
}

static void kernel_without_names_is_asked_once(void *arg)
{
	play_kernel(*(int *)arg);
	errno = 1234;
	pcpu_name(page, 4096, PCPU_NAME_METADATA);
	pcpu_name(page, 4096, PCPU_NAME_METADATA);
	pcpu_name_more(page, 4096, PCPU_NAME_METADATA);
	child_expect(kernel.nr == 1 && errno == 1234);
}

/* Shared memory, before Linux 6.2; more mappings than the process may have. */
static void mapping_that_cannot_have_a_name_keeps_it_from_no_other(void *arg)
{
	play_kernel(*(int *)arg);
	errno = 1234;
	pcpu_name(page, 4096, PCPU_NAME_METADATA);
	child_expect(errno == 1234);
	pcpu_name_more(page, 4096, PCPU_NAME_METADATA);
	child_expect(kernel.nr == 2 && errno == 1234);
}

static void what_comes_after_no_more_has_no_name(void *arg)
{
	(void)arg;
	play_kernel(0);
	pcpu_name_no_more();
	pcpu_name_more(page, 4096, PCPU_NAME_METADATA);
	child_expect(kernel.nr == 0);
	/* a unit that opens asks for more than that anyway */
	pcpu_name(page, 4096, PCPU_NAME_METADATA);
	child_expect(kernel.nr == 1);
}

static void what_is_asked_of_the_kernel(void **state)
{
	int without[] = {EINVAL, ENOSYS, EPERM}, not_this[] = {EBADF, ENOMEM};

	(void)state;
	assert_content(name_reaches_the_kernel, NULL);
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		assert_content(kernel_without_names_is_asked_once, &without[i]);
	for (size_t i = 0; i < sizeof(not_this) / sizeof(not_this[0]); i++)
		assert_content(mapping_that_cannot_have_a_name_keeps_it_from_no_other,
			       &not_this[i]);
	assert_content(what_comes_after_no_more_has_no_name, NULL);
}

static void cpus_have_names(void **state)
{
	char name[PCPU_NAME_MAX];

	(void)state;
	assert_string_equal(pcpu_name_of_cpu(0, name), "percpu: CPU 0");
	assert_string_equal(pcpu_name_of_cpu(8191, name), "percpu: CPU 8191");
	assert_string_equal(pcpu_name_of_cpu(4294967295u, name), "percpu: CPU 4294967295");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_of_the_kernel),
		cmocka_unit_test(cpus_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
