/* SPDX-License-Identifier: MIT */
/*
 * counter_limit.pml - a model of percpu_counter_limited_add() at its limit, for the model checker spin:
 * steps N1, N2 and E1 to E6 of src/calls/counter.c.
 *
 * One counter, three CPUs. On two of them threads add 1 until they are refused; on the third one does so
 * once, in a sequence. Each may be held up within a sequence as long as it likes: nothing but a fence
 * aborts it.
 *
 * What is checked:
 *  - the value never passes the limit;
 *  - who is refused has seen the limit reached, so that in the end it is;
 *  - everybody gets through.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_FENCE (no E2), FENCE_FIRST (E2 before E1), ONE_FENCE (who sees NEARING takes it for NEAR),
 * NO_COMPARE (E6 adds, whatever the extra is by now), NO_PARTS (E4 without the parts), NO_MARGIN (N1 by
 * the limit itself).
 */
#define CPUS 3
#define BOUND 2
#ifdef NO_MARGIN
#define MARGIN 0
#else
#define MARGIN (BOUND * (2 * CPUS + 2))
#endif
#define LIMIT (MARGIN + 3)

#define FAR 0
#define NEARING 1
#define NEAR 2

byte count, extra, part[CPUS], near;
bool aborted[CPUS]; /* what a fence has done to the sequence there */
byte ended;

#define PARTS (part[0] + part[1] + part[2])
#define VALUE (count + extra + PARTS)

inline fence()
{
#ifdef NO_FENCE
	skip
#else
	d_step {
		aborted[0] = true;
		aborted[1] = true;
		aborted[2] = true
	}
#endif
}

inline be_near()
{
	if
	:: near == NEAR
#ifdef ONE_FENCE
	:: near == NEARING
	:: near == FAR ->
#else
	:: near != NEAR ->
#endif
#ifdef FENCE_FIRST
		fence();
		near = NEARING;
#else
		near = NEARING;
		fence();
#endif
		near = NEAR
	fi
}

inline look()
{
	d_step {
		aborted[cpu] = false;
		passed = near == FAR && count + extra + MARGIN + 1 <= LIMIT && part[cpu] + 1 < BOUND
	}
}

inline commit()
{
	d_step {
		if
		:: !aborted[cpu] -> part[cpu]++; assert(VALUE <= LIMIT)
		:: else
		fi;
		passed = false
	}
}

proctype held_up(byte cpu)
{
	bool passed;

	look();
	if
	:: passed -> commit()
	:: !passed
	fi
}

proctype adder(byte cpu)
{
	byte before, seen;
	bool passed;

far:
	skip;
	/* N1: the look, and later the commit */
	look();
	if
	:: passed ->
		commit();
		goto far
	:: !passed
	fi;
	/* N2; or there was no sequence to be had */
	if
	:: true
	:: near == FAR && part[cpu] > 0 ->
		d_step {
			count = count + part[cpu];
			part[cpu] = 0
		}
		goto far
	fi;
	be_near();
near_again:
	before = extra; /* E4 */
#ifdef NO_PARTS
	seen = before + count;
#else
	seen = before + count + PARTS;
#endif
	if
	:: seen + 1 > LIMIT -> /* E5 */
		assert(VALUE == LIMIT);
		goto end
	:: seen + 1 <= LIMIT
	fi;
	/* E6 */
	d_step {
		if
#ifdef NO_COMPARE
		:: true -> extra++
#else
		:: extra == before -> extra++
		:: else
#endif
		fi;
		assert(VALUE <= LIMIT)
	}
	goto near_again;
end:
	ended++
}

init {
	atomic {
		run adder(0);
		run adder(1);
		run held_up(2)
	}
	ended == 2;
	assert(VALUE == LIMIT)
}
