/* SPDX-License-Identifier: MIT */
/* race.c - see race.h. */
#include "ground/system/race.h"
#include "client_request.h"

#include <percpu/impl/compiler.h>

/* ThreadSanitizer's runtime library. */
extern void __tsan_acquire(void *at) __attribute__((__weak__));
extern void __tsan_release(void *at) __attribute__((__weak__));
extern void AnnotateIgnoreWritesBegin(const char *file, int line) __attribute__((__weak__));
extern void AnnotateIgnoreWritesEnd(const char *file, int line) __attribute__((__weak__));

/* Requests of valgrind's: helgrind's, of which drd knows the first two. */
#define HELGRIND(n) ((uint64_t)'H' << 24 | (uint64_t)'G' << 16 | 256 | (n))
#define HAPPENS_BEFORE HELGRIND(33)
#define HAPPENS_AFTER HELGRIND(34)
#define MAKE_UNTRACKED HELGRIND(39)
#define GET_ABITS HELGRIND(46)
#define DRD(n) ((uint64_t)'D' << 24 | (uint64_t)'R' << 16 | (n))
#define DRD_THREAD DRD(1)
#define DRD_START_SUPPRESSION DRD(2)

bool pcpu_races_are_looked_for;
bool pcpu_valgrind_looks_for_races;

static bool is_valgrinds(void)
{
	char byte, bits;

	return pcpu_client_request(0, DRD_THREAD, 0, 0, 0) != 0 ||
	       pcpu_client_request(0, GET_ABITS, (uintptr_t)&byte, (uintptr_t)&bits, 1) != 0;
}

void pcpu_race_init(void)
{
	pcpu_valgrind_looks_for_races = is_valgrinds();
	pcpu_races_are_looked_for = pcpu_valgrind_looks_for_races;
#ifndef __PCPU_NO_INLINE_SEQUENCE /* else the library is built with the sanitizer */
	if (__tsan_acquire && __tsan_release && AnnotateIgnoreWritesBegin &&
	    AnnotateIgnoreWritesEnd)
		pcpu_races_are_looked_for = true;
#endif
}

/* helgrind does not take one word at an address for a race. */
void pcpu_race_pass_over(const void *start, size_t size)
{
	if (pcpu_valgrind_looks_for_races)
		pcpu_client_request(0, DRD_START_SUPPRESSION, (uintptr_t)start, size, 0);
}

void pcpu_race_tell_acquire(void *at)
{
	if (pcpu_valgrind_looks_for_races)
		pcpu_client_request(0, HAPPENS_AFTER, (uintptr_t)at, 0, 0);
	else
		__tsan_acquire(at);
}

void pcpu_race_tell_release(void *at)
{
	if (pcpu_valgrind_looks_for_races)
		pcpu_client_request(0, HAPPENS_BEFORE, (uintptr_t)at, 0, 0);
	else
		__tsan_release(at);
}

void pcpu_race_do_not_look(void *at, size_t size)
{
	if (pcpu_valgrind_looks_for_races)
		pcpu_client_request(0, MAKE_UNTRACKED, (uintptr_t)at, size, 0);
}

void pcpu_race_begin_writes(void)
{
	if (pcpu_races_are_looked_for && !pcpu_valgrind_looks_for_races)
		AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

void pcpu_race_end_writes(void)
{
	if (pcpu_races_are_looked_for && !pcpu_valgrind_looks_for_races)
		AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}
