/* SPDX-License-Identifier: MIT */
/*
 * watch.pml - a model of the thread that watches the machine's CPUs, for the model checker spin
 * (src/hotplug/watch/watch.h, which has the steps' names). What is done under the watch lock is one step.
 *
 * Who takes part: a machine that changes and says so by a message; two listeners, who begin, look, and
 * leave, the first of them at once; and as many watchers as there come to be. With STOPPER, both stay until
 * somebody has stopped the watcher and asked for it, who stops it for good when they have left; with
 * FOR_GOOD too, he does not ask for it.
 *
 * What is checked:
 *  - there never are two that tell;
 *  - on return from a look, what was before it has been told;
 *  - while nobody has stopped it, a listener is told of every change, sooner or later;
 *  - on return from a stop nobody tells; and when nobody listens the watcher ends.
 */
#define CHANGES 2

byte machine;		  /* how often it has changed, */
byte told;		  /* and how much of that has been told */
bool message, counter;	  /* what wakes */
byte listeners;
bool asked, stopped, runs;
byte generation;
byte looks_wanted, looks_done;
byte telling;
bool stopper_is_done;
byte nr_left;

#define WANTED (!stopped && (asked || listeners > 0))

#ifdef NO_GENERATION
#define IS_OVER(mine) false
#else
#define IS_OVER(mine) (generation != mine)
#endif

proctype watcher(byte mine)
{
	byte looks, seen;
	bool goes_on;

	do
	:: atomic { /* R1, R2, E1 */
		goes_on = WANTED;
		looks = looks_wanted;
#ifndef END_LATER
		if
		:: !goes_on -> runs = false; generation++
		:: else
		fi
#endif
	   }
	   if
	   :: !goes_on ->
#ifdef END_LATER
		atomic { runs = false; generation++ }
#endif
		break
	   :: else
	   fi;
	   /* R3 */
	   atomic { telling++; assert(telling == 1); message = false };
#ifdef DONE_FIRST
	   looks_done = looks;
#endif
	   seen = machine;
	   told = seen;
	   telling--;
#ifdef LOOKS_LATE
	   looks = looks_wanted;
#endif
	   looks_done = looks;
#ifdef FORGET_BEFORE_SLEEP
	   counter = false;
#endif
	   /* R4 */
progress_sleep:
	   atomic { (counter || message) -> counter = false }
	od
}

inline start_if_wanted() /* S1, S2; in a step */
{
	if
	:: !WANTED
#ifdef NEVER_LOOKS_FOR_ONE
	:: WANTED -> runs = true; run watcher(generation)
#else
	:: WANTED && runs -> counter = true
	:: WANTED && !runs -> runs = true; run watcher(generation)
#endif
	fi
}

inline wake_if_there()
{
	if
#ifdef NO_WAKE
	:: true
#else
	:: runs -> counter = true
	:: !runs
#endif
	fi
}

#ifdef FOR_GOOD
#define IS_TOLD true
#else
#define IS_TOLD (machine == CHANGES && told == CHANGES)
#endif

proctype listener(bool stays)
{
	byte before, look, mine;
	bool can;

	atomic { listeners++; start_if_wanted() };
	/* L1 */
	atomic {
		before = machine;
		can = runs && WANTED;
		mine = generation;
		if
		:: can -> looks_wanted++; look = looks_wanted; counter = true
		:: else
		fi
	};
	if
	:: can ->
		if
		:: atomic { looks_done >= look -> assert(told >= before) }
		:: IS_OVER(mine)
		fi
	:: else
	fi;
	/* it hears of everything, unless nobody is to hear */
	(!stays || (stopper_is_done && IS_TOLD));
	atomic { listeners--; if :: !WANTED -> wake_if_there() :: else fi; nr_left++ }
}

#ifdef STOPPER
proctype stopper()
{
	byte mine;
	bool there;

	/* T1 */
	atomic { stopped = true; asked = false; mine = generation; there = runs; wake_if_there() };
	(!there || generation != mine);
	assert(telling == 0);
#ifndef FOR_GOOD
	atomic { stopped = false; asked = true; start_if_wanted() };
#endif
	stopper_is_done = true;
	(nr_left == 2);
	atomic { stopped = true; asked = false; mine = generation; there = runs; wake_if_there() };
	(!there || generation != mine);
	assert(telling == 0 && !runs)
}
#endif

proctype changes()
{
	byte i;

	for (i : 1 .. CHANGES) {
		atomic { machine++; message = true }
	}
}

init {
	atomic {
		run changes();
		run listener(true);
#ifdef STOPPER
		run listener(true);
		run stopper()
#else
		stopper_is_done = true;
		run listener(false)
#endif
	}
}
