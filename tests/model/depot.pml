/* SPDX-License-Identifier: MIT */
/*
 * depot.pml - a model of the stacks of batches in src/toolkit/depot.h, for the model checker spin.
 *
 * A stack of three batches, and three threads: two pop a batch, change it as its owner may, and push
 * it; the third pops two, and pushes them in the order that an ABA problem would want. The steps are
 * U1, U2 and D1 - D3 of depot.h. The top is the number of a batch and a count of changes. Memory is
 * sequentially consistent: U2 releases and D3 acquires, and what D2 reads of a batch that is
 * another's is thrown away with a top that has changed.
 *
 * What is checked: nobody has a batch that another one has; in the end every batch is on the stack,
 * once; all runs end.
 *
 * Each of the macros below leaves a part out, and the check must fail with it: NO_COUNT (changes are
 * not counted), NO_COMPARE (D3 and U2 are stores), LINK_LAST (U1 comes after U2).
 */
#define BATCHES 3
#define THREADS 3

byte top = 1;
byte changes;
byte next[BATCHES + 1];
bool owned[BATCHES + 1];
byte nr_ended;

#ifdef NO_COUNT
#define CHANGED 0
#else
#define CHANGED 1
#endif
#ifdef NO_COMPARE
#define SAME true
#else
#define SAME top == seen && changes == count
#endif

inline pop(got)
{
	do
	:: atomic { seen = top; count = changes };	/* D1 */
		if
		:: seen == 0 -> got = 0; break
		:: else
		fi;
		after = next[seen];			/* D2 */
		atomic {				/* D3 */
			if
			:: SAME ->
				top = after;
				changes = changes + CHANGED;
				assert(!owned[seen]);
				owned[seen] = true;
				got = seen;
				break
			:: else
			fi
		}
	od
}

inline push(batch)
{
	next[batch] = 0; /* its owner's to write */
	do
	:: atomic { seen = top; count = changes };
#ifndef LINK_LAST
		next[batch] = seen;			/* U1 */
#endif
		atomic {				/* U2 */
			if
			:: SAME ->
				owned[batch] = false;
				top = batch;
				changes = changes + CHANGED;
				break
			:: else
			fi
		}
	od;
#ifdef LINK_LAST
	next[batch] = seen
#endif
}

proctype one_at_a_time()
{
	byte seen, count, after, mine;

	pop(mine);
	if
	:: mine != 0 -> push(mine)
	:: else
	fi;
	nr_ended++
}

proctype two_at_a_time()
{
	byte seen, count, after, one, other;

	pop(one);
	pop(other);
	if
	:: one != 0 -> push(one)
	:: else
	fi;
	if
	:: other != 0 -> push(other)
	:: else
	fi;
	nr_ended++
}

init
{
	byte batch, nr;

	atomic {
		next[1] = 2;
		next[2] = 3;
		run one_at_a_time();
		run one_at_a_time();
		run two_at_a_time()
	}
	atomic {
		nr_ended == THREADS;
		batch = top;
		do
		:: batch != 0 && nr <= BATCHES ->
			nr++;
			batch = next[batch]
		:: else -> break
		od;
		assert(nr == BATCHES)
	}
}
