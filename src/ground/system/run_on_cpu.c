/* SPDX-License-Identifier: MIT */
/*
 * run_on_cpu.c - see run_on_cpu.h.
 *
 * The process is no child that the program sees: it ends without a signal, wait() knows it with
 * __WALL or __WCLONE only, and it is waited for here. The kernel lets the caller go on when it has
 * ended, as after vfork().
 */
#include "ground/system/run_on_cpu.h"
#include "bare_thread.h"
#include "ground/fault.h"
#include "ground/log.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "raw_syscall.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define STACK_SIZE 2048

/* What there is may be shared, which is quicker than to copy it; but it is no thread of ours. */
#define CLONE_FLAGS \
	(CLONE_VM | CLONE_VFORK | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM)

struct errand {
	void (*fn)(void *arg);
	void *arg;
	long parent; /* number of the process */
	bool done;
	struct pcpu_affinity cpu;
	char stack[STACK_SIZE] __attribute__((__aligned__(16)));
};

static void go(void *arg)
{
	struct errand *errand = arg;

	/* who takes over what the caller had when it is killed must not meet its errand */
	pcpu_raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	if (pcpu_raw_syscall(SYS_getppid, 0, 0, 0, 0) == errand->parent &&
	    pcpu_raw_syscall(SYS_sched_setaffinity, 0, (long)errand->cpu.size,
			     (long)errand->cpu.mask, 0) == 0) {
		errand->fn(errand->arg);
		errand->done = true;
	}
	for (;;)
		pcpu_raw_syscall(SYS_exit, 0, 0, 0, 0);
}

/* Signals are masked, and so they are in the process: a handler must not run in it. */
static bool send(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct errand errand = {
		.fn = fn, .arg = arg, .parent = pcpu_raw_syscall(SYS_getpid, 0, 0, 0, 0)};
	int unused = 0;
	long process;

	if (pcpu_fault(PCPU_FAULT_PROCESS))
		return false;
	pcpu_affinity_make_one(&errand.cpu, cpu);
	process = pcpu_bare_thread(CLONE_FLAGS, errand.stack + STACK_SIZE, &unused, go, &errand);
	if (process <= 0)
		return false;
	while (pcpu_raw_syscall(SYS_wait4, process, 0, __WCLONE, 0) == -EINTR) {
	}
	return __atomic_load_n(&errand.done, __ATOMIC_RELAXED);
}

/*
 * Where the thread may run may have been changed from outside by now; then it is as wanted. (Not so
 * if it was changed before it was set here, or to this very CPU.)
 */
static void come_back(unsigned int cpu, const struct pcpu_affinity *before)
{
	int err;

	if (!pcpu_affinity_is_one(cpu))
		return;
	err = pcpu_affinity_set(before);
	if (!err)
		return;
	/* the CPUs that it had are gone, or not allowed any more: it must not stay on this one */
	if (pcpu_affinity_set_all() == 0)
		pcpu_log(
			PERCPU_LOG_WARNING,
			"a thread that went to CPU %u cannot be restricted to the CPUs that it had "
			"before (errno %d): it may run wherever it is allowed to",
			cpu, -err);
	else
		pcpu_log(PERCPU_LOG_ERR, "a thread that went to CPU %u cannot leave it (errno %d)",
			 cpu, -err);
}

static bool go_oneself(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct pcpu_affinity before;
	bool there = pcpu_affinity_get(&before) == 0 && pcpu_affinity_set_one(cpu) == 0;

	fn(arg);
	if (there)
		come_back(cpu, &before);
	return there;
}

bool pcpu_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	sigset_t saved;
	bool there;

	pcpu_mask_signals(&saved);
	there = send(cpu, fn, arg) || go_oneself(cpu, fn, arg);
	pcpu_restore_signals(&saved);
	return there;
}
