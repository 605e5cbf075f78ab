/* SPDX-License-Identifier: MIT */
/*
 * max_tree.h - numbers by index, with the maximum of each 16 of them, of each 16 of these...
 *
 *	numbers[2]	 9			the maximum of all
 *	numbers[1]	 7      9      4
 *	numbers[0]	 1 7 .. 0 9 .. 4 4 ..	the numbers themselves, 16 to a group
 *
 * Changing a number, and finding the next one that is large enough, look at one group a level. Not
 * thread-safe; no call allocates. All numbers are below 2^31.
 */
#ifndef PCPU_MAX_TREE_H
#define PCPU_MAX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCPU_MAX_TREE_LEVELS 8

struct pcpu_max_tree {
	int nr; /* of the numbers */
	int levels;
	uint32_t *numbers[PCPU_MAX_TREE_LEVELS]; /* each level filled up to whole groups */
};

/* Bytes of zeroed memory that a tree of @nr numbers needs; aligned as for malloc. */
size_t pcpu_max_tree_memory(int nr);

/* Makes a tree of @nr zeros in @memory. */
void pcpu_max_tree_init(struct pcpu_max_tree *tree, int nr, void *memory);

static inline uint32_t pcpu_max_tree_get(const struct pcpu_max_tree *tree, int at)
{
	return tree->numbers[0][at];
}

/* The largest number. */
static inline uint32_t pcpu_max_tree_max(const struct pcpu_max_tree *tree)
{
	return tree->numbers[tree->levels - 1][0];
}

void pcpu_max_tree_set(struct pcpu_max_tree *tree, int at, uint32_t number);

/* The first index at or after @at whose number is @least or more; tree->nr if there is none. */
int pcpu_max_tree_next(const struct pcpu_max_tree *tree, int at, uint32_t least);

/* Whether every maximum is that of its group. */
bool pcpu_max_tree_is_valid(const struct pcpu_max_tree *tree);

#endif /* PCPU_MAX_TREE_H */
