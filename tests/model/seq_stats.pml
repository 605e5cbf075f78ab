/* SPDX-License-Identifier: MIT */
/*
 * seq_stats.pml - a model of statistics that are read whole, for the model checker spin: steps W1 to W4
 * and R1 to R3 of src/toolkit/seq_stats.c.
 *
 * The copy of one CPU: two rows of two numbers, which are always equal in a row that is valid. Two
 * threads update it, each of which may be preempted by the other at any step: by a sequence, which
 * then aborts and begins anew, or while it holds the CPU (HOLDS), and then the other waits. A
 * handler may interrupt either, and updates too; of one that holds the CPU signals are masked. A
 * reader is on another CPU. Memory is sequentially consistent: there is an order for each step.
 *
 * What is checked:
 *  - the two numbers that a reader has seen are those of one moment: equal;
 *  - in the end all updates are in the numbers;
 *  - everybody gets through: no deadlock. (The reader is outrun at most as often as there are updates.)
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it: NO_ABORT
 * (a sequence goes on after others have run), ONE_ROW (W3 changes the valid row), COMMIT_FIRST (W4
 * before W3), NO_RECHECK (no R3), READS_LATE (R2 asks for the version anew for each number), UNMASKED
 * (a handler comes into an update that holds the CPU), UNHELD (the other does not wait).
 */
#ifndef UPDATES
#define UPDATES 2
#endif

#define HANDLER 2

byte one[2], two[2]; /* by row */
byte version;
byte aborted[3]; /* others have run */
bool holds[3];   /* which of them has the CPU */
byte done_updates, finished;

#define ROW(v) ((v) % 2)

/* Whoever else was in the middle of a sequence on this CPU has been preempted for it. */
inline abort_others()
{
#ifndef NO_ABORT
	aborted[0] = true;
	aborted[1] = true;
	aborted[2] = true;
	aborted[me] = false;
#else
	skip
#endif
}

/* One step of an update, which happens only if the thread is on the CPU and was not aborted. */
#define MAY_RUN(me) (HELD_BY_NOBODY_ELSE(me))
#ifdef UNHELD
#define HELD_BY_NOBODY_ELSE(me) true
#else
#define HELD_BY_NOBODY_ELSE(me) \
	(!(me != 0 && holds[0]) && !(me != 1 && holds[1]) && !(me != 2 && holds[2]))
#endif

/* A step of an update, if it has not been aborted. */
#define STEP(statement)                                                     \
	atomic {                                                            \
		MAY_RUN(me);                                                \
		if                                                          \
		:: !ok                                                      \
		:: ok && aborted[me] && !by_holding -> ok = false           \
		:: ok && (by_holding || !aborted[me]) -> abort_others(); statement \
		fi                                                          \
	}

inline update()
{
	do
	:: true ->
		/* W1, W2 */
		atomic {
			MAY_RUN(me);
			holds[me] = by_holding;
			abort_others();
			ok = true;
			v = version;
#ifdef ONE_ROW
			to = ROW(v)
#else
			to = 1 - ROW(v)
#endif
		}
#ifdef COMMIT_FIRST
		STEP(version = v + 1);
#endif
		/* W3 */
		STEP(one[to] = one[ROW(v)] + 1);
		STEP(two[to] = two[ROW(v)] + 1);
		/* W4 */
#ifndef COMMIT_FIRST
		STEP(version = v + 1);
#endif
		if
		:: ok -> break
		:: else -> by_holding = true /* in line it is tried once */
		fi
	od;
	atomic {
		holds[me] = false;
		done_updates++;
		ok = false;
		v = 0;
		to = 0
	}
}

proctype writer(byte me)
{
	byte v, to, n;
	bool by_holding, ok;

	do
	:: n < UPDATES ->
		if
		:: by_holding = false
		:: by_holding = true
		fi;
		update();
		n++
	:: else -> break
	od;
	finished++
}

/*
 * A handler's update runs from its beginning to its end, and comes into nobody who has signals
 * masked: whoever was in the middle of a sequence is aborted.
 */
proctype handler()
{
	byte v, to;

	atomic {
#ifndef UNMASKED
		!holds[0] && !holds[1];
#endif
		aborted[0] = true;
		aborted[1] = true;
#ifdef NO_ABORT
		aborted[0] = false;
		aborted[1] = false;
#endif
		v = version;
		to = 1 - ROW(v);
		one[to] = one[ROW(v)] + 1;
		two[to] = two[ROW(v)] + 1;
		version = v + 1;
		done_updates++;
		finished++
	}
}

active proctype reader()
{
	byte v, a, b;

	again:
	v = version; /* R1 */
	/* R2 */
	a = one[ROW(v)];
#ifdef READS_LATE
	v = version;
#endif
	b = two[ROW(v)];
#ifndef NO_RECHECK
	/* R3 */
	if
	:: version != v -> goto again
	:: else
	fi;
#endif
	assert(a == b);
	finished++
}

init
{
	atomic {
		run writer(0);
		run writer(1);
		run handler()
	}
	finished == 4;
	assert(one[ROW(version)] == done_updates && two[ROW(version)] == done_updates);
	assert(done_updates == 2 * UPDATES + 1)
}
