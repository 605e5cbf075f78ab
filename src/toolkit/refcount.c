/* SPDX-License-Identifier: MIT */
/*
 * refcount.c - percpu_ref: references that are counted by CPU until the ref is killed.
 *
 * What counts is a split count (split_count.h). While it is split its word has __PCPU_SPLIT in it,
 * and the initial reference is there: nothing that is put makes it 0. When it has been joined,
 * every reference is in the word, and there is one put that makes it 0:
 *
 *	get	G1  A of split_count.h: nobody else puts the reference that the caller relies on
 *	tryget	T1  A1; or word: what it was, and not 0 -> with the references, by compare and swap
 *		T2  of a live one: nor killed, in the same word
 *	put	P1  A. If it made the word 0, the ref is this thread's, which releases it
 *	kill	K1  word: killed. No T2 succeeds any more
 *		K2  join: nor an A1. Now it is confirmed
 *		K3  P1 of the initial reference
 *	revive	R1  word: not killed, and the initial reference, in one addition
 *		R2  split again
 *
 * K1 and K2, R1 and R2 each under pcpu_switch_mutex, and of two that kill one finds it killed.
 */
#include "calls/alloc.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/system/race.h"
#include "machine/tier.h"
#include "toolkit/split_count.h"

#include <percpu/refcount.h>

#include <errno.h>

#define ALL_FLAGS (PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD | PERCPU_REF_ALLOW_REINIT)

#define ONE ((int64_t)2)

static bool is_zero(int64_t word)
{
	return (word & ~__PCPU_REF_DEAD) == 0;
}

/* --- life --- */

PERCPU_API int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
			       unsigned int flags, gfp_t gfp)
{
	const bool dead = (flags & PERCPU_REF_INIT_DEAD) != 0;
	int64_t __percpu *parts = NULL;

	*ref = (struct percpu_ref){.split = {.count = __PCPU_REF_DEAD, .joined = 1}};
	if (!release || (flags & ~(unsigned int)ALL_FLAGS))
		return -EINVAL;
	/* which would be other processes' too */
	if (!pcpu_tier.shared) {
		parts = pcpu_alloc_for(sizeof(int64_t), __alignof__(int64_t), gfp,
				       __builtin_return_address(0));
		if (!parts)
			return -ENOMEM;
	}
	ref->release = release;
	ref->force_atomic = (flags & PERCPU_REF_INIT_ATOMIC) != 0;
	ref->allow_reinit = flags != 0;
	pcpu_split_init(&ref->split, parts, dead ? __PCPU_REF_DEAD : ONE,
			dead || ref->force_atomic);
	return 0;
}

PERCPU_API void percpu_ref_exit(struct percpu_ref *ref)
{
	int64_t __percpu *parts = ref->split.parts;

	__atomic_fetch_or(&ref->split.count, __PCPU_REF_DEAD, __ATOMIC_RELEASE);
	ref->split.joined = 1;
	ref->split.parts = NULL;
	free_percpu(parts);
}

/* --- references --- */

static void add_to_word(struct percpu_ref *ref, int64_t change)
{
	__atomic_fetch_add(&ref->split.count, change, __ATOMIC_RELAXED);
}

PERCPU_API void __percpu_ref_get_slow(struct percpu_ref *ref, unsigned long nr)
{
	const int64_t change = (int64_t)(2 * nr);

	if (!pcpu_split_add(&ref->split, change))
		add_to_word(ref, change);
}

/* T1 and T2 */
PERCPU_API bool __percpu_ref_tryget_slow(struct percpu_ref *ref, unsigned long nr, bool live)
{
	const int64_t change = (int64_t)(2 * nr);
	int64_t word;

	if (pcpu_split_add(&ref->split, change))
		return true;
	word = __atomic_load_n(&ref->split.count, __ATOMIC_RELAXED);
	do {
		if (is_zero(word) || (live && (word & __PCPU_REF_DEAD)))
			return false;
	} while (!__atomic_compare_exchange_n(&ref->split.count, &word, word + change, true,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

/* P1 in the word. Nothing of the ref is touched behind the addition but by who has made it 0. */
static void put_in_word(struct percpu_ref *ref, int64_t change)
{
	const int64_t word = __atomic_sub_fetch(&ref->split.count, change, __ATOMIC_ACQ_REL);

	if (is_zero(word)) {
		pcpu_race_acquire(ref);
		ref->release(ref);
	} else if (word < 0) {
		pcpu_log(PERCPU_LOG_ERR, "percpu_ref %p has had more puts than gets", (void *)ref);
	}
}

PERCPU_API void __percpu_ref_put_slow(struct percpu_ref *ref, unsigned long nr)
{
	const int64_t change = (int64_t)(2 * nr);

	pcpu_race_release(ref);
	if (!pcpu_split_add(&ref->split, -change))
		put_in_word(ref, change);
}

/* --- death, and life again --- */

/* False: it is dying already. */
static bool die(struct percpu_ref *ref)
{
	const int64_t before =
		__atomic_fetch_or(&ref->split.count, __PCPU_REF_DEAD, __ATOMIC_SEQ_CST);

	if (before & __PCPU_REF_DEAD)
		return false;
	pcpu_split_join(&ref->split);
	return true;
}

PERCPU_API void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	sigset_t saved;
	bool dies;

	pcpu_split_lock(&saved);
	dies = die(ref);
	pcpu_split_unlock(&saved);
	if (!dies) {
		pcpu_log(PERCPU_LOG_ERR, "percpu_ref_kill() of %p, which is dying already",
			 (void *)ref);
		return;
	}
	if (confirm)
		confirm(ref);
	pcpu_race_release(ref);
	put_in_word(ref, ONE);
}

static void warn_of_no_reinit(const struct percpu_ref *ref)
{
	pcpu_log(PERCPU_LOG_WARNING,
		 "percpu_ref %p is without PERCPU_REF_ALLOW_REINIT: its count stays one word",
		 (const void *)ref);
}

/* R1 and R2. False: it is not dying. */
static bool live_again(struct percpu_ref *ref)
{
	if (!percpu_ref_is_dying(ref))
		return false;
	__atomic_fetch_add(&ref->split.count, ONE - __PCPU_REF_DEAD, __ATOMIC_RELEASE);
	if (ref->allow_reinit && !ref->force_atomic)
		pcpu_split_again(&ref->split);
	return true;
}

PERCPU_API void percpu_ref_resurrect(struct percpu_ref *ref)
{
	sigset_t saved;
	bool lives;

	pcpu_split_lock(&saved);
	lives = live_again(ref);
	pcpu_split_unlock(&saved);
	if (!lives)
		pcpu_log(PERCPU_LOG_ERR, "percpu_ref_resurrect() of %p, which is not dying",
			 (void *)ref);
	else if (!ref->allow_reinit)
		warn_of_no_reinit(ref);
}

PERCPU_API void percpu_ref_reinit(struct percpu_ref *ref)
{
	if (percpu_ref_is_zero(ref))
		percpu_ref_resurrect(ref);
	else
		pcpu_log(PERCPU_LOG_ERR, "percpu_ref_reinit() of %p, which is not at 0",
			 (void *)ref);
}

/* --- modes --- */

PERCPU_API void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	sigset_t saved;

	pcpu_split_lock(&saved);
	ref->force_atomic = true;
	pcpu_split_join(&ref->split);
	pcpu_split_unlock(&saved);
	if (confirm)
		confirm(ref);
}

PERCPU_API void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	percpu_ref_switch_to_atomic(ref, NULL);
}

PERCPU_API void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	sigset_t saved;

	if (!ref->allow_reinit) {
		warn_of_no_reinit(ref);
		return;
	}
	pcpu_split_lock(&saved);
	ref->force_atomic = false;
	if (!percpu_ref_is_dying(ref))
		pcpu_split_again(&ref->split);
	pcpu_split_unlock(&saved);
}
