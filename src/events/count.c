/* SPDX-License-Identifier: MIT */
/* count.c - see count.h. */
#include "events/count.h"
#include "ground/lock.h"

#include <errno.h>
#include <time.h>

/* ThreadSanitizer does not know fences; what is ordered by them here are single words. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

/* Lines that different CPUs write to; and words, one by one. */
_Static_assert(sizeof(struct pcpu_stat_header) == 512, "whole lines");
_Static_assert(sizeof(struct pcpu_stat_counts) == 256, "whole lines");
_Static_assert(sizeof(struct pcpu_stat_block) % 64 == 0, "whole lines");

/* The words of the header from allocs on; and those of them up to largest_free. */
#define TOLD 10
#define TOLD_ALWAYS 5
_Static_assert(offsetof(struct pcpu_stat_header, room_bytes) -
			       offsetof(struct pcpu_stat_header, allocs) ==
		       TOLD_ALWAYS * sizeof(uint64_t),
	       "copy_what_changes()");
_Static_assert(offsetof(struct pcpu_stat_header, cached_at_fork) -
			       offsetof(struct pcpu_stat_header, allocs) ==
		       TOLD * sizeof(uint64_t),
	       "these");

struct pcpu_stat_page *pcpu_stat;
struct pcpu_stat_header pcpu_stat_now;
struct pcpu_stat_counts pcpu_stat_elsewhere;
bool pcpu_stat_more;

/* With release order, for T1. */
static inline void copy_word(uint64_t *to, const uint64_t *from)
{
	__atomic_store_n(to, __atomic_load_n(from, __ATOMIC_RELAXED), __ATOMIC_RELEASE);
}

/*
 * What each call that takes the mutex changes, in a few instructions: a loop over these words takes
 * three times as many.
 */
static inline void copy_what_changes(struct pcpu_stat_header *to)
{
	copy_word(&to->allocs, &pcpu_stat_now.allocs);
	copy_word(&to->frees, &pcpu_stat_now.frees);
	copy_word(&to->areas, &pcpu_stat_now.areas);
	copy_word(&to->area_bytes, &pcpu_stat_now.area_bytes);
	copy_word(&to->largest_free, &pcpu_stat_now.largest_free);
}

static void copy_what_seldom_changes(struct pcpu_stat_header *header)
{
	uint64_t *to = &header->allocs, *from = &pcpu_stat_now.allocs;

	pcpu_stat_more = false;
	for (int i = TOLD_ALWAYS; i < TOLD; i++)
		copy_word(&to[i], &from[i]);
}

/*
 * Against who makes the page meanwhile (begin() in publish.c), and copies the words to it
 * (tests/model/publish.pml):
 *
 *	tell	T1  now = what there is
 *		T2  a barrier, if there is no page; look again
 *		T3  page = now, if there is one
 *	make	M1  there is a page
 *		M2  page = now, and a barrier
 *		M3  M2 again, if now has changed
 *		M4  what was counted elsewhere is taken from there and added to the page
 *		M5  magic, released: readers find the page
 *
 * If T2 finds no page, M2 finds what T1 has stored. If it finds one, either M3 does, or T1 comes
 * after M3, and so T3 after M2.
 */
void pcpu_stat_tell(void)
{
	struct pcpu_stat_page *page = pcpu_stat_mine();

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (__builtin_expect(!page, 0)) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		page = pcpu_stat_mine();
		if (!page)
			return;
	}
	copy_what_changes(&page->header);
	if (__builtin_expect(pcpu_stat_more, 0))
		copy_what_seldom_changes(&page->header);
}

static void raise_to(uint64_t *most, uint64_t value)
{
	uint64_t was = __atomic_load_n(most, __ATOMIC_RELAXED);

	while (was < value && !__atomic_compare_exchange_n(most, &was, value, true,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

void pcpu_count_hold(unsigned int cpu, uint64_t ns)
{
	struct pcpu_stat_counts *counts = pcpu_counts_of(cpu);

	__atomic_fetch_add(&counts->holds, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counts->hold_ns, ns, __ATOMIC_RELAXED);
	raise_to(&counts->longest_hold_ns, ns);
}

void pcpu_count_wait(unsigned int cpu, uint64_t ns)
{
	struct pcpu_stat_counts *counts = pcpu_counts_of(cpu);

	__atomic_fetch_add(&counts->waits, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counts->wait_ns, ns, __ATOMIC_RELAXED);
	raise_to(&counts->longest_wait_ns, ns);
}

/* Without a clock in the vDSO a system call, which a sandbox may refuse: then it stands still. */
uint64_t pcpu_stat_clock(void)
{
	const int saved = errno;
	struct timespec now = {.tv_nsec = 1};

	clock_gettime(CLOCK_MONOTONIC, &now);
	errno = saved;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t pcpu_stat_since(uint64_t began)
{
	const uint64_t now = pcpu_stat_clock();

	return now > began ? now - began : 0;
}
