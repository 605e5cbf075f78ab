/* SPDX-License-Identifier: MIT */
/*
 * mark.h - what a thread shows of its operations in the fallback tier.
 *
 * Without restartable sequences nobody can make a thread give up an operation that it has begun. So
 * there every thread says, in a place that others can read, on which CPU's copy it is about to
 * change something; whoever takes a CPU waits until no mark names it (hold.c has the protocol).
 *
 * Marks lie in memory that is never given back: a thread may end at any moment, also without its
 * destructors. A mark that nobody uses any more is given to the next thread; so is one whose thread
 * is gone (K of the protocol in hold.h).
 */
#ifndef PCPU_MARK_H
#define PCPU_MARK_H

#include "ground/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_mark {
	/*
	 * The word that the entry's window has while nobody holds the CPU; 0: no operation. An
	 * operation that goes through C has a number in the low bits, which windows do not have
	 * (pcpu_mark_rest()).
	 */
	intptr_t busy;
	/*
	 * Not 0: the operation was interrupted by a signal, whose handler waits for a CPU or holds
	 * one. So it cannot go on, and need not be waited for.
	 */
	unsigned int frozen;
	/*
	 * The word of the thread whose mark it is; 0: nobody's. Without PCPU_WORD_HELD: that thread
	 * clears what the last owner has left, who is gone.
	 */
	intptr_t owner;
	/* What @busy says of an operation that nobody comes back to: it is not waited for (J). */
	intptr_t left;
} __attribute__((__aligned__(64)));

_Static_assert(offsetof(struct pcpu_mark, busy) == 0, "as in percpu/impl/arch/x86_64/fallback.h");

#define PCPU_MARK_NUMBERS ((intptr_t)PCPU_PAGE_SIZE - 1)

/* Of what @busy says, the word of the window. */
static inline intptr_t pcpu_mark_rest(intptr_t busy)
{
	return busy & ~PCPU_MARK_NUMBERS;
}

/* The calling thread's mark. Signal-safe. NULL: there is no memory for one. */
struct pcpu_mark *pcpu_mark_of_thread(void);

/* Makes room for the marks of 4096 threads, once. 0 or -ENOMEM. Signal-safe. */
int pcpu_marks_reserve(void);

/* The calling thread's, which is busy and not frozen: it may be free, if its operation was left. */
void pcpu_mark_free_if_left(struct pcpu_mark *mark);

/* The calling thread ends: its mark may be given to another. */
void pcpu_mark_end(void);

/* Waits until no other thread's mark says @rest, but for frozen ones. */
void pcpu_marks_wait(intptr_t rest);

/* The process has only the calling thread. */
void pcpu_marks_after_fork(void);

/*
 * Has the marks shared with the children of the process, while no operation is going on. Then there
 * are as many as there can be. 0 or a negative errno.
 */
int pcpu_marks_share(void);

/* Takes that back, no child having been forked. */
void pcpu_marks_unshare(void);

#endif /* PCPU_MARK_H */
