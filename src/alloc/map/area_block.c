/* SPDX-License-Identifier: MIT */
/* area_block.c - see area_block.h. */
#include "alloc/map/area_block.h"

#include <stddef.h>

static void set_place(struct pcpu_block *block, uint64_t *words, unsigned int shift)
{
	__atomic_store_n(&block->codes, (uintptr_t)words | shift, __ATOMIC_RELEASE);
}

/* Others may be looking, on behalf of a pointer that never was one. */
static void reset(struct pcpu_block *block, void *owner)
{
	block->second = 0;
	block->touched = 0;
	block->taken = false;
	__atomic_store_n(&block->word, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&block->owner, owner, __ATOMIC_RELAXED);
}

void pcpu_block_init(struct pcpu_block *block, void *owner)
{
	reset(block, owner);
	set_place(block, &block->word, PCPU_GRANULE_INLINE);
}

void pcpu_block_fini(struct pcpu_block *block)
{
	reset(block, NULL);
	set_place(block, NULL, 0);
}

int pcpu_block_next_free(const struct pcpu_block *block, int off)
{
	struct pcpu_codes codes = pcpu_block_codes(block);
	int granule = (off + (1 << codes.shift) - 1) >> codes.shift;
	int index = granule / PCPU_CODES_A_WORD, words = pcpu_codes_nr_words(codes.shift);
	uint64_t mask = ~0UL << (2 * (granule % PCPU_CODES_A_WORD)), found;

	for (; index < words; index++, mask = ~0UL) {
		found = pcpu_word_free_starts(pcpu_codes_word(codes, index)) & mask;
		if (found)
			return (index * PCPU_CODES_A_WORD + __builtin_ctzl(found) / 2)
			       << codes.shift;
	}
	return PCPU_BLOCK_SIZE;
}

int pcpu_block_prev_start(const struct pcpu_block *block, int off)
{
	struct pcpu_codes codes = pcpu_block_codes(block);
	/* of the last granule that starts before off */
	int granule = (off + (1 << codes.shift) - 1) / (1 << codes.shift) - 1;
	int index = granule / PCPU_CODES_A_WORD;
	uint64_t mask, found;

	if (granule < 0)
		return -1;
	mask = ~0UL >> (2 * (PCPU_CODES_A_WORD - 1 - granule % PCPU_CODES_A_WORD));
	for (; index >= 0; index--, mask = ~0UL) {
		found = pcpu_word_starts(pcpu_codes_word(codes, index)) & mask;
		if (found)
			return (index * PCPU_CODES_A_WORD + (63 - __builtin_clzl(found)) / 2)
			       << codes.shift;
	}
	return -1;
}

unsigned int pcpu_granule_of(int off)
{
	unsigned int shift = (unsigned int)__builtin_ctz((unsigned int)off | PCPU_BLOCK_SIZE);

	if (shift >= PCPU_GRANULE_INLINE)
		return PCPU_GRANULE_INLINE;
	return shift < PCPU_GRANULE_OUTSIDE ? shift : PCPU_GRANULE_OUTSIDE;
}

bool pcpu_block_is_busy(const struct pcpu_block *block)
{
	struct pcpu_codes codes = pcpu_block_codes(block);

	/* the second bit of a code is set in those of cached and of live areas */
	for (int i = 0; i < pcpu_codes_nr_words(codes.shift); i++)
		if (pcpu_codes_word(codes, i) & 0xaaaaaaaaaaaaaaaaU)
			return true;
	return false;
}

unsigned int pcpu_block_coarsest(const struct pcpu_block *block)
{
	struct pcpu_codes codes = pcpu_block_codes(block);
	int all = 0;

	for (int at = pcpu_codes_next_start(codes, 0); at < PCPU_BLOCK_SIZE;
	     at = pcpu_codes_next_start(codes, at + 1))
		all |= at;
	return pcpu_granule_of(all);
}

uint64_t *pcpu_block_move(struct pcpu_block *block, uint64_t *words, unsigned int shift)
{
	struct pcpu_codes old = pcpu_block_codes(block),
			  new = {words ? words : &block->word, shift};

	if (!words)
		block->word = 0;
	for (int at = pcpu_codes_next_start(old, 0); at < PCPU_BLOCK_SIZE;
	     at = pcpu_codes_next_start(old, at + 1))
		new.words[pcpu_code_index(new, at)] |= (uint64_t)pcpu_code_at(old, at)
						       << pcpu_code_bit(new, at);
	set_place(block, new.words, shift);
	return old.words == &block->word ? NULL : old.words;
}
