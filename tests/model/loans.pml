// SPDX-License-Identifier: MIT
/*
 * loans.pml - a model of what src/alloc/loans.h says of areas that are lent, for the model checker
 * spin.
 *
 * One area. At first CPU 0 has lent it. A user frees it, on either CPU, and allocates it again from
 * where it then is; after which two threads free it at any moments, on any CPUs, of which one is
 * wrong. Meanwhile, on each CPU, others make room for notes, and so settle what is lent there. The
 * steps are A1 - R3 of loans.h.
 *
 * What a step is:
 *  - The CPUs' locks are what cpu_lock.pml shows them to be: they have one holder, and nobody has
 *    one between the end of a stop and its resume. Who does not get one takes the slow way.
 *  - Memory is sequentially consistent: notes are looked at with the lock only, and codes are
 *    changed by atomic instructions.
 *  - Between any two steps any thread may go on.
 *
 * What is checked:
 *  - the free of an area that somebody has is never taken for a wrong one;
 *  - of two frees of one area exactly one is found to be wrong;
 *  - in the end the area is in one place, its code says that it is cached, and nobody has noted it;
 *  - all runs end.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_RECALL, NO_STOP, NO_WAIT, NO_RETRY (who finds no note does not look at the code again),
 * NOTE_STAYS (F1 does not take it away), SETTLED_STAYS (without E2), SETTLE_UNLOCKED.
 */
#define ROUNDS 2 /* how often somebody makes room on each CPU */

bool live;     /* the area's code; else cached */
bool noted[2]; /* lent by CPU c */
byte places;   /* that have it: magazines, and the map */
bool in[2];    /* CPU c's magazine has it */

bool taken[2], stopped;
bool mutex;

byte freed, wrong;
byte nr_ended;

#define TRY_LOCK(c) atomic { !taken[c] && !stopped -> taken[c] = true }

/* Takes the area: it is in one more place, and is in a magazine if @c is a CPU. */
inline take(c)
{
	places++;
	freed++;
	if
	:: c < 2 -> in[c] = true
	:: else
	fi
}

/* F2: takes it, if it is live. */
inline exchange(c, done)
{
	atomic {
		if
		:: live -> live = false; take(c); done = true
		:: else
		fi
	}
}

inline settle(c)
{
	if
	:: noted[c] ->
		live = true;		/* E1 */
#ifndef SETTLED_STAYS
		noted[c] = false	/* E2 */
#endif
	:: else
	fi
}

inline recall(found)
{
#ifndef NO_STOP
	stopped = true;			/* R1 */
#ifndef NO_WAIT
	!taken[0];
	!taken[1];
#endif
#endif
	found = noted[0] || noted[1];
	settle(0);			/* R2 */
	settle(1);
	stopped = false			/* R3 */
}

inline free(c)
{
	done = false;
	if
	:: TRY_LOCK(c) ->
		if
		:: noted[c] ->		/* F1 */
#ifndef NOTE_STAYS
			noted[c] = false;
#endif
			atomic { take(c); done = true }
		:: else -> exchange(c, done)
		fi;
		taken[c] = false
	:: taken[c] || stopped		/* not to be had */
	fi;
	if
	:: !done ->
		atomic { !mutex -> mutex = true };
		exchange(2, done);
#ifndef NO_RECALL
		if
		:: !done ->
			recall(found);
#ifdef NO_RETRY
			if
			:: found -> exchange(2, done)
			:: else
			fi
#else
			exchange(2, done)
#endif
		:: else
		fi;
#endif
		if
		:: !done -> wrong++
		:: else
		fi;
		mutex = false
	:: else
	fi
}

inline choose(c)
{
	if
	:: c = 0
	:: c = 1
	fi
}

/* An allocation from the magazine that has it, or from one that it is brought to from the map. */
inline allocate()
{
	if
	:: in[0] -> c = 0
	:: in[1] -> c = 1
	:: else -> choose(c)
	fi;
	TRY_LOCK(c);
	in[c] = false;
	places--;
	noted[c] = true;		/* A1 */
	taken[c] = false
}

proctype freer()
{
	bool done, found;
	byte c;

	choose(c);
	free(c);
	nr_ended++
}

proctype user()
{
	bool done, found;
	byte c;

	choose(c);
	free(c);
	assert(freed == 1 && wrong == 0 && places == 1);
	allocate();
	run freer();
	run freer();
	nr_ended++
}

/* Others allocate on CPU c. */
proctype others(byte c)
{
	byte rounds;

	do
	:: rounds == ROUNDS -> break
	:: rounds < ROUNDS ->
#ifdef SETTLE_UNLOCKED
		settle(c);
#else
		if
		:: TRY_LOCK(c) -> settle(c); taken[c] = false
		:: taken[c] || stopped
		fi;
#endif
		rounds++
	od;
	nr_ended++
}

init {
	noted[0] = true;
	atomic {
		run user();
		run others(0);
		run others(1)
	}
	nr_ended == 5;
	assert(freed == 2 && wrong == 1);
	assert(places == 1 && !live && !noted[0] && !noted[1])
}
