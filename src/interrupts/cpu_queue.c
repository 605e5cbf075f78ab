/* SPDX-License-Identifier: MIT */
/* cpu_queue.c - see cpu_queue.h. */
#include "interrupts/cpu_queue.h"
#include "cpu/holder.h"
#include "ground/fault.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/proc/name.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "ground/system/futex.h"
#include "machine/tier.h"
#include "interrupts/interrupt_self.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* A call's state: locked, to be unlocked behind its function; and whose calls these are. */
#define LOCKED 1u
#define WAITED 2u
#define ONE_FORK 4u

enum thread_state { NONE, BEING_MADE, THERE };

struct queue {
	call_single_data_t *head; /* the newest */
	uint32_t bell;
	unsigned int thread; /* enum thread_state */
	unsigned int next_own;
	unsigned int softirqs; /* left to the thread */
	call_single_data_t for_softirqs;
	call_single_data_t own[PCPU_QUEUE_CALLS]; /* of callers that hold the CPU */
} __attribute__((__aligned__(64)));

static struct {
	struct queue *queues;  /* by CPU. NULL: nobody has called */
	unsigned int nr_forks; /* in units of ONE_FORK, of this process and those before it */
	pthread_once_t once;
} calls = {.once = PTHREAD_ONCE_INIT};

/* --- the table --- */

/*
 * The child has no thread that would do what is in the queues, and whoever waited is not there.
 * They stay mapped: the thread that forked may be one that serves them.
 */
static void after_fork(void)
{
	calls.queues = NULL;
	calls.nr_forks += ONE_FORK;
}

static void hear_of_forks(void)
{
	pthread_atfork(NULL, NULL, after_fork);
}

static size_t table_size(void)
{
	return nr_cpu_ids * sizeof(struct queue);
}

static struct queue *new_table(void)
{
	void *table = MAP_FAILED;

	if (!pcpu_fault(PCPU_FAULT_MEM))
		table = mmap(NULL, table_size(), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table == MAP_FAILED)
		return NULL;
	pcpu_name_more(table, table_size(), PCPU_NAME_METADATA);
	return table;
}

/* NULL: there is no memory. */
static struct queue *get_table(void)
{
	struct queue *table = __atomic_load_n(&calls.queues, __ATOMIC_ACQUIRE), *first = NULL;

	if (table)
		return table;
	pthread_once(&calls.once, hear_of_forks);
	table = new_table();
	if (!table || __atomic_compare_exchange_n(&calls.queues, &first, table, false,
						  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return table;
	munmap(table, table_size());
	return first;
}

static struct queue *queue_of(unsigned int cpu)
{
	return __atomic_load_n(&calls.queues, __ATOMIC_ACQUIRE) + cpu;
}

/* --- calls --- */

bool pcpu_queue_is_locked(const call_single_data_t *call)
{
	const unsigned int state = __atomic_load_n(&call->state, __ATOMIC_ACQUIRE);

	return (state & LOCKED) && (state & ~(LOCKED | WAITED)) == calls.nr_forks;
}

static void ring(struct queue *queue)
{
	__atomic_fetch_add(&queue->bell, 1, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&queue->bell, false);
}

void pcpu_queue_call(unsigned int cpu, call_single_data_t *call, bool wait)
{
	struct queue *queue = queue_of(cpu);
	call_single_data_t *head = __atomic_load_n(&queue->head, __ATOMIC_RELAXED);

	if (wait)
		call->waiter = pcpu_held_cpu();
	__atomic_store_n(&call->state, calls.nr_forks | LOCKED | (wait ? WAITED : 0),
			 __ATOMIC_RELAXED);
	do
		call->next = head;
	while (!__atomic_compare_exchange_n(&queue->head, &head, call, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
	ring(queue);
}

/* S5. What is unlocked may be another call by now, or no memory. */
static void unlock(call_single_data_t *call)
{
	const int waiter = call->waiter;

	__atomic_store_n(&call->state, 0, __ATOMIC_SEQ_CST);
	if (waiter >= 0)
		ring(queue_of((unsigned int)waiter));
	else
		pcpu_futex_wake(&call->state, false);
}

static void do_call(call_single_data_t *call)
{
	const smp_call_func_t func = call->func;
	void *info = call->info;

	if (call->state & WAITED) {
		func(info);
		unlock(call);
	} else {
		unlock(call);
		func(info);
	}
}

/* S4, but for the CPU, which the caller holds, if it can be held. */
static void do_calls(struct queue *queue)
{
	call_single_data_t *call = __atomic_exchange_n(&queue->head, NULL, __ATOMIC_ACQUIRE);
	call_single_data_t *oldest = NULL, *next;

	if (!call)
		return;
	for (; call; call = next) {
		next = call->next;
		call->next = oldest;
		oldest = call;
	}
	irq_enter();
	for (call = oldest; call; call = next) {
		next = call->next;
		do_call(call);
	}
	irq_exit();
}

/* --- the thread of a CPU --- */

/*
 * As from elsewhere: a section of the CPU that the thread is on, which may be another one, would
 * wait for its holder, who may wait for the thread. With shared copies that is to go there; so
 * there it is a section, and the thread has to be there.
 */
static bool take(unsigned int cpu)
{
	/* somebody may have moved the thread, or the CPU was offline for a while */
	if (raw_smp_processor_id() != cpu)
		pcpu_affinity_set_one(cpu);
	if (!pcpu_tier.shared)
		return percpu_remote_begin(cpu) == 0;
	if (raw_smp_processor_id() != cpu)
		pcpu_fatal("a call of CPU %u, on which the process may not run: with shared copies "
			   "that cannot be done",
			   cpu);
	if (get_cpu() == cpu)
		return true;
	put_cpu();
	return false;
}

/* The section is the interrupt's: preempt_count() leaves it out. */
static void take_and_do_calls(struct queue *queue, unsigned int cpu)
{
	if (!take(cpu)) {
		do_calls(queue);
		return;
	}
	pcpu_interrupt_self.holds++;
	do_calls(queue);
	pcpu_interrupt_self.holds--;
	put_cpu();
}

static void serve(struct queue *queue, unsigned int cpu)
{
	const uint32_t bell = __atomic_load_n(&queue->bell, __ATOMIC_SEQ_CST);

	if (__atomic_load_n(&queue->head, __ATOMIC_SEQ_CST))
		take_and_do_calls(queue, cpu);
	else
		syscall(SYS_futex, &queue->bell, FUTEX_WAIT_PRIVATE, bell, NULL, NULL, 0);
}

static void *serve_cpu(void *arg)
{
	const unsigned int cpu = (unsigned int)(uintptr_t)arg;
	struct queue *queue = queue_of(cpu), *table = queue - cpu;
	char name[16];

	snprintf(name, sizeof(name), "smp/%u", cpu);
	prctl(PR_SET_NAME, name);
	pcpu_affinity_set_one(cpu);
	/* a function that forks comes back here in the child: its thread ends */
	while (__atomic_load_n(&calls.queues, __ATOMIC_ACQUIRE) == table)
		serve(queue, cpu);
	return NULL;
}

/* Signals are masked, and stay so in the thread. */
static int make_thread(unsigned int cpu)
{
	pthread_t thread;
	int err;

	if (pcpu_fault(PCPU_FAULT_THREAD))
		return -EAGAIN;
	err = pthread_create(&thread, NULL, serve_cpu, (void *)(uintptr_t)cpu);
	if (!err)
		pthread_detach(thread);
	return -err;
}

/* Others may have counted on the thread that could not be made. */
static void serve_without_thread(struct queue *queue, unsigned int cpu)
{
	if (!__atomic_load_n(&queue->head, __ATOMIC_SEQ_CST))
		return;
	if (pcpu_held_cpu() >= 0)
		pcpu_fatal("no thread for CPU %u: what is to be done there cannot be", cpu);
	take_and_do_calls(queue, cpu);
}

int pcpu_queue_begin(unsigned int cpu)
{
	struct queue *table = get_table();
	unsigned int none = NONE;
	sigset_t saved;
	int err = 0;

	if (!table)
		return -ENOMEM;
	/* who comes while it is made does not wait for it: he may hold a CPU */
	if (__atomic_load_n(&table[cpu].thread, __ATOMIC_ACQUIRE) != NONE)
		return 0;
	pcpu_mask_signals(&saved);
	if (__atomic_compare_exchange_n(&table[cpu].thread, &none, BEING_MADE, false,
					__ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE)) {
		err = make_thread(cpu);
		__atomic_store_n(&table[cpu].thread, err ? NONE : THERE, __ATOMIC_SEQ_CST);
	}
	pcpu_restore_signals(&saved);
	if (err)
		serve_without_thread(&table[cpu], cpu);
	return err;
}

/* --- waiting --- */

/* W2 to W4 */
static void wait_and_serve(unsigned int held, const call_single_data_t *call)
{
	struct queue *queue = queue_of(held);
	uint32_t bell;

	/* a handler has forked, and this is the child */
	if (calls.nr_forks != (call->state & ~(LOCKED | WAITED)))
		return;
	bell = __atomic_load_n(&queue->bell, __ATOMIC_SEQ_CST);
	do_calls(queue);
	if (pcpu_queue_is_locked(call))
		pcpu_futex_wait(&queue->bell, bell, false);
}

static void wait_once(call_single_data_t *call, unsigned int n)
{
	const int held = pcpu_held_cpu();
	unsigned int state;

	if (n < PCPU_PAUSE_SPINS) {
		pcpu_pause(n);
	} else if (held >= 0) {
		wait_and_serve((unsigned int)held, call);
	} else {
		state = __atomic_load_n(&call->state, __ATOMIC_SEQ_CST);
		if (state & LOCKED)
			pcpu_futex_wait(&call->state, state, false);
	}
}

void pcpu_queue_wait(unsigned int cpu, call_single_data_t *call)
{
	unsigned int nr_forks;

	for (;;) {
		nr_forks = calls.nr_forks;
		for (unsigned int n = 0; pcpu_queue_is_locked(call); n++)
			wait_once(call, n);
		/* unless a handler has forked meanwhile, and this is the child: it is done anew */
		if (calls.nr_forks == nr_forks || pcpu_queue_begin(cpu) != 0)
			return;
		pcpu_queue_call(cpu, call, true);
	}
}

call_single_data_t *pcpu_queue_own_call(void)
{
	const unsigned int cpu = (unsigned int)pcpu_held_cpu();
	struct queue *queue = queue_of(cpu);
	call_single_data_t *call = &queue->own[queue->next_own++ % PCPU_QUEUE_CALLS];

	for (unsigned int n = 0; pcpu_queue_is_locked(call); n++)
		wait_once(call, n);
	/* who has the CPU next may wait for this one */
	call->waiter = (int)cpu;
	return call;
}

/* --- softirqs --- */

static void do_softirqs_left(void *info)
{
	struct queue *queue = info;

	pcpu_interrupt_self.softirqs |= __atomic_exchange_n(&queue->softirqs, 0, __ATOMIC_ACQ_REL);
}

bool pcpu_queue_softirqs(unsigned int cpu, unsigned int softirqs)
{
	struct queue *queue;
	bool was_none;

	if (pcpu_queue_begin(cpu) != 0)
		return false;
	queue = queue_of(cpu);
	was_none = !__atomic_fetch_or(&queue->softirqs, softirqs, __ATOMIC_ACQ_REL);
	if (!was_none || pcpu_queue_is_locked(&queue->for_softirqs))
		return true;
	INIT_CSD(&queue->for_softirqs, do_softirqs_left, queue);
	queue->for_softirqs.waiter = -1;
	pcpu_queue_call(cpu, &queue->for_softirqs, false);
	return true;
}
