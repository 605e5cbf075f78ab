/* SPDX-License-Identifier: MIT */
/*
 * threads.c - see threads.h.
 *
 * A thread does what its order says, and looks at it again when its kicks have changed. Who gives
 * an order, or has work, writes that first, then kicks; the thread reads kicks first.
 */
#include "hotplug/threads.h"
#include "ground/assert.h"
#include "ground/fault.h"
#include "ground/mem.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "ground/system/futex.h"
#include "hotplug/events.h"
#include "hotplug/lock/maps.h"

#include <percpu/cpumask.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum order { RUN, PARK, STOP };
enum status { NONE, ACTIVE, PARKED };

struct percpu_cpu_thread {
	const struct smp_hotplug_thread *kind;
	pthread_t thread;
	pid_t process; /* whose thread it is; 0: there is none */
	int number;    /* the kernel's, from the moment that it is parked */
	unsigned int cpu;
	enum order order;
	uint32_t kicks;
	uint32_t parked;
};

static struct {
	struct smp_hotplug_thread *kinds;
} smpboot;

/* --- the thread --- */

static void kick(struct percpu_cpu_thread *thread)
{
	__atomic_fetch_add(&thread->kicks, 1, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&thread->kicks, false);
}

/* However long it takes: nothing wakes up an idle thread. */
static void sleep_until_kicked(struct percpu_cpu_thread *thread, uint32_t kicks)
{
	syscall(SYS_futex, &thread->kicks, FUTEX_WAIT_PRIVATE, kicks, NULL, NULL, 0);
}

static void call(void (*fn)(unsigned int cpu), unsigned int cpu)
{
	if (fn)
		fn(cpu);
}

static void set_parked(struct percpu_cpu_thread *thread, bool parked)
{
	__atomic_store_n(&thread->parked, parked, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&thread->parked, false);
}

static enum status park_me(struct percpu_cpu_thread *thread, enum status status)
{
	if (status == ACTIVE)
		call(thread->kind->park, thread->cpu);
	set_parked(thread, true);
	return status == ACTIVE ? PARKED : status;
}

static enum status unpark_me(struct percpu_cpu_thread *thread, enum status status)
{
	pcpu_affinity_set_one(thread->cpu);
	set_parked(thread, false);
	call(status == NONE ? thread->kind->setup : thread->kind->unpark, thread->cpu);
	return ACTIVE;
}

static void work(struct percpu_cpu_thread *thread, uint32_t kicks)
{
	if (thread->kind->thread_should_run(thread->cpu))
		thread->kind->thread_fn(thread->cpu);
	else
		sleep_until_kicked(thread, kicks);
}

static void obey(struct percpu_cpu_thread *thread)
{
	enum status status = NONE;
	enum order order;
	uint32_t kicks;

	for (;;) {
		kicks = __atomic_load_n(&thread->kicks, __ATOMIC_SEQ_CST);
		order = __atomic_load_n(&thread->order, __ATOMIC_SEQ_CST);
		if (order == STOP)
			break;
		if (order == PARK) {
			status = park_me(thread, status);
			sleep_until_kicked(thread, kicks);
		} else if (status != ACTIVE) {
			status = unpark_me(thread, status);
		} else {
			work(thread, kicks);
		}
	}
	if (status != NONE && thread->kind->cleanup)
		thread->kind->cleanup(thread->cpu, cpu_online(thread->cpu));
}

static void *run(void *arg)
{
	struct percpu_cpu_thread *thread = arg;
	char name[16];

	if (thread->kind->thread_comm) {
		snprintf(name, sizeof(name), thread->kind->thread_comm, thread->cpu);
		prctl(PR_SET_NAME, name);
	}
	thread->number = (int)syscall(SYS_gettid);
	pcpu_affinity_set_one(thread->cpu);
	obey(thread);
	return NULL;
}

/* --- orders --- */

/* A child of fork() has the records of its parent's threads. */
static bool is_there(const struct percpu_cpu_thread *thread)
{
	return thread->process && thread->process == getpid();
}

static void give_order(struct percpu_cpu_thread *thread, enum order order)
{
	__atomic_store_n(&thread->order, order, __ATOMIC_SEQ_CST);
	kick(thread);
}

static void await_parked(struct percpu_cpu_thread *thread)
{
	while (!__atomic_load_n(&thread->parked, __ATOMIC_SEQ_CST))
		pcpu_futex_wait(&thread->parked, 0, false);
}

static void park(struct percpu_cpu_thread *thread)
{
	if (!is_there(thread))
		return;
	give_order(thread, PARK);
	await_parked(thread);
}

static void stop(struct percpu_cpu_thread *thread)
{
	if (!is_there(thread))
		return;
	give_order(thread, STOP);
	pthread_join(thread->thread, NULL);
	thread->process = 0;
}

static int start_thread(struct percpu_cpu_thread *thread)
{
	sigset_t saved;
	int err;

	if (pcpu_fault(PCPU_FAULT_THREAD))
		return EAGAIN;
	pcpu_mask_signals(&saved);
	err = pthread_create(&thread->thread, NULL, run, thread);
	pcpu_restore_signals(&saved);
	return err;
}

/* On return it is parked. */
static int create(struct smp_hotplug_thread *kind, unsigned int cpu)
{
	struct percpu_cpu_thread *thread = &kind->threads[cpu];
	int err;

	if (is_there(thread))
		return 0;
	*thread = (struct percpu_cpu_thread){.kind = kind, .cpu = cpu, .order = PARK};
	err = start_thread(thread);
	if (err)
		return -err;
	thread->process = getpid();
	await_parked(thread);
	call(kind->create, cpu);
	return 0;
}

/* --- of all kinds --- */

int pcpu_threads_create(unsigned int cpu)
{
	int err = 0;

	for (struct smp_hotplug_thread *kind = smpboot.kinds; kind && !err; kind = kind->next)
		err = create(kind, cpu);
	return err;
}

void pcpu_threads_park(unsigned int cpu)
{
	for (struct smp_hotplug_thread *kind = smpboot.kinds; kind; kind = kind->next)
		park(&kind->threads[cpu]);
}

void pcpu_threads_unpark(unsigned int cpu)
{
	for (struct smp_hotplug_thread *kind = smpboot.kinds; kind; kind = kind->next)
		if (is_there(&kind->threads[cpu]))
			give_order(&kind->threads[cpu], RUN);
}

bool pcpu_threads_has(int number)
{
	for (const struct smp_hotplug_thread *kind = smpboot.kinds; kind; kind = kind->next)
		for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
			if (is_there(&kind->threads[cpu]) && kind->threads[cpu].number == number)
				return true;
	return false;
}

/* --- kinds --- */

static int smpboot_thread_call(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	if ((action & ~(unsigned long)CPU_TASKS_FROZEN) == CPU_ONLINE)
		pcpu_threads_unpark((unsigned int)(unsigned long)data);
	return NOTIFY_OK;
}

static struct notifier_block smpboot_thread_notifier = {smpboot_thread_call, NULL, CPU_PRI_SMPBOOT};

static size_t size_of_threads(void)
{
	return nr_cpu_ids * sizeof(struct percpu_cpu_thread);
}

static void stop_all(struct smp_hotplug_thread *kind)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		stop(&kind->threads[cpu]);
	pcpu_mem_free(kind->threads, size_of_threads());
	kind->threads = NULL;
}

static int start_all(struct smp_hotplug_thread *kind)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		int err = cpu_online(cpu) ? create(kind, cpu) : 0;

		if (err)
			return err;
		if (cpu_online(cpu))
			give_order(&kind->threads[cpu], RUN);
	}
	return 0;
}

static struct smp_hotplug_thread **find(const struct smp_hotplug_thread *kind)
{
	struct smp_hotplug_thread **at = &smpboot.kinds;

	while (*at && *at != kind)
		at = &(*at)->next;
	return at;
}

int pcpu_threads_register(struct smp_hotplug_thread *kind)
{
	int err;

	pcpu_assert(pcpu_maps_taken);
	if (!kind || !kind->thread_should_run || !kind->thread_fn || *find(kind))
		return -EINVAL;
	kind->threads = pcpu_mem_zalloc(size_of_threads());
	if (!kind->threads)
		return -ENOMEM;
	err = start_all(kind);
	if (err) {
		stop_all(kind);
		return err;
	}
	/* the first one; it is there already at any other */
	pcpu_events_register(&smpboot_thread_notifier);
	kind->next = smpboot.kinds;
	__atomic_store_n(&smpboot.kinds, kind, __ATOMIC_RELEASE);
	return 0;
}

void pcpu_threads_unregister(struct smp_hotplug_thread *kind)
{
	struct smp_hotplug_thread **at = find(kind);

	pcpu_assert(pcpu_maps_taken);
	if (!*at)
		return;
	__atomic_store_n(at, kind->next, __ATOMIC_RELEASE);
	if (!smpboot.kinds)
		pcpu_events_unregister(&smpboot_thread_notifier);
	stop_all(kind);
}

PERCPU_API void percpu_wake_thread(const struct smp_hotplug_thread *kind, unsigned int cpu)
{
	struct percpu_cpu_thread *threads = __atomic_load_n(&kind->threads, __ATOMIC_ACQUIRE);

	if (threads && cpu < nr_cpu_ids && threads[cpu].process)
		kick(&threads[cpu]);
}
