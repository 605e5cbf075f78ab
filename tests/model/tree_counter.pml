/* SPDX-License-Identifier: MIT */
/*
 * tree_counter.pml - a model of a percpu_counter_tree, for the model checker spin: steps C1 to C4 of
 * src/toolkit/tree_counter.c.
 *
 * Two CPUs, a count above each, and the root. A batch is 2, and 4 above. Two threads, of which one
 * may as well be a handler that interrupts the other, add 1 or 3 or take 1 away, twice and once: on any
 * CPU, and carry to any count above, as they are migrated in between. Each addition to a count is
 * one step.
 *
 * What is checked, when none is in the middle of an addition: the root is what was added, but for
 * what the counts below it have not carried; each of these has less than half of its batch; so the
 * root is within the bound.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it: FOLDS
 * (a count is emptied when it is carried, by a second step), BLIND_CARRY (what is carried is worked out
 * from the count as it was seen before the addition), LOSE_CARRY (C4 ends one level too early),
 * CARRY_ALL (all of a count is carried, whenever there is something to carry).
 */
#define BATCH 2
#define FANOUT 2
#define OFFSET 64 /* a multiple of all batches: counts are never negative */

byte leaf[2] = OFFSET, above[2] = OFFSET, root = OFFSET;
byte added = OFFSET;
byte ended;

/* The multiple of @batch that is next to @x. */
#define CARRIED(x, batch) ((((x) + (batch) / 2) / (batch)) * (batch))

proctype adder(byte times)
{
	byte n, at, before, after, inc, carry;

	do
	:: n < times ->
		n++;
		/* 254 and 255 are -2 and -1: bytes wrap as words do */
		if
		:: inc = 1
		:: inc = 3
		:: inc = 255
		fi;
		if
		:: at = 0
		:: at = 1
		fi;
#ifdef BLIND_CARRY
		before = leaf[at];
#endif
		/* C1 */
		d_step {
#ifndef BLIND_CARRY
			before = leaf[at];
#endif
			leaf[at] = (leaf[at] + inc) % 256;
			after = leaf[at];
			added = (added + inc) % 256;
		};
#ifdef BLIND_CARRY
		after = (before + inc) % 256;
#endif
		/* C2 */
#ifdef CARRY_ALL
		carry = (CARRIED(after, BATCH) != CARRIED(before, BATCH) -> inc : 0);
#else
		carry = (CARRIED(after, BATCH) + 256 - CARRIED(before, BATCH)) % 256;
#endif
#ifdef FOLDS
		/* as if a count were what it has not carried */
		if
		:: carry != 0 -> leaf[at] = (after + 256 - carry) % 256
		:: else
		fi;
#endif
		if
		:: at = 0
		:: at = 1
		fi;
		if
		:: carry == 0
		:: else ->
			/* C3 */
			d_step {
				before = above[at];
				above[at] = (above[at] + carry) % 256;
				after = above[at];
				carry = (CARRIED(after, BATCH * FANOUT) + 256 -
					 CARRIED(before, BATCH * FANOUT)) % 256
			};
			/* C4 */
#ifdef LOSE_CARRY
			skip
#else
			root = (root + carry) % 256
#endif
		fi;
		at = 0; before = 0; after = 0; carry = 0; inc = 0
	:: else -> break
	od;
	ended++
}

/* How far @x is below what it has carried, more or less than nothing: OFFSET is nothing. */
#define REST(x, batch) (OFFSET + (x) - CARRIED(x, batch))

init
{
	atomic {
		run adder(2);
		run adder(1)
	}
	ended == 2;
	/* the sum of all that was not carried */
#ifndef FOLDS
	assert(leaf[0] + leaf[1] - OFFSET == added);
#endif
	assert(root + REST(leaf[0], BATCH) - OFFSET + REST(leaf[1], BATCH) - OFFSET +
	       REST(above[0], BATCH * FANOUT) - OFFSET + REST(above[1], BATCH * FANOUT) - OFFSET == added);
	/* the bound: 2 * BATCH / 2 and 2 * BATCH * FANOUT / 2 */
	assert(root + 6 >= added && added + 6 >= root)
}
