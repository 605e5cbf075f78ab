/* SPDX-License-Identifier: MIT */
/*
 * race.h - what tools that look for races are told: ThreadSanitizer, by a library that is not built
 * with it, in a program that is (the rest is in percpu/impl/race.h); helgrind and drd of valgrind,
 * where the tier is the fallback. Elsewhere there is nobody to tell.
 */
#ifndef PCPU_RACE_H
#define PCPU_RACE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether one of them is there who does not see what the library does. After pcpu_race_init(). */
extern bool pcpu_races_are_looked_for;

/* Whether it is one of valgrind's. Then what is told keeps vector registers. */
extern bool pcpu_valgrind_looks_for_races;

/* Once, before there are threads. */
void pcpu_race_init(void);

/* What is read and written there is no race: single words, which inlined code looks at. */
void pcpu_race_pass_over(const void *start, size_t size);

void pcpu_race_tell_acquire(void *at);
void pcpu_race_tell_release(void *at);

/* What was done before a release of the same @at has been done after an acquire. */
static inline void pcpu_race_acquire(void *at)
{
	if (__builtin_expect(pcpu_races_are_looked_for, 0))
		pcpu_race_tell_acquire(at);
}

static inline void pcpu_race_release(void *at)
{
	if (__builtin_expect(pcpu_races_are_looked_for, 0))
		pcpu_race_tell_release(at);
}

/* Of @size bytes, which the program reads by atomics: helgrind takes those for plain reads. */
void pcpu_race_do_not_look(void *at, size_t size);

/* In between functions of the C library write what nobody else can see yet. */
void pcpu_race_begin_writes(void);
void pcpu_race_end_writes(void);

#endif /* PCPU_RACE_H */
