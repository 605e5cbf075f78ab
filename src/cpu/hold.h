/* SPDX-License-Identifier: MIT */
/*
 * hold.h - a thread has a CPU's copies to itself. (holder.h: who that is, and waiting.)
 *
 * A thread holds a CPU while the CPU's entry has the thread's word in its window. It holds one at
 * most, and while it does, it does not wait for another: so nobody can wait in a circle.
 *
 * Protocol of the rseq tier (modelled in tests/model/hold.pml). Of a CPU that is open, the window
 * is the word in rest, or the holder's.
 *
 *	take this CPU, in one restartable sequence on it
 *	    G1	window >= 0, or wait
 *	    G2	window = my word: the commit. Whoever was in a sequence on this CPU has been
 *		preempted for it, and is going to abort
 *	let go
 *	    P1	window = rest, released; or the successor's word, if there is one
 *	    P2	wake those who wait, if attention says that there are any
 *	    P3	self.cpu = none
 *	wait
 *	    W1	attention++
 *	    W2	membarrier: a holder that has not seen that, has not done P1 either, or its P1
 *		is seen by W3. (The holder has no barrier between P1 and P2.)
 *	    W3	sleep while the window has the word of another thread
 *	    W4	attention--
 *	    Before W1, a handler that may have interrupted its own thread between P1 and P2
 *	    (self.cpu names a CPU that is not held) does P2 for it: it could wait for those whom
 *	    its thread would have woken
 *	take any CPU, with all signals masked
 *	    V1	window: rest -> my word, by compare and swap
 *	    V2	membarrier(RSEQ, CPU): sequences that had passed the entry before V1 abort
 *	    V3	it is mine if my word is still there. A sequence of G that had passed G1 before
 *		V1 may have put its own word over it
 *	    V4	otherwise become the successor, wait, and try again. Who finds its word in the
 *		window has been given the CPU by the holder
 *
 *	a thread is gone, without a word: killed with its process, or ended by a system call
 *	    D0	a waiter whose sleep has lasted a tenth of a second asks the system for the thread
 *		whose word is in the window, or whose word the successor's is
 *	    D1	the successor's word: -> 0, if it is the gone one's; and those are woken who wait to
 *		be it. Before D2, which would hand the CPU to the gone one once more
 *	    D2	the window: the gone one's word -> what P1 would put there, by compare and swap; P2
 *	    Words are told apart by when their threads began, so nobody takes a new thread for one
 *	    that had its number. A word that was handed over to a gone successor is such a word too.
 *
 * In the fallback tier (tests/model/fallback.pml) operations show what they do in marks. Which side
 * pays for the barrier between F1 and F2 is said by what the CPU's window is at rest: a CPU may be
 * a fenced one or not (fenced.h).
 *
 *	operate	F1  mark.busy = the CPU
 *		N1  on a fenced CPU: a barrier
 *		N2  there too: marker: 0 -> my mark, by compare and swap; many, if it is
 *		    another's
 *		F2  the window is at rest still, or take F1 back and wait. It says the same of N, or
 *		    that is done now
 *		F3  the locked instruction
 *		F4  mark.busy = what it was
 *	take	H1  window: rest -> my word, by compare and swap
 *		H2  if the CPU is not a fenced one, membarrier: an operation whose F2 has not seen
 *		    H1 is seen by H3. (On a fenced one N1 sees to that.)
 *		H3  if the CPU is a fenced one: nothing, if marker is 0 or my mark; else
 *		    marker = 0. Then wait until no mark says the CPU. An operation whose N2 came
 *		    before that 0 is waited for; one whose N2 comes after it has the next one look
 *	change	S1  the holder, after H3: rest = that of a fenced CPU, or not of one. Operations
 *		    see it when it lets go, and until then nobody begins one
 *		S2  back to operations without a barrier: by a thread that has done many here, and
 *		    takes the CPU for it
 *
 * A section takes the CPU with signals as they are, unless there is something to freeze (below):
 *
 *	Q1	taking = the CPU and my word; self.cpu = the CPU
 *	Q2	H1; if that fails, Q1 is taken back, and the CPU taken with signals masked
 *	Q3	H2 and H3; self.cpu = the CPU
 *	Q4	taking = what it was
 *	    Between Q2 and Q4 a handler finds by taking that its thread holds the CPU, whatever
 *	    other handlers have done to self.cpu. Its section is inside of the one that is begun,
 *	    but H3 may not have been done: so it does H2 and H3 for itself, without a look at
 *	    marker, which may be 0 already. A handler between Q1 and Q2 may take any CPU. One that
 *	    forks there leaves a child with another word: who finds the old one in the window puts
 *	    the new one there. Shared copies would have the parent's there as well, so with them
 *	    signals are masked.
 *
 *	a thread is gone
 *	    D2	as above; but before it marker = many, for H3 may not have been done, and the CPU is
 *		handed over to nobody
 *	    K1	who has waited long in H3 asks the system for the mark's owner
 *	    K2	mark.owner: the gone one's word -> my word, marked as such, by compare and swap
 *	    K3	mark.busy = mark.frozen = 0
 *	    K4	mark.owner = 0. Who is gone between K2 and K4 has an owner's word there as well
 *
 * A signal's handler may have interrupted an operation of its own thread between F1 and F4: its
 * mark is busy. There is one mark for both, so
 *  - an operation of the handler is done on the same CPU, or on that which the thread holds;
 *  - if the handler has to wait, or takes a CPU, the mark is frozen, from before H1 to after the
 *    release: H3 passes over it, for the operation cannot go on. Two that wait for each other's
 *    interrupted operations would wait for ever;
 *  - the mark is thawed before the handler goes on, and N2 done again: who has passed over it has
 *    set marker to 0. While somebody holds the CPU of the operation, it is frozen again, and the
 *    handler waits.
 * Signals are masked while a mark is frozen, but for the section itself.
 *
 * A handler that has interrupted an operation may be left by siglongjmp(). The mark stays busy, and
 * the thread's operations are all done on that CPU, through C, until another thread takes it:
 *
 *	J1	who has waited long in H3 asks the system whether the mark's owner sleeps in a
 *		system call, which an operation is not, and reads its stack: no frame of a signal
 *		lies above where its stack pointer is. Then nobody comes back to the operation
 *	J2	mark.left = what mark.busy is; and 0 again if that is another one by now, or the
 *		mark another thread's. H3 passes over a mark whose busy is what left is
 *	J3	the thread itself, at its next operation, has left = 0, then busy = 0. Until then
 *		that has another number than left, while it is being done: H3 sees it
 *
 * What is left of the frame may lie in the way until the thread has written over it; and a thread
 * that never sleeps is waited for. A handler must not go over to another stack (swapcontext()) and
 * come back to an operation later.
 */
#ifndef PCPU_HOLD_H
#define PCPU_HOLD_H

#include "cpu/holder.h"

#include <signal.h>

/*
 * Takes @cpu, whose unit is open, from wherever the caller runs, with all signals masked; the mask
 * before is kept in @saved. The caller holds no other. pcpu_self.cpu is left to it.
 */
void pcpu_hold(unsigned int cpu, sigset_t *saved);

/*
 * The same in the fallback tier with signals as they are (Q), and pcpu_self.cpu is @cpu then.
 * False: not now, or not here.
 */
bool pcpu_hold_unmasked(unsigned int cpu);

/*
 * In a thread that holds a CPU while pcpu_taking says something: it may be in a handler of a signal
 * that has interrupted pcpu_hold_unmasked(). Does what is left of that.
 */
void pcpu_hold_finish_taking(void);

/*
 * Lets @cpu go, which the caller holds. Signals are masked, or pcpu_self.mark is not busy; then
 * pcpu_hold_thaw() is to follow.
 */
void pcpu_let_go(unsigned int cpu);
void pcpu_hold_thaw(void);

/* All of that after pcpu_hold(), and the mask as it was. */
void pcpu_release(unsigned int cpu, const sigset_t *saved);

/*
 * The caller holds a CPU from now on, and until @cpu is let go: so holds are counted, and how long
 * they take. pcpu_hold() and pcpu_release() do both; sections are not counted.
 */
void pcpu_hold_begins(void);
void pcpu_hold_ends(unsigned int cpu);

/* The CPU that the thread's mark says, which is busy. */
unsigned int pcpu_hold_marked_cpu(void);

/*
 * Waits for @cpu as pcpu_hold_wait() does, in an operation of the fallback tier: with the mark
 * frozen, if it is an interrupted operation's.
 */
void pcpu_hold_wait_frozen(unsigned int cpu);

/* In the child: nobody holds a CPU who is not there any more. */
void pcpu_hold_after_fork(void);

#endif /* PCPU_HOLD_H */
