/* SPDX-License-Identifier: MIT */
/*
 * masks.pml - a model of how the machine's masks of CPUs come to be, for the model checker spin
 * (src/masks/system_masks.c). One mask, of which a bit is looked at for each who takes part.
 *
 * Who takes part: three threads; each asks for the mask and sets its bit. A handler of a signal in the
 * first asks too, between any two of its steps, and is done before the thread goes on.
 *
 *	M1  is the mask there? then M5
 *	M2  a page of one's own; the machine's list is read into it
 *	M3  the page is published: compare and swap of none to it
 *	M4  another one was first: one's own page is given back, and the other is the mask
 *	M5  one's bit is set, atomically
 *
 * What is checked:
 *  - nobody uses a page whose list has not been read, or one that has been given back;
 *  - whoever has set a bit finds it set, and at the end all bits are in the mask;
 *  - nobody waits: there is no step that another one must take first.
 */
#define THREADS 3
#define ASKERS	4 /* the last one is the handler */
#define NONE	ASKERS

byte mask = NONE; /* whose page it is */
bool has_list[ASKERS], given_back[ASKERS];
byte bits[ASKERS]; /* of each one's page */
bool interrupted;  /* the handler runs */
byte finished;

#define MY_TURN (me != 0 || !interrupted)

inline ask()
{
	if
	:: atomic { MY_TURN && mask != NONE -> page = mask } /* M1 */
	:: atomic { MY_TURN && mask == NONE }
#ifndef LIST_LAST
	   atomic { MY_TURN -> has_list[me] = true } /* M2 */
#endif
#ifdef BLIND_STORE
	   atomic { MY_TURN -> mask = me; page = me }
#else
	   atomic { /* M3 */
		MY_TURN ->
		if
		:: mask == NONE -> mask = me; page = me
		:: else -> page = mask
		fi
	   }
#endif
#ifdef LIST_LAST
	   atomic { MY_TURN -> has_list[me] = true }
#endif
	   atomic { /* M4 */
		MY_TURN ->
		if
#ifdef OWN_STAYS
		:: page != me -> page = me
#elif defined(BACK_AT_ONCE)
		:: true -> given_back[me] = true
#else
		:: page != me -> given_back[me] = true
#endif
		:: else
		fi
	   }
	fi
}

inline set_bit()
{
	atomic {
		MY_TURN ->
		assert(has_list[page] && !given_back[page]);
		bits[page] = bits[page] | (1 << me) /* M5 */
	}
	atomic {
		MY_TURN -> assert(bits[mask] & (1 << me))
	}
}

active [THREADS] proctype thread()
{
	byte me = _pid, page = NONE;

	ask();
	set_bit();
	atomic { MY_TURN -> finished++ }
}

/* In the first thread, which stands still meanwhile. */
active proctype handler()
{
	byte me = 3, page = NONE;

	interrupted = true;
	ask();
	set_bit();
	atomic { interrupted = false; finished++ }
}

active proctype end()
{
	atomic { finished == ASKERS -> assert(bits[mask] == 15) }
}
