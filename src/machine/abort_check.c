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
 *
 * When the test is over there is one thread again, as the program expects that has not made any:
 * unshare() and setns() refuse what they are asked for while there is another. The word that the
 * kernel clears at a thread's end (CLONE_CHILD_CLEARTID) is cleared before the thread leaves the
 * process; it has left when its number is nobody's. The kernel takes the number away and the thread
 * off the process's list under the lock that guards signal masks too, and the caller changes its
 * mask behind that: so then it is off the list as well.
 */
#include "machine/abort_check.h"
#include "abort_spin.h"
#include "bare_thread.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "machine/rseq_area.h"
#include "raw_syscall.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#define STACK_SIZE 4096
/* For any area that a C library may have registered. */
#define ROOM 1024
#define MASK_WORD 64

#define NS_PER_S INT64_C(1000000000)

/* Bounds. The first is what a yield takes at most where nobody else wants the CPU. */
#define YIELD_NS 100000
#define TOTAL_NS 100000000
/* What threads that were late are given, on any CPU. */
#define LATE_NS TOTAL_NS
#define LATE_TIMES 100
/* Looks at a thread that is about to leave: the first few without sleeping, which takes longer. */
#define QUICK_LOOKS 20
#define PAUSE_NS 20000
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

struct bare_thread {
	long number; /* 0: was never there */
	int runs;    /* its number, until it has ended */
	char stack[STACK_SIZE] __attribute__((__aligned__(16)));
};

/* What the three share. */
struct scene {
	union {
		struct pcpu_rseq area; /* page-aligned */
		char room[ROOM];
	};
	uint32_t state, go;
	unsigned int cpu, cpu_after; /* of the spinner */
	unsigned int preempter_cpu;
	bool published;
	uint64_t mask[PCPU_NR_CPUS / MASK_WORD]; /* the spinner's CPU */
	struct bare_thread spinner, preempter;
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
	return now.tv_sec * NS_PER_S + now.tv_nsec;
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

/* That of the program's threads: a kernel may treat one size otherwise than another. */
static unsigned int size_of_area(void)
{
	return pcpu_rseq_size() <= ROOM ? pcpu_rseq_size() : PCPU_RSEQ_LEAST;
}

static uint32_t spin(struct scene *scene)
{
	scene->cpu = bare_cpu();
	if (scene->cpu >= PCPU_NR_CPUS)
		return NOT_BOUND;
	scene->mask[scene->cpu / MASK_WORD] = UINT64_C(1) << scene->cpu % MASK_WORD;
	if (!bare_bind(scene))
		return NOT_BOUND;
	if (pcpu_rseq_register(&scene->area, size_of_area()) != 0)
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

static bool start(struct scene *scene, struct bare_thread *thread, void (*body)(void *))
{
	long number = pcpu_bare_thread(CLONE_FLAGS, thread->stack + STACK_SIZE, &thread->runs, body,
				       scene);

	thread->number = number > 0 ? number : 0;
	return number > 0;
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
static bool wait_for_end(const struct bare_thread *thread, int64_t deadline)
{
	int64_t left;
	int now;

	while ((left = deadline - bare_now()) > 0 &&
	       (now = __atomic_load_n(&thread->runs, __ATOMIC_ACQUIRE)) != 0) {
		const struct timespec timeout = {left / NS_PER_S, left % NS_PER_S};

		pcpu_raw_syscall(SYS_futex, (long)&thread->runs, FUTEX_WAIT, now, (long)&timeout);
	}
	return left > 0;
}

/* Whether its number is somebody's. Where nobody may ask, no waiting would help. */
static bool is_in_process(const struct bare_thread *thread)
{
	long process = pcpu_raw_syscall(SYS_getpid, 0, 0, 0, 0);

	return thread->number && pcpu_raw_syscall(SYS_tgkill, process, thread->number, 0, 0) == 0;
}

static bool wait_until_it_left(const struct bare_thread *thread, int64_t deadline)
{
	const struct timespec pause = {0, PAUSE_NS};

	if (!wait_for_end(thread, deadline))
		return false;
	for (unsigned int look = 0; is_in_process(thread); look++) {
		if (look < QUICK_LOOKS)
			pcpu_raw_syscall(SYS_sched_yield, 0, 0, 0, 0);
		else if (bare_now() < deadline)
			pcpu_raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0);
		else
			return false;
	}
	return true;
}

/* It may be idle on a CPU that is not: from now on it runs wherever the caller might. */
static void let_run_anywhere(struct scene *scene, const struct bare_thread *thread)
{
	const struct sched_param none = {0};

	if (!thread->number)
		return;
	pcpu_raw_syscall(SYS_sched_setaffinity, thread->number, sizeof(scene->mask),
			 (long)scene->mask, 0);
	pcpu_raw_syscall(SYS_sched_setscheduler, thread->number, SCHED_OTHER, (long)&none, 0);
}

static bool all_left(const struct scene *scene, int64_t deadline)
{
	return wait_until_it_left(&scene->preempter, deadline) &&
	       wait_until_it_left(&scene->spinner, deadline);
}

static bool all_left_late(struct scene *scene)
{
	bool over = false;

	__builtin_memset(scene->mask, 0xff, sizeof(scene->mask));
	/* again and again: it may only now come to make itself idle */
	for (int i = 0; i < LATE_TIMES && !over; i++) {
		let_run_anywhere(scene, &scene->preempter);
		let_run_anywhere(scene, &scene->spinner);
		over = all_left(scene, bare_now() + LATE_NS);
	}
	return over;
}

/* Returns whether the threads have come to their ends in time. */
static bool play(struct scene *scene)
{
	int64_t deadline = bare_now() + (pcpu_fault(PCPU_FAULT_PATIENCE) ? 0 : TOTAL_NS);

	if (!start(scene, &scene->spinner, spinner))
		return true;
	wait_until_it_spins(scene, deadline);
	if (state_of(scene) != SPINNING || !start(scene, &scene->preempter, preempter))
		__atomic_store_n(&scene->go, 1, __ATOMIC_RELEASE);
	return all_left(scene, deadline);
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

/* Returns what is wrong, or NULL. *@alone: all threads have left. */
static const char *play_and_conclude(struct scene *scene, const char **untested, bool *alone)
{
	*alone = play(scene);
	if (*alone)
		return conclude(scene, untested);
	*untested = "its threads were not given a CPU in time";
	*alone = all_left_late(scene);
	return NULL;
}

const char *pcpu_abort_check_of(bool published, const char **untested)
{
	const uint64_t all_signals = ~UINT64_C(0);
	const char *wrong;
	uint64_t saved;
	bool alone;
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
	wrong = play_and_conclude(scene, untested, &alone);
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&saved, 0, sizeof(saved));
	/* a thread that still runs keeps its memory */
	if (alone)
		munmap(scene, sizeof(*scene));
	return wrong;
}

const char *pcpu_abort_check(const char **untested)
{
	return pcpu_abort_check_of(true, untested);
}
