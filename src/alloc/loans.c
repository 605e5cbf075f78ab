/* SPDX-License-Identifier: MIT */
/* loans.c - see loans.h. */
#include "alloc/loans.h"
#include "alloc/chunk/chunk.h"

/* How many allocations are made without lending after the first recall, and at most. */
#define FIRST_PAUSE 256
#define LONGEST_PAUSE 65536
/* How many pauses make a time after which they begin anew. */
#define LONG_AGO 64

void pcpu_loans_init(struct pcpu_loans *loans)
{
	loans->room = PCPU_LOANS;
	loans->next_pause = FIRST_PAUSE;
}

/* A word of codes, and the bits in it that become set: where cached becomes live. */
struct change {
	uint64_t *word;
	uint64_t bits;
};

static inline struct change settling(uint32_t coord)
{
	struct pcpu_codes codes = pcpu_block_codes(pcpu_block_at(coord));
	int off = pcpu_within_block(coord);

	return (struct change){codes.words + pcpu_code_index(codes, off),
			       (uint64_t)(PCPU_CACHED ^ PCPU_LIVE) << pcpu_code_bit(codes, off)};
}

static inline void make(struct change change)
{
	/* nobody else turns a cached area into anything */
	__atomic_fetch_or(change.word, change.bits, __ATOMIC_RELEASE);
}

/* Areas that were allocated one after the other mostly have their codes in one word. */
void pcpu_loans_settle(struct pcpu_loans *loans)
{
	struct change change, next;

	if (loans->nr == 0)
		return;
	change = settling(loans->coords[0]);
	for (int i = 1; i < loans->nr; i++) {
		next = settling(loans->coords[i]);
		if (next.word == change.word) {
			change.bits |= next.bits;
			continue;
		}
		make(change);
		change = next;
	}
	make(change);
	loans->nr = 0;
}

void pcpu_loans_add_slowly(struct pcpu_loans *loans, uint32_t coord, int size)
{
	if (loans->room == 0) {
		make(settling(coord));
		if (--loans->pause == 0)
			loans->room = PCPU_LOANS;
		return;
	}
	pcpu_loans_settle(loans);
	pcpu_loans_add(loans, coord, size);
}

void pcpu_loans_pause(struct pcpu_loans *loans, uint64_t nr_alloc)
{
	if ((uint32_t)nr_alloc - loans->paused_at > LONG_AGO * loans->next_pause)
		loans->next_pause = FIRST_PAUSE;
	loans->paused_at = (uint32_t)nr_alloc;
	loans->room = 0;
	loans->pause = loans->next_pause;
	if (loans->next_pause < LONGEST_PAUSE)
		loans->next_pause *= 2;
}
