/* SPDX-License-Identifier: MIT */
/* chunk_codes.c - see chunk_codes.h. */
#include "alloc/chunk/chunk_codes.h"
#include "alloc/chunk/chunk.h"
#include "cpu/cpu_lock.h"
#include "ground/lock.h"
#include "ground/mem.h"

#include <errno.h>

/* How many words are kept until the locks are stopped anyway. */
#define LIMBO_ROOM 16

static struct {
	unsigned int nr;
	struct {
		uint64_t *words;
		unsigned int size;
	} kept[LIMBO_ROOM];
} limbo;

static void empty_limbo(void)
{
	pcpu_assert(pcpu_cpu_locks_are_stopped());
	while (limbo.nr > 0) {
		limbo.nr--;
		pcpu_mem_free(limbo.kept[limbo.nr].words, limbo.kept[limbo.nr].size);
	}
}

bool pcpu_chunk_can_grow_quietly(const struct pcpu_block *block)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return limbo.nr < LIMBO_ROOM || pcpu_block_codes(block).words == &block->word;
}

void pcpu_chunk_keep_limbo_short(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	if (limbo.nr <= LIMBO_ROOM / 2)
		return;
	pcpu_cpu_locks_stop();
	empty_limbo();
	pcpu_cpu_locks_resume();
}

static void grow_block(struct pcpu_block *block, uint64_t *words, unsigned int shift)
{
	unsigned int old_shift = pcpu_block_codes(block).shift;
	uint64_t *old = pcpu_block_move(block, words, shift);

	if (old) {
		limbo.kept[limbo.nr].words = old;
		limbo.kept[limbo.nr++].size = pcpu_codes_size(old_shift);
	}
}

int pcpu_chunk_grow(const struct pcpu_map_growth *growth, uint64_t *words)
{
	bool stop =
		pcpu_block_is_busy(growth->block) || !pcpu_chunk_can_grow_quietly(growth->block);

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!words)
		words = pcpu_mem_zalloc(pcpu_codes_size(growth->shift));
	if (!words)
		return -ENOMEM;
	if (stop) {
		pcpu_cpu_locks_stop();
		empty_limbo();
	}
	grow_block(growth->block, words, growth->shift);
	if (stop) {
		empty_limbo();
		pcpu_cpu_locks_resume();
	}
	return 0;
}

static void coarsen(struct pcpu_block *block)
{
	unsigned int shift = pcpu_block_codes(block).shift, coarsest = pcpu_block_coarsest(block);
	uint64_t *words = NULL;

	if (coarsest <= shift)
		return;
	if (coarsest != PCPU_GRANULE_INLINE) {
		words = pcpu_mem_zalloc(pcpu_codes_size(coarsest));
		if (!words)
			return;
	}
	pcpu_mem_free(pcpu_block_move(block, words, coarsest), pcpu_codes_size(shift));
}

void pcpu_chunk_coarsen(struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_cpu_locks_are_stopped());
	empty_limbo();
	pcpu_chunk_drop_rooms(chunk);
	for (int i = chunk->map.first; i < chunk->map.end; i++)
		coarsen(&chunk->map.blocks[i]);
}
