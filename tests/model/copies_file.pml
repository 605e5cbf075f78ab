/* SPDX-License-Identifier: MIT */
/*
 * copies_file.pml - a model of how processes make and attach to a file of copies, and leave it, while some of
 * them are killed, for the model checker spin (src/memory/file/copies_file.h; named.h).
 *
 * Three processes, each of which attaches, makes the name or finds it, counts under it in a section (it holds
 * the CPU, reads, writes), and ends. One of them may be killed between any two steps, in which case
 * the kernel drops its lock and its mappings; another one may end and come back as a process that
 * needs another control part (a later library).
 *
 *	C1  lock the file: it is nobody's, or its owner has been killed
 *	C2  data_ready?
 *	C3  if not: what is there is wiped; then data_ready = 1
 *	C4  control part nobody's: control_ready == 0, or nobody else has the file
 *	C5  if so: control_ready = 0, then its version is mine and its entry is free. Else: is the version mine?
 *	C6  the process has the file by its mappings
 *	C7  control_ready = 1
 *	C8  unlock
 *	N1 to N6: under the lock, unless the name is there: it is written, then nr_names = 1
 *
 * A holder that has been killed is found out by who waits (hold.h), who knows it by the entry.
 *
 * What is checked:
 *  - two processes that have the file have the control part of one version;
 *  - nobody makes the control part anew whose entry somebody holds, or waits at;
 *  - nothing that was counted is lost: each section that was ended is in the count, and of a killed process
 *    at most the last one is there though it was not ended;
 *  - who is refused is so for the sake of another one, who had the file when it was looked at, as far as the
 *    system says (it may not, at any time);
 *  - the data is ready for whom has the file; a name that is found is whole; all who live come to an end.
 */
#define PROCESSES 3
#define VICTIM	  0
#define LATER	  2 /* of another version */

bool gone; /* the victim: the kernel has taken its lock and its mappings away */
byte owner; /* of the lock: a process's name; 0: nobody */
bool has_open[PROCESSES], has[PROCESSES]; /* the file, by a descriptor; and to count in */
bool data_ready, control_ready;
byte version, entry; /* of the control part; who holds the CPU */
bool wiped, half_control; /* whether what is ready is whole */
bool half_name, nr_names;
byte counted, ended, doubtful;
bool finished[PROCESSES];

#define NAME	   (me + 1)
#define VERSION(p) ((p) == LATER -> 2 : 1)
#define DEAD	   (me == VICTIM && gone)
#define STEP(action)                      \
	atomic {                          \
		if                        \
		:: DEAD -> goto end       \
		:: else -> action         \
		fi                        \
	}

#define OTHERS_HAVE_IT                                       \
	((me != 0 && has_open[0]) || (me != 1 && has_open[1]) || \
	 (me != 2 && has_open[2]))

#ifdef TRUSTS_READY
#define IS_NOBODYS (!control_ready)
#elif defined(TRUSTS_NOBODY)
#define IS_NOBODYS true
#elif defined(LOOKS_ONLY)
#define IS_NOBODYS (says && !OTHERS_HAVE_IT)
#else
#define IS_NOBODYS (!control_ready || (says && !OTHERS_HAVE_IT))
#endif

#ifdef NO_LOCK
#define LOCKED true
#else
#define LOCKED (owner == 0)
#endif

proctype process(byte me)
{
	bool says, nobodys, others, there;
	byte seen;

	/* C1: who waits has it closed; the look and the opening are one to those who look at it in C4, who look
	   several times */
	atomic {
		(DEAD || LOCKED);
		if
		:: DEAD -> goto end
		:: else -> owner = NAME; has_open[me] = true
		fi
	}
	/* C2 and C3 */
	STEP(there = data_ready);
	if
	:: !there ->
#ifdef READY_FIRST
		STEP(data_ready = true);
		STEP(assert(ended == 0); wiped = true)
#else
		STEP(assert(ended == 0); wiped = true);
		STEP(data_ready = true)
#endif
	:: else
	fi;
	/* C4 and C5 */
	if
	:: says = true
	:: says = false
	fi;
	STEP(nobodys = IS_NOBODYS; others = OTHERS_HAVE_IT || (!says && control_ready));
	if
	:: nobodys ->
#ifndef STAYS_READY
		STEP(control_ready = false);
#endif
		STEP(version = VERSION(me); half_control = true);
		STEP(assert(!(has[0] || has[1] || has[2])); entry = 0; half_control = false)
	:: else ->
		STEP(there = (version == VERSION(me)));
		if
		:: there
		:: else ->
#ifndef NO_COMPARE
			STEP(assert(others); owner = 0; has_open[me] = false);
			goto done
#else
			skip
#endif
		fi
	fi;
	/* C6 */
	STEP(assert(data_ready && wiped && !half_control); has[me] = true);
	assert(!(me != 0 && has[0] && VERSION(0) != VERSION(me)) || DEAD);
	assert(!(me != 1 && has[1] && VERSION(1) != VERSION(me)) || DEAD);
	assert(!(me != 2 && has[2] && VERSION(2) != VERSION(me)) || DEAD);
	/* C7 and C8 */
	STEP(control_ready = true);
	STEP(if :: owner == NAME -> owner = 0 :: else fi);

	/* N1 to N6 */
	STEP(there = nr_names);
	if
	:: there
	:: else ->
		atomic {
			(DEAD || LOCKED);
			if
			:: DEAD -> goto end
			:: else -> owner = NAME
			fi
		}
		STEP(there = nr_names);
		if
		:: there
		:: else ->
#ifdef NUMBER_FIRST
			STEP(nr_names = true);
			STEP(half_name = true);
			STEP(half_name = false);
#else
			STEP(half_name = true);
			STEP(half_name = false);
			STEP(nr_names = true)
#endif
		fi;
		STEP(if :: owner == NAME -> owner = 0 :: else fi)
	fi;
	STEP(assert(nr_names && !half_name));

	/* a section; who holds the CPU and is killed is found out */
	do
	:: atomic {
		if
		:: DEAD -> goto end
		:: !DEAD && entry == 0 -> entry = NAME; break
		:: !DEAD && entry == VICTIM + 1 && gone && me != VICTIM -> entry = 0
		fi
	   }
	od;
	STEP(seen = counted);
	STEP(counted = seen + 1; if :: me == VICTIM -> doubtful = 1 :: else fi);
	STEP(assert(entry == NAME); entry = 0; ended++; if :: me == VICTIM -> doubtful = 0 :: else fi);
	STEP(has[me] = false; has_open[me] = false);
done:
	finished[me] = true;
end:
	skip
}

/* The kernel drops what the victim had, at once. */
active proctype killer()
{
	if
	:: atomic {
		gone = true;
		has[VICTIM] = false;
		has_open[VICTIM] = false;
#ifndef LOCK_STAYS
		if
		:: owner == VICTIM + 1 -> owner = 0
		:: else
		fi
#endif
	   }
	:: true
	fi
}

init
{
	atomic {
		run process(0);
		run process(1);
		run process(2)
	}
	(finished[1] && finished[2] && (finished[VICTIM] || gone));
	assert(counted == ended + (gone -> doubtful : 0))
}
