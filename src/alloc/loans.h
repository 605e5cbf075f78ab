/* SPDX-License-Identifier: MIT */
/*
 * loans.h - areas that a CPU's cache has lent: somebody has them, but their codes still say that
 * they wait in the cache.
 *
 * Most objects that come and go quickly do so on one CPU. Changing an area's code is a locked
 * instruction, which costs more than all the rest of an allocation; so an allocation only notes
 * the area here, and a free on the same CPU that finds it here takes the note away: neither looks
 * at the codes. An area that stays is *settled*: its code is made live, with those of others in the
 * same word at once, when the notes have no more room.
 *
 * Protocol (modelled in tests/model/loans.pml). The notes of a CPU are protected by its lock.
 *
 *	allocate  A1  the area leaves its magazine, and is noted as lent
 *	settle	  E1  codes of all that are noted: cached -> live, atomically
 *		  E2  none is noted any more
 *	free	  F1  on this CPU, with its lock: noted as lent? Take the note away, and the area is
 *		      the magazine's again
 *		  F2  else code: live -> cached, atomically; if it was live, the area is ours
 *	recall	  R1  if it was not: under pcpu_alloc_mutex, stop the CPUs' locks
 *		  R2  E1 and E2 for the CPU that has noted it; for all if none has
 *		  R3  resume, and F2 again, also if none had: it may have settled it before R1.
 *		      If the code still is not live, it is a wrong free
 *
 * So of two frees of one area one is found to be wrong, wherever and whenever they are: a note is
 * taken away once, a code becomes cached once, and an area has a note and a live code at the same
 * time only between E1 and E2, when nobody else has the lock that F1 needs.
 *
 * A recall stops all CPUs. Where areas are soon freed on other CPUs, nothing is lent for a while:
 * so many allocations that the recalls do not count, twice as many each time, unless the last one
 * was long ago.
 */
#ifndef PCPU_LOANS_H
#define PCPU_LOANS_H

#include <stdbool.h>
#include <stdint.h>

#define PCPU_LOANS 8

struct pcpu_loans {
	uint32_t coords[PCPU_LOANS]; /* the first nr of them; the others mean nothing */
	uint16_t sizes[PCPU_LOANS];  /* of the magazines that they are from */
	uint16_t nr;
	uint16_t room;       /* PCPU_LOANS, or 0: nothing is lent now */
	uint32_t pause;      /* after how many allocations it is again */
	uint32_t next_pause; /* how many they are going to be */
	uint32_t paused_at;  /* which of the CPU's allocations was the last before the last pause */
};

/* Whether there is room for a note. */
static inline bool pcpu_loans_have_room(const struct pcpu_loans *loans)
{
	return loans->nr < loans->room;
}

/* Lends an area, where there is; @nr are lent. */
static inline void pcpu_loans_note(struct pcpu_loans *loans, unsigned int nr, uint32_t coord,
				   int size)
{
	loans->coords[nr] = coord;
	loans->sizes[nr] = (uint16_t)size;
	loans->nr = (uint16_t)(nr + 1);
}

/* Lends an area. False: there is no room for a note. */
static inline bool pcpu_loans_add(struct pcpu_loans *loans, uint32_t coord, int size)
{
	if (!pcpu_loans_have_room(loans))
		return false;
	pcpu_loans_note(loans, loans->nr, coord, size);
	return true;
}

/* Where the area is noted, or -1. */
static inline int pcpu_loans_find(const struct pcpu_loans *loans, uint32_t coord)
{
	for (int at = loans->nr - 1; at >= 0; at--)
		if (loans->coords[at] == coord)
			return at;
	return -1;
}

/* Has the area be the last that is noted. False: it is not noted. Mostly it is the last already. */
static inline bool pcpu_loans_bring(struct pcpu_loans *loans, uint32_t coord)
{
	int last = loans->nr - 1, at;
	uint16_t size;

	if (__builtin_expect(last >= 0 && loans->coords[last] == coord, 1))
		return true;
	at = pcpu_loans_find(loans, coord);
	if (at < 0)
		return false;
	size = loans->sizes[at];
	loans->coords[at] = loans->coords[last];
	loans->sizes[at] = loans->sizes[last];
	loans->coords[last] = coord;
	loans->sizes[last] = size;
	return true;
}

/* Takes the last note away. */
static inline void pcpu_loans_remove_last(struct pcpu_loans *loans)
{
	loans->nr--;
}

/* A cache's first state. */
void pcpu_loans_init(struct pcpu_loans *loans);

/* Has all areas that are lent be live in their codes. */
void pcpu_loans_settle(struct pcpu_loans *loans);

/* Where there is no room: settles, and lends the area or, in a pause, makes it live. */
void pcpu_loans_add_slowly(struct pcpu_loans *loans, uint32_t coord, int size);

/* After a recall: nothing is lent for a while. The CPU has made @nr_alloc allocations. */
void pcpu_loans_pause(struct pcpu_loans *loans, uint64_t nr_alloc);

#endif /* PCPU_LOANS_H */
