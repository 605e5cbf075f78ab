/* SPDX-License-Identifier: MIT */
/*
 * hold.pml - a model of how threads hold CPUs in the rseq tier, for the model checker spin.
 *
 * Two CPUs, each with one copy of a counter; up to three threads, and a signal handler of the
 * first. What they do is said by WORK0, WORK1, WORK2 and WORK_HANDLER, sums of the names below: one
 * thing each, any of those. The steps' names are those of src/cpu/hold.h.
 *
 * What a step is:
 *  - Memory is that of x86-64: each CPU has a store buffer, where plain stores wait, in order, and
 *    only loads of that CPU see them; until any later moment, or until a locked instruction or an
 *    interrupt of the CPU, and with it preemption and the fence, drains the buffer. Windows and
 *    copies are written so; successors and counts of waiters only by locked instructions.
 *  - Preemption in a sequence aborts it, which is the kernel's promise. So does the fence, for what
 *    its CPU runs at that moment, and a signal.
 *  - A sequence that commits with one unlocked instruction, add to memory, loads and puts into the
 *    store buffer in one step: what may come between comes before the buffer is drained.
 *  - In a section, the addition is a load and a store, with everything possible between: but the
 *    handler adds nothing then.
 *  - A holder's operation on the CPU that it holds is one instruction, wherever the holder runs by
 *    then; or if it loads and stores, a sequence once more, which the handler aborts.
 *  - The handler comes once, between any two steps of its thread where signals are not blocked; a
 *    signal ends sleep. There are no time-outs here.
 *
 *  - The thread KILLED, if it is defined, is killed at any moment, or not at all: what it has put into
 *    store buffers gets to memory, and it takes no step more. It leaves its count of waiters. Time
 *    runs out only for those who sleep while its word is what they look at, or are to look at; and
 *    for those whom it was about to wake. Nobody else may be in need of that.
 *
 * A scheduler preempts threads between any two steps, and resumes them on either CPU. PREEMPTIONS
 * bounds how often, which makes all runs finite: that all of them end can be checked.
 *
 * What is checked:
 *  - between begin and end of a hold nobody else touches the copy or holds the CPU;
 *  - in the end no update is lost, and no CPU held;
 *  - all runs end: no deadlock (an invalid end state: somebody sleeps whom nobody will wake), and
 *    no cycle;
 *  - a put hands the CPU to the successor who slept when it began.
 *
 * Each macro that CMakeLists.txt has in a list of mutations leaves a part of the protocol out, or
 * has it at the wrong place, and the check must fail with it.
 */
#define SECTION	  1 /* get, add, put */
#define OPERATION 2
#define REMOTE	  4 /* hold CPU 0 from anywhere, add, put */
#define BOTH	  8 /* get, add, an operation, put */
#define NEST	  16 /* get, get, add, put, put */
#define INSIDE	  32 /* get, an operation that loads and stores, put */

#ifndef WORK0
#define WORK0 (SECTION + OPERATION)
#endif
#ifndef WORK1
#define WORK1 (SECTION + OPERATION)
#endif
#ifndef WORK2
#define WORK2 REMOTE
#endif
#ifndef WORK_HANDLER
#define WORK_HANDLER 0
#endif
#ifndef PREEMPTIONS
#define PREEMPTIONS 2 /* a run */
#endif

#ifdef KILLED
#define IS_KILLED(t) (killed && (t) == KILLED)
bool killed;
/* It has released the CPU, or ceased to be its successor, and has not woken others yet. */
bool owes[2], owes_claim[2];
#define OWE(what, value) what = (me == KILLED -> value : what)
#else
#define IS_KILLED(t) false
#define OWE(what, value) skip
#endif

#define THREADS 3
#define HANDLER 3 /* a context like the threads' */
#define NOBODY	255

/* What a window may be: at rest, or held by a thread. */
#define REST 0
#define WORD (me + 1)

/* What store buffers hold: 4 * value + address. */
#define WINDOW(c) (c)
#define COPY(c)	  (2 + (c))
byte memory[4];
#define DEPTH 3
byte length[2];
byte buffer[2 * DEPTH];

byte successor[2], waiters[2]; /* waiters: the entry's attention */

/* Of a thread */
byte self_cpu[THREADS] = NOBODY;
byte nested[THREADS];
byte asleep[THREADS]; /* 0, or 1 + the CPU whose window it waits for, or one of these: */
#define FOR_CLAIM(c) (3 + (c))
#define ENDED	     5

byte running[2] = NOBODY; /* the thread that a CPU runs */
bool handling;		  /* the first thread is in its handler */
bool masked;		  /* it has signals blocked */
bool plain;		  /* it is between the load and the store of an addition in a section */
bool in_sequence[THREADS + 1];
bool aborted[THREADS + 1]; /* the kernel will continue it at its abort handler */

/* What only the checks look at */
byte inside[2] = NOBODY; /* the thread that holds a CPU, as it believes */
byte additions;
byte nr_ended;

#define ON_A_CPU (running[0] == me || running[1] == me)
#define HERE	 (running[0] == me -> 0 : 1)
#define RUNS	 (ON_A_CPU && (me != 0 || handling == (context == HANDLER)))

#define SLOT(c, i)	   ((c) * DEPTH + (i))
#define BUFFERED(c, i, a)  (length[c] > (i) && (buffer[SLOT(c, i)] & 3) == (a))
#define BUFFER_VALUE(c, i) (buffer[SLOT(c, i)] >> 2)
#define LOAD_AT(c, a)                                     \
	(BUFFERED(c, 2, a) -> BUFFER_VALUE(c, 2) :        \
	(BUFFERED(c, 1, a) -> BUFFER_VALUE(c, 1) :        \
	(BUFFERED(c, 0, a) -> BUFFER_VALUE(c, 0) : memory[a])))
#define LOAD(a) LOAD_AT(HERE, a)

inline drain_one(c)
{
	memory[buffer[SLOT(c, 0)] & 3] = buffer[SLOT(c, 0)] >> 2;
	buffer[SLOT(c, 0)] = buffer[SLOT(c, 1)];
	buffer[SLOT(c, 1)] = buffer[SLOT(c, 2)];
	buffer[SLOT(c, 2)] = 0;
	length[c] = length[c] - 1
}

inline drain(c)
{
	do
	:: length[c] != 0 -> drain_one(c)
	:: else -> break
	od
}

inline store(a, value)
{
	if
	:: length[HERE] == DEPTH -> drain_one(HERE)
	:: else
	fi;
	buffer[SLOT(HERE, length[HERE])] = 4 * (value) + (a);
	length[HERE] = length[HERE] + 1
}

/* What CPU c runs is interrupted: a sequence is aborted. */
#define CONTEXT(thread) (thread == 0 && handling -> HANDLER : thread)
inline interrupt(c)
{
	if
	:: running[c] != NOBODY && in_sequence[CONTEXT(running[c])] ->
		aborted[CONTEXT(running[c])] = true
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
	interrupt(c);
#ifndef NO_DRAIN
	drain(c)
#endif
}

inline leave_cpu()
{
	drain(HERE);
	if
	:: running[0] == me -> running[0] = NOBODY
	:: else -> running[1] = NOBODY
	fi
}

inline wake_if(thread, what)
{
	if
	:: asleep[thread] == what -> asleep[thread] = 0
	:: else
	fi
}

inline wake(c)
{
#ifdef WAKE_ONE
	if
	:: asleep[0] == (c) + 1 -> asleep[0] = 0
	:: asleep[1] == (c) + 1 -> asleep[1] = 0
	:: asleep[2] == (c) + 1 -> asleep[2] = 0
	:: else
	fi
#else
	wake_if(0, (c) + 1);
	wake_if(1, (c) + 1);
	wake_if(2, (c) + 1)
#endif
}

inline mask(blocked)
{
	if
	:: context == 0 -> masked = blocked
	:: else
	fi
}

/* Whether the thread holds self_cpu; between P1 and P2, and after an abort of G1, it does not. */
#ifdef FAITH
#define HELD (self_cpu[me] != NOBODY)
#else
#define HELD (self_cpu[me] != NOBODY && LOAD(WINDOW((self_cpu[me] == 1 -> 1 : 0))) == WORD)
#endif

/*
 * A handler that may have interrupted its thread between P1 and P2 wakes those whom its thread
 * cannot: before it waits for one of them.
 */
inline late_wake()
{
	if
#ifndef NO_LATE_WAKE
	:: self_cpu[me] != NOBODY && waiters[self_cpu[me]] != 0 ->
		drain(HERE);
		wake(self_cpu[me])
#endif
	:: else
	fi
}

inline enter(c)
{
	assert(inside[c] == NOBODY);
	inside[c] = me
}

/* Before a step of a sequence: it waits to be run, and goes on there or at the handler. */
#define IN_SEQUENCE                                       \
	if                                                \
	:: RUNS && aborted[context] -> goto abort         \
	:: RUNS && !aborted[context]                      \
	fi

#define CHOOSE(what) atomic { (work & what) && RUNS -> work = what }

/*
 * D1, of a successor whose word has been looked at before. With it go those who wait to be that.
 */
inline forget_successor(c, dead_word)
{
	drain(HERE);
	if
#ifndef NO_FORGET
	:: successor[c] == dead_word ->
		successor[c] = 0;
		wake_if(0, FOR_CLAIM(c));
		wake_if(1, FOR_CLAIM(c));
		wake_if(2, FOR_CLAIM(c))
#endif
	:: else
	fi
}

proctype thread(byte me; byte context; byte work)
{
	byte cpu;    /* where the step before was done, or what is waited for */
	byte own;    /* the CPU held */
	byte word;   /* what was loaded of a window */
	byte loaded; /* or a copy */
	byte gets;   /* that have a put to come */
	bool slept;  /* the successor, when a put began */

#ifdef KILLED
	{
#endif
	if
	:: context != HANDLER
	:: context == HANDLER && nr_ended == THREADS -> goto leave
	:: atomic {
		context == HANDLER && asleep[0] != ENDED && !masked &&
		(running[0] == 0 || running[1] == 0 || asleep[0] != 0) ->
		if
		:: in_sequence[0] -> aborted[0] = true
		:: else
		fi;
		asleep[0] = 0;
		handling = true
	}
	fi;
	if
	:: CHOOSE(SECTION) -> goto get
	:: CHOOSE(BOTH) -> goto get
	:: CHOOSE(INSIDE) -> goto get
	:: CHOOSE(NEST) -> goto get
	:: CHOOSE(OPERATION) -> goto operation
	:: CHOOSE(REMOTE) -> goto remote
	fi;

get:
	atomic {
		RUNS;
		if
		:: HELD ->
#ifndef NOT_NESTED
			nested[me] = nested[me] + 1;
#endif
			own = self_cpu[me];
			gets++;
			goto section
		:: else -> late_wake()
		fi;
		in_sequence[context] = true;
		cpu = HERE;	/* G1, after the index and before the look at the window: self_cpu */
#ifndef SELF_AFTER_COMMIT
		self_cpu[me] = cpu;
#endif
		word = LOAD(WINDOW(cpu))
	}
	atomic {		/* G2 */
		IN_SEQUENCE;
		if
#ifndef NO_LOOK
		:: word != REST ->
			in_sequence[context] = false;
			goto wait
#endif
		:: else
		fi;
		word = 0;
		own = cpu;
		store(WINDOW(cpu), WORD);
		in_sequence[context] = false;
		enter(own);
		gets++
	}
#ifdef SELF_AFTER_COMMIT
	atomic { RUNS -> self_cpu[me] = own }
#endif

section:
	atomic {
		RUNS;
		if
		:: work == NEST && gets == 1 -> goto get
		:: work == INSIDE -> goto operation
		:: else
		fi;
		assert(inside[own] == me);
		if
		:: context == 0 -> plain = true
		:: else
		fi;
		loaded = LOAD(COPY(own))
	}
	atomic {
		RUNS;
		assert(inside[own] == me);
		if
		:: context == HANDLER && plain
		:: else ->
			store(COPY(own), loaded + 1);
			additions++
		fi;
		loaded = 0;
		if
		:: context == 0 -> plain = false
		:: else
		fi;
		if
		:: work == BOTH -> goto operation
		:: else
		fi
	}

put:
	atomic {
		RUNS;
		gets--;
		if
		:: nested[me] != 0 ->
			nested[me] = nested[me] - 1;
			goto done
		:: else
		fi;
		own = self_cpu[me];
		slept = successor[own] != 0 && asleep[successor[own] - 1] == own + 1;
#ifndef NO_LOOK_BEFORE
		if
		:: waiters[own] != 0 ->
			goto slow_put
		:: else
		fi
#endif
	}
#ifdef SELF_FIRST
	atomic { RUNS -> self_cpu[me] = NOBODY }
#endif
	atomic {		/* P1 */
		RUNS;
#ifndef KILLED
		assert(!slept);
#endif
		assert(inside[own] == me);
		inside[own] = NOBODY;
		OWE(owes[own], true);
		store(WINDOW(own), REST)
	}
#ifdef SELF_BEFORE_WAKE
	atomic { RUNS -> self_cpu[me] = NOBODY }
#endif
	atomic {		/* P2 */
		RUNS;
#ifndef NO_LOOK_AFTER
		if
		:: waiters[own] != 0 -> goto put_wakes
		:: else -> OWE(owes[own], false)
		fi
#endif
	}
	goto put_ends;
slow_put:
	atomic {
		RUNS;
#ifndef NO_HAND_OVER
		word = successor[own]
#endif
	}
	atomic {		/* P1 */
		RUNS;
#ifndef KILLED
		assert(!slept || word != REST);
#endif
		assert(inside[own] == me);
		inside[own] = NOBODY;
		OWE(owes[own], true);
		store(WINDOW(own), word)
	}
#ifdef SELF_BEFORE_WAKE
	atomic { RUNS -> self_cpu[me] = NOBODY }
#endif
#ifdef NO_WAKE_AFTER_HAND_OVER
	if
	:: word != REST -> goto put_ends
	:: else
	fi;
#endif
put_wakes:
	atomic {		/* P2 */
		RUNS;
		drain(HERE);
		OWE(owes[own], false);
		wake(own)
	}
put_ends:
	atomic {		/* P3: the last */
		RUNS;
#if !defined(SELF_FIRST) && !defined(SELF_BEFORE_WAKE)
		self_cpu[me] = NOBODY;
#endif
		word = 0;
		slept = false;
		goto done
	}

operation:
	atomic {
		RUNS;
		in_sequence[context] = true;
		cpu = HERE;
		word = LOAD(WINDOW(cpu))
	}
	atomic {
		IN_SEQUENCE;
		if
		:: word != REST ->
			in_sequence[context] = false;
			if
#ifndef HOLDER_WAITS
#ifdef ANY_HOLDER
			:: HELD ->
#else
			:: HELD && !(word == WORD && cpu == self_cpu[me]) -> own = self_cpu[me]
			:: HELD && word == WORD && cpu == self_cpu[me] ->
#endif
				own = cpu;
				word = 0;
				if
				:: work == INSIDE -> goto once_more
				:: else -> goto at_once
				fi
#endif
			:: else -> goto wait
			fi
		:: else ->
			assert(inside[cpu] == NOBODY || inside[cpu] == me);
			word = LOAD(COPY(cpu));
			store(COPY(cpu), word + 1);
			additions++;
			in_sequence[context] = false;
			word = 0;
			goto done
		fi
	}
on_held:
	atomic {		/* on the held copy, locked */
		RUNS;
		drain(HERE);
		assert(inside[own] == me);
		if
		:: context == HANDLER && plain
		:: else ->
			memory[COPY(own)] = memory[COPY(own)] + 1;
			additions++
		fi;
		word = 0;
		goto done
	}
at_once:
	atomic {
		RUNS;
		assert(inside[own] == me);
		if
		:: context == HANDLER && plain
		:: else ->
			loaded = LOAD(COPY(own));
			store(COPY(own), loaded + 1);
			additions++;
			loaded = 0
		fi;
		goto done
	}
once_more:
	atomic {
		RUNS;
		assert(inside[own] == me);
#ifndef NOT_ARMED
		in_sequence[context] = true;
#endif
		loaded = LOAD(COPY(own))
	}
	atomic {
		IN_SEQUENCE;
		assert(inside[own] == me);
		store(COPY(own), loaded + 1);
		additions++;
		loaded = 0;
		in_sequence[context] = false;
		goto done
	}

wait:
	atomic {		/* W1 */
		RUNS;
		drain(HERE);
#ifdef FENCE_BEFORE_WAITERS
		fence(1 - HERE)
	}
	atomic {
		RUNS;
		drain(HERE);
#endif
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] + 1;
#endif
		late_wake()
	}
#if !defined(NO_WAIT_FENCE) && !defined(FENCE_BEFORE_WAITERS)
	atomic {		/* W2 */
		RUNS;
		drain(HERE);
		fence(1 - HERE)
	}
#endif
	if
	:: work == REMOTE -> goto become_claimant
	:: else
	fi;
look:
	atomic {		/* W3 */
		RUNS;
		word = LOAD(WINDOW(cpu));
		if
#ifdef KILLED
		:: word != REST && IS_KILLED(word - 1) -> goto bury /* D0 */
#endif
		:: work == REMOTE && word == REST -> goto take
		:: work == REMOTE && word == WORD ->
			enter(cpu);
			goto taken
		:: work != REMOTE && word == REST -> goto waited
		:: else
		fi
	}
	atomic {
		RUNS;
		drain(HERE);
		if
		:: memory[WINDOW(cpu)] == word ->
			asleep[me] = cpu + 1;
			leave_cpu()
		:: else
		fi;
		goto look
	}
#ifdef KILLED
bury:
	atomic { RUNS -> forget_successor(cpu, word) }
	atomic {
		RUNS;
		loaded = successor[cpu];
		if
		:: loaded == WORD -> loaded = REST
		:: else
		fi
	}
	atomic {		/* D2 */
		RUNS;
		drain(HERE);
		if
#ifndef BLIND_BURIAL
		:: memory[WINDOW(cpu)] != word ->
			loaded = 0;
			goto look
#endif
		:: else ->
			memory[WINDOW(cpu)] = loaded;
			loaded = 0
		fi
	}
	atomic {
		RUNS;
#ifndef NO_WAKE_AFTER_BURIAL
		wake(cpu);
#endif
		goto look
	}
#endif
waited:
	atomic {		/* W4 */
		RUNS;
		drain(HERE);
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] - 1;
#endif
		word = 0;
		if
		:: work == OPERATION || (work == BOTH && gets != 0) -> goto operation
		:: else -> goto get
		fi
	}

remote:
	atomic {
		RUNS;
		if
		:: HELD -> goto done
		:: else
		fi;
#ifndef REMOTE_UNMASKED
		mask(true);
#endif
	}
take:
	atomic {		/* V1 */
		RUNS;
		drain(HERE);
#ifdef FENCE_BEFORE_TAKE
		fence(cpu)
	}
	atomic {
		RUNS;
		drain(HERE);
#endif
		if
		:: memory[WINDOW(cpu)] == REST -> memory[WINDOW(cpu)] = WORD
		:: else -> goto not_taken
		fi
	}
#if !defined(NO_FENCE) && !defined(FENCE_BEFORE_TAKE)
	atomic {		/* V2 */
		RUNS;
		drain(HERE);
		fence(cpu)
	}
#endif
	atomic {		/* V3 */
		RUNS;
#ifndef NO_RECHECK
		if
		:: LOAD(WINDOW(cpu)) != WORD -> goto not_taken
		:: else
		fi;
#endif
		enter(cpu);
		goto taken
	}
not_taken:
	atomic {		/* V4 */
		RUNS;
		if
		:: successor[cpu] == WORD -> goto look
		:: else -> goto wait
		fi
	}
become_claimant:
	atomic {
		RUNS;
		drain(HERE);
		if
		:: successor[cpu] != 0 && IS_KILLED(successor[cpu] - 1) ->
			word = successor[cpu];
			forget_successor(cpu, word);
			goto become_claimant
		:: successor[cpu] != 0 && !IS_KILLED(successor[cpu] - 1) -> word = successor[cpu]
		:: else ->
			successor[cpu] = WORD;
			goto look
		fi
	}
	atomic {
		RUNS;
		drain(HERE);
		if
		:: successor[cpu] == word ->
			asleep[me] = FOR_CLAIM(cpu);
			leave_cpu()
		:: else
		fi;
		goto become_claimant
	}
taken:
	atomic {
		RUNS;
		word = 0;
		if
		:: successor[cpu] == WORD -> drain(HERE)
		:: else -> goto keep
		fi;
#ifndef CLAIM_STAYS
		OWE(owes_claim[cpu], true);
		successor[cpu] = 0
#endif
	}
	atomic {
		RUNS;
		drain(HERE);
		OWE(owes_claim[cpu], false);
#ifndef NO_CLAIM_WAKE
		wake_if(0, FOR_CLAIM(cpu));
		wake_if(1, FOR_CLAIM(cpu));
		wake_if(2, FOR_CLAIM(cpu));
#endif
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] - 1;
#endif
	}
keep:
	atomic {
		RUNS;
		own = cpu;
		self_cpu[me] = cpu;
		mask(false);
		gets++;
		goto section
	}

abort:
	atomic {
		in_sequence[context] = false;
		aborted[context] = false;
		word = 0;
		loaded = 0;
		if
		:: work == INSIDE && gets != 0 ->
			own = self_cpu[me];
			goto on_held
		:: work == OPERATION || (work == BOTH && gets != 0) -> goto operation
		:: else -> goto get
		fi
	}

done:
	atomic {
		RUNS;
		cpu = 0;
		slept = false;
		if
		:: gets != 0 -> goto put
		:: else -> own = 0
		fi
	}
	if
	:: context == HANDLER -> handling = false
	:: atomic {
		context != HANDLER && RUNS ->
		leave_cpu();
		asleep[me] = ENDED;
		nr_ended++
	}
	fi;
leave:
	skip
#ifdef KILLED
	} unless { IS_KILLED(me) }
#endif
}

#ifdef KILLED
#define ON_CPU(c) (running[c] == KILLED)
active proctype killer()
{
	if
	:: atomic {
		asleep[KILLED] != ENDED ->
		killed = true;
		if
		:: ON_CPU(0) ->
			drain(0);
			running[0] = NOBODY
		:: ON_CPU(1) ->
			drain(1);
			running[1] = NOBODY
		:: else
		fi;
		asleep[KILLED] = ENDED;
		nr_ended++;
		if
		:: inside[0] == KILLED -> inside[0] = NOBODY
		:: inside[1] == KILLED -> inside[1] = NOBODY
		:: else
		fi;
		nested[KILLED] = 0
	}
	:: skip
	fi
}

/* A tenth of a second is over for who sleeps, if that makes a difference. */
#define TIMEOUT(t, c)                                                                   \
	atomic {                                                                        \
		killed && asleep[t] == (c) + 1 &&                                       \
		(memory[WINDOW(c)] == KILLED + 1 ||                                     \
		 (owes[c] && (memory[WINDOW(c)] == REST ||                              \
			      memory[WINDOW(c)] == (t) + 1))) ->                        \
		asleep[t] = 0                                                           \
	}                                                                               \
	:: atomic {                                                                     \
		killed && asleep[t] == FOR_CLAIM(c) &&                                  \
		(successor[c] == KILLED + 1 || (owes_claim[c] && successor[c] == 0)) -> \
		asleep[t] = 0                                                           \
	}
active proctype time()
{
	do
	:: TIMEOUT(0, 0)
	:: TIMEOUT(0, 1)
	:: TIMEOUT(1, 0)
	:: TIMEOUT(1, 1)
	:: TIMEOUT(2, 0)
	:: TIMEOUT(2, 1)
	:: nr_ended == THREADS -> break
	od
}
#define MAY_BE(word, normal) ((word) == (normal) || (killed && (word) == KILLED + 1))
#define LEFT_WAITERS(c) (waiters[c] <= 1)
#else
#define MAY_BE(word, normal) ((word) == (normal))
#define LEFT_WAITERS(c) (waiters[c] == 0)
#endif

#define RESUME(t, c)                                                              \
	atomic {                                                                  \
		asleep[t] == 0 && running[c] == NOBODY && running[1 - (c)] != t ->\
		running[c] = t                                                    \
	}
#define PREEMPT(c)                                                                \
	atomic {                                                                  \
		preemptions < PREEMPTIONS && running[c] != NOBODY ->              \
		preempt(c);                                                       \
		preemptions++                                                     \
	}
#define DRAIN(c) atomic { length[c] != 0 -> drain_one(c) }

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
	:: DRAIN(0)
	:: DRAIN(1)
	:: nr_ended == THREADS -> break
	od
}

#define START(me, work)                  \
	if                               \
	:: work -> run thread(me, me, work) \
	:: else ->                       \
		asleep[me] = ENDED;      \
		nr_ended++               \
	fi

init {
	atomic {
		START(0, WORK0);
		START(1, WORK1);
		START(2, WORK2);
		if
		:: WORK_HANDLER -> run thread(0, HANDLER, WORK_HANDLER)
		:: else
		fi
	}
	nr_ended == THREADS && !handling;
	assert(memory[COPY(0)] + memory[COPY(1)] == additions);
	assert(MAY_BE(memory[WINDOW(0)], REST) && MAY_BE(memory[WINDOW(1)], REST));
	assert(nested[0] == 0 && nested[1] == 0 && nested[2] == 0);
	assert(MAY_BE(successor[0], 0) && MAY_BE(successor[1], 0));
	assert(LEFT_WAITERS(0) && LEFT_WAITERS(1))
}
