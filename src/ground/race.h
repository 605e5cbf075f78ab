/* SPDX-License-Identifier: MIT */
/*
 * race.h - what ThreadSanitizer is told by a library that is not built with it, in a program that
 * is: the rest of percpu/impl/race.h. Elsewhere there is nobody to tell.
 */
#ifndef PCPU_RACE_H
#define PCPU_RACE_H

#include <percpu/impl/compiler.h>

#include <stdbool.h>

extern void __tsan_acquire(void *at) __attribute__((__weak__));
extern void __tsan_release(void *at) __attribute__((__weak__));
extern void AnnotateIgnoreWritesBegin(const char *file, int line) __attribute__((__weak__));
extern void AnnotateIgnoreWritesEnd(const char *file, int line) __attribute__((__weak__));

/* Whether somebody looks for races who does not see what the library does. */
static inline bool pcpu_races_are_looked_for(void)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	return false; /* it is built with the sanitizer */
#else
	return __tsan_acquire && __tsan_release && AnnotateIgnoreWritesBegin &&
	       AnnotateIgnoreWritesEnd;
#endif
}

/* What was done before a release of the same @at has been done after an acquire. */
static inline void pcpu_race_acquire(void *at)
{
	if (pcpu_races_are_looked_for())
		__tsan_acquire(at);
}

static inline void pcpu_race_release(void *at)
{
	if (pcpu_races_are_looked_for())
		__tsan_release(at);
}

/* In between functions of the C library write what nobody else can see yet. */
static inline void pcpu_race_begin_writes(void)
{
	if (pcpu_races_are_looked_for())
		AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

static inline void pcpu_race_end_writes(void)
{
	if (pcpu_races_are_looked_for())
		AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}

#endif /* PCPU_RACE_H */
