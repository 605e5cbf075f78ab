/* SPDX-License-Identifier: MIT */
/*
 * cpu_lock.pml - a model of the locks in src/cpu/cpu_lock.h, for the model checker spin.
 *
 * Two CPUs, each with a lock; three threads that try to take the lock of the CPU that they run on,
 * ATTEMPTS times each, and drop it some time later, wherever they then run; and a stopper, who
 * stops both locks and resumes them. The steps are T1 - R1 of cpu_lock.h.
 * A scheduler preempts threads between any two steps, and resumes them on either CPU.
 * PREEMPTIONS bounds how often, which makes all runs finite: so that all of them end can be checked.
 *
 * What a step is:
 *  - Memory is sequentially consistent but for one store, T2, which is plain: it waits in the store
 *    buffer of its CPU, where only loads of that CPU see it, until any later moment; or until an
 *    interrupt of the CPU, and with it preemption and the fence, drains the buffer. S1 is a locked
 *    instruction, and waits in no buffer. That D1 may wait too only makes others wait longer.
 *  - Preemption between T1 and T2 aborts the sequence, which is the kernel's promise. So does the
 *    fence, for the thread that its CPU runs at that moment.
 *  - Who cannot take the lock has nothing to do here: he takes another way.
 *
 * What is checked:
 *  - a CPU's lock has one holder at a time;
 *  - nobody holds a lock between S3 and R1;
 *  - in the end all locks can be taken;
 *  - all runs end: no deadlock (an invalid end state), and no cycle.
 *
 * Each of the macros below leaves a part of the protocol out, and the check must fail with it:
 * NO_FENCE, FENCE_BEFORE_STOP, NO_DRAIN (the fence aborts, but is no barrier), NO_STOP, NO_WAIT,
 * NO_ABORT (preemption aborts nothing), NO_LOOK (T1 does not look at what it loads), NO_DROP,
 * NO_RESUME.
 */
#define THREADS 3
#ifndef ATTEMPTS
#define ATTEMPTS 1 /* a thread */
#endif
#ifndef PREEMPTIONS
#define PREEMPTIONS 2 /* a run */
#endif
#define NOBODY 255

bool taken[2], stopped[2];
bool buffered[2]; /* CPU c has taken[c] = 1 in its store buffer */

byte holders[2];  /* how many threads believe that they hold the lock */

byte running[2] = NOBODY; /* the thread that a CPU runs */
bool runnable[THREADS];
bool in_sequence[THREADS];
bool aborted[THREADS]; /* the kernel will continue the thread at its abort handler */

byte nr_ended;

inline drain(c)
{
	if
	:: buffered[c] ->
		taken[c] = true;
		buffered[c] = false
	:: else
	fi
}

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
	drain(c);
	running[c] = NOBODY
}

inline fence(c)
{
	atomic {
		interrupt(c);
#ifndef NO_DRAIN
		drain(c)
#endif
	}
}

inline stop_all()
{
#ifndef NO_STOP
	stopped[0] = true;
	stopped[1] = true
#else
	skip
#endif
}

proctype stopper()
{
#ifdef FENCE_BEFORE_STOP
	fence(0);
	fence(1);
	stop_all();		/* S1 */
#else
	stop_all();		/* S1 */
#ifndef NO_FENCE
	fence(0);		/* S2 */
	fence(1);
#endif
#endif
#ifndef NO_WAIT
	!taken[0];		/* S3 */
	!taken[1];
#endif
	assert(holders[0] == 0 && holders[1] == 0);
	/* a moment later: nobody has come in */
	assert(holders[0] == 0 && holders[1] == 0);
#ifndef NO_RESUME
	stopped[0] = false;	/* R1 */
	stopped[1] = false;
#endif
	nr_ended++
}

#define ON_A_CPU (running[0] == me || running[1] == me)
#define THIS_CPU (running[0] == me -> 0 : 1)

/* Before a step of a sequence: it waits to be run, and goes on there or at the handler. */
#define IN_SEQUENCE                                       \
	if                                                \
	:: ON_A_CPU && aborted[me] -> goto give_up        \
	:: ON_A_CPU && !aborted[me]                       \
	fi

proctype thread(byte me)
{
	byte attempts, cpu, own;

	runnable[me] = true;
start:
	if
	:: attempts == ATTEMPTS -> goto end
	:: else
	fi;
	attempts++;
	atomic { ON_A_CPU -> in_sequence[me] = true; own = THIS_CPU }
	atomic {		/* T1 */
		IN_SEQUENCE;
#ifndef NO_LOOK
		if
		:: taken[own] || stopped[own] -> goto give_up
		:: own == THIS_CPU && buffered[own] -> goto give_up
		:: else
		fi
#endif
	}
	atomic {		/* T2 */
		IN_SEQUENCE;
		in_sequence[me] = false;
		cpu = THIS_CPU;
		if
		:: cpu == own -> buffered[own] = true
		:: else -> taken[own] = true
		fi;
		holders[own]++;
		assert(holders[own] == 1)
	}
	/* the holder does what the lock is for: it may be preempted, and migrate */
	atomic { ON_A_CPU -> assert(holders[own] == 1) }
	atomic {		/* D1, behind what is in the buffer */
		ON_A_CPU;
		drain(own);
		holders[own]--;
#ifndef NO_DROP
		taken[own] = false
#endif
	}
	goto start;
give_up:
	atomic {
		in_sequence[me] = false;
		aborted[me] = false;
		cpu = 0;
		own = 0;
		goto start
	}
end:
	atomic {
		ON_A_CPU;
		runnable[me] = false;
		cpu = THIS_CPU;
		drain(cpu);
		running[cpu] = NOBODY;
		nr_ended++
	}
}

#define RESUME(t, c)                                                              \
	atomic {                                                                  \
		runnable[t] && running[c] == NOBODY && running[1 - (c)] != t ->   \
		running[c] = t                                                    \
	}
#define PREEMPT(c)                                                                \
	atomic {                                                                  \
		preemptions < PREEMPTIONS && running[c] != NOBODY ->              \
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
	:: RESUME(2, 0)
	:: RESUME(2, 1)
	:: PREEMPT(0)
	:: PREEMPT(1)
	:: atomic { buffered[0] -> drain(0) }
	:: atomic { buffered[1] -> drain(1) }
	:: nr_ended == THREADS + 1 -> break
	od
}

init {
	atomic {
		run thread(0);
		run thread(1);
		run thread(2);
		run stopper()
	}
	nr_ended == THREADS + 1;
	assert(!taken[0] && !taken[1] && !stopped[0] && !stopped[1])
}
