/* SPDX-License-Identifier: MIT */
/* steer.c - see steer.h. */
#include "memory/pages/steer.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/proc/name.h"
#include "memory/pages/policy.h"
#include "memory/pages/vm.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#define SLOT (1ULL << 32)
#define SLOT_MASK (SLOT - 1)
/* How many slots are guarded, and what of each: a mapping for every one of both. */
#define NR_SLOTS 8
#define NR_RANGES 24
/* Of a range that is at least as long as this, each piece can be guarded on its own. */
#define LONG (1ULL << 20)
#define PIECES 16

struct range {
	uint64_t start, end;
};

/* The slots [bottom, top] have guards in all ranges, which do not overlap. top 0: none yet. */
static struct {
	uintptr_t bottom, top;
	unsigned int nr;
	struct range ranges[NR_RANGES];
} guards;

/* False: something is there. */
static bool put(uintptr_t address, uint64_t size)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
	void *got = mmap((void *)address, size, PROT_NONE, flags, -1, 0);

	if (got == MAP_FAILED)
		return false;
	if (got != (void *)address) {
		/* a kernel before 4.17 takes the address for a hint */
		munmap(got, size);
		return false;
	}
	pcpu_policy_keep_out_of_cores(got, size);
	pcpu_name_more(got, size, PCPU_NAME_GUARDS);
	return true;
}

/* In one slot. Where something is in the way, what is beside it is guarded, piece by piece. */
static void guard(uintptr_t slot, struct range range)
{
	const uint64_t size = range.end - range.start;
	const uint64_t piece = pcpu_page_ceil(size / PIECES);

	if (put(slot + range.start, size) || size < LONG)
		return;
	for (uint64_t at = range.start; at < range.end; at += piece)
		put(slot + at, range.end - at < piece ? range.end - at : piece);
}

/* Whether there are windows, and no room for anything else. */
static bool is_full(uintptr_t slot)
{
	uintptr_t start, end;

	pcpu_vm_reserved_range(&start, &end);
	return slot >= start && slot + SLOT <= end;
}

static void guard_in_all(struct range range)
{
	for (uintptr_t slot = guards.bottom; slot <= guards.top; slot += SLOT)
		if (!is_full(slot))
			guard(slot, range);
}

/* The loader has come to @slot: that and the next ones that something fits in get guards. */
static void reach_down_to(uintptr_t slot)
{
	if (!guards.top) {
		guards.top = slot;
		guards.bottom = slot + SLOT;
	}
	for (int nr = 0; nr < NR_SLOTS && slot > SLOT; slot -= SLOT) {
		if (is_full(slot))
			continue;
		nr++;
		if (slot >= guards.bottom)
			continue;
		guards.bottom = slot;
		for (unsigned int i = 0; i < guards.nr; i++)
			guard(slot, guards.ranges[i]);
	}
}

/* Makes a range that is guarded longer, so that it has @range as well. */
static void extend(struct range *guarded, struct range range)
{
	if (range.start < guarded->start) {
		guard_in_all((struct range){range.start, guarded->start});
		guarded->start = range.start;
	}
	if (range.end > guarded->end) {
		guard_in_all((struct range){guarded->end, range.end});
		guarded->end = range.end;
	}
}

void pcpu_steer(uintptr_t near, uint64_t start, uint64_t end)
{
	const struct range range = {start, end};

	pcpu_assert_held(&pcpu_alloc_mutex);
	reach_down_to(near & ~SLOT_MASK);
	for (unsigned int i = 0; i < guards.nr; i++)
		if (start <= guards.ranges[i].end && end >= guards.ranges[i].start) {
			extend(&guards.ranges[i], range);
			return;
		}
	if (guards.nr == NR_RANGES)
		return;
	guards.ranges[guards.nr++] = range;
	guard_in_all(range);
}
