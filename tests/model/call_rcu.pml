/* SPDX-License-Identifier: MIT */
/*
 * call_rcu.pml - a model of callbacks that wait for a grace period, for the model checker spin
 * (include/percpu/linux/impl/call_rcu.h, which has the steps' names).
 *
 * Who takes part: two that take something away and have it freed by a callback, the first of whom
 * then waits in rcu_barrier(); a reader, who looks at what is there, once; and the thread.
 *
 * What is checked:
 *  - nothing is freed that a reader looks at;
 *  - each callback runs once, and rcu_barrier() returns when those before it have;
 *  - the thread does not sleep while there is something to do: all ends.
 */
#define CALLERS 2
#define READERS 1
#define MOST 3		/* callbacks: one each, and the barrier's */

bool there[CALLERS] = true;	/* for readers that begin now */
bool freed[CALLERS];
bool reads[READERS], holds[4];	/* reader r looks at thing t: r * CALLERS + t */
byte list[MOST], length;	/* the newest first; 0, 1: frees; 2: the barrier's */
byte calls;			/* the futex */
bool barrier_done;
byte nr_done;

inline push(what)
{
	atomic {
		list[2] = list[1];
		list[1] = list[0];
		list[0] = what;
		length++
	}
}

inline call(what)
{
#ifdef NUMBER_FIRST
	calls++;
	push(what)
#else
	push(what);	/* (1) */
	calls++		/* (2): who sleeps looks at the number */
#endif
}

proctype caller(byte me)
{
	there[me] = false;
	call(me);
	if
	:: me == 0 ->
		call(2);
		barrier_done;
		assert(freed[0])
	:: else
	fi;
	nr_done++
}

proctype reader(byte me)
{
	byte t;

	atomic {
		reads[me] = true;
		for (t : 0 .. CALLERS - 1) {
			holds[me * CALLERS + t] = there[t]
		}
	};
	for (t : 0 .. CALLERS - 1) {
		assert(!holds[me * CALLERS + t] || !freed[t])
	};
	reads[me] = false;
	nr_done++
}

/* Readers that there are now, one after the other; those that begin later may be waited for as well. */
inline grace_period()
{
#ifdef NO_PERIOD
	skip
#else
	r = 0;
	do
	:: r < READERS -> !reads[r]; r++
	:: else -> break
	od
#endif
}

inline run_callback(what)
{
	if
	:: what < CALLERS -> assert(!freed[what]); freed[what] = true
	:: else -> barrier_done = true
	fi
}

proctype worker()
{
	byte number, mine[MOST], nr, i, r;

	do
	::
#ifndef NUMBER_LATE
		number = calls;		/* (a) */
#endif
#ifdef PERIOD_FIRST
		grace_period();
#endif
		atomic {		/* (b) */
			nr = length;
			length = 0;
			for (i : 0 .. MOST - 1) {
				mine[i] = list[i]
			}
		};
		if
		:: nr == 0 ->
#ifdef NUMBER_LATE
			number = calls;
#endif
end:			calls != number	/* (c) */
		:: else ->
#ifndef PERIOD_FIRST
			grace_period();
#endif
#ifdef NEWEST_FIRST
			for (i : 1 .. nr) {
				run_callback(mine[i - 1])
			}
#else
			for (i : 1 .. nr) {
				run_callback(mine[nr - i])
			}
#endif
		fi
	od
}

proctype all_end()
{
	nr_done == CALLERS + READERS;
	freed[1]
}

init {
	atomic {
		run worker();
		run caller(0);
		run caller(1);
		run reader(0);
		run all_end()
	}
}
