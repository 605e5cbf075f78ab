/* SPDX-License-Identifier: MIT */
/* mark.c - see mark.h. */
#include "mark.h"
#include "pause.h"
#include "self.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#define BLOCK_SIZE 4096
#define MARKS_IN_BLOCK (BLOCK_SIZE / sizeof(struct pcpu_mark) - 1)

/* Prepended to, never taken away. */
struct block {
	struct block *next;
	struct pcpu_mark marks[MARKS_IN_BLOCK];
};
_Static_assert(sizeof(struct block) <= BLOCK_SIZE, "the marks of a block fit");

static struct block *blocks;

static struct pcpu_mark *take_from(struct block *block)
{
	for (size_t i = 0; i < MARKS_IN_BLOCK; i++) {
		unsigned int unused = 0;

		if (__atomic_load_n(&block->marks[i].used, __ATOMIC_RELAXED) == 0 &&
		    __atomic_compare_exchange_n(&block->marks[i].used, &unused, 1, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return &block->marks[i];
	}
	return NULL;
}

static struct block *add_block(void)
{
	int saved = errno;
	struct block *block =
		mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED) {
		errno = saved;
		return NULL;
	}
	block->next = __atomic_load_n(&blocks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&blocks, &block->next, block, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED)) {
	}
	return block;
}

static struct pcpu_mark *take(void)
{
	struct block *block;
	struct pcpu_mark *mark;

	for (block = __atomic_load_n(&blocks, __ATOMIC_ACQUIRE); block; block = block->next) {
		mark = take_from(block);
		if (mark)
			return mark;
	}
	/* until one is found: a new block may be full at once, if many threads begin */
	do {
		block = add_block();
		mark = block ? take_from(block) : NULL;
	} while (block && !mark);
	return mark;
}

struct pcpu_mark *pcpu_mark_of_thread(void)
{
	struct pcpu_mark *mark = pcpu_self.mark, *none = NULL;

	if (mark)
		return mark;
	pcpu_self_begin();
	mark = take();
	if (!mark)
		return NULL;
	/* a signal's handler may have been here meanwhile */
	if (!__atomic_compare_exchange_n(&pcpu_self.mark, &none, mark, false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))
		__atomic_store_n(&mark->used, 0, __ATOMIC_RELEASE);
	return pcpu_self.mark;
}

void pcpu_mark_end(void)
{
	struct pcpu_mark *mark = pcpu_self.mark;

	if (!mark)
		return;
	pcpu_self.mark = NULL;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->used, 0, __ATOMIC_RELEASE);
}

static bool is_in_the_way(const struct pcpu_mark *mark, intptr_t rest, unsigned int cpu)
{
	return mark != pcpu_self.mark && __atomic_load_n(&mark->busy, __ATOMIC_SEQ_CST) == rest &&
	       __atomic_load_n(&mark->waiting, __ATOMIC_SEQ_CST) != cpu + 1;
}

bool pcpu_marks_wait(intptr_t rest, unsigned int cpu)
{
	struct block *block = __atomic_load_n(&blocks, __ATOMIC_SEQ_CST);

	for (; block; block = block->next)
		for (size_t i = 0; i < MARKS_IN_BLOCK; i++)
			for (unsigned int n = 0; is_in_the_way(&block->marks[i], rest, cpu); n++)
				if (!pcpu_pause(n))
					return false;
	return true;
}

void pcpu_marks_after_fork(void)
{
	for (struct block *block = blocks; block; block = block->next)
		for (size_t i = 0; i < MARKS_IN_BLOCK; i++)
			if (&block->marks[i] != pcpu_self.mark)
				block->marks[i] = (struct pcpu_mark){0};
}
