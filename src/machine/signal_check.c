/* SPDX-License-Identifier: MIT */
/*
 * signal_check.c - the short self-test at start.
 *
 *	go through a sequence	its descriptor stays in the area
 *	is it there?		else the thread has been preempted since, and it is done again
 *	a signal to oneself	delivered before the call returns; the thread is in no sequence
 *	is it gone?		then the kernel has looked
 *
 * The interface (linux/rseq.h) has the kernel set rseq_cs to NULL when it finds that it preempts,
 * or delivers a signal, outside of the sequence that is named there. Since 6.19 it leaves that for
 * later where the thread has come by a system call: such kernels are not told by this.
 */
#include "machine/signal_check.h"
#include "abort_spin.h"
#include "machine/rseq_area.h"
#include "raw_syscall.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* The default is to ignore it; debuggers pass it on without a word. */
#define SIGNAL SIGURG

/* In the middle of it a thread is hardly ever preempted. */
#define TRIES 4

static struct {
	long process;
	bool has_come;  /* our signal */
	bool has_other; /* somebody else's */
	siginfo_t other;
} check;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	if (info->si_code == SI_TKILL && info->si_pid == check.process) {
		check.has_come = true;
	} else {
		check.other = *info;
		check.has_other = true;
	}
}

static uint64_t descriptor(uint64_t **where)
{
	*where = (uint64_t *)((uintptr_t)__builtin_thread_pointer() +
			      (uintptr_t)pcpu_rseq_offset() + offsetof(struct pcpu_rseq, rseq_cs));
	return __atomic_load_n(*where, __ATOMIC_RELAXED);
}

static void go_through_a_sequence(void)
{
	const uint32_t go = 1;
	uint32_t state;
	uint64_t *area;

	descriptor(&area);
	pcpu_spin_in_sequence(area, true, &state, 1, &go, 1);
}

static bool signal_oneself(void)
{
	long thread = pcpu_raw_syscall(SYS_gettid, 0, 0, 0, 0);

	check.has_come = false;
	return pcpu_raw_syscall(SYS_tgkill, check.process, thread, SIGNAL, 0) == 0 &&
	       __atomic_load_n(&check.has_come, __ATOMIC_RELAXED);
}

static bool kernel_looks(void)
{
	uint64_t *area;

	for (int i = 0; i < TRIES; i++) {
		go_through_a_sequence();
		if (descriptor(&area) != 0)
			return signal_oneself() && descriptor(&area) == 0;
	}
	return false;
}

/* One that has been waiting is not ours to take. */
static bool is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) != 0 || sigismember(&pending, SIGNAL);
}

static void send_on(void)
{
	if (check.has_other)
		pcpu_raw_syscall(SYS_rt_sigqueueinfo, check.process, SIGNAL, (long)&check.other, 0);
	check.has_other = false;
}

static bool look_with_handler(void)
{
	const uint64_t all_others = ~(UINT64_C(1) << (SIGNAL - 1));
	struct sigaction mine = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO}, saved;
	uint64_t mask;
	bool looks;

	if (sigaction(SIGNAL, &mine, &saved) != 0)
		return false;
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all_others, (long)&mask,
			 sizeof(mask));
	looks = kernel_looks();
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof(mask));
	sigaction(SIGNAL, &saved, NULL);
	send_on();
	return looks;
}

bool pcpu_signal_check(void)
{
	int saved = errno;
	bool looks;

	check.process = pcpu_raw_syscall(SYS_getpid, 0, 0, 0, 0);
	looks = !is_pending() && look_with_handler();
	errno = saved;
	return looks;
}
