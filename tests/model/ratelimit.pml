/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.pml - a model of a rate limit's bucket and parts, for the model checker spin: steps L1 to L4
 * and A1 to A3 of include/percpu/impl/ratelimit_bucket.h, T1 to T6 of src/toolkit/ratelimit.c.
 *
 * A bucket of BURST tokens, one of which comes at each tick of the clock; two CPUs' parts. Threads
 * take a token, TAKES times each, from any CPU's part at each step, as they are migrated; the last
 * one each may be given back. A handler that interrupts one of them is a thread like another: nobody
 * waits. The clock passes TICKS ticks, at any moment. Memory is sequentially consistent, as all
 * operations on the bucket are.
 *
 * What is checked:
 *  - the bound: of all stretches of time that end at any moment, no more tokens were taken in one
 *    than BURST and its ticks. That is kept as the level of another bucket, which must not run dry;
 *  - outstanding tokens are those in parts, in hand, and spent and not accounted for, when nobody is
 *    in the middle of something: nothing is lost.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it: NO_RECHECK
 * (no L4), RETURN_FIRST (A3 before A2), CLOCK_FIRST (A1 before T1: what is spent later is accounted for
 * as if it had been earlier), BLIND_LEND (L2 does not look at what is outstanding), CHARGE_WHEN_LENT
 * (time pays for tokens that CPUs keep), LOSE_HAND (T6 keeps nothing of what is in hand).
 */
#ifndef BURST
#define BURST 2
#endif
#ifndef TICKS
#define TICKS 2
#endif
#ifndef TAKES
#define TAKES 2
#endif
#define THREADS 2
#define BATCH 2

byte now = 8;      /* ticks; not 0, so that nothing is before it */
byte arrival = 8;  /* when it is full again */
byte outstanding;
byte tokens[2], lent[2]; /* of each part */
byte hand, unaccounted;  /* of all threads, for what is checked alone */
byte used;               /* of the other bucket, what is missing */
byte ended;

#define LEVEL (BURST - (arrival > now -> arrival - now : 0))

/* A token is taken at this moment. */
inline is_taken()
{
	used++;
	assert(used <= BURST)
}

/* A2 and A3, of @nr that had been spent when @clock was read. */
inline account(nr)
{
	if
	:: nr > 0 ->
#ifdef RETURN_FIRST
		outstanding = outstanding - nr;
#endif
#ifndef CHARGE_WHEN_LENT
		arrival = (arrival > clock -> arrival : clock) + nr;
#endif
#ifndef RETURN_FIRST
		outstanding = outstanding - nr;
#endif
		unaccounted = unaccounted - nr
	:: else
	fi
}

proctype taker()
{
	byte n, clock, before, seen, in_hand, got, spent, cpu;
	bool is_done;

	do
	:: n < TAKES ->
		n++;
		is_done = false;
		if
		:: cpu = 0
		:: cpu = 1
		fi;
#ifdef CLOCK_FIRST
		clock = now;
#endif
		/* the sequence, and T1 */
		atomic {
			if
			:: tokens[cpu] > 0 ->
				tokens[cpu]--;
				unaccounted++;
				is_taken();
				is_done = true
			:: else ->
				in_hand = tokens[cpu];
				spent = lent[cpu] - tokens[cpu];
				hand = hand + in_hand;
				tokens[cpu] = 0;
				lent[cpu] = 0
			fi
		}
		if
		:: is_done -> goto next
		:: else
		fi;
		/* T2, A1 */
#ifndef CLOCK_FIRST
		clock = now;
#endif
		account(spent); /* T3 */
		spent = 0;
		/* T4 */
		do
		:: in_hand == 0 ->
			before = arrival; /* L1 */
			seen = outstanding;
			/* L2 */
			got = (before > clock -> before - clock : 0);
#ifndef BLIND_LEND
			got = got + seen;
#endif
			got = (got < BURST -> BURST - got : 0);
			got = (got > BATCH -> BATCH : got);
			if
			:: got == 0 -> break
			:: else
			fi;
			/* L3 */
			atomic {
				if
				:: outstanding == seen ->
					outstanding = outstanding + got;
					hand = hand + got
#ifdef CHARGE_WHEN_LENT
					; arrival = (arrival > clock -> arrival : clock) + got
#endif
				:: else -> got = 0
				fi
			}
			/* L4 */
			if
			:: got == 0
#ifdef NO_RECHECK
			:: got > 0 -> in_hand = got; break
#else
#ifdef CHARGE_WHEN_LENT
			:: got > 0 -> in_hand = got; break
#else
			:: got > 0 && arrival == before -> in_hand = got; break
			:: got > 0 && arrival != before ->
				d_step {
					outstanding = outstanding - got;
					hand = hand - got;
					got = 0
				}
#endif
#endif
			fi
		:: in_hand > 0 -> break
		od;
		got = 0; before = 0; seen = 0;
		if
		:: in_hand > 0 ->
			/* T5 */
			atomic {
				in_hand--;
				hand--;
				unaccounted++;
				is_taken()
			}
			clock = now;
			account(1);
			/* T6, on whichever CPU */
			if
			:: cpu = 0
			:: cpu = 1
			fi;
			d_step {
#ifndef LOSE_HAND
				tokens[cpu] = tokens[cpu] + in_hand;
				lent[cpu] = lent[cpu] + in_hand;
#endif
				hand = hand - in_hand;
				in_hand = 0
			};
			/* or it was not used, and comes back */
			if
			:: n == TAKES
			:: d_step {
				n == TAKES;
				arrival = arrival - 1;
				used = (used > 0 -> used - 1 : 0)
			   }
			:: n < TAKES
			fi
		:: else
		fi;
	next:
		clock = 0;
		cpu = 0
	:: else -> break
	od;
	ended++
}

active proctype time()
{
	byte n;

	do
	:: n < TICKS ->
		n++;
		d_step {
			now++;
			used = (used > 0 -> used - 1 : 0)
		}
	:: else -> break
	od
}

init
{
	atomic {
		run taker();
		run taker()
	}
	ended == THREADS;
	assert(outstanding == tokens[0] + tokens[1] + unaccounted)
}
