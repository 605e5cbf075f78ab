/* SPDX-License-Identifier: MIT */
/*
 * smp_call.pml - a model of calls of other CPUs, for the model checker spin. The steps' names are those of
 * src/interrupts/cpu_queue.h.
 *
 * Two CPUs, with a thread each that does what is wanted there. The first caller holds CPU 0, and calls CPU 1;
 * the second holds CPU 1, and calls CPU 0; or, with PLAIN, holds none, and calls CPU 0. They wait.
 *
 * What a step is:
 *  - To take a CPU, and to let it go, are one step each (hold.pml has theirs), and so is taking all calls of
 *    a queue.
 *  - A futex is looked at and slept on in one step. There are no time-outs.
 *  - Memory is sequentially consistent: the bell and the head are so in the code.
 *
 * What is checked: a function runs on a CPU that the one who runs it holds; once, and before its caller goes
 * on; all runs end, so nobody sleeps whom nobody will wake, and nobody waits in a circle.
 *
 * Each macro that CMakeLists.txt has in a list of mutations leaves out a part, or has it at a wrong place, and
 * the check must fail with it.
 */
#define CALLS 2
#define NOBODY 0
#define NO_CPU 2

byte holder[2];		/* who holds the CPU: its pid, plus one */
byte queue[2];		/* calls, a bit each */
byte bell[2];
bool locked[CALLS];
byte waiter[CALLS];	/* the CPU that who waits for it holds, or NO_CPU */
byte runs[CALLS];

/* Who sleeps: a CPU's thread and its holder on the bell, a caller on the call's word. */
bool thread_asleep[2], holder_asleep[2], caller_asleep[CALLS];

#define ME (_pid + 1)

inline ring(c)
{
	bell[c]++;
	atomic {
		thread_asleep[c] = false;
		holder_asleep[c] = false
	}
}

/* C */
inline call(k, cpu)
{
	locked[k] = true;
#ifdef RING_FIRST
	ring(cpu);
	queue[cpu] = queue[cpu] | 1 << k
#else
	queue[cpu] = queue[cpu] | 1 << k;
	ring(cpu)
#endif
}

/* S5, of call @k on CPU @cpu. It is done by @told when it is unlocked: who waits may be gone then. */
inline do_call(k, cpu)
{
	told = waiter[k];
#ifdef UNLOCK_FIRST
	locked[k] = false;
#endif
	assert(holder[cpu] == ME);
	runs[k]++;
#ifdef TELL_FIRST
	tell(k);
	locked[k] = false
#else
	locked[k] = false;
	tell(k)
#endif
}

inline tell(k)
{
	if
#ifndef NO_BELL
	:: told != NO_CPU -> ring(told)
	:: told == NO_CPU -> caller_asleep[k] = false
#else
	:: caller_asleep[k] = false
#endif
	fi
}

/* S4: all of them, the lowest number first. */
inline do_calls(cpu)
{
	d_step { taken = queue[cpu]; queue[cpu] = 0 };
	if :: taken & 1 -> do_call(0, cpu) :: else fi;
	if :: taken & 2 -> do_call(1, cpu) :: else fi;
	taken = 0;
	told = 0
}

proctype thread(byte cpu)
{
	byte seen, taken, told;

	do
#ifdef BELL_LATE
	:: atomic { queue[cpu] == 0 -> skip };
		seen = bell[cpu];
#else
	:: seen = bell[cpu];	/* S1 */
#endif
		if
#ifdef BELL_LATE
		:: true ->
#else
		:: queue[cpu] == 0 ->	/* S2 */
#endif
			if
			:: d_step { bell[cpu] == seen -> thread_asleep[cpu] = true }
			:: bell[cpu] != seen
			fi;
			seen = 0;
end:			!thread_asleep[cpu]
#ifndef NO_HOLD
		:: queue[cpu] != 0 ->	/* S3 */
			atomic { holder[cpu] == NOBODY -> holder[cpu] = ME };
			do_calls(cpu);
			holder[cpu] = NOBODY
#else
		:: queue[cpu] != 0 ->
			do_calls(cpu)
#endif
		fi
#ifdef BELL_LATE
	:: queue[cpu] != 0 ->
		atomic { holder[cpu] == NOBODY -> holder[cpu] = ME };
		do_calls(cpu);
		holder[cpu] = NOBODY
#endif
	od
}

/* W2 to W4, for who holds CPU @held. */
inline wait_holding(k, held)
{
	do
	:: !locked[k] -> break
	:: else ->
		seen = bell[held];
#ifndef NO_SERVE
		do_calls(held);
#endif
		if
		:: !locked[k]
		:: else ->
			if
			:: d_step { bell[held] == seen -> holder_asleep[held] = true }
			:: bell[held] != seen
			fi;
			seen = 0;
			!holder_asleep[held]
		fi
	od
}

proctype caller_holding(byte mine)
{
	byte seen, taken, told;

	atomic { holder[mine] == NOBODY -> holder[mine] = ME };
	waiter[mine] = mine;
	call(mine, 1 - mine);
	wait_holding(mine, mine);
	assert(runs[mine] == 1);
	holder[mine] = NOBODY
}

/* W1 */
proctype caller()
{
	waiter[1] = NO_CPU;
	call(1, 0);
	do
	:: !locked[1] -> break
	:: d_step { locked[1] -> caller_asleep[1] = true };
		!caller_asleep[1]
	od;
	assert(runs[1] == 1)
}

init {
	atomic {
		run thread(0);
		run thread(1);
		run caller_holding(0);
#ifdef PLAIN
		run caller()
#else
		run caller_holding(1)
#endif
	}
}
