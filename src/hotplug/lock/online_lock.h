/* SPDX-License-Identifier: MIT */
/*
 * online_lock.h - readers, who keep CPUs from coming and going, and the one writer, who has them
 * come or go. The kernel's cpu_hotplug lock.
 *
 * Readers are many, and a writer comes once in a while. So a reader counts itself in and out in its
 * CPU's copies of two counters, and the writer adds up what there is. Neither counter ever goes
 * down: a reader may be counted out on another CPU than in, and still a sum of all outs that is
 * followed by one of all ins misses nobody: whose out it has seen, his in it sees too.
 *
 * Protocol (modelled in tests/model/online_lock.pml).
 *
 *	read	R1  in++
 *		R2  nobody writes: inside
 *		R3  or out++; have the writer look again; wait until nobody writes; R1
 *	unread	U1  out++, released
 *		U2  somebody writes: have him look again
 *	write	W1  writer = the thread. One at a time, under pcpu_add_remove_lock
 *		W2  membarrier: of a reader whose R2 has not seen W1, W4 sees the R1; and of
 *		    one whose U2 has not, W3 sees the U1
 *		W3  the sum of all outs
 *		W4  the sum of all ins is the same: nobody is inside, and nobody gets there.
 *		    Or sleep until there is reason to look again, W3
 *	done	D1  writer = nobody, released; wake those who wait in R3
 *
 * Where there is no membarrier, R1 and U1 are followed by a barrier, for which W2 was to be.
 *
 * A thread counts itself in once, however deep it nests: so a reader inside of a reader's section
 * does not wait for a writer who waits for it, and new readers need not be let pass a writer who
 * waits. A handler of a signal that has interrupted R1 to R3, or U1, is a reader of its own; one
 * that has interrupted the writer finds that it is the writer.
 *
 * In a child of fork() there is one thread, and what it has the others have not: the outs are set
 * to what they are to be. With shared copies, counters are the process's own.
 */
#ifndef PCPU_ONLINE_LOCK_H
#define PCPU_ONLINE_LOCK_H

#include <stdbool.h>

/* What a thread has of it. */
struct pcpu_online_self {
	unsigned int reads; /* readers' sections, one inside the other */
	bool writes;        /* it is the writer, or does something for the writer */
	bool calls;         /* it sets up or removes a state, or calls that one's callbacks */
};
extern __thread struct pcpu_online_self pcpu_online_self
	__attribute__((__tls_model__("initial-exec")));

/* Signal-safe, as percpu/cpu.h says. */
void pcpu_online_read_lock(void);
bool pcpu_online_read_trylock(void);

/* False: the thread is no reader, and nothing was done. */
bool pcpu_online_read_unlock(void);

/* Under pcpu_add_remove_lock. */
void pcpu_online_write_lock(void);
void pcpu_online_write_unlock(void);

/* The calling thread ends: it is inside no more. False: it was not. */
bool pcpu_online_thread_end(void);

/* The same of a writer, which gives a fatal message. */
void pcpu_online_writer_ends(void);

/* In a child: nobody has it but the calling thread, if it has. */
void pcpu_online_after_fork(void);

#endif /* PCPU_ONLINE_LOCK_H */
