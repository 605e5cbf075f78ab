/* SPDX-License-Identifier: MIT */
/*
 * publish.pml - a model of how the page that a process publishes comes to say what there is, for the
 * model checker spin (src/events/count.c, src/events/publish.c). The page is made while somebody who has
 * pcpu_alloc_mutex changes what there is, and while others count. The names of steps are T1 - M3 of
 * count.c.
 *
 * Who takes part: one who changes a number twice and tells it, two who make the page, one who counts,
 * and a reader of the page, another process. The stores of the first three wait in buffers, in their
 * order, until the memory takes them; an atomic change and a barrier wait until the own buffer is empty.
 *
 *	tell	T1  now = what there is
 *		T2  a barrier, if there is no page; look again
 *		T3  page = now, if there is one, behind T1
 *	make	M1  there is a page, by compare and swap; who loses throws his away
 *		M2  page = now, and a barrier
 *		M3  M2 again, if now has changed
 *		M4  what was counted elsewhere is taken out there and added to the page, atomically
 *		M5  magic, behind all this: readers find it
 *	count	C1  is there a page?
 *		C2  an atomic addition, in the page or elsewhere
 *
 * What is checked:
 *  - in the end the page says what there is, whoever was first;
 *  - a reader never finds an older number after a newer one;
 *  - no count is lost: it is in the page, or still elsewhere.
 */
#define TELLS  2
#define COUNTS 1

#define NOW    0
#define NUMBER 1 /* of the page of maker 1; 2: of that of maker 2 */
#define MAGIC  3 /* of the page of maker 1; 4: of that of maker 2 */

byte now;
byte there; /* whose page is the process's; 0: none */
byte number[3];
bool magic[3];
byte elsewhere, counted[3];
byte finished;

/* of the teller, and of each maker: place and value */
chan buffer[3] = [3] of { byte, byte };

#define BARRIER(me) empty(buffer[me])

inline take(who)
{
	atomic {
		buffer[who]?place, value;
		if
		:: place == NOW -> now = value
		:: place == MAGIC || place == MAGIC + 1 -> magic[place - 2] = true
		:: else -> number[place] = value
		fi;
		place = 0;
		value = 0
	}
}

active proctype memory()
{
	byte place, value;

end:
	do
	:: take(0)
	:: take(1)
	:: take(2)
	od
}

active proctype teller()
{
	byte value = 1, page;

	do
	:: value > TELLS -> break
	:: else ->
		/* the mutex: what was done under it before has been done */
		BARRIER(0);
#ifndef TELL_FIRST
		buffer[0]!NOW, value; /* T1 */
#endif
		page = there;
		if
		:: page == 0 ->
#ifndef NO_BARRIER
			BARRIER(0); /* T2 */
#endif
#ifndef NO_SECOND_LOOK
			page = there
#endif
		:: else
		fi;
		if
		:: page -> buffer[0]!page, value /* T3 */
		:: else
		fi;
#ifdef TELL_FIRST
		buffer[0]!NOW, value;
#endif
		value++
	od;
	BARRIER(0);
	finished++
}

proctype maker(byte me)
{
	byte value;

	/* M1 */
	atomic {
#ifndef NO_COMPARE
		if
		:: there -> goto done
		:: else
		fi;
#endif
		there = me
	}
#ifdef MAGIC_FIRST
	buffer[me]!me + 2, 1;
#endif
	do
	:: value = now; /* M2 */
	   buffer[me]!me, value;
#ifndef NO_MAKERS_BARRIER
	   BARRIER(me);
#endif
#ifdef NO_RECHECK
	   break
#else
	   if
	   :: now == value -> break /* M3 */
	   :: else
	   fi
#endif
	od;
	/* M4 */
#ifdef BLIND_TAKE
	value = elsewhere;
	elsewhere = 0;
#else
	atomic {
		value = elsewhere;
		elsewhere = 0
	}
#endif
	counted[me] = counted[me] + value;
#ifndef MAGIC_FIRST
	buffer[me]!me + 2, 1; /* M5 */
#endif
	BARRIER(me);
done:
	finished++
}

active proctype counter()
{
	byte left = COUNTS, page;

	do
	:: left == 0 -> break
	:: else ->
		page = there; /* C1 */
		/* C2 */
		if
		:: page -> counted[page]++
		:: else -> elsewhere++
		fi;
		left--
	od;
	finished++
}

active proctype reader()
{
	byte page, first;

	(magic[1] || magic[2]);
	page = (magic[1] -> 1 : 2);
	first = number[page];
	assert(number[page] >= first);
	/* once both have told, and the page is complete, nothing old is there */
	(finished == 4);
	assert(number[page] >= first);
}

init
{
	atomic {
		run maker(1);
		run maker(2)
	}
	(finished == 4 && empty(buffer[0]) && empty(buffer[1]) && empty(buffer[2]));
	assert(number[there] == now && now == TELLS);
	assert(magic[there]);
	assert(elsewhere + counted[there] == COUNTS)
}
