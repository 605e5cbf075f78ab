/* SPDX-License-Identifier: MIT */
/*
 * abort_check.c - the self-test at start: preemption on the same CPU aborts a sequence.
 *
 *	caller			spinner				preempter
 *
 *	start the spinner
 *	sleep until it spins	stay on this CPU
 *				register an area
 *				be idle, if nobody else is there
 *				in a sequence: spin until go
 *	start the preempter
 *	wait for their ends					go to the spinner's CPU
 *								(now the spinner is not running)
 *								go = 1
 *				aborted? or has it seen go?
 *
 * The preempter is on the CPU that the spinner is bound to, so the spinner has been preempted
 * before go was set: one that goes on and sees it has not been aborted. Being idle (SCHED_IDLE)
 * makes the spinner give way at once, instead of at the end of its slice. But where the CPU has
 * other work, an idle thread might not run again for seconds; so the spinner yields first, and if
 * that takes long it stays what it is, and is preempted soon enough anyway.
 *
 * Both are bare threads, made by the system call: the test runs before any constructor of the
 * program, and the C library must not take a thread for made by others. They share the caller's
 * thread pointer, so they use nothing of the C library and nothing thread-local, and have all
 * signals masked; this file is compiled without sanitizers. They bind themselves, and the caller
 * stays as it is: to set an affinity and to restore it is not to leave it alone, because the kernel
 * remembers that it was set.
 */
#include "machine/abort_check.h"
#include "abort_spin.h"
#include "ground/layout.h"
#include "machine/rseq_area.h"
#include "raw_syscall.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#define STACK_SIZE 4096
#define MASK_WORD 64

/* Bounds. The first is what a yield takes at most where nobody else wants the CPU. */
#define YIELD_NS 100000
#define TOTAL_NS 100000000
/* A round takes 10 to 50 ns: less than half of the above. */
#define SPIN_ROUNDS 1000000

enum spinner_state {
	STARTING,
	WENT_ON = PCPU_SPIN_WENT_ON,
	TIRED = PCPU_SPIN_TIRED,
	ABORTED = PCPU_SPIN_ABORTED,
	SPINNING,
	NOT_BOUND,
	NO_AREA,
};

/* What the three share. */
struct scene {
	struct pcpu_rseq area;
	uint32_t state, go;
	int spinner_tid, preempter_tid; /* 0: has ended, or was never there */
	unsigned int cpu, cpu_after;    /* of the spinner */
	unsigned int preempter_cpu;
	bool published;
	uint64_t mask[PCPU_NR_CPUS / MASK_WORD]; /* the spinner's CPU */
	char spinner_stack[STACK_SIZE] __attribute__((__aligned__(16)));
	char preempter_stack[STACK_SIZE] __attribute__((__aligned__(16)));
};

#define CLONE_FLAGS                                                                         \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* --- the bare threads --- */

static void __attribute__((__noreturn__)) end_bare_thread(void)
{
	for (;;)
		pcpu_raw_syscall(SYS_exit, 0, 0, 0, 0);
}

static unsigned int bare_cpu(void)
{
	unsigned int cpu = PCPU_NR_CPUS;

	pcpu_raw_syscall(SYS_getcpu, (long)&cpu, 0, 0, 0);
	return cpu;
}

static int64_t bare_now(void)
{
	struct timespec now = {0};

	pcpu_raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool bare_bind(const struct scene *scene)
{
	size_t size = (scene->cpu / MASK_WORD + 1) * sizeof(scene->mask[0]);

	return pcpu_raw_syscall(SYS_sched_setaffinity, 0, (long)size, (long)scene->mask, 0) >= 0;
}

static void be_idle_if_alone(void)
{
	const struct sched_param none = {0};
	int64_t before = bare_now();

	pcpu_raw_syscall(SYS_sched_yield, 0, 0, 0, 0);
	if (bare_now() - before < YIELD_NS)
		pcpu_raw_syscall(SYS_sched_setscheduler, 0, SCHED_IDLE, (long)&none, 0);
}

static uint32_t spin(struct scene *scene)
{
	scene->cpu = bare_cpu();
	if (scene->cpu >= PCPU_NR_CPUS)
		return NOT_BOUND;
	scene->mask[scene->cpu / MASK_WORD] = UINT64_C(1) << scene->cpu % MASK_WORD;
	if (!bare_bind(scene))
		return NOT_BOUND;
	if (pcpu_rseq_register(&scene->area) != 0)
		return NO_AREA;
	be_idle_if_alone();
	return (uint32_t)pcpu_spin_in_sequence(&scene->area.rseq_cs, scene->published,
					       &scene->state, SPINNING, &scene->go, SPIN_ROUNDS);
}

static void spinner(void *arg)
{
	struct scene *scene = arg;
	uint32_t result = spin(scene);

	scene->cpu_after = bare_cpu();
	__atomic_store_n(&scene->state, result, __ATOMIC_RELEASE);
	end_bare_thread();
}

static void preempter(void *arg)
{
	struct scene *scene = arg;

	if (bare_bind(scene))
		scene->preempter_cpu = bare_cpu();
	__atomic_store_n(&scene->go, 1, __ATOMIC_RELEASE);
	end_bare_thread();
}

/* --- the caller --- */

static bool start(struct scene *scene, int *tid, char *stack, void (*body)(void *))
{
	return pcpu_bare_thread(CLONE_FLAGS, stack + STACK_SIZE, tid, body, scene) > 0;
}

static uint32_t state_of(const struct scene *scene)
{
	return __atomic_load_n(&scene->state, __ATOMIC_ACQUIRE);
}

/* Sleeps for longer and longer: a thread is usually there at the first look. */
static void wait_until_it_spins(const struct scene *scene, int64_t deadline)
{
	struct timespec pause = {0, 1000};

	while (state_of(scene) == STARTING && bare_now() < deadline) {
		pcpu_raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0);
		if (pause.tv_nsec < 1000000)
			pause.tv_nsec *= 2;
	}
}

/* The kernel clears the word and wakes its waiters, by way of the memory: no private futex. */
static bool wait_for_end(const int *tid, int64_t deadline)
{
	int now;

	while ((now = __atomic_load_n(tid, __ATOMIC_ACQUIRE)) != 0) {
		int64_t left = deadline - bare_now();
		struct timespec timeout = {0, left};

		if (left <= 0)
			return false;
		pcpu_raw_syscall(SYS_futex, (long)tid, FUTEX_WAIT, now, (long)&timeout);
	}
	return true;
}

/* Returns whether all threads have ended, so that @scene is the caller's alone. */
static bool play(struct scene *scene)
{
	int64_t deadline = bare_now() + TOTAL_NS;
	bool over;

	if (!start(scene, &scene->spinner_tid, scene->spinner_stack, spinner))
		return true;
	wait_until_it_spins(scene, deadline);
	if (state_of(scene) != SPINNING ||
	    !start(scene, &scene->preempter_tid, scene->preempter_stack, preempter))
		__atomic_store_n(&scene->go, 1, __ATOMIC_RELEASE);
	over = wait_for_end(&scene->preempter_tid, deadline);
	return wait_for_end(&scene->spinner_tid, deadline) && over;
}

static bool on_one_cpu(const struct scene *scene)
{
	return scene->cpu == scene->cpu_after && scene->cpu == scene->preempter_cpu;
}

static const char *conclude(const struct scene *scene, const char **untested)
{
	switch (state_of(scene)) {
	case ABORTED:
		return NULL;
	case WENT_ON:
		if (on_one_cpu(scene))
			return "preemption on the same CPU does not abort a sequence";
		*untested = "its threads did not come to one CPU";
		return NULL;
	case STARTING:
		*untested = "its thread was not started";
		return NULL;
	case NOT_BOUND:
		*untested = "its thread could not be bound to a CPU";
		return NULL;
	case NO_AREA:
		*untested = "the kernel has refused its thread an area";
		return NULL;
	default:
		*untested = "nothing preempted its thread in time";
		return NULL;
	}
}

const char *pcpu_abort_check_of(bool published, const char **untested)
{
	const uint64_t all_signals = ~UINT64_C(0);
	const char *wrong;
	uint64_t saved;
	struct scene *scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*untested = NULL;
	if (scene == MAP_FAILED) {
		*untested = "there is no memory for it";
		return NULL;
	}
	scene->area.cpu_id = PCPU_RSEQ_UNREGISTERED;
	scene->published = published;
	scene->preempter_cpu = PCPU_NR_CPUS;
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all_signals, (long)&saved,
			 sizeof(saved));
	if (play(scene)) {
		wrong = conclude(scene, untested);
		munmap(scene, sizeof(*scene));
	} else {
		/* a thread that still runs keeps its memory */
		*untested = "its threads were not given a CPU in time";
		wrong = NULL;
	}
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&saved, 0, sizeof(saved));
	return wrong;
}

const char *pcpu_abort_check(const char **untested)
{
	return pcpu_abort_check_of(true, untested);
}
