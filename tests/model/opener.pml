/* SPDX-License-Identifier: MIT */
/*
 * opener.pml - a model of how processes that share their copies open units, one at a time, while one of
 * them is killed, for the model checker spin (src/memory/open_units.c, src/memory/unit.c). Two units.
 *
 * Who takes part: three processes, each of which opens a unit and counts there as soon as it is open; the
 * first and the last want the same. The first may be killed between any two steps.
 *
 *	U1  opener: 0 -> me, by compare and swap. Who waits asks the system whether the opener is gone, and
 *	    then: its name -> 0, by compare and swap, and U1 anew
 *	U2  if the unit's base is there, the window too: closed -> open. U6
 *	U3  the initial values are copied
 *	U4  the unit is put among those that are open, unless it is among them: the element, then the number
 *	U5  base, then window
 *	U6  opener = 0, and who waits is woken
 *
 * Who is killed before U5 has counted nothing there, nor has anybody: so the next one does it anew.
 *
 * What is checked:
 *  - no count is overwritten by initial values;
 *  - a unit is among the open ones once, and before anybody counts in it;
 *  - who has opened a unit can count in it, and all who live come to that.
 */
#define UNITS	  2
#define PROCESSES 3
#define VICTIM	  0

byte opener;		    /* a process's name; 0: none */
bool gone;		    /* the victim */
byte list[PROCESSES + 1];   /* the open units, in order: one more than there can be */
byte nr;
bool base[UNITS], window[UNITS];
byte copies[UNITS], counted[UNITS];
byte finished;

#define NAME (me + 1)
#define STEP(action)                                 \
	atomic {                                     \
		if                                   \
		:: me == VICTIM && gone -> goto end  \
		:: else -> action                    \
		fi                                   \
	}

#ifdef BLIND_BURIAL
#define OPENER_IS_GONE (opener != 0)
#elif defined(NO_BURIAL)
#define OPENER_IS_GONE false
#else
#define OPENER_IS_GONE (opener == VICTIM + 1 && gone)
#endif

#ifdef ONLY_THE_LAST
#define IS_AMONG(unit) (nr > 0 && list[nr - 1] == unit)
#else
#define IS_AMONG(unit) ((nr > 0 && list[0] == unit) || (nr > 1 && list[1] == unit))
#endif

inline publish(unit)
{
	STEP(base[unit] = true);
	STEP(window[unit] = true)
}

inline count(unit)
{
	STEP(assert(window[unit] && ((nr > 0 && list[0] == unit) || (nr > 1 && list[1] == unit)));
	     copies[unit]++; counted[unit]++)
}

proctype process(byte me; byte unit)
{
	bool is_open;

	do
	:: STEP(is_open = window[unit]);
	   if
	   :: is_open -> break
	   :: else
	   fi;
	   /* U1 */
	   do
	   :: atomic {
		if
		:: me == VICTIM && gone -> goto end
		:: !(me == VICTIM && gone) && opener == 0 -> opener = NAME; break
		:: !(me == VICTIM && gone) && OPENER_IS_GONE && opener != NAME -> opener = 0
		fi
	      }
	   od;
	   /* U2 */
#ifdef NO_LOOK
	   is_open = false;
#else
	   STEP(is_open = base[unit]);
#endif
	   if
	   :: is_open ->
#ifndef NO_FINISH
		STEP(window[unit] = true)
#else
		skip
#endif
	   :: else ->
#ifdef PUBLISH_FIRST
		publish(unit);
#endif
		/* U3 */
		STEP(copies[unit] = 0);
		/* U4 */
		STEP(is_open = IS_AMONG(unit));
		if
		:: is_open
		:: else ->
			STEP(list[nr] = unit);
			STEP(nr++)
		fi;
		/* U5 */
#ifndef PUBLISH_FIRST
		publish(unit)
#endif
	   fi;
	   /* U6 */
	   STEP(opener = 0)
	od;
progress:
	count(unit);
	finished++;
end:
	skip
}

active proctype killer()
{
	if
	:: gone = true
	:: true
	fi
}

init
{
	byte i, j;

	atomic {
		run process(0, 0);
		run process(1, 1);
		run process(2, 0)
	}
	(finished == 3 || (finished == 2 && gone));
	assert(nr <= UNITS);
	for (i : 0 .. UNITS - 1) {
		assert(copies[i] == counted[i])
	}
}
