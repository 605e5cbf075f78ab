/* SPDX-License-Identifier: MIT */
/*
 * fallback.pml - a model of operations and holds in the fallback tier, for the model checker spin.
 *
 * Two CPUs, each with one copy of a counter; up to three threads, and signal handlers of the first
 * two. What they do is said by WORK0, WORK1, WORK2 and HANDLER0, HANDLER00 (which interrupts that),
 * HANDLER01 (which does not) and HANDLER1, sums of the names below: one thing each, any of those.
 * Which CPU a thread runs on is only a hint in this tier: it is any, or CPU 0 with ONE_CPU. The
 * steps' names are those of src/cpu/hold.h.
 *
 * A handler that interrupts an operation of its own thread, which its mark tells:
 *  - does its operation on the same CPU: there is one word for both in the mark;
 *  - if it has to wait, or holds a CPU, freezes the mark meanwhile: holders pass over it;
 *  - thaws it before it goes on: while somebody holds the CPU of the operation that it has
 *    interrupted, it freezes it again, and waits. Signals are blocked while the mark is frozen, but
 *    in the section itself, where operations are done on the held copy.
 *
 * What a step is:
 *  - Memory is that of x86-64: each thread has a store buffer (threads that share a CPU share its
 *    buffer, but a context switch drains it), where plain stores wait, in order, and only the
 *    thread's own loads see them; until any later moment, or until a locked instruction of the
 *    thread, or anybody's fence, which is membarrier(). With FULL_FENCE there is no membarrier: both
 *    CPUs are fenced ones from the start. With SWITCHES, who takes a CPU may change whether it is a
 *    fenced one, so many times in a run.
 *  - In a section, the addition is a load and a store, with everything possible between.
 *  - A handler comes once, between any two steps of its thread where signals are not blocked; a
 *    signal ends sleep. There are no time-outs here. It may come while its thread is about to take a
 *    CPU, and find that it holds it already, but for H3.
 *
 *  - The thread KILLED, if it is defined, is killed at any moment, or not at all: what is in its store
 *    buffer gets to memory, and it takes no step more. Time runs out only for those who sleep while
 *    its word is what they look at, or are to look at. It leaves its count of waiters.
 *
 * What is checked:
 *  - between begin and end of a hold nobody else touches the copy or holds the CPU;
 *  - in the end no update is lost, and no CPU held;
 *  - all runs end: no deadlock (an invalid end state), and no cycle.
 *
 * Each macro that CMakeLists.txt has in a list of mutations leaves a part of the protocol out, and
 * the check must fail with it.
 */
#define SECTION	  1 /* hold a CPU, add, release */
#define OPERATION 2
#define BOTH	  4 /* hold, add, an operation, release */
#define THEN	  8 /* an operation, and then a section */

#ifndef WORK0
#define WORK0 (SECTION + OPERATION)
#endif
#ifndef WORK1
#define WORK1 (SECTION + OPERATION)
#endif
#ifndef WORK2
#define WORK2 SECTION
#endif
#ifndef HANDLER0
#define HANDLER0 0
#endif
#ifndef HANDLER00
#define HANDLER00 0
#endif
#ifndef HANDLER01
#define HANDLER01 0
#endif
#ifndef HANDLER1
#define HANDLER1 0
#endif

#ifdef KILLED
#define IS_KILLED(t) (killed && (t) == KILLED)
bool killed;
#else
#define IS_KILLED(t) false
#endif

#define THREADS 3
#define NOBODY	255

/* Windows are written by locked instructions only, and so are markers. */
#define REST   0
#define FENCED 4 /* at rest, and operations fence themselves */
#define WORD   (me + 1)
#define IS_HELD(c) (window[c] != REST && window[c] != FENCED)
#ifdef FULL_FENCE
#define FIRST_REST FENCED
#else
#define FIRST_REST REST
#endif
byte window[2] = FIRST_REST;
byte rest[2] = FIRST_REST;
byte marker[2]; /* 0, a thread's WORD, or */
#define MANY 5
byte switches;
byte successor[2];
byte waiters[2]; /* the entry's attention */

/*
 * What store buffers hold: 8 * value + address. A thread's mark has two words: busy, 0 or 1 + the
 * CPU whose copy an operation is about to change; and frozen, while a handler waits or holds, and
 * the operation that it has interrupted cannot go on.
 */
#define COPY(c)	  (c)
#define BUSY(t)	  (2 + (t))
#define FROZEN(t) (5 + (t))
byte memory[8];
#define DEPTH 3
byte length[THREADS];
byte buffer[THREADS * DEPTH];

/* Of a thread */
byte self_cpu[THREADS] = NOBODY;
byte nested[THREADS];
byte taking[THREADS]; /* 0, or 1 + the CPU that it is about to take */
byte asleep[THREADS]; /* 0, or 1 + the CPU whose window it waits for, or one of these: */
#define FOR_CLAIM(c) (3 + (c))
#define ENDED	     5
byte level[THREADS]; /* 0, or which of its handlers it is in */
bool masked[THREADS]; /* it has signals blocked */

/* What only the checks look at */
byte inside[2] = NOBODY; /* the thread that holds a CPU, as it believes */
byte additions;
byte nr_ended;

#define RUNS (level[me] == my_level && asleep[me] == 0)

#define SLOT(t, i)	   ((t) * DEPTH + (i))
#define BUFFERED(t, i, a)  (length[t] > (i) && (buffer[SLOT(t, i)] & 7) == (a))
#define BUFFER_VALUE(t, i) (buffer[SLOT(t, i)] >> 3)
#define LOAD(a)                                             \
	(BUFFERED(me, 2, a) -> BUFFER_VALUE(me, 2) :        \
	(BUFFERED(me, 1, a) -> BUFFER_VALUE(me, 1) :        \
	(BUFFERED(me, 0, a) -> BUFFER_VALUE(me, 0) : memory[a])))
#define MY_BUSY LOAD(BUSY(me))

inline drain_one(t)
{
	memory[buffer[SLOT(t, 0)] & 7] = buffer[SLOT(t, 0)] >> 3;
	buffer[SLOT(t, 0)] = buffer[SLOT(t, 1)];
	buffer[SLOT(t, 1)] = buffer[SLOT(t, 2)];
	buffer[SLOT(t, 2)] = 0;
	length[t] = length[t] - 1
}

inline drain(t)
{
	do
	:: length[t] != 0 -> drain_one(t)
	:: else -> break
	od
}

inline store(a, value)
{
	if
	:: length[me] == DEPTH -> drain_one(me)
	:: else
	fi;
	buffer[SLOT(me, length[me])] = 8 * (value) + (a);
	length[me] = length[me] + 1
}

inline wake(what)
{
#ifndef NO_WAKE
	if
	:: asleep[0] == what -> asleep[0] = 0
	:: else
	fi;
	if
	:: asleep[1] == what -> asleep[1] = 0
	:: else
	fi;
	if
	:: asleep[2] == what -> asleep[2] = 0
	:: else
	fi
#else
	skip
#endif
}

#define SELF_HELD (self_cpu[me] != NOBODY && window[(self_cpu[me] == 1 -> 1 : 0)] == WORD)
#define TAKEN	  (taking[me] != 0 && window[(taking[me] == 2 -> 1 : 0)] == WORD)
#ifdef NO_TAKING
#define HELD	 SELF_HELD
#else
#define HELD	 (SELF_HELD || TAKEN)
#endif
#define HELD_CPU (SELF_HELD -> self_cpu[me] : taking[me] - 1)

/*
 * A handler that may have interrupted its thread between P1 and P2 wakes those whom its thread
 * cannot: before it waits for one of them.
 */
inline late_wake()
{
	if
#ifndef NO_LATE_WAKE
	:: self_cpu[me] != NOBODY && !HELD && waiters[self_cpu[me]] != 0 -> wake(self_cpu[me] + 1)
#endif
	:: else
	fi
}

/* H3, and K2 to K4. The two words are not read at once. */
#if defined(KILLED) && !defined(NO_CLEARING)
#define CLEAR(t) :: atomic { IS_KILLED(t) -> memory[BUSY(t)] = 0; memory[FROZEN(t)] = 0; break }
#else
#define CLEAR(t)
#endif
#ifndef NO_LOOK_AT_MARKS
#define PASS(t)                                                              \
	do                                                                   \
	:: memory[BUSY(t)] != cpu + 1 -> break                               \
	:: memory[BUSY(t)] == cpu + 1 ->                                     \
		if                                                           \
		:: memory[FROZEN(t)] != 0 -> break                           \
		:: memory[FROZEN(t)] == 0 && memory[BUSY(t)] != cpu + 1      \
		CLEAR(t)                                                     \
		fi                                                           \
	od
#else
#define PASS(t) skip
#endif

/* D1 and D2: the CPU of who has been killed, or the succession to it. */
inline forget_successor(c)
{
	drain(me);
	if
#ifndef NO_FORGET
	:: successor[c] == KILLED + 1 ->
		successor[c] = 0;
		wake(FOR_CLAIM(c))
#endif
	:: else
	fi
}

inline bury(c)
{
	atomic { RUNS -> forget_successor(c) }
	atomic {
		RUNS;
		drain(me);
#ifndef NO_FORGET_MARKS
		marker[c] = MANY
#endif
	}
	atomic {
		RUNS;
		drain(me);
		if
#ifndef BLIND_BURIAL
		:: window[c] != KILLED + 1
#endif
		:: else ->
			window[c] = rest[c];
			wake(c + 1)
		fi
	}
}

/* That an operation may be going on on the CPU of the thread's mark. */
inline note(c)
{
	atomic { RUNS -> seen = marker[c] }
	if
	:: atomic { RUNS && (seen == WORD || seen == MANY) }
	:: atomic {
		RUNS && seen == 0 ->
		drain(me);
		if
		:: marker[c] == 0 -> marker[c] = WORD
		:: else -> seen = THREADS + 3
		fi
	}
	:: RUNS && seen != 0 && seen != WORD && seen != MANY -> seen = THREADS + 3
	fi;
	if
	:: atomic {
		RUNS && seen == THREADS + 3 ->
		drain(me);
#ifdef NOTE_LAST
		marker[c] = WORD
#else
		marker[c] = MANY
#endif
	}
	:: seen != THREADS + 3
	fi;
	seen = 0
}

/* Which CPU the thread runs on, or names. */
inline choose_cpu()
{
	if
	:: cpu = 0
#ifndef ONE_CPU
	:: cpu = 1
#endif
	fi
}

#define CHOOSE(what) atomic { (work & what) && RUNS -> work = what }

proctype thread(byte me; byte my_level; byte work)
{
	byte cpu;    /* the CPU in question */
	byte saved;  /* busy, of the operation that this one has interrupted */
	byte loaded;
	byte next;   /* what the window is to be */
	byte gets;   /* that have a release to come */
	byte seen;   /* in marker */
	byte outer;  /* what taking says of what has been interrupted */
	bool thawing;
	bool fenced_self; /* its operation has a fence behind it */
	bool quick;  /* it takes with signals as they are */
	bool again;  /* it is inside of a section of which H3 may not have been done */

#ifdef KILLED
	{
#endif
	if
	:: my_level == 0
	:: my_level != 0 && nr_ended == THREADS -> goto leave
	:: atomic {
		my_level != 0 && level[me] == my_level - 1 && !masked[me] &&
		asleep[me] != ENDED ->
		asleep[me] = 0;
		level[me] = my_level
	}
	fi;
	if
	:: CHOOSE(SECTION) -> goto hold
	:: CHOOSE(BOTH) -> goto hold
	:: CHOOSE(OPERATION) -> goto operation
	:: CHOOSE(THEN) -> goto operation
	fi;

operation:
	atomic {
		RUNS;
		saved = MY_BUSY;
		if
#ifndef FROZEN_OPERATION
		:: HELD && saved != 0 ->
			cpu = HELD_CPU;
			goto held_operation
#endif
		:: else
		fi;
#ifndef OTHER_CPU
		if
		:: saved != 0 -> cpu = saved - 1
		:: else -> choose_cpu()
		fi;
#else
		choose_cpu();
#endif
#ifndef NO_BUSY
		store(BUSY(me), cpu + 1) /* F1 */
#endif
	}
look_at_window:
	atomic {		/* F2 */
		RUNS;
#ifndef NO_LOOK
		if
		:: IS_HELD(cpu) ->
			store(BUSY(me), saved);
			fenced_self = false;
			if
			:: HELD ->
				cpu = HELD_CPU;
				goto held_operation
			:: else -> goto wait
			fi
		:: !IS_HELD(cpu) && (window[cpu] == REST || fenced_self) -> goto locked_operation
		:: else
		fi
#else
		if
		:: window[cpu] == REST || fenced_self -> goto locked_operation
		:: else
		fi
#endif
	}
	fenced_self = true;
#ifndef NO_FENCE
	atomic { RUNS -> drain(me) }
#endif
#ifndef NO_MARKER
	note(cpu);
#endif
	goto look_at_window;
locked_operation:
	fenced_self = false;
#ifdef UNLOCKED
	atomic { RUNS -> loaded = LOAD(COPY(cpu)) }
#endif
	atomic {		/* F3 */
		RUNS;
		drain(me);
		assert(inside[cpu] == NOBODY || inside[cpu] == me);
#ifdef UNLOCKED
		memory[COPY(cpu)] = loaded + 1;
		loaded = 0;
#else
		memory[COPY(cpu)] = memory[COPY(cpu)] + 1;
#endif
		additions++
	}
	atomic {		/* F4 */
		RUNS;
#ifdef NO_RESTORE
		saved = 0;
#endif
		store(BUSY(me), saved);
		goto done
	}

held_operation:
	atomic {
		RUNS;
		drain(me);
		assert(inside[cpu] == me || (inside[cpu] == NOBODY && TAKEN));
		if
		:: my_level != 0 /* its thread may be between load and store */
		:: else ->
			memory[COPY(cpu)] = memory[COPY(cpu)] + 1;
			additions++
		fi;
		goto done
	}

	/* Until the CPU is not held, and that of the operation interrupted neither. */
wait:
	atomic {
		RUNS;
		if
#ifndef FREEZE_ALWAYS
		:: MY_BUSY != 0 ->
#ifndef WAIT_UNMASKED
			masked[me] = true;
#endif
#else
		:: true ->
#endif
#ifndef NO_FREEZE
			store(FROZEN(me), 1)
#endif
		:: else
		fi
	}
	atomic {		/* W1 */
		RUNS;
		drain(me);
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] + 1;
#endif
		late_wake();
		if
		:: !thawing && work != OPERATION && gets == 0 -> goto become_claimant
		:: else
		fi
	}
	do
#ifdef KILLED
	:: RUNS && IS_KILLED(window[cpu] - 1) -> bury(cpu)
#endif
	:: atomic {		/* W3 */
		RUNS && IS_HELD(cpu) && !IS_KILLED(window[cpu] - 1) ->
		drain(me);
		asleep[me] = cpu + 1
	}
	:: atomic { RUNS && !IS_HELD(cpu) -> break }
	od;
	atomic {		/* W4 */
		RUNS;
		drain(me);
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] - 1
#endif
	}
	/* what a handler does before the operation that it has interrupted can go on */
thaw:
	atomic {
		RUNS;
		if
		:: MY_BUSY == 0 ->
#ifdef FREEZE_ALWAYS
			store(FROZEN(me), 0);
#endif
			goto thawed
		:: else
		fi;
		store(FROZEN(me), 0);
#ifndef NO_THAW_FENCE
		drain(me);
#endif
		cpu = MY_BUSY - 1
	}
#ifndef NO_THAW_NOTE
	note(cpu);
#endif
	atomic {
		RUNS;
#ifndef NO_THAW_LOOK
		if
		:: IS_HELD(cpu) -> goto wait
		:: else
		fi
#endif
	}
thawed:
	atomic {
		RUNS;
		masked[me] = false;
		cpu = 0;
		if
		:: thawing ->
			thawing = false;
			goto done
		:: else -> goto operation
		fi
	}

hold:
	atomic {
		RUNS;
		if
		:: HELD ->
			cpu = HELD_CPU;
			if
#ifndef NO_AGAIN
			:: taking[me] == cpu + 1 ->
				again = true;
				next = rest[cpu];
				goto keep_out
#endif
			:: else -> goto nest
			fi
		:: else -> late_wake()
		fi;
		choose_cpu();
		if
		:: MY_BUSY == 0 ->
			quick = true;
			outer = taking[me];
			taking[me] = cpu + 1;
			self_cpu[me] = cpu;
			goto take
		:: else
		fi;
#ifndef HOLD_UNMASKED
		masked[me] = true;
#endif
#if !defined(NO_FREEZE) && !defined(HOLD_NOT_FROZEN)
		/* not only while it waits: others must not wait for the operation, as it cannot go on */
		store(FROZEN(me), 1)
#endif
	}
take:
	atomic {		/* H1; Q2 */
		RUNS;
		drain(me);
		if
		:: IS_HELD(cpu) && quick ->
			quick = false;
			taking[me] = outer;
			outer = 0;
			self_cpu[me] = NOBODY;
#ifndef HOLD_UNMASKED
			masked[me] = true;
#endif
			goto take
		:: IS_HELD(cpu) && !quick ->
			if
			:: successor[cpu] == WORD -> goto look
			:: else -> goto wait
			fi
		:: else ->
			next = window[cpu];
			window[cpu] = WORD
		fi
	}
#ifdef EARLY_SWITCH
	atomic { RUNS -> rest[cpu] = FENCED; next = rest[cpu] }
#endif
keep_out:
	if
	:: atomic {		/* H2 */
		RUNS && next == REST ->
		next = 0;
#ifndef NO_FENCE
		drain(0);
		drain(1);
		drain(2)
#endif
	}
	:: atomic {		/* H3, where the CPU is a fenced one */
		RUNS && next == FENCED ->
		next = 0;
		seen = marker[cpu]
	}
	if
	:: (seen == 0 || seen == WORD) && !again ->
		seen = 0;
		goto taken
	:: else
	fi;
	seen = 0;
#ifndef CLEARS_LATE
	if
	:: again
	:: atomic { RUNS && !again -> drain(me); marker[cpu] = 0 }
	fi
#endif
	fi;
	if
	:: me != 0 -> PASS(0)	/* H3 */
	:: else
	fi;
	if
	:: me != 1 -> PASS(1)
	:: else
	fi;
	if
	:: me != 2 -> PASS(2)
	:: else
	fi;
#ifdef CLEARS_LATE
	atomic { RUNS -> drain(me); marker[cpu] = 0 }
#endif
	if
	:: atomic {
		RUNS && again ->
		again = false;
		self_cpu[me] = cpu;
		assert(inside[cpu] == NOBODY || inside[cpu] == me);
		inside[cpu] = me;
		goto nest
	}
	:: !again
	fi;
	goto taken;
nest:
	atomic {
		RUNS;
		nested[me] = nested[me] + 1;
		gets++;
		goto section
	}
become_claimant:
	atomic {		/* V4 */
		RUNS;
		drain(me);
		if
#ifdef KILLED
		:: IS_KILLED(successor[cpu] - 1) -> forget_successor(cpu)
#endif
		:: successor[cpu] != 0 && !IS_KILLED(successor[cpu] - 1) ->
			asleep[me] = FOR_CLAIM(cpu)
		:: else ->
			successor[cpu] = WORD;
			goto look
		fi
	}
	goto become_claimant;
#ifdef KILLED
bury_and_look:
	bury(cpu);
#endif
look:
	atomic {
		RUNS;
		if
#ifdef KILLED
		:: IS_KILLED(window[cpu] - 1) -> goto bury_and_look
#endif
		:: !IS_HELD(cpu) -> goto take
		:: window[cpu] == WORD -> goto taken
		:: else ->
			drain(me);
			asleep[me] = cpu + 1
		fi
	}
	goto look;
taken:
	atomic {
		RUNS;
		assert(inside[cpu] == NOBODY || (quick && inside[cpu] == me));
		inside[cpu] = me;
#ifdef SWITCHES
		if
		:: switches < SWITCHES ->
			switches++;
			rest[cpu] = FENCED - rest[cpu]
		:: true
		fi;
#endif
		if
		:: successor[cpu] == WORD
		:: else -> goto keep
		fi;
		drain(me);
		successor[cpu] = 0
	}
	atomic {
		RUNS;
		drain(me);
		wake(FOR_CLAIM(cpu));
#ifndef NO_WAITERS
		waiters[cpu] = waiters[cpu] - 1
#endif
	}
keep:
	atomic {
		RUNS;
		self_cpu[me] = cpu; /* Q3 */
		masked[me] = false;
		gets++
	}
	if
	:: atomic {		/* Q4 */
		RUNS && quick ->
		quick = false;
		taking[me] = outer;
		outer = 0
	}
	:: !quick
	fi;

section:
	atomic {
		RUNS;
		assert(inside[cpu] == me);
		loaded = LOAD(COPY(cpu))
	}
	atomic {
		RUNS;
		assert(inside[cpu] == me);
		if
		:: nested[me] != 0 /* its thread may be between load and store */
		:: else ->
			store(COPY(cpu), loaded + 1);
			additions++
		fi;
		loaded = 0;
		if
		:: work == BOTH -> goto operation
		:: else
		fi
	}

release:
	atomic {
		RUNS;
		gets--;
		if
		:: nested[me] != 0 ->
			nested[me] = nested[me] - 1;
			goto done
		:: else
		fi;
		cpu = self_cpu[me];
		if
		:: MY_BUSY != 0 -> masked[me] = true
		:: else
		fi
	}
	atomic {
		RUNS;
		next = (successor[cpu] != 0 -> successor[cpu] : rest[cpu])
	}
	atomic {		/* P1 */
		RUNS;
		drain(me);
		assert(inside[cpu] == me);
		inside[cpu] = NOBODY;
		window[cpu] = next;
		next = 0
	}
	atomic {		/* P2 */
		RUNS;
		if
		:: waiters[cpu] != 0 -> wake(cpu + 1)
		:: else
		fi
	}
	atomic {
		RUNS;
		self_cpu[me] = NOBODY;
#ifdef RELEASE_NOT_FROZEN
		masked[me] = false;
		store(FROZEN(me), 0);
		goto done
#endif
		thawing = true;
		goto thaw
	}

done:
	atomic {
		RUNS;
		cpu = 0;
		saved = 0;
		if
		:: gets != 0 -> goto release
		:: work == THEN ->
			work = SECTION;
			goto hold
		:: else
		fi
	}
	if
	:: atomic { RUNS && my_level != 0 -> level[me] = my_level - 1 }
	:: atomic {
		RUNS && my_level == 0 ->
		drain(me);
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
active proctype killer()
{
	if
	:: atomic {
		asleep[KILLED] != ENDED ->
		killed = true;
		drain(KILLED);
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

/*
 * A tenth of a second is over for who sleeps, if that makes a difference: nobody may be there any more
 * to wake it.
 */
#define TIMEOUT(t, c)                                                                              \
	atomic {                                                                                   \
		killed && ((asleep[t] == (c) + 1 && (window[c] == KILLED + 1 ||                    \
						     window[c] == (t) + 1 || !IS_HELD(c))) ||      \
			   (asleep[t] == FOR_CLAIM(c) &&                                           \
			    (successor[c] == KILLED + 1 || successor[c] == 0))) ->                 \
		asleep[t] = 0                                                                      \
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
#define LEFT_MARK(t) (IS_KILLED(t) || (memory[BUSY(t)] == 0 && memory[FROZEN(t)] == 0))
#else
#define MAY_BE(word, normal) ((word) == (normal))
#define LEFT_WAITERS(c) (waiters[c] == 0)
#define LEFT_MARK(t) (memory[BUSY(t)] == 0 && memory[FROZEN(t)] == 0)
#endif

active proctype store_buffers()
{
	do
	:: atomic { length[0] != 0 -> drain_one(0) }
	:: atomic { length[1] != 0 -> drain_one(1) }
	:: atomic { length[2] != 0 -> drain_one(2) }
	:: nr_ended == THREADS -> break
	od
}

#define START(t, work)                     \
	if                                 \
	:: work -> run thread(t, 0, work)  \
	:: else ->                         \
		asleep[t] = ENDED;         \
		nr_ended++                 \
	fi
#define START_HANDLER(t, nr, work)         \
	if                                 \
	:: work -> run thread(t, nr, work) \
	:: else                            \
	fi

init {
	atomic {
		START(0, WORK0);
		START(1, WORK1);
		START(2, WORK2);
		START_HANDLER(0, 1, HANDLER0);
		START_HANDLER(0, 2, HANDLER00);
		START_HANDLER(0, 1, HANDLER01);
		START_HANDLER(1, 1, HANDLER1)
	}
	nr_ended == THREADS;
	assert(memory[COPY(0)] + memory[COPY(1)] == additions);
	assert(MAY_BE(window[0], rest[0]) && MAY_BE(window[1], rest[1]));
	assert(MAY_BE(successor[0], 0) && MAY_BE(successor[1], 0));
	assert(LEFT_WAITERS(0) && LEFT_WAITERS(1));
	assert(nested[0] == 0 && nested[1] == 0 && nested[2] == 0);
	assert(LEFT_MARK(0) && LEFT_MARK(1) && LEFT_MARK(2))
}
