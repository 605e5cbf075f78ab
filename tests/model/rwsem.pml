/* SPDX-License-Identifier: MIT */
/*
 * rwsem.pml - a model of percpu_rw_semaphore, for the model checker spin: steps R, X, W and U of
 * src/toolkit/rwsem.c, with A, J and S of src/toolkit/split_count.h.
 *
 * READERS readers take the lock READS times each, each on a CPU of its own, and let go of it there or on another one;
 * each may go to the word even if there is a part, as it does inside of a section. WRITERS writers write WRITES times each.
 *
 * What a step is:
 *  - Who is in a sequence may be held up as long as he likes: nothing but a fence aborts him. What he commits may
 *    stay in his CPU's store buffer until a fence drains it; else it is in memory at once.
 *  - A futex is looked at and slept on in one step. There are no time-outs.
 *
 * What is checked: nobody reads while somebody writes, and nobody writes while another one does; all runs end, so
 * nobody sleeps whom nobody will wake; nobody runs in a circle.
 *
 * Each of the macros that CMakeLists.txt has in a list of mutations leaves out a part of the protocol, or has it at
 * a wrong place, and the check must fail with it.
 */
#ifndef READS
#define READS 1
#endif
#ifndef WRITES
#define WRITES 2
#endif
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef READERS
#define READERS 2
#endif
#define SPLIT 20

int word = SPLIT;
bool writer; /* the lowest bit of the word */
int part[2];
int buffered[2]; /* of a part, not in memory yet */
bool joined;
byte phase, waiting; /* the queue */
bool turn;
bool aborted[2];

/* What only the checks look at, and sleep */
byte inside;
byte writing;
bool asleep[2];
bool writer_asleep;
byte ended;

/* A1; done */
inline add_to_part(change)
{
	done = false;
	if
	:: cpu = me
	:: change < 0 -> cpu = 1 - me /* it has been moved */
	fi;
	d_step {
		aborted[me] = false;
		passed = !joined
	}
	if
	:: passed ->
		if
		:: aborted[me]
		:: atomic { !aborted[me] -> part[cpu] = part[cpu] + change; done = true }
		:: atomic { !aborted[me] -> buffered[cpu] = buffered[cpu] + change; done = true }
		fi;
		passed = false
	:: !passed
	fi
}

inline maybe_add_to_part(change)
{
	if
	:: add_to_part(change)
	:: done = false
	fi
}

/* R1 in the word */
inline count_in_word()
{
#ifdef BLIND_WORD
	if
	:: !writer -> word++; done = true
	:: writer
	fi
#else
	d_step {
		if
		:: !writer -> word++; done = true
		:: writer
		fi
	}
#endif
}

inline wait_for_phase()
{
	seen = phase;
	seen_waiting = waiting;
	if
	:: seen % 2 == 1 ->
		d_step { /* R2 */
			if
			:: phase == seen && waiting == seen_waiting -> waiting++; done = true
			:: else
			fi
		}
		if
		:: done ->
			do
			:: atomic { phase == seen -> asleep[me] = true };
				!asleep[me]
			:: phase != seen -> break
			od
		:: !done
		fi
	:: seen % 2 == 0
	fi
}

inline enter()
{
	skip; /* spin does not jump into a d_step */
	d_step {
		assert(!writing);
		inside++
	}
}

proctype reader(byte me)
{
	bool passed, done, wakes;
	byte cpu, seen, seen_waiting, n;

	do
	:: n == READS -> break
	:: n < READS ->
		n++;
		do
		:: true ->
			maybe_add_to_part(1);
			if
			:: !done -> count_in_word()
			:: done
			fi;
			if
			:: !done -> wait_for_phase()
			:: done
			fi;
			if
			:: done -> break
			:: !done
			fi
		od;
		enter();
		inside--;
		maybe_add_to_part(-1); /* X1 */
		if
		:: !done ->
			d_step {
				word--;
				wakes = word == 0 && writer
			}
#ifndef NO_WAKE
			if
			:: wakes -> writer_asleep = false /* X2 */
			:: !wakes
			fi
#endif
		:: done
		fi
	od;
	ended++
}

inline fence()
{
	d_step {
#ifndef NO_FENCE
		aborted[0] = true;
		aborted[1] = true;
#endif
#ifndef NO_DRAIN
		part[0] = part[0] + buffered[0];
		part[1] = part[1] + buffered[1];
		buffered[0] = 0;
		buffered[1] = 0
#endif
	}
}

inline begin_phase()
{
	phase++ /* W2 */
}

inline end_phase()
{
	counted = 0;
	do
	:: true ->
		seen_waiting = waiting;
#ifndef NO_GRANT
		word = word + seen_waiting - counted; /* U2 */
#endif
		counted = seen_waiting;
		d_step { /* U3 */
			if
#ifdef GRANT_ONCE
			:: true ->
#else
			:: waiting == seen_waiting ->
#endif
				phase++;
				waiting = 0;
				finished = true
			:: else
			fi
		}
		if
		:: finished -> break
		:: !finished
		fi
	od;
	finished = false;
#ifndef NO_WAKE_READERS
	d_step {
		asleep[0] = false;
		asleep[1] = false
	}
#endif
}

proctype writes()
{
	int sum, seen;
	byte n, counted, seen_waiting;
	bool finished;

	do
	:: n == WRITES -> break
	:: n < WRITES ->
		n++;
#ifndef NO_TURN
		atomic { !turn -> turn = true }; /* W1 */
#endif
#ifndef PHASE_LATE
		begin_phase();
#endif
#ifndef NO_WRITER
		writer = true; /* W3 */
#endif
#ifdef PHASE_LATE
		begin_phase();
#endif
		/* W4 */
#ifdef FENCE_FIRST
		fence();
#endif
#ifdef SUM_FIRST
		sum = part[0];
		sum = sum + part[1];
#endif
		joined = true;
#ifndef FENCE_FIRST
		fence();
#endif
#ifndef SUM_FIRST
		sum = part[0];
		sum = sum + part[1];
#endif
		word = word + sum - SPLIT;
		/* W5 */
		do
		:: true ->
			seen = word;
			if
			:: seen == 0 -> break
			:: seen != 0 ->
				if
				:: atomic { word == seen -> writer_asleep = true };
					!writer_asleep
				:: word != seen
				fi
			fi
		od;
		skip;
		d_step {
			assert(!inside && !writing);
			writing++
		}
		writing--;
		/* U1 */
#ifdef JOINED_FIRST
		joined = false;
#endif
		part[0] = 0;
		part[1] = 0;
		word = word + SPLIT;
#ifndef JOINED_FIRST
		joined = false;
#endif
#ifdef TURN_FIRST
		turn = false;
#endif
		writer = false;
		end_phase();
#ifndef TURN_FIRST
		turn = false /* U4 */
#endif
	od;
	ended++
}

init
{
	atomic {
		run reader(0);
#if READERS == 2
		run reader(1);
#endif
		run writes()
#if WRITERS == 2
		;
		run writes()
#endif
	}
	ended == READERS + WRITERS;
	assert(!inside && !writing)
}
