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

#include "cpu/self.h"

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_mark {
	/*
	 * The entry of the CPU; 0: no operation. An operation that goes through C has a number
	 * above the address, PCPU_MARK_NUMBER.
	 */
	intptr_t busy;
	/*
	 * Not 0: the operation was interrupted by a signal, whose handler waits for a CPU or holds
	 * one. So it cannot go on, and need not be waited for.
	 */
	unsigned int frozen;
	/* How many operations that fence themselves are short before one looks at the CPU (S2). */
	int budget;
	/*
	 * The word of the thread whose mark it is; 0: nobody's. Without PCPU_WORD_HELD: that thread
	 * clears what the last owner has left, who is gone.
	 */
	intptr_t owner;
	/* What @busy says of an operation that nobody comes back to: it is not waited for (J). */
	intptr_t left;
	/* What that one has found: the CPU's entry, and its takes. */
	const struct percpu_entry *looked_at;
	unsigned int takes;
	/* The table of which @busy names an entry: each process has it somewhere else (twin.h). */
	const struct percpu_entry *entries;
} __attribute__((__aligned__(64)));

_Static_assert(offsetof(struct pcpu_mark, busy) == 0, "as in percpu/impl/arch/x86_64/fallback.h");

/* The lowest bit of an operation's number; no address reaches as far. */
#define PCPU_MARK_NUMBER 48
#define PCPU_MARK_NUMBERS ((intptr_t)0x7fff)

/* Of what @busy says, the entry. */
static inline struct percpu_entry *pcpu_mark_entry(intptr_t busy)
{
	return (struct percpu_entry *)(busy & (((intptr_t)1 << PCPU_MARK_NUMBER) - 1));
}

/*
 * Whether the calling thread is in the middle of an operation: it is in a signal's handler, or has
 * left one by siglongjmp().
 */
static inline bool pcpu_mark_is_busy(void)
{
	return pcpu_self.mark && pcpu_self.mark->busy;
}

/* The calling thread's mark. Signal-safe. NULL: there is no memory for one. */
struct pcpu_mark *pcpu_mark_of_thread(void);

/* Makes room for the marks of 4096 threads, once. 0 or -ENOMEM. Signal-safe. */
int pcpu_marks_reserve(void);

/* The calling thread's, which is busy and not frozen: it may be free, if its operation was left. */
void pcpu_mark_free_if_left(struct pcpu_mark *mark);

/* The calling thread ends: its mark may be given to another. */
void pcpu_mark_end(void);

/* Waits until no other thread's mark says @entry, but for frozen ones and those left. */
void pcpu_marks_wait(const struct percpu_entry *entry);

/* The process has only the calling thread. */
void pcpu_marks_after_fork(void);

/*
 * Has the marks shared with the children of the process, while no operation is going on. Then there
 * are as many as there can be. 0 or a negative errno.
 */
int pcpu_marks_share(void);

/* Takes that back, no child having been forked. */
void pcpu_marks_unshare(void);

/*
 * Has the marks be those of other processes: what @common points to, @size bytes at one
 * address for all of them, and @fresh if they are nobody's yet. -EBUSY: another thread of this
 * process has had a mark, and may use it. 0: so it is; the caller's thread gets another one.
 */
int pcpu_marks_join(void *common, size_t size, bool fresh);

/* Takes that back, before anybody has made an operation. */
void pcpu_marks_part(void);

#endif /* PCPU_MARK_H */
