/* SPDX-License-Identifier: MIT */
/*
 * cpu_queue.h - what others want done on a CPU, and the threads that do it; percpu/smp.h.
 *
 * Every CPU has a queue, and a thread from the first call on. Protocol (tests/model/smp_call.pml):
 *
 *	call	C1  the call is locked, and is pushed: compare and swap of the head, released
 *		C2  bell++; wake who sleeps on it
 *	serve	S1  the thread reads the bell
 *		S2  the queue is empty: sleep while the bell is as read, S1
 *		S3  it takes the CPU, which may have to be waited for
 *		S4  it takes all calls: exchange of the head by NULL, acquired. It does them, the
 *		    oldest first, and lets the CPU go
 *		S5  of each: the function, then the call is unlocked, released; who waits is told:
 *		    by a wake-up of the call's word, and by the bell of the CPU that he holds.
 *		    (Nobody waits for an asynchronous call: that is unlocked before its function.)
 *	wait	W1  who holds no CPU sleeps while the call is locked
 *		W2  who holds one reads that CPU's bell
 *		W3  and does S4 for it: the CPU's thread waits for him
 *		W4  sleeps while the bell is as read, and the call is locked
 *
 * S2 and W4 miss no call, for C2 comes after C1, and the bell is read before the queue is looked
 * at. Nobody waits in a circle: who waits and holds a CPU does what is wanted there.
 */
#ifndef PCPU_CPU_QUEUE_H
#define PCPU_CPU_QUEUE_H

#include <percpu/smp.h>

#include <stdbool.h>

/* Room for calls that their caller does not wait for, in each CPU's queue. */
#define PCPU_QUEUE_CALLS 8

/* Sees to it that there is a thread for @cpu. 0, or a negative errno. */
int pcpu_queue_begin(unsigned int cpu);

/*
 * C. Of a call that nobody else has. @wait: it is unlocked behind its function, and the caller
 * waits. Otherwise its waiter is a CPU whose holder may, or -1. pcpu_queue_begin() of @cpu has been
 * 0.
 */
void pcpu_queue_call(unsigned int cpu, call_single_data_t *call, bool wait);

/* Whether @call has been called and is not unlocked; not of a parent's calls. */
bool pcpu_queue_is_locked(const call_single_data_t *call);

/* W: waits until @call, for @cpu, is unlocked. */
void pcpu_queue_wait(unsigned int cpu, call_single_data_t *call);

/* The next of the calls that this CPU, which the caller holds, has room for; it is not locked. */
call_single_data_t *pcpu_queue_own_call(void);

/* Has @softirqs done on @cpu, by its thread. False: there is no thread to be had. */
bool pcpu_queue_softirqs(unsigned int cpu, unsigned int softirqs);

#endif /* PCPU_CPU_QUEUE_H */
