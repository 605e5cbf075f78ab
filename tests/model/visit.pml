/* SPDX-License-Identifier: MIT */
/*
 * visit.pml - a model of the visits in src/thread.c, for the model checker spin.
 *
 * Two CPUs, each with one copy of a counter; two threads that add to the copy of the CPU that
 * they run on with a restartable sequence, and after ABORTS_BEFORE_VISIT aborts by a visit; and a
 * visitor, who adds to the copy of CPU 0. Visits are V1 - V6 of thread.c.
 * A scheduler preempts threads between any two instructions, and resumes them on either CPU.
 * PREEMPTIONS bounds how often, which makes all runs finite: so that all of them end can be checked.
 *
 * What a step is:
 *  - Memory is sequentially consistent. The one store that x86-64 may delay past a later load which
 *    matters is V2, and the fence that follows it is a full barrier in the kernel.
 *  - One of the threads commits with one instruction, add to memory. It has no lock prefix: another
 *    CPU may come between its load and its store, but an interrupt, and with it preemption and the
 *    fence, may not (mid_instruction is true there). The other loads in an instruction of its own
 *    and commits with a store (add_return).
 *  - Preemption in a sequence aborts it, which is the kernel's promise. So does the fence, for the
 *    thread that its CPU runs at that moment.
 *  - What a visitor does in V4 is a load and a store.
 *
 * What is checked:
 *  - nobody commits to a copy while a visitor is between its fence and V5;
 *  - in the end no update is lost;
 *  - all runs end: no deadlock (an invalid end state), and no cycle. Spin's check for non-progress
 *    cycles finds every cycle here, since nothing is labelled as progress.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_FENCE, FENCE_BEFORE_SHUT, NO_LOCK, NO_SHUT, NO_ABORT (preemption aborts nothing), NO_UNSHUT.
 */
#define THREADS 2
#ifndef ADDITIONS
#define ADDITIONS 1 /* a thread */
#endif
#ifndef PREEMPTIONS
#define PREEMPTIONS 3 /* a run */
#endif
#define ABORTS_BEFORE_VISIT 2
#define NOBODY 255

bool shut[2];	  /* entry[c].window is negative */
byte copy[2];
bool visiting[2]; /* a visitor is between V3 and V5 */
bool locked;	  /* the visit lock */

byte running[2] = NOBODY; /* the thread that a CPU runs */
bool mid_instruction[2];
bool runnable[THREADS];
bool in_sequence[THREADS];
bool aborted[THREADS]; /* the kernel will continue the thread at its abort handler */

byte nr_ended;

/* An interrupt of CPU c that aborts the sequence it is in. */
inline interrupt(c)
{
	if
	:: running[c] != NOBODY && in_sequence[running[c]] -> aborted[running[c]] = true
	:: else
	fi
}

inline preempt(c)
{
#ifndef NO_ABORT
	interrupt(c);
#endif
	running[c] = NOBODY
}

inline take_lock()
{
#ifndef NO_LOCK
	atomic { !locked -> locked = true }
#else
	skip
#endif
}

inline drop_lock()
{
	locked = false
}

inline fence(c)
{
	atomic { !mid_instruction[c] -> interrupt(c) }
}

inline shut_entry(c)
{
#ifndef NO_SHUT
	shut[c] = true
#else
	skip
#endif
}

/* Needs a variable `loaded`. */
inline visit(c)
{
	take_lock();		/* V1 */
#ifdef FENCE_BEFORE_SHUT
	fence(c);
	shut_entry(c);
#else
	shut_entry(c);		/* V2 */
#ifndef NO_FENCE
	fence(c);		/* V3 */
#endif
#endif
	visiting[c] = true;
	loaded = copy[c];	/* V4 */
	copy[c] = loaded + 1;
	visiting[c] = false;
#ifndef NO_UNSHUT
	shut[c] = false;	/* V5 */
#endif
	drop_lock()		/* V6 */
}

proctype visitor()
{
	byte loaded;

	visit(0);
	nr_ended++
}

#define ON_A_CPU (running[0] == me || running[1] == me)
#define THIS_CPU (running[0] == me -> 0 : 1)

/* Before an instruction of a sequence: it waits to be run, and goes on there or at the handler. */
#define IN_SEQUENCE                                       \
	if                                                \
	:: ON_A_CPU && aborted[me] -> goto abort          \
	:: ON_A_CPU && !aborted[me]                       \
	fi

/*
 * Off the CPU, to sleep. (The number first: spin goes back a step by doing the assignment with the
 * old value, and an index that the assignment changes would then name another element.)
 */
inline leave_cpu()
{
	atomic {
		ON_A_CPU;
		in_sequence[me] = false;
		aborted[me] = false;
		runnable[me] = false;
		cpu = THIS_CPU;
		running[cpu] = NOBODY
	}
}

proctype thread(byte me; bool one_instruction)
{
	byte added, aborts, cpu, loaded;
	bool is_shut;

	runnable[me] = true;
start:
	if
	:: added == ADDITIONS -> goto end
	:: else
	fi;
	atomic { ON_A_CPU -> in_sequence[me] = true }
	atomic { IN_SEQUENCE; cpu = THIS_CPU }
	atomic { IN_SEQUENCE; is_shut = shut[cpu] }
	if
	:: is_shut ->
		leave_cpu();
		take_lock();
		drop_lock();
		runnable[me] = true;
		goto start
	:: else
	fi;
	if
	:: one_instruction ->
		atomic {
			IN_SEQUENCE;
			assert(!visiting[cpu]);
			mid_instruction[cpu] = true;
			loaded = copy[cpu]
		}
	:: else ->
		atomic { IN_SEQUENCE; loaded = copy[cpu] }
		atomic { IN_SEQUENCE; mid_instruction[cpu] = true }
	fi;
	atomic {
		assert(!visiting[cpu]);
		copy[cpu] = loaded + 1;
		in_sequence[me] = false;
		mid_instruction[cpu] = false;
		added++;
		goto start
	}
abort:
	atomic {
		in_sequence[me] = false;
		aborted[me] = false;
		cpu = THIS_CPU;
		aborts++;
		if
		:: aborts % ABORTS_BEFORE_VISIT != 0 -> goto start
		:: else
		fi
	}
	/* the visit may wait, and may run on any CPU: off this one is where it can do most harm */
	leave_cpu();
	visit(cpu);
	added++;
	runnable[me] = true;
	goto start;
end:
	leave_cpu();
	nr_ended++
}

#define RESUME(t, c)                                                              \
	atomic {                                                                  \
		runnable[t] && running[c] == NOBODY && running[1 - (c)] != t ->   \
		running[c] = t                                                    \
	}
#define PREEMPT(c)                                                                \
	atomic {                                                                  \
		preemptions < PREEMPTIONS && running[c] != NOBODY &&              \
		!mid_instruction[c] ->                                            \
		preempt(c);                                                       \
		preemptions++                                                     \
	}

active proctype scheduler()
{
	byte preemptions;

	do
	:: RESUME(0, 0)
	:: RESUME(0, 1)
	:: RESUME(1, 0)
	:: RESUME(1, 1)
	:: PREEMPT(0)
	:: PREEMPT(1)
	:: nr_ended == THREADS + 1 -> break
	od
}

init {
	atomic {
		run thread(0, true);
		run thread(1, false);
		run visitor()
	}
	nr_ended == THREADS + 1;
	assert(copy[0] + copy[1] == THREADS * ADDITIONS + 1)
}
