/* SPDX-License-Identifier: MIT */
/*
 * send_away.pml - a model of how operations are sent to the slow side for good, while others count,
 * for the model checker spin (src/cpu/send_away.c). One CPU, which is open.
 *
 * Who takes part:
 *  - an operation of the fallback tier, with the steps of src/cpu/hold.h. It may be interrupted when it
 *    is about to be done, by a handler that waits for the CPU: then its mark is frozen;
 *  - two who hold the CPU, one of whom changes what it is at rest, which is the sending away;
 *  - an inlined operation of the rseq tier that looks at the window (G1) and commits at once, which is
 *    what the kernel makes of a sequence.
 * All of memory is in one order: windows, marks and what is at rest are read and written by barriers or
 * locked instructions where it matters, and tests/model/hold.pml and fallback.pml have the rest.
 *
 * What is checked:
 *  - nobody else is at the copy while the CPU is held;
 *  - from the return on, the window of a CPU that nobody holds is one that no inlined operation uses;
 *  - all runs end.
 */
#define INLINE	1 /* what the window is at rest: inlined operations may */
#define AWAY	2 /* they may not. Of one CPU, as INLINE is */
#define HELD(n) (3 + (n))

byte window = INLINE, rest = INLINE;
byte busy;	/* the operation's mark; 0: none */
bool frozen;
bool at_copy;	/* the operation is being done */
bool inside;	/* a holder is */
bool sent;	/* pcpu_send_away() has returned */

/* What a mark says: the CPU; not what it is at rest, which may be something else by now. */
#ifdef COMPARE_ALL
#define SHOWN(word) (word)
#define IS_SHOWN (busy == rest)
#else
#define SHOWN(word) 1
#define IS_SHOWN (busy == 1)
#endif

#define IS_HELD (window >= HELD(0))

inline hold(n)
{
	/* H1 */
	atomic { window == rest -> window = HELD(n) }
	/* H3 */
#ifndef NO_WAIT
	!(IS_SHOWN && !frozen);
#endif
	inside = true;
	assert(!at_copy)
}

inline let_go()
{
	inside = false;
	window = rest
}

proctype holder()
{
	hold(0);
	let_go()
}

proctype sender()
{
#ifdef NOT_HELD
	rest = AWAY;
#else
	hold(1);
	rest = AWAY;
	let_go();
#endif
	sent = true
}

proctype marked()
{
	byte word, was;

again:
	word = rest;
	busy = SHOWN(word);
	was = window;
	if
	:: was != word ->
		busy = 0;
		!IS_HELD;
		goto again
	:: else
	fi;
	if
	:: true ->
		/* a handler waits; and thaws */
		frozen = true;
		!IS_HELD;
		frozen = false;
#ifndef NO_SECOND_LOOK
		do
		:: IS_HELD ->
			frozen = true;
			!IS_HELD;
			frozen = false
		:: else -> break
		od
#endif
	:: true
	fi;
	at_copy = true;
	assert(!inside);
	at_copy = false;
	busy = 0
}

/* By one who has a displaced module's pointer. */
proctype inlined()
{
	sent;
	if
	:: !IS_HELD -> assert(window != INLINE)
	:: else
	fi
}

init
{
	atomic {
		run holder();
		run sender();
		run marked();
		run inlined()
	}
}
