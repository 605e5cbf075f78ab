/* SPDX-License-Identifier: MIT */
/*
 * ending.pml - a model of how a process ends of which several threads find that it has to, for the
 * model checker spin (src/ground/log.c). The names of steps are E1 - E5' of log.c.
 *
 * Who takes part: three threads of a process that have a fatal message each, the first of which may have
 * the lock that handlers take; a thread that sets a handler in passing; and a thread that forks. The
 * handler of the first to end takes the lock, and then does one of these:
 *
 *	ENDS	  returns, and abort() ends the process
 *	AGAIN	  has a fatal message itself
 *	LEAVES	  sets a new handler and leaves by longjmp(): the process does not end after all
 *	FORKS	  makes a child, which has a fatal message itself, and waits for its end
 *
 *	E1	the message is said
 *	E2	the second one of a thread ends its process at once
 *	E3	the thread lets go of the lock
 *	E4	ending: 0, or a word of another process -> me, by compare and swap
 *	E5	the handler, and the end
 *	E5'	else E4 again, until the process has ended
 *
 * What is checked:
 *  - there is one handler at a time in a process;
 *  - whoever has a fatal message comes to an end: of the process, or of the message, by longjmp();
 *  - a child in which there is a fatal message ends, whatever its parent was doing.
 */
#define THREADS 3
#define PARENT	0
#define CHILD	1 /* of the handler */
#define FORKED	2 /* by a thread that has no fatal message */

#define ENDS   0
#define AGAIN  1
#define LEAVES 2
#define FORKS  3

byte ending[3];   /* of each process: process and thread, or 0 */
byte lock[3];     /* who has it; 0: nobody */
byte handlers[3]; /* that run */
bool ended[3];
byte finished;

#define WORD(process, thread) ((process) * 8 + (thread))
#define IS_OF(word, process) ((word) != 0 && (word) / 8 == (process))

#define STEP(action)                              \
	atomic {                                  \
		if                                \
		:: ended[process] -> goto end     \
		:: !ended[process] -> action      \
		fi                                \
	}

inline let_go()
{
	STEP(if :: lock[process] == me -> lock[process] = 0 :: else fi)
}

/* Waits; or the process has ended. */
#define AWAIT(condition, action)                             \
	atomic {                                             \
		if                                           \
		:: ended[process] -> goto end                \
		:: !ended[process] && (condition) -> action  \
		fi                                           \
	}

#ifdef ANY_WORD
#define MAY_BE_FIRST(word) ((word) == 0)
#else
#define MAY_BE_FIRST(word) !IS_OF(word, process)
#endif

proctype thread(byte process; byte me; byte dying; byte does)
{
	dying++; /* E1 */
#ifndef NO_SECOND
	/* E2 */
	STEP(if :: dying > 1 -> ended[process] = true; goto end :: else fi);
#endif
#if !defined(LET_GO_LATER) && !defined(KEEPS_ALL)
	let_go(); /* E3 */
#endif
	/* E4 and E5' */
#ifdef BLIND_STORE
	AWAIT(MAY_BE_FIRST(ending[process]), skip);
	STEP(ending[process] = WORD(process, me));
#else
	AWAIT(MAY_BE_FIRST(ending[process]), ending[process] = WORD(process, me));
#endif
#ifdef LET_GO_LATER
	let_go();
#endif
	/* E5 */
	STEP(handlers[process]++; assert(handlers[process] == 1));
	AWAIT(lock[process] == 0 || lock[process] == me, lock[process] = me);
	STEP(lock[process] = 0);
	if
	:: does == AGAIN ->
		run thread(process, me, dying, ENDS);
		ended[process]
	:: does == LEAVES ->
		/* a new handler is set, by a thread that has a fatal message */
		STEP(handlers[process]--);
#ifndef WORD_STAYS
		STEP(ending[process] = 0)
#endif
	:: does == FORKS ->
		STEP(ending[CHILD] = ending[process]);
		run thread(CHILD, me, dying, ENDS);
		ended[CHILD];
		STEP(ended[process] = true)
	:: does == ENDS -> STEP(ended[process] = true)
	fi;
end:
	finished++
}

/* A handler is set, by a thread that has no fatal message. */
active proctype setter()
{
	byte process = PARENT;

#ifdef ALWAYS_BEGINS_ANEW
	STEP(ending[process] = 0);
#endif
end:
	skip
}

/* The child's locks are anew. */
active proctype forker()
{
	byte process = PARENT;

	STEP(ending[FORKED] = ending[process]);
	run thread(FORKED, THREADS + 1, 0, ENDS);
	ended[FORKED];
end:
	skip
}

init
{
	byte does;

	atomic {
		if
		:: does = ENDS
		:: does = AGAIN
		:: does = LEAVES
		:: does = FORKS
		fi;
		if
		:: lock[PARENT] = 1
		:: true
		fi;
		run thread(PARENT, 1, 0, does);
		run thread(PARENT, 2, 0, does);
		run thread(PARENT, 3, 0, does)
	}
	(finished >= THREADS);
	assert(ended[PARENT] || does == LEAVES);
progress:
	skip
}
