/* SPDX-License-Identifier: MIT */
/*
 * split_count.h - a count that is split over the CPUs, and joined in one word for who has to know
 * when it is 0 (percpu/impl/split_count.h; the refs and the reader-writer locks are made of it).
 *
 *	value = word, less __PCPU_SPLIT if that is in it + all parts
 *
 * Protocol (modelled in tests/model/refcount.pml). A part may be added to or the word, at any time;
 * each changes the value by one store. So who cannot add to a part adds to the word.
 *
 *	add	A1  in one sequence: joined is 0; this CPU's part += change, the commit
 *		A2  or else word += change. It is 0 then only if the value is, and nothing split
 *	join	J1  joined = 1
 *		J2  membarrier(RSEQ): whoever had passed A1's look before J1 aborts, or has
 *		    committed, which J3 sees. So nothing is added to parts any more
 *		J3  the sum of all parts
 *		J4  word += sum - __PCPU_SPLIT, in one addition: until then it cannot be 0
 *	split	S1  all parts = 0
 *		S2  word += __PCPU_SPLIT
 *		S3  joined = 0, released: who sees it in A1 sees S1
 *
 * J and S under pcpu_switch_mutex. Whether J4 has been done is seen in the word; so the child of a
 * fork() finds each of them as if it had not begun, but for J1, and does it again: a count whose
 * mode another thread was changing is joined there, or is counted right as it is until somebody
 * joins it.
 *
 * In the fallback tier, where nothing aborts an addition, a part says itself whether it may be
 * added to, in its lowest bit:
 *
 *	add	B1  joined is 0; this CPU's part is live, or made so under the mutex, if that is to
 *		    be had at once and joined is still 0 there
 *		B2  part: what it was, and live -> with the change, by compare and swap; or A2
 *	join	J2  each part: live -> not, by one locked instruction, whose result J3 adds up. A
 *		    unit that opens has parts of 0, not live
 *
 * With shared copies parts are other processes' too: there only the word is added to, a count that
 * was split by then is joined once, with parts that nobody changes, and none is split: A1 looks
 * whether joined is what __percpu_rt.split says, which is 0 until percpu_share().
 */
#ifndef PCPU_SPLIT_COUNT_H
#define PCPU_SPLIT_COUNT_H

#include <percpu/impl/split_count.h>

#include <signal.h>

/* Takes pcpu_switch_mutex, with all signals masked: whoever joins may be a signal's handler. */
void pcpu_split_lock(sigset_t *saved);
void pcpu_split_unlock(const sigset_t *saved);

/* Adds to this CPU's part in one way or the other: A1, B. False: A2 is to be done. */
bool pcpu_split_add(struct percpu_split_count *split, int64_t change);

/*
 * A count that starts with @word, the user's bit in it, over @parts, which are zero; or @joined.
 * NULL: in one word, for good.
 */
void pcpu_split_init(struct percpu_split_count *split, int64_t __percpu *parts, int64_t word,
		     bool joined);

/* Both do nothing if it is so already. Under pcpu_switch_mutex. */
void pcpu_split_join(struct percpu_split_count *split);
void pcpu_split_again(struct percpu_split_count *split);

/* The value, with the user's bit; of no one moment, while others change it. */
int64_t pcpu_split_value(const struct percpu_split_count *split);

#endif /* PCPU_SPLIT_COUNT_H */
