/* SPDX-License-Identifier: MIT */
/*
 * counter.pml - a model of a percpu_counter's folds and sums, for the model checker spin: steps L1 to L6
 * and R1 to R3 of src/memory/counter_lock.h.
 *
 * One counter, two CPUs. Two threads add, on different CPUs or on one (OTHER), and move to the other one
 * in the middle of a fold or not; one of them may as well be a handler that interrupts the other. An
 * addition folds a part of BATCH - 1. A third one sums. Memory is sequentially consistent: there is a fence or
 * an order for each step.
 *
 * What is checked:
 *  - at any moment the value is what has been added: also if memory stayed so for ever, and the
 *    threads were not there, as in a child;
 *  - a sum lies between what had been added when it began, and when it ended;
 *  - everybody gets through: no deadlock, and no cycle.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it: NO_LOCK
 * (L1 takes it from who has it), LATE_NOTE (L3 behind L4), NO_FLIP (L4 does not flip), BLIND_FOLD (L4
 * does not compare), NO_NOTE (R2 does not look at it), NO_RECHECK (no R3), SAME_NUMBER (L6 goes back to
 * the number before).
 */
#define BATCH 2
#ifndef ADDITIONS
#define ADDITIONS 2
#endif
#ifndef OTHER
#define OTHER 1
#endif

#define TAKEN 1
#define NOTED 2
#define PHASE(s) ((s) % 4)

byte part[2], flip[2], count, extra, folds, state;
byte note_count, note_amount, note_folds;
byte added; /* by whom it has been done, or will have been, whatever comes */

inline look_at_once(v)
{
	d_step {
		v = extra + part[0] + part[1];
		if
		:: PHASE(state) == NOTED ->
			v = v + note_count;
			if
			:: (flip[0] + flip[1]) % 2 != note_folds % 2 -> v = v + note_amount
			:: else
			fi
		:: else -> v = v + count
		fi
	}
}

inline add_to_extra()
{
	d_step {
		extra++;
		added++
	}
}

inline set_noted()
{
	state = state - TAKEN + NOTED
}

inline set_free()
{
#ifdef SAME_NUMBER
	state = state - PHASE(state)
#else
	state = state - PHASE(state) + 4
#endif
}

inline fold()
{
	/* L1 */
	atomic {
		if
#ifdef NO_LOCK
		:: true -> state = state - PHASE(state) + TAKEN; got = true
#else
		:: PHASE(state) == 0 -> state = state + TAKEN; got = true
		:: PHASE(state) != 0 -> got = false
#endif
		fi
	}
	if
	:: !got -> add_to_extra()
	:: got ->
		/* L2 */
		note_amount = amount;
		note_count = count;
		note_folds = folds;
#ifndef LATE_NOTE
		set_noted(); /* L3 */
#endif
		/* L4 */
		if
		:: at = cpu
		:: at = 1 - cpu
		fi;
		d_step {
#ifdef BLIND_FOLD
			got = true;
#else
			got = (part[at] == amount && flip[at] == flipped);
#endif
			if
			:: got ->
				part[at] = 0;
#ifndef NO_FLIP
				flip[at] = 1 - flip[at]
#endif
			:: else
			fi;
			flipped = 0;
			at = 0
		}
#ifdef LATE_NOTE
		set_noted();
#endif
		if
		:: got ->
			/* L5 */
			count = note_count + note_amount + 1;
			folds = 1 - folds;
			/* L6 */
			d_step {
				set_free();
				added++
			}
		:: !got ->
			set_free();
			add_to_extra()
		fi
	fi
}

proctype adder(byte cpu)
{
	byte n, amount, flipped, at;
	bool got;

	do
	:: n == ADDITIONS -> break
	:: n < ADDITIONS ->
		n++;
		atomic {
			amount = part[cpu];
			flipped = flip[cpu];
			if
			:: amount + 1 < BATCH -> part[cpu]++; added++; goto added_it
			:: else
			fi
		}
		fold();
added_it:
		amount = 0;
		got = false;
		flipped = 0
	od
}

/* A part is one word, of an amount and a flip. */
inline read_parts()
{
	d_step { sum = sum + part[0]; flips = flips + flip[0] };
	d_step { sum = sum + part[1]; flips = flips + flip[1] }
}

active proctype summing()
{
	byte before, sum, flips, amount, seen, from_extra;

	before = added;
	from_extra = extra;
	do
	:: true ->
		/* R1 */
		seen = state;
		flips = 0;
		/* R2 */
		if
#ifndef NO_NOTE
		:: PHASE(seen) == NOTED ->
			sum = note_count;
			amount = note_amount;
			flips = note_folds;
			read_parts();
			if
			:: flips % 2 != 0 -> sum = sum + amount
			:: flips % 2 == 0
			fi
		:: PHASE(seen) != NOTED ->
#else
		:: true ->
#endif
			sum = count;
			read_parts()
		fi;
		/* R3 */
#ifdef NO_RECHECK
		break
#else
		if
		:: state / 2 == seen / 2 -> break
		:: state / 2 != seen / 2
		fi
#endif
	od;
	sum = sum + from_extra;
	assert(before <= sum && sum <= added)
}

/* Once, at any moment. */
active proctype at_any_moment()
{
	byte value;

	atomic {
		look_at_once(value);
		assert(value == added)
	}
}

init {
	atomic {
		run adder(0);
		run adder(OTHER)
	}
}
