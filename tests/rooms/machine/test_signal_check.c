/* SPDX-License-Identifier: MIT */
/*
 * test_signal_check.c - the short self-test: that it knows a thread whose descriptor the kernel
 * looks at from one whose it does not, says no where it cannot tell, and leaves everything as it
 * was.
 *
 * Kernels since 6.19 leave a descriptor where a system call has led into them; there it always says
 * no, which is all that can be looked at.
 */
#include "support/alone.h"
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"

#include "machine/losing_kernel.h"
#include "machine/rseq_area.h"
#include "machine/signal_check.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/utsname.h>

/* Whether the kernel is one that looks, and the thread has an area. */
static bool is_told;

static int begin(void **state)
{
	struct utsname name;

	(void)state;
	is_told = uname(&name) == 0 &&
		  pcpu_release_is_within(name.release, PCPU_VERSION(5, 10), PCPU_VERSION(6, 19)) &&
		  !pcpu_rseq_init(true);
	return 0;
}

static struct pcpu_rseq *area(void)
{
	return (struct pcpu_rseq *)((char *)__builtin_thread_pointer() + pcpu_rseq_offset());
}

static void skip_where_it_is_not_told(void)
{
	if (!is_told)
		skip();
}

static void kernel_that_looks_is_known_each_time(void **state)
{
	(void)state;
	skip_where_it_is_not_told();
	for (int i = 0; i < 1000; i++)
		assert_true(pcpu_signal_check());
}

/* As if the kernel knew nothing of areas. */
static void look_without_area(void *arg)
{
	(void)arg;
	child_expect(pcpu_rseq_unregister(area(), pcpu_rseq_size()) == 0);
	child_expect(!pcpu_signal_check());
}

static void thread_whose_area_nobody_looks_at_is_not_taken_for_good(void **state)
{
	struct child_end end;

	(void)state;
	skip_where_it_is_not_told();
	end = child_run(look_without_area, NULL);
	assert_child_was_content(end);
}

static void look_while_refused(void *arg)
{
	child_expect(refuse(*(long *)arg, REFUSE_WITH(EPERM)));
	child_expect(!pcpu_signal_check());
}

static void nothing_is_told_without_the_system_calls_for_it(void **state)
{
	static long calls[] = {SYS_tgkill, SYS_rt_sigaction, SYS_rt_sigpending};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct child_end end = child_run(look_while_refused, &calls[i]);

		assert_child_was_content(end);
	}
}

/* --- what it leaves --- */

static volatile sig_atomic_t nr_signals;
static volatile int code_of_last;

static void count(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	nr_signals = nr_signals + 1;
	code_of_last = info->si_code;
}

static void count_signals(void)
{
	struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};

	child_expect(sigaction(SIGURG, &action, NULL) == 0);
}

static void program_sees_nothing_of_it(void *arg)
{
	struct sigaction after;
	sigset_t mine, mask;

	(void)arg;
	count_signals();
	sigemptyset(&mine);
	sigaddset(&mine, SIGURG);
	sigaddset(&mine, SIGUSR2);
	sigprocmask(SIG_SETMASK, &mine, NULL);
	errno = 4321;
	child_expect(pcpu_signal_check() == is_told);
	child_expect(errno == 4321);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int signo = 1; signo < 32; signo++)
		child_expect(sigismember(&mask, signo) == (signo == SIGUSR2 || signo == SIGURG));
	sigaction(SIGURG, NULL, &after);
	child_expect(after.sa_sigaction == count && (after.sa_flags & SA_SIGINFO));
	sigemptyset(&mine);
	sigprocmask(SIG_SETMASK, &mine, NULL);
	child_expect(nr_signals == 0);
}

static void signal_that_has_been_waiting_goes_on_waiting(void *arg)
{
	sigset_t mine, pending;

	(void)arg;
	count_signals();
	sigemptyset(&mine);
	sigaddset(&mine, SIGURG);
	sigprocmask(SIG_SETMASK, &mine, NULL);
	child_expect(kill(getpid(), SIGURG) == 0);
	child_expect(!pcpu_signal_check());
	sigpending(&pending);
	child_expect(sigismember(&pending, SIGURG) && nr_signals == 0);
	sigprocmask(SIG_UNBLOCK, &mine, NULL);
	child_expect(nr_signals == 1);
}

#ifdef __GLIBC__ /* a static program has no next sigaction() */
/* Instead of the C library's: another one's signal comes as soon as the room's handler is there. */
static bool somebody_signals;

int sigaction(int signo, const struct sigaction *action, struct sigaction *before)
{
	int (*real)(int, const struct sigaction *, struct sigaction *);
	int ret;

	*(void **)&real = dlsym(RTLD_NEXT, "sigaction");
	ret = real(signo, action, before);
	if (somebody_signals && before) {
		somebody_signals = false;
		child_expect(kill(getpid(), signo) == 0);
	}
	return ret;
}

static void signal_of_somebody_else_is_sent_on(void *arg)
{
	(void)arg;
	count_signals();
	somebody_signals = true;
	child_expect(pcpu_signal_check() == is_told);
	child_expect(nr_signals == 1 && code_of_last == SI_USER);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_that_looks_is_known_each_time),
		cmocka_unit_test(thread_whose_area_nobody_looks_at_is_not_taken_for_good),
		cmocka_unit_test(nothing_is_told_without_the_system_calls_for_it),
		child_test(program_sees_nothing_of_it),
		child_test(signal_that_has_been_waiting_goes_on_waiting),
#ifdef __GLIBC__
		child_test(signal_of_somebody_else_is_sent_on),
#endif
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
