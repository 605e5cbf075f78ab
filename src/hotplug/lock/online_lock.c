/* SPDX-License-Identifier: MIT */
/* online_lock.c - see online_lock.h. */
#include "hotplug/lock/online_lock.h"
#include "ground/assert.h"
#include "ground/system/fence.h"
#include "ground/system/futex.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "hotplug/lock/maps.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <stdint.h>

/* How often each CPU's readers have come and gone. */
struct passages {
	unsigned long in, out;
};
static DEFINE_PER_CPU(struct passages, readers);

static struct {
	struct passages own; /* of a process with shared copies; and what a child makes up for */
	uintptr_t active_writer; /* W1: pthread_self(); 0: nobody */
	uint32_t writes;         /* 1: somebody does. What readers look at, and wait for */
	uint32_t looks;          /* changes when the writer is to look again */
} cpu_hotplug;

#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
/* It knows no fences, and is told by pcpu_race_acquire() and pcpu_race_release(). */
#pragma GCC diagnostic ignored "-Wtsan"
#endif

__thread struct pcpu_online_self pcpu_online_self;

/* W2 reaches all readers. */
static bool writer_fences(void)
{
	return pcpu_tier_has_sequences() || pcpu_tier.threads_fence;
}

static void fence_readers(void)
{
	if (pcpu_tier_has_sequences())
		pcpu_fence_sequences();
	else if (pcpu_tier.threads_fence)
		pcpu_fence_threads();
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void after_passage(void)
{
	if (__builtin_expect(!writer_fences(), 0))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* R1 */
static void count_in(void)
{
	if (__builtin_expect(pcpu_tier.shared, 0))
		__atomic_fetch_add(&cpu_hotplug.own.in, 1, __ATOMIC_SEQ_CST);
	else
		this_cpu_inc(readers.in);
	after_passage();
}

/* U1 */
static void count_out(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (__builtin_expect(pcpu_tier.shared, 0))
		__atomic_fetch_add(&cpu_hotplug.own.out, 1, __ATOMIC_SEQ_CST);
	else
		this_cpu_inc(readers.out);
	after_passage();
}

static bool somebody_writes(void)
{
	return __builtin_expect(__atomic_load_n(&cpu_hotplug.writes, __ATOMIC_ACQUIRE) != 0, 0);
}

static void have_writer_look(void)
{
	__atomic_fetch_add(&cpu_hotplug.looks, 1, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&cpu_hotplug.looks, false);
}

/* R3, without the waiting. In a child that has its parent's writer there is none. */
static void __attribute__((__noinline__)) back_out(void)
{
	count_out();
	have_writer_look();
	pcpu_mend_new_process();
}

bool pcpu_online_read_trylock(void)
{
	struct pcpu_online_self *self = &pcpu_online_self;

	if (self->writes || self->reads) {
		self->reads += !self->writes;
		return true;
	}
	count_in();
	if (!somebody_writes()) {
		pcpu_race_acquire(&cpu_hotplug);
		self->reads = 1;
		return true;
	}
	back_out();
	return false;
}

void pcpu_online_read_lock(void)
{
	while (!pcpu_online_read_trylock())
		while (somebody_writes())
			pcpu_futex_wait(&cpu_hotplug.writes, 1, false);
}

bool pcpu_online_read_unlock(void)
{
	struct pcpu_online_self *self = &pcpu_online_self;

	if (self->writes)
		return true;
	if (!self->reads)
		return false;
	/* first: a handler that comes now counts itself */
	if (--self->reads)
		return true;
	pcpu_race_release(&cpu_hotplug);
	count_out();
	if (somebody_writes())
		have_writer_look();
	return true;
}

/* W3 and W4 */
static bool somebody_reads(void)
{
	unsigned long in, out = __atomic_load_n(&cpu_hotplug.own.out, __ATOMIC_ACQUIRE);

	out += per_cpu_sum(readers.out);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	in = __atomic_load_n(&cpu_hotplug.own.in, __ATOMIC_ACQUIRE) + per_cpu_sum(readers.in);
	return in != out;
}

void pcpu_online_write_lock(void)
{
	uint32_t looks;

	pcpu_assert_held(&pcpu_add_remove_lock);
	pcpu_assert(!cpu_hotplug.active_writer && !pcpu_online_self.reads);
	__atomic_store_n(&cpu_hotplug.active_writer, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
	/* a handler that would wait for the writer knows from now on that it is its thread */
	pcpu_online_self.writes = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&cpu_hotplug.writes, 1, __ATOMIC_SEQ_CST);
	fence_readers();
	for (;;) {
		looks = __atomic_load_n(&cpu_hotplug.looks, __ATOMIC_SEQ_CST);
		if (!somebody_reads())
			break;
		pcpu_futex_wait(&cpu_hotplug.looks, looks, false);
	}
	pcpu_race_acquire(&cpu_hotplug);
}

void pcpu_online_write_unlock(void)
{
	pcpu_assert(cpu_hotplug.active_writer == (uintptr_t)pthread_self());
	cpu_hotplug.active_writer = 0;
	pcpu_race_release(&cpu_hotplug);
	__atomic_store_n(&cpu_hotplug.writes, 0, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	pcpu_online_self.writes = false;
	pcpu_futex_wake(&cpu_hotplug.writes, false);
}

bool pcpu_online_thread_end(void)
{
	if (!pcpu_online_self.reads)
		return false;
	pcpu_online_self.reads = 1;
	return pcpu_online_read_unlock();
}

void pcpu_online_writer_ends(void)
{
	if (pcpu_online_self.writes && cpu_hotplug.active_writer == (uintptr_t)pthread_self())
		pcpu_online_write_unlock();
}

void pcpu_online_after_fork(void)
{
	const bool writes = cpu_hotplug.active_writer == (uintptr_t)pthread_self();

	if (!writes) {
		cpu_hotplug.active_writer = 0;
		__atomic_store_n(&cpu_hotplug.writes, 0, __ATOMIC_SEQ_CST);
		/* a thread that did something for the writer, who is not there */
		pcpu_online_self.writes = false;
	}
	cpu_hotplug.own.out = cpu_hotplug.own.in + per_cpu_sum(readers.in) -
			      per_cpu_sum(readers.out) - (pcpu_online_self.reads != 0);
}
