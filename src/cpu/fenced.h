/* SPDX-License-Identifier: MIT */
/*
 * fenced.h - keeping operations of the fallback tier out of a CPU that is taken, and which of the
 * two sides pays for the barrier between them: steps F, H and S of hold.h.
 *
 * A CPU is at first one that many operate on and few take: operations are cheap, and who takes it
 * has all threads fenced by the kernel, which is a system call. When it has been taken often it
 * becomes a fenced one: operations have a barrier of their own, and say in the entry that they have
 * been there, so that who takes it looks at marks only if another thread has. When it is taken
 * seldom again, it goes back. Where the kernel fences no threads, or not all of them, every CPU is
 * a fenced one from the start.
 */
#ifndef PCPU_FENCED_H
#define PCPU_FENCED_H

#include "cpu/mark.h"
#include "memory/entry.h"

#include <stdbool.h>

/* An entry's marker, if more than one thread has operated there. */
#define PCPU_MARKED_BY_MANY ((struct pcpu_mark *)1)

/*
 * A CPU becomes a fenced one after so many takes; and not any more when a thread has done so many
 * operations there and fewer takes than that have come between. So about as much time is spent on
 * one side as on the other before a change: a take that fences costs what 200 barriers do.
 */
struct pcpu_fenced_limits {
	unsigned int takes;
	int operations;
};
extern struct pcpu_fenced_limits pcpu_fenced_limits; /* constant, but for tests */

/*
 * F1 and F2 of an operation on @entry's CPU, in C. True: it may be done; in any case mark->busy is
 * to be restored.
 */
bool pcpu_operation_begin(struct pcpu_mark *mark, struct percpu_entry *entry);

/*
 * Says that @mark, which is the calling thread's and says the same, may have an operation there
 * that goes on. Before a look at the window.
 */
void pcpu_operation_note(struct pcpu_mark *mark, struct percpu_entry *entry);

/*
 * H2 and H3, by who has just done H1: no operation of another thread is in the midst of it on
 * return, nor can one begin. A handler of a signal may come in between: what it has to have done,
 * it does again.
 */
void pcpu_operations_keep_out(struct percpu_entry *entry);
void pcpu_operations_keep_out_again(const struct percpu_entry *entry);

/* H3 may not have been done to the end, and will not be: the next one is to look at all marks. */
void pcpu_operations_forget(struct percpu_entry *entry);

/*
 * The budget of @mark, the calling thread's, is used up. Whether @entry's CPU is a fenced one and
 * taken seldom.
 */
bool pcpu_fenced_look(struct pcpu_mark *mark, const struct percpu_entry *entry);

/* S2, by the holder of @entry's CPU: it is no fenced one any more. */
void pcpu_unfence(struct percpu_entry *entry);

#endif /* PCPU_FENCED_H */
