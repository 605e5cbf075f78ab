/* SPDX-License-Identifier: MIT */
/*
 * online_lock.pml - a model of readers who keep CPUs from coming and going, and of the writer who has
 * them come and go, for the model checker spin. The steps' names are those of
 * src/hotplug/lock/online_lock.h.
 *
 * Two readers, on two CPUs; the first is inside of itself once (NESTS), the second is interrupted once,
 * between any two steps, by a handler that reads if it need not wait (HANDLER). Each may be moved to the other CPU
 * once (MOVES). What they do is said by WORK0 and WORK1, sums of these. One writer, who writes WRITES times.
 *
 * What a step is:
 *  - Memory is that of x86-64. What a reader counts is put into the store buffer of its CPU, in order, and
 *    gets to memory at any later moment; at once where a locked instruction, a barrier, a switch of threads
 *    or the writer's membarrier drains the buffer. An addition to a copy is one step: a sequence.
 *  - Who is in a section of the code of a CPU while another one is, is not modelled: a buffer is the CPU's,
 *    whoever runs there.
 *  - A futex is looked at and slept on in one step. There are no time-outs.
 *
 * With READERS_FENCE there is no membarrier, and readers have barriers of their own.
 *
 * What is checked: nobody reads while somebody writes; all runs end, so nobody sleeps whom nobody will wake.
 *
 * Each macro that CMakeLists.txt has in a list of mutations leaves out a part, or has it at a wrong place, and
 * the check must fail with it.
 */
#define NESTS	 1
#define HANDLER	 2
#define MOVES	 4
#ifndef WORK0
#define WORK0 (NESTS + MOVES)
#endif
#ifndef WORK1
#define WORK1 0
#endif
#ifndef WRITES
#define WRITES 1
#endif
#define IN  1
#define OUT 2
#define DEPTH 4

byte in[2], out[2];	/* memory: how often */
byte buffer[2 * DEPTH];	/* by CPU: IN and OUT that are not there yet */
byte length[2];
bool writes;
byte looks;

/* What only the checks look at, and sleep */
byte inside;
bool writing;
bool writer_asleep;
bool asleep[2];

inline drain_one(c)
{
	d_step {
		if
		:: buffer[c * DEPTH] == IN -> in[c]++
		:: else -> out[c]++
		fi;
		buffer[c * DEPTH] = buffer[c * DEPTH + 1];
		buffer[c * DEPTH + 1] = buffer[c * DEPTH + 2];
		buffer[c * DEPTH + 2] = buffer[c * DEPTH + 3];
		buffer[c * DEPTH + 3] = 0;
		length[c]--
	}
}

inline drain(c)
{
	do
	:: length[c] != 0 -> drain_one(c)
	:: else -> break
	od
}

/* Stores get to memory by themselves, until everybody has ended. */
byte nr_ended;
active proctype memory()
{
end:
	do
	:: atomic { length[0] != 0 -> drain_one(0) }
	:: atomic { length[1] != 0 -> drain_one(1) }
	:: atomic { nr_ended == 3 && length[0] == 0 && length[1] == 0 -> break }
	od
}

inline put(what)
{
	atomic {
		/* a full buffer is waited for */
		(length[cpu] < DEPTH);
		buffer[cpu * DEPTH + length[cpu]] = what;
		length[cpu]++;
#ifdef READERS_FENCE
#ifndef NO_READERS_FENCE
		drain(cpu)
#endif
#endif
	}
}

inline have_writer_look()
{
	atomic {
		drain(cpu);
#ifndef NO_WAKE
		writer_asleep = false;
#endif
		looks++
	}
}

inline enter()
{
	atomic {
		inside++;
		assert(!writing)
	}
}

inline leave()
{
	inside--
}

inline maybe_move()
{
	if
	:: (work & MOVES) && !moved ->
		atomic {
			moved = true;
			drain(cpu);
			cpu = 1 - cpu
		}
	:: skip
	fi
}

/* The counting of who does not wait; got: whether he is inside. */
inline try(got)
{
	put(IN); /* R1 */
	maybe_move();
	if
	:: !writes -> /* R2 */
		got = true
	:: else -> /* R3 */
		got = false;
#ifndef NO_BACK_OUT
		put(OUT);
#endif
#ifndef NO_LOOK_AFTER_BACK_OUT
		have_writer_look()
#endif
	fi
}

inline count_out()
{
	put(OUT); /* U1 */
	if
	:: writes -> have_writer_look() /* U2 */
	:: else
	fi
}

/* Of the second reader; it is as if it was another thread, but that it sees what its thread has. */
inline maybe_handle()
{
	if
	:: (work & HANDLER) && !handled ->
		handled = true;
		if
		:: reads ->
			enter();
			leave()
		:: else ->
			try(handler_got);
			if
			:: handler_got ->
				enter();
				leave();
				count_out()
			:: else
			fi
		fi
	:: skip
	fi
}

inline read_lock()
{
	do
	:: true ->
		maybe_handle();
#ifdef READS_FIRST
		reads = 1;
		maybe_handle();
#endif
		try(got);
		maybe_handle();
		if
		:: got -> break
		:: else ->
#ifdef READS_FIRST
			reads = 0;
#endif
			/* until nobody writes */
			do
			:: atomic { writes -> asleep[me] = true };
				maybe_handle();
				!asleep[me]
			:: !writes -> break
			od
		fi
	od;
	reads = 1;
	enter()
}

inline read_unlock()
{
	maybe_handle();
	leave();
#ifdef READS_LAST
	count_out();
	maybe_handle();
	reads = 0;
#else
	reads = 0;
	maybe_handle();
	count_out();
#endif
	maybe_handle()
}

proctype reader(byte me; byte work)
{
	byte cpu = me, reads;
	bool moved, handled, got, handler_got;

	read_lock();
#ifdef NESTED_WAITS
	if
	:: work & NESTS -> !writes
	:: else
	fi;
#endif
	maybe_move();
	read_unlock();
	nr_ended++
}

inline fence_readers()
{
#ifdef READERS_FENCE
	skip
#else
	atomic { drain(0) };
	atomic { drain(1) }
#endif
}

#define SUM_OUTS           \
	outs = out[0];     \
	outs = outs + out[1]
#define SUM_INS            \
	ins = in[0];       \
	ins = ins + in[1]

proctype writer()
{
	byte seen, ins, outs, n;

	do
	:: n == WRITES -> break
	:: else ->
		n++;
#ifdef FENCE_FIRST
		fence_readers();
#endif
		writes = true; /* W1 */
#if !defined(NO_FENCE) && !defined(FENCE_FIRST)
		fence_readers(); /* W2 */
#endif
		do
		:: true ->
#ifndef LOOKS_LATE
			seen = looks;
#endif
#ifdef INS_FIRST
			SUM_INS;
			SUM_OUTS;
#else
			SUM_OUTS; /* W3 */
			SUM_INS;  /* W4 */
#endif
			if
			:: ins == outs -> break
			:: else
			fi;
#ifdef LOOKS_LATE
			seen = looks;
#endif
			if
			:: atomic { looks == seen -> writer_asleep = true };
				!writer_asleep
			:: looks != seen
			fi
		od;
		atomic {
			writing = true;
			assert(!inside)
		};
		writing = false;
		writes = false; /* D1 */
#ifndef NO_WAKE_READERS
		atomic {
			asleep[0] = false;
			asleep[1] = false
		}
#endif
	od;
	nr_ended++
}

init
{
	atomic {
		run reader(0, WORK0);
		run reader(1, WORK1);
		run writer()
	}
}
