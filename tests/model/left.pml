/* SPDX-License-Identifier: MIT */
/*
 * left.pml - a model of a mark whose operation was left by siglongjmp(), for the model checker spin:
 * steps J1 to J3 of src/cpu/hold.h.
 *
 * One CPU, and a thread that shows an operation there which it does not come back to. It goes on:
 * it operates, through C or, when its mark is free, in the way that is inlined; it may end, and
 * another one have its mark. Two threads hold the CPU, one after the other. Memory is sequentially
 * consistent: all of these words are accessed so, or behind a fence of who holds.
 *
 * What is checked:
 *  - while the CPU is held, nobody is in an operation;
 *  - the holders get through: no deadlock, and no cycle.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_NUMBER (operations through C show what those do that are inlined), BUSY_FIRST (J3 the other way
 * round), NO_RECHECK (J2 does not look again), NO_LEAVE (nobody looks whether it was left).
 */
#define INLINED 1
#ifdef NO_NUMBER
#define BY_C 1
#else
#define BY_C 2
#endif
#define OPERATIONS 3

byte busy = INLINED, left, window, inside;
byte owner = 1;
bool sleeps = true; /* the thread, in a system call: at least between its operations */
bool ended;

inline look_and_operate()
{
	if
	:: window == 0 ->
		/* F3 */
		assert(inside == 0)
	:: window != 0
	fi
}

active proctype thread()
{
	byte n, saved;

	do
	:: n == OPERATIONS -> break
	:: n < OPERATIONS && n > 0 ->
		/* it ends, and the next one begins */
		sleeps = false;
		busy = 0;
		left = 0;
		owner++;
		n++;
		sleeps = true
	:: n < OPERATIONS ->
		sleeps = false;
		n++;
		if
		:: busy == 0 ->
			busy = INLINED;
			look_and_operate();
			busy = 0
		:: busy != 0 && busy == left ->
#ifdef BUSY_FIRST
			busy = 0;
			busy = INLINED;
			look_and_operate();
			left = 0;
			busy = 0
#else
			left = 0;
			busy = 0
#endif
		:: busy != 0 && busy != left ->
			saved = busy;
			busy = BY_C;
			look_and_operate();
			busy = saved
		fi;
		sleeps = true
	od;
	ended = true
}

proctype holder(byte me)
{
	byte seen, whose;

	atomic { window == 0 -> window = me }
	do
	:: atomic { busy == 0 -> break }
	:: atomic { busy != 0 && busy == left -> break }
#ifndef NO_LEAVE
	:: atomic { busy != 0 && busy != left && sleeps -> seen = busy; whose = owner } /* J1 */
		left = seen; /* J2 */
#ifndef NO_RECHECK
		if
		:: busy != seen || owner != whose ->
			atomic {
				if
				:: left == seen -> left = 0
				:: else
				fi
			}
		:: else
		fi
#endif
#endif
	od;
	inside = me;
	/* a moment later */
	inside = 0;
	window = 0
}

init {
	atomic {
		run holder(1);
		run holder(2)
	}
}
