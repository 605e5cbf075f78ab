/* SPDX-License-Identifier: MIT */
/*
 * take.pml - a model of sets of counters that are taken while they are counted in, for the model checker
 * spin: steps T1 to T3 and P1 of src/toolkit/counter_set.c.
 *
 * Two CPUs with one word each. A thread on each adds by operations, which do nothing while another
 * thread holds the CPU (how that is done is hold.pml's). Two threads take; each begins with another
 * CPU, and a handler may interrupt either anywhere, and adds to what the thread holds, or to any CPU.
 * With PINNED, a thread pinned to CPU 1 adds too: a load and a store, between which nothing else
 * happens on that CPU, but on the other one. CPU 1 is not open at first, and starts with INITIAL.
 *
 * What is checked: what has been taken, and what is left, is what was added and the initial values;
 * and everybody gets through.
 *
 * Each of the macros below leaves a part of it out, and the check must fail with it: NO_HOLD (no T1),
 * BLIND_STORE (T2 stores 0 without a look whether the word is what it was), ADDS_CLOSED (the initial
 * value of a unit that is not open is taken, and the unit stays as it is), WAITS_HOLDING (the next T1
 * comes before T3), and of pinned threads ELSEWHERE (no P1: the word is changed from anywhere).
 */
#ifndef INITIAL
#define INITIAL 1
#endif
#define NOBODY 9

byte word[2]; /* of a unit that is open */
bool open[2];
byte holder[2];
bool busy; /* a pinned thread's instruction is going on */
byte added, taken, finished;

/* No instruction of a pinned thread is in the way of another one there. */
#define CPU_IS_FREE(cpu) (cpu == 0 || !busy)

inline open_unit(cpu)
{
	if
	:: !open[cpu] -> open[cpu] = true; word[cpu] = INITIAL
	:: else
	fi
}

proctype counter(byte on)
{
	atomic {
		holder[on] == NOBODY && CPU_IS_FREE(on);
		open_unit(on);
		word[on]++;
		added++
	}
	atomic {
		holder[on] == NOBODY && CPU_IS_FREE(on);
		word[on]++;
		added++;
		finished++
	}
}

/* An instruction is not divided: nothing else happens on CPU 1 meanwhile. */
proctype pinned_counter()
{
#ifdef PINNED
	byte n;

	atomic {
		!busy && holder[1] == NOBODY; /* who pins himself has held the CPU for it */
		open_unit(1);
		busy = true;
		n = word[1]
	}
	atomic {
		word[1] = n + 1;
		busy = false;
		added++
	}
#endif
	finished++
}

/*
 * T2 by one instruction on the CPU's own word; it is one also where the thread is on another CPU,
 * except to pinned threads.
 */
inline take_word(cpu)
{
	do
	:: true ->
		n = word[cpu];
		atomic {
			if
#ifdef BLIND_STORE
			:: true -> word[cpu] = 0; taken = taken + n; n = 0; break
#else
			:: word[cpu] == n -> word[cpu] = 0; taken = taken + n; n = 0; break
			:: else
#endif
			fi
		}
	od
}

inline visit(cpu)
{
	/* T1 */
#ifndef NO_HOLD
	atomic {
		holder[cpu] == NOBODY;
		holder[cpu] = me;
		open_unit(cpu)
	}
#else
	atomic { open_unit(cpu) }
#endif
#ifdef PINNED
	if
	:: cpu == 1 ->
		/* P1 */
		atomic {
#ifndef ELSEWHERE
			!busy;
#endif
			taken = taken + word[1];
			word[1] = 0
		}
	:: else -> take_word(cpu)
	fi;
#else
#ifdef NO_HOLD
	n = word[cpu];
	atomic { taken = taken + n; word[cpu] = 0; n = 0 };
#else
	take_word(cpu);
#endif
#endif
	/* T3 */
#ifndef WAITS_HOLDING
	holder[cpu] = NOBODY
#endif
}

inline visit_any(cpu)
{
	if
#ifdef ADDS_CLOSED
	:: !open[cpu] -> taken = taken + INITIAL
	:: open[cpu] -> visit(cpu)
#else
	:: INITIAL == 0 && !open[cpu]
	:: INITIAL != 0 || open[cpu] -> visit(cpu)
#endif
	fi
}

proctype taker(byte me; byte own)
{
	byte n;

	visit_any(own);
	visit_any(1 - own);
#ifdef WAITS_HOLDING
	holder[0] = NOBODY;
	holder[1] = NOBODY;
#endif
	finished++
}

/* Of taker @me: on the CPU that it holds; if it holds none, on CPU 0 while nobody does. */
proctype handler(byte me)
{
	atomic {
		if
		:: holder[0] == me -> word[0]++; added++
		:: holder[1] == me ->
			if
			:: !busy -> word[1]++; added++
			:: busy
			fi
		:: holder[0] == NOBODY && holder[1] != me -> open_unit(0); word[0]++; added++
		:: true
		fi;
		finished++
	}
}

init
{
	atomic {
		holder[0] = NOBODY;
		holder[1] = NOBODY;
		open[0] = true;
		word[0] = INITIAL;
		run counter(0);
		run counter(1);
		run pinned_counter();
		run taker(0, 0);
		run taker(1, 1);
		run handler(0);
		run handler(1)
	}
	finished == 7;
	atomic {
		open_unit(1);
		assert(taken + word[0] + word[1] == added + 2 * INITIAL)
	}
}
