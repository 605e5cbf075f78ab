/* SPDX-License-Identifier: MIT */
/*
 * mark.pml - a model of who has a mark that its thread has left, for the model checker spin: steps
 * K1 to K4 of src/cpu/hold.h.
 *
 * One mark. Its owner has been killed in the middle of an operation. Two threads come upon it that
 * wait for it, in H3 of CPUs that they hold; one of them may be killed at that, at any moment. A
 * thread that begins clears it too, or finds it cleared; takes it, and operates. Memory is
 * sequentially consistent: all of these words are accessed so.
 *
 * What is checked:
 *  - what the new thread shows is there for as long as it operates;
 *  - who waits gets through: no deadlock, and no cycle. (Who finds nothing to do waits.)
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_CLAIM (it is cleared without K2), OWNER_FIRST (K4 comes before K3), CLEARER_STAYS (nobody looks
 * whether who clears is gone).
 */
#define NOBODY	0
#define DEAD	1
#define FIRST	2 /* who waits, and may be killed */
#define SECOND	3
#define NEW	4
#define CLEARS	8 /* beside the number of who clears: PCPU_WORD_HELD, the other way round */
#define THREAD(word) ((word) & 7)

byte owner = DEAD;
byte busy = 1;	  /* of the CPU that the dead one was on */
bool first_is_gone;

#ifdef CLEARER_STAYS
#define IS_GONE(word) ((word) == DEAD)
#else
#define IS_GONE(word) (THREAD(word) == DEAD || (THREAD(word) == FIRST && first_is_gone))
#endif

inline clear_if_gone(me)
{
	seen = owner;	/* K1 */
	if
	:: IS_GONE(seen) ->
#ifndef NO_CLAIM
		if
		:: atomic { owner == seen -> owner = me + CLEARS } /* K2 */
#ifdef OWNER_FIRST
			owner = NOBODY;
			busy = 0
#else
			busy = 0;	/* K3 */
			owner = NOBODY	/* K4 */
#endif
		:: atomic { owner != seen -> skip }
		fi
#else
		busy = 0;
		owner = NOBODY
#endif
	:: else
	fi;
	seen = 0
}

proctype waiter(byte me)
{
	byte seen;

	{
		do
		:: busy != 1 -> break
		:: busy == 1 && IS_GONE(owner) -> clear_if_gone(me)
		od
	} unless {
		me == FIRST && first_is_gone
	}
}

active proctype killer()
{
	if
	:: first_is_gone = true
	:: skip
	fi
}

/* Its operation is on another CPU than that of the others. */
active proctype beginner()
{
	byte seen;

	do
	:: atomic { owner == NOBODY -> owner = NEW; break }
	:: IS_GONE(owner) -> clear_if_gone(NEW)
	od;
	busy = 2;
	assert(busy == 2);
	/* a moment later: who holds that CPU would look now */
	assert(busy == 2);
	busy = 0
}

init {
	atomic {
		run waiter(FIRST);
		run waiter(SECOND)
	}
}
