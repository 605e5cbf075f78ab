/* SPDX-License-Identifier: MIT */
/* mark.c - see mark.h. */
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/fault.h"
#include "ground/futex.h"
#include "ground/pause.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#define BLOCK_SIZE 4096
/* Threads of all processes that share their copies; what is not used is not resident either. */
#define SHARED_MARKS 65536

/* Prepended to, never taken away. */
struct block {
	struct block *next;
	size_t nr;
	size_t end; /* behind the last mark that was ever taken */
	struct pcpu_mark marks[] __attribute__((__aligned__(64)));
};

#define SHARED_SIZE (sizeof(struct block) + SHARED_MARKS * sizeof(struct pcpu_mark))

static struct block *blocks;
static struct block *blocks_before; /* sharing */
static bool shared;

static void extend(struct block *block, size_t end)
{
	size_t before = __atomic_load_n(&block->end, __ATOMIC_RELAXED);

	while (before < end && !__atomic_compare_exchange_n(&block->end, &before, end, false,
							    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
	}
}

static struct pcpu_mark *take_from(struct block *block)
{
	for (size_t i = 0; i < block->nr; i++) {
		int nobody = 0;

		if (__atomic_load_n(&block->marks[i].thread, __ATOMIC_RELAXED) == 0 &&
		    __atomic_compare_exchange_n(&block->marks[i].thread, &nobody,
						pcpu_word_thread(pcpu_self.word), false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			/* before it is used: who looks at all marks must find it */
			extend(block, i + 1);
			return &block->marks[i];
		}
	}
	return NULL;
}

static struct block *map_block(size_t size, int flags)
{
	int saved = errno;
	struct block *block;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return NULL;
	block = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	errno = saved;
	if (block == MAP_FAILED)
		return NULL;
	block->nr = (size - sizeof(*block)) / sizeof(block->marks[0]);
	return block;
}

static struct block *add_block(void)
{
	/* what a process maps now, others would not see */
	struct block *block = shared ? NULL : map_block(BLOCK_SIZE, MAP_PRIVATE);

	if (!block)
		return NULL;
	block->next = __atomic_load_n(&blocks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&blocks, &block->next, block, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED)) {
	}
	return block;
}

int pcpu_marks_share(void)
{
	struct block *block = map_block(SHARED_SIZE, MAP_SHARED | MAP_NORESERVE);

	if (!block)
		return -ENOMEM;
	blocks_before = blocks;
	blocks = block;
	shared = true;
	return 0;
}

void pcpu_marks_unshare(void)
{
	munmap(blocks, SHARED_SIZE);
	blocks = blocks_before;
	shared = false;
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
		__atomic_store_n(&mark->thread, 0, __ATOMIC_RELEASE);
	return pcpu_self.mark;
}

void pcpu_mark_end(void)
{
	struct pcpu_mark *mark = pcpu_self.mark;

	if (!mark)
		return;
	pcpu_self.mark = NULL;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_RELEASE);
	/* the thread may end in a handler that had frozen it */
	__atomic_store_n(&mark->frozen, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->thread, 0, __ATOMIC_RELEASE);
}

static bool is_in_the_way(const struct pcpu_mark *mark, intptr_t rest)
{
	return mark != pcpu_self.mark && __atomic_load_n(&mark->busy, __ATOMIC_SEQ_CST) == rest &&
	       __atomic_load_n(&mark->frozen, __ATOMIC_SEQ_CST) == 0;
}

/* A thread that was killed in another process may have left its mark. */
static void clear_if_gone(struct pcpu_mark *mark)
{
	int thread = __atomic_load_n(&mark->thread, __ATOMIC_SEQ_CST);

	if (!shared || !thread || !pcpu_thread_is_gone(thread))
		return;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->frozen, 0, __ATOMIC_SEQ_CST);
	__atomic_compare_exchange_n(&mark->thread, &thread, 0, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
}

void pcpu_marks_wait(intptr_t rest)
{
	struct block *block = __atomic_load_n(&blocks, __ATOMIC_SEQ_CST);

	for (; block; block = block->next)
		for (size_t i = 0; i < __atomic_load_n(&block->end, __ATOMIC_SEQ_CST); i++)
			for (unsigned int n = 0; is_in_the_way(&block->marks[i], rest); n++)
				if (!pcpu_pause(n))
					clear_if_gone(&block->marks[i]);
}

void pcpu_marks_after_fork(void)
{
	if (shared) {
		/* that of the parent's thread */
		pcpu_self.mark = NULL;
		return;
	}
	for (struct block *block = blocks; block; block = block->next)
		for (size_t i = 0; i < block->nr; i++)
			if (&block->marks[i] != pcpu_self.mark)
				block->marks[i] = (struct pcpu_mark){0};
}
