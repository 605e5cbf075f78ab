/* SPDX-License-Identifier: MIT */
/*
 * area_block.h - where areas start in one page of a unit
 *
 * The area map of a chunk is cut into blocks of one page. A block has a code of two bits for each
 * granule of the page, 32 codes a word:
 *
 *	00	no area starts here
 *	01	a free area starts here
 *	10	a cached area starts here: allocated, but no user has it (it waits in a CPU's
 *		cache), or one has whom that cache has lent it (loans.h)
 *	11	a live area starts here
 *
 *	granule  0  1  2  3  4  5  6  7 ...		16 bytes each, say
 *	code    11 00 11 01 00 00 00 00 ...		live [0, 32), live [32, 48), free from 48 on
 *
 * Sizes are not stored: an area ends where the next one starts, in this block or in a later one.
 * The granule is as coarse as the starts in the block allow: 128 bytes (one word, which is inside
 * the block), else 16, 8, 4, 2 or 1. A page of 16-byte areas has 64 bytes of codes, 1.6 %.
 *
 * Who may change what. pcpu_alloc_mutex protects everything but one thing: whoever holds a CPU's
 * lock (cpu_lock.h) may turn live into cached and cached into live. So every change of a word is an
 * atomic read-modify-write; a change of the words' place or granule needs all CPUs' locks stopped,
 * unless the block has no area that is cached or live; and the memory of words that are used no
 * more is kept until the locks have been stopped once.
 *
 * Offsets are in bytes from the start of the block.
 */
#ifndef PCPU_AREA_BLOCK_H
#define PCPU_AREA_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "ground/layout.h"

#define PCPU_BLOCK_SHIFT 12
#define PCPU_BLOCK_SIZE (1 << PCPU_BLOCK_SHIFT)
#define PCPU_CODES_A_WORD 32

/* The coarsest granule, whose word is in the block, and the coarsest of those that are not. */
#define PCPU_GRANULE_INLINE 7
#define PCPU_GRANULE_OUTSIDE 4

#if PCPU_PAGE_SIZE != 4096
#error "a block is a page"
#endif

/* Where in its block an offset of a unit, or a coordinate, is: blocks and windows start with pages.
 */
static inline int pcpu_within_block(uint32_t at)
{
	return (int)(at & (PCPU_BLOCK_SIZE - 1));
}

enum pcpu_code { PCPU_NO_START, PCPU_FREE, PCPU_CACHED, PCPU_LIVE };

struct pcpu_block {
	/* Address of the words, with the granule's log2 in the low three bits; 0: of no map. */
	uintptr_t codes;
	uint64_t word; /* the codes, while the granule is PCPU_GRANULE_INLINE */
	void *owner;   /* whose block it is; for the map's user */
	/* No free area that starts here is larger, but for the one that the map's hint tells of. */
	uint32_t second;
	/* Bytes from here on have never been handed out since they were committed; 0 .. 4096. */
	uint16_t touched; /* for the map's user */
	bool taken;       /* some CPU fills its cache from here; for the map's user */
};

/* The words and the granule at one moment: read once, and used together. */
struct pcpu_codes {
	uint64_t *words;
	unsigned int shift;
};

static inline struct pcpu_codes pcpu_block_codes(const struct pcpu_block *block)
{
	uintptr_t codes = __atomic_load_n(&block->codes, __ATOMIC_ACQUIRE);

	return (struct pcpu_codes){(uint64_t *)(codes & ~(uintptr_t)7), codes & 7};
}

static inline int pcpu_codes_nr_words(unsigned int shift)
{
	return (PCPU_BLOCK_SIZE / PCPU_CODES_A_WORD) >> shift;
}

static inline uint64_t pcpu_codes_word(struct pcpu_codes codes, int index)
{
	return __atomic_load_n(&codes.words[index], __ATOMIC_RELAXED);
}

/* Bit 0 of each code of @word: set where an area starts, and where it is a free one. */
static inline uint64_t pcpu_word_starts(uint64_t word)
{
	return (word | word >> 1) & 0x5555555555555555U;
}

static inline uint64_t pcpu_word_free_starts(uint64_t word)
{
	return word & ~(word >> 1) & 0x5555555555555555U;
}

/* Where in its word the code of @off is, in bits. */
static inline unsigned int pcpu_code_bit(struct pcpu_codes codes, int off)
{
	return 2 * (((unsigned int)off >> codes.shift) % PCPU_CODES_A_WORD);
}

static inline int pcpu_code_index(struct pcpu_codes codes, int off)
{
	return (int)(((unsigned int)off >> codes.shift) / PCPU_CODES_A_WORD);
}

/* Whether an area can start at @off, as fine as the granule is now. */
static inline bool pcpu_codes_reach(struct pcpu_codes codes, int off)
{
	return ((unsigned int)off & ((1U << codes.shift) - 1)) == 0;
}

static inline enum pcpu_code pcpu_code_at(struct pcpu_codes codes, int off)
{
	if (!pcpu_codes_reach(codes, off))
		return PCPU_NO_START;
	return (pcpu_codes_word(codes, pcpu_code_index(codes, off)) >> pcpu_code_bit(codes, off)) &
	       3;
}

/* The first start in [off, end of block), or PCPU_BLOCK_SIZE. */
static inline int pcpu_codes_next_start(struct pcpu_codes codes, int off)
{
	int granule = (off + (1 << codes.shift) - 1) >> codes.shift, index = granule / 32;
	int words = pcpu_codes_nr_words(codes.shift);
	uint64_t starts;

	if (index >= words)
		return PCPU_BLOCK_SIZE;
	starts = pcpu_word_starts(pcpu_codes_word(codes, index)) & (~0UL << (2 * (granule % 32)));
	while (!starts) {
		if (++index == words)
			return PCPU_BLOCK_SIZE;
		starts = pcpu_word_starts(pcpu_codes_word(codes, index));
	}
	return (index * PCPU_CODES_A_WORD + __builtin_ctzl(starts) / 2) << codes.shift;
}

/*
 * Turns a live area's code at @off into cached, or the other way round: @from into @to, if it is
 * @from. Safe with only a CPU's lock. The winner of several tries owns the change.
 */
static inline bool pcpu_code_exchange(struct pcpu_codes codes, int off, enum pcpu_code from,
				      enum pcpu_code to)
{
	uint64_t *word = &codes.words[pcpu_code_index(codes, off)];
	unsigned int bit = pcpu_code_bit(codes, off);
	uint64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);

	do {
		if (((old >> bit) & 3) != from)
			return false;
	} while (!__atomic_compare_exchange_n(word, &old, old ^ (uint64_t)(from ^ to) << bit, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return true;
}

/* Whose block it is; NULL: nobody's. For those who hold no lock. */
static inline void *pcpu_block_owner(const struct pcpu_block *block)
{
	return __atomic_load_n(&block->owner, __ATOMIC_RELAXED);
}

/* Makes @block one without starts, of the coarsest granule. */
void pcpu_block_init(struct pcpu_block *block, void *owner);

/* Makes it nobody's, without codes. */
void pcpu_block_fini(struct pcpu_block *block);

/* Gives the code of @off, which the granule reaches, the value @code. Returns what it was. */
static inline enum pcpu_code pcpu_block_set(struct pcpu_block *block, int off, enum pcpu_code code)
{
	struct pcpu_codes codes = pcpu_block_codes(block);
	uint64_t *word = &codes.words[pcpu_code_index(codes, off)];
	unsigned int bit = pcpu_code_bit(codes, off);
	enum pcpu_code old = (__atomic_load_n(word, __ATOMIC_RELAXED) >> bit) & 3;

	__atomic_fetch_xor(word, (uint64_t)(old ^ code) << bit, __ATOMIC_ACQ_REL);
	return old;
}

/* The first free area's start in [off, end of block), or PCPU_BLOCK_SIZE. */
int pcpu_block_next_free(const struct pcpu_block *block, int off);

/* The last start in [0, off), or -1. */
int pcpu_block_prev_start(const struct pcpu_block *block, int off);

/* The granule that lets an area start at @off: its log2. */
unsigned int pcpu_granule_of(int off);

/*
 * Whether an area that is cached or live starts in the block: then others may change its codes
 * where they are. (They may always look at them, on behalf of a pointer that never was one.)
 */
bool pcpu_block_is_busy(const struct pcpu_block *block);

/* Bytes of the words of a granule other than the inline one. */
static inline unsigned int pcpu_codes_size(unsigned int shift)
{
	return (unsigned int)pcpu_codes_nr_words(shift) * (unsigned int)sizeof(uint64_t);
}

/*
 * Moves the codes to @words, pcpu_codes_size(@shift) zero bytes; @shift is that of a granule that
 * every start fits. With @words NULL they go to the block itself, and @shift is that of the inline
 * granule. Returns the words that were used until now, for the caller to free, or NULL if they were
 * the inline one. See above for what must not run at the same time.
 */
uint64_t *pcpu_block_move(struct pcpu_block *block, uint64_t *words, unsigned int shift);

/* The coarsest granule that all starts in the block fit. */
unsigned int pcpu_block_coarsest(const struct pcpu_block *block);

#endif /* PCPU_AREA_BLOCK_H */
