/* SPDX-License-Identifier: MIT */
/*
 * counter_shared.pml - a model of a percpu_counter that processes share, for the model checker spin: what
 * src/calls/counter.c does with shared copies.
 *
 * Two CPUs with an amount each, and an extra that all have in common. Two processes add to the amount of
 * the CPU that they are on, by one operation each; one of them is killed somewhere. Two reset: they load
 * the extra, add up the rest one CPU after the other, and have the extra make up for it, by compare and
 * swap. Two add what has a limit, in the same way.
 *
 * What is checked: what resets have returned, and the value that is left, is what was added; and the
 * value without the unlimited additions never passes the limit.
 *
 * Each of the macros below leaves a part of it out, and the check must fail with it: NO_COMPARE (the extra
 * is stored without a look whether it is what it was), OWN_EXTRA (each process has its own, as the fields
 * of struct percpu_counter are), IN_TWO_STEPS (an addition moves its amount by way of its process).
 */
#define LIMIT 2

short amount[2], extra, own_extra[6];
short added, returned, granted;
byte finished;

#ifdef OWN_EXTRA
#define EXTRA(me) own_extra[me]
#else
#define EXTRA(me) extra
#endif

/* It may be killed before, or after; with IN_TWO_STEPS in between. */
proctype adder(byte on)
{
#ifdef IN_TWO_STEPS
	short n;

	atomic { n = amount[on]; amount[on] = 0; added++ }
	if
	:: amount[on] = amount[on] + n + 1
	:: true /* killed */
	fi;
#else
	if
	:: atomic { amount[on]++; added++ }
	:: true /* killed */
	fi;
#endif
	finished++
}

inline load()
{
	before = EXTRA(me);
	rest = amount[0];
	rest = rest + amount[1]
}

/* The extra: before -> @after. */
inline try_to_set(after)
{
	atomic {
		if
#ifdef NO_COMPARE
		:: true ->
#else
		:: EXTRA(me) != before -> done = false
		:: else ->
#endif
			EXTRA(me) = after;
			done = true
		fi
	}
}

proctype resetter(byte me)
{
	short before, rest;
	bool done;

	do
	:: !done ->
		load();
		atomic {
			try_to_set(0 - rest);
			if
			:: done -> returned = returned + before + rest
			:: else
			fi
		}
	:: done -> break
	od;
	finished++
}

/* While nobody else adds or resets, its limit is that of the value. */
proctype limited(byte me)
{
	short before, rest;
	bool done;

	do
	:: !done ->
		load();
		if
		:: before + rest + 2 <= LIMIT ->
			atomic {
				try_to_set(before + 2);
				if
				:: done -> granted = granted + 2; added = added + 2
				:: else
				fi
			}
		:: else -> done = true
		fi
	:: done -> break
	od;
	finished++
}

init
{
	atomic {
#ifdef LIMITED
		run limited(4);
		run limited(5);
#else
		run adder(0);
		run adder(1);
		run resetter(2);
		run resetter(3);
		run limited(4);
#endif
	}
#ifdef LIMITED
	finished == 2;
	assert(granted <= LIMIT);
#else
	finished == 5;
#endif
	assert(returned + amount[0] + amount[1] + extra + own_extra[2] + own_extra[3] +
	       own_extra[4] + own_extra[5] == added)
}
