/* SPDX-License-Identifier: MIT */
/*
 * freelist.pml - a model of push, pop and steal (src/toolkit/freelist.c), for the model checker
 * spin.
 *
 * A CPU with a list of three nodes; two threads on it, of which one runs at a time; and a thief, who
 * is elsewhere. The first thread pops a node and pushes it, the second pops two and pushes them in
 * the order that an ABA problem would want. The steps are L1 - L3 and T1 - T3 of freelist.c. A
 * scheduler preempts the threads between any two steps, PREEMPTIONS times a run.
 *
 * What a step is:
 *  - Memory is sequentially consistent but for the commit (L3), which is a plain store: it waits in
 *    the CPU's store buffer, where only that CPU sees it, until any later moment; preemption and
 *    the fence drain the buffer.
 *  - Preemption between the first look and L3 aborts the sequence, and so does the thief's fence.
 *
 * What is checked: nobody has a node that another one has; in the end every node is on the list, or
 * the thief's; all runs end.
 *
 * Each of the macros below leaves a part out, and the check must fail with it: NO_ABORT (preemption
 * aborts nothing), NO_FENCE, FENCE_FIRST (before the CPU is taken), NO_DRAIN (the fence aborts, but
 * is no barrier), NO_LOOK (a sequence does not look whether the CPU is held), NO_HOLD (the thief
 * does not take it), LATE_LOOK (a pop looks at the node's next after its commit).
 */
#ifndef PREEMPTIONS
#define PREEMPTIONS 3
#endif
#define NOBODY 2
#define NODES 3

byte first = 1;
byte next[4];
bool owned[4];
bool buffered;       /* a commit waits to reach memory */
byte in_buffer;

bool held;           /* the entry's window: not to be passed */
byte running = NOBODY;
bool in_sequence[2], aborted[2], ended[2], thief_ended;
byte stolen;

#define SEEN (buffered -> in_buffer : first)

inline drain()
{
	if
	:: buffered ->
		first = in_buffer;
		buffered = false
	:: else
	fi
}

inline interrupt()
{
	if
	:: running != NOBODY && in_sequence[running] -> aborted[running] = true
	:: else
	fi
}

inline fence()
{
	atomic {
		interrupt();
#ifndef NO_DRAIN
		drain()
#endif
	}
}

inline own(node)
{
	assert(!owned[node]);
	owned[node] = true
}

/* Waits until nobody holds the CPU, and begins. */
#ifdef NO_LOOK
#define MAY_BEGIN true
#else
#define MAY_BEGIN !held
#endif

inline begin()
{
	atomic {
		running == me && MAY_BEGIN ->
		aborted[me] = false;
		in_sequence[me] = true
	}
}

/* Of a step in a sequence: the thread runs; was it aborted, it goes back to @again. */
#define STEP(again)                                                                                \
	running == me ->                                                                           \
	if                                                                                         \
	:: aborted[me] ->                                                                          \
		in_sequence[me] = false;                                                           \
		goto again                                                                         \
	:: else                                                                                    \
	fi

inline commit(to)
{
	drain(); /* one store waits at a time */
	in_buffer = to;
	buffered = true;
	in_sequence[me] = false
}

#define POP(again, none, got)                                                                      \
again:                                                                                             \
	begin();                                                                                   \
	atomic { STEP(again); seen = SEEN };		/* L1 */                                   \
	if                                                                                         \
	:: seen == 0 ->                                                                            \
		atomic { STEP(again); in_sequence[me] = false };                                   \
		goto none                                                                          \
	:: else                                                                                    \
	fi;                                                                                        \
	atomic { STEP(again); after = next[seen] };	/* L2 */                                   \
	atomic { STEP(again); commit(after) };		/* L3 */                                   \
	LATE                                                                                       \
	atomic { own(seen) };                                                                      \
	got = seen

#ifdef LATE_LOOK
/* as if L2 came here: what the list is to go on with is looked up when others may have the node */
#define LATE atomic { running == me -> drain(); first = next[seen] };
#else
#define LATE
#endif

#define PUSH(again, node)                                                                          \
	owned[node] = false;                                                                       \
again:                                                                                             \
	begin();                                                                                   \
	atomic { STEP(again); seen = SEEN };		/* L1 */                                   \
	atomic { STEP(again); next[node] = seen };                                                 \
	atomic { STEP(again); commit(node) }		/* L3 */

proctype short_one()
{
	byte me = 0, seen, after, mine;

	POP(pop, out, mine);
	PUSH(push, mine);
out:
	atomic { running == me -> ended[0] = true; running = NOBODY; drain() }
}

proctype long_one()
{
	byte me = 1, seen, after, one, other;

	POP(pop_one, out, one);
	POP(pop_other, push_one, other);
push_one:
	PUSH(push, one);
	if
	:: other != 0 -> skip
	:: else -> goto out
	fi;
	PUSH(push_other, other);
out:
	atomic { running == me -> ended[1] = true; running = NOBODY; drain() }
}

proctype thief()
{
	byte seen;

#ifndef NO_HOLD
#ifdef FENCE_FIRST
	fence();
	atomic { !held -> held = true };
#else
	atomic { !held -> held = true };	/* T1 */
#ifndef NO_FENCE
	fence();
#endif
#endif
#endif
	seen = first;				/* T2 */
	if
	:: seen != 0 ->
		byte after = next[seen];
		first = after
	:: else
	fi;
	held = false;				/* T3 */
	if
	:: seen != 0 ->
		atomic { own(seen) };
		next[seen] = 0;
		stolen = seen
	:: else
	fi;
	thief_ended = true
}

/* Has one or the other run, and stops it at any moment. */
proctype scheduler()
{
	byte left = PREEMPTIONS;

	do
	:: atomic { running == NOBODY && !ended[0] -> running = 0 }
	:: atomic { running == NOBODY && !ended[1] -> running = 1 }
	:: atomic {
		running != NOBODY && left > 0 ->
#ifndef NO_ABORT
		interrupt();
#endif
		drain();
		running = NOBODY;
		left--
	   }
	:: atomic { buffered -> drain() }
	:: atomic { ended[0] && ended[1] && thief_ended && !buffered -> break }
	od;
	atomic {
		byte node = first, nr = 0;

		do
		:: node != 0 && nr <= NODES ->
			assert(!owned[node]);
			nr++;
			node = next[node]
		:: else -> break
		od;
		assert(nr + (stolen != 0 -> 1 : 0) == NODES)
	}
}

init
{
	atomic {
		next[1] = 2;
		next[2] = 3;
		run short_one();
		run long_one();
		run thief();
		run scheduler()
	}
}
