/* SPDX-License-Identifier: MIT */
/*
 * task.pml - a model of threads that wait on a queue and are woken, for the model checker spin
 * (include/percpu/linux/impl/task.h and linux/wait.h, which have the steps' names).
 *
 * Who takes part: two that wait, each for its own part of the condition, with an entry on its stack;
 * and one that makes both parts true, one after the other, and wakes all that are on the queue each
 * time. Stores are seen by others late, any time before the storing thread's next barrier, lock or
 * compare and swap. A thread may also be woken by somebody else, for nothing, once.
 *
 * What is checked:
 *  - nobody sleeps whose part has become true and who has been woken for it;
 *  - nobody touches an entry whose owner has gone on.
 */
#define WAITERS 2
#define RUNNING 0
#define SLEEPING 1

byte state[WAITERS];	/* what others see, */
byte own[WAITERS];	/* and what its thread has stored */
bool asleep[WAITERS];	/* in the futex */
bool part[WAITERS];	/* of the condition, as others see it, */
bool stored[WAITERS];	/* and as its thread has stored it */
bool on_list[WAITERS], gone[WAITERS];
bool locked;		/* the queue's lock */

inline lock()
{
	atomic { !locked -> locked = true }
}

inline unlock()
{
	locked = false
}

/* What a thread has stored becomes what others see. */
inline barrier_of_waiter(me)
{
	state[me] = own[me]
}

inline set_state(me, value)
{
	own[me] = value;
#ifndef NO_BARRIER
	barrier_of_waiter(me)
#endif
}

/* (3): the kernel compares the word, and sleeps, in one step */
inline schedule(me)
{
	do
	:: atomic {
		/* its own store comes before its own look */
		if
#ifdef NO_COMPARE
		:: true -> asleep[me] = true
#else
		:: own[me] == SLEEPING && (state[me] == SLEEPING || state[me] != own[me]) ->
			/* the system call is a barrier */
			state[me] = own[me]; asleep[me] = true
		:: own[me] == RUNNING -> break
#endif
		fi
	   };
	   !asleep[me];
#ifdef NO_COMPARE
	   break
#endif
	od
}

proctype waiter(byte me)
{
	bool holds;

	do
	::
#ifdef LOOK_FIRST
		holds = part[me];
#endif
		lock();
		on_list[me] = true;
#ifdef NO_BARRIER
		own[me] = SLEEPING;	/* (1), seen whenever it may be */
		locked = false;
#else
		own[me] = SLEEPING; state[me] = SLEEPING;
		unlock();
#endif
#ifndef LOOK_FIRST
		holds = part[me];	/* (2) */
#endif
		if
		:: holds -> break
		:: else
		fi;
		schedule(me)
	od;
	/* finish_wait() */
	own[me] = RUNNING;
	state[me] = RUNNING;
	if
	:: !on_list[me]
	:: on_list[me] -> lock(); on_list[me] = false; unlock()
	fi;
	gone[me] = true
}

/* What is stored late without a barrier comes to be seen at last. */
proctype memory()
{
end:	do
	:: atomic { state[0] != own[0] && own[0] == SLEEPING -> state[0] = own[0] }
	:: atomic { state[1] != own[1] && own[1] == SLEEPING -> state[1] = own[1] }
	:: atomic { stored[0] && !part[0] -> part[0] = true }
	:: atomic { stored[1] && !part[1] -> part[1] = true }
	od
}

/* (c) and (d), of one that is on the list or was, spuriously */
inline wake(who)
{
	atomic {
		if
		:: state[who] == SLEEPING -> state[who] = RUNNING; own[who] = RUNNING; hit = true
		:: else -> hit = false
		fi
	};
	if
	:: hit -> asleep[who] = false
	:: else
	fi
}

proctype waker()
{
	byte i, which;
	bool hit;

	for (which : 0 .. WAITERS - 1) {
		stored[which] = true;	/* (a) */
#ifndef NO_WAKERS_BARRIER
		part[which] = true;	/* (b), or the lock */
#endif
		if
		:: !on_list[0] && !on_list[1]	/* waitqueue_active(), which is after (b) */
		:: else ->
			lock();
			for (i : 0 .. WAITERS - 1) {
				if
				:: on_list[i] ->
#ifdef UNLINK_FIRST
					on_list[i] = false;
					assert(!gone[i]);	/* its thread is read from it */
					wake(i)
#else
					assert(!gone[i]);
#ifdef FUTEX_FIRST
					asleep[i] = false;
					atomic {
						if
						:: state[i] == SLEEPING ->
							state[i] = RUNNING; own[i] = RUNNING; hit = true
						:: else -> hit = false
						fi
					};
#else
					wake(i);
#endif
					if
					:: hit ->
						assert(!gone[i]);
						on_list[i] = false
					:: else
					fi
#endif
				:: else
				fi
			};
			unlock()
		fi
	}
}

proctype stranger()
{
	bool hit;

	wake(0)
}

init {
	atomic {
		run memory();
		run waiter(0);
		run waiter(1);
		run waker();
		run stranger()
	}
}
