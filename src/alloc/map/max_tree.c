/* SPDX-License-Identifier: MIT */
/* max_tree.c - see max_tree.h. */
#include "alloc/map/max_tree.h"
#include "alloc/map/fan.h"

/* Levels up to one that has a single number, and the numbers in all of them, filled up. */
static size_t count_numbers(int nr, int *levels)
{
	size_t numbers = PCPU_FAN;

	for (*levels = 1; nr > 1; ++*levels) {
		nr = pcpu_fan_groups(nr);
		numbers += (size_t)nr * PCPU_FAN;
	}
	return numbers;
}

size_t pcpu_max_tree_memory(int nr)
{
	int levels;

	return count_numbers(nr, &levels) * sizeof(uint32_t);
}

void pcpu_max_tree_init(struct pcpu_max_tree *tree, int nr, void *memory)
{
	uint32_t *numbers = memory;

	*tree = (struct pcpu_max_tree){.nr = nr};
	count_numbers(nr, &tree->levels);
	for (int level = 0; level < tree->levels; level++) {
		nr = pcpu_fan_groups(nr);
		tree->numbers[level] = numbers;
		numbers += (size_t)nr * PCPU_FAN;
	}
}

/* Four numbers at a time; they are the same as signed ones. */
typedef int32_t four __attribute__((__vector_size__(16), __may_alias__, __aligned__(4)));

static four max_four(four a, four b)
{
	four greater = a > b;

	return (a & greater) | (b & ~greater);
}

static uint32_t max_of_group(const uint32_t *numbers)
{
	const four *fours = (const four *)numbers;
	four max = max_four(max_four(fours[0], fours[1]), max_four(fours[2], fours[3]));
	int32_t left = max[0] > max[1] ? max[0] : max[1], right = max[2] > max[3] ? max[2] : max[3];

	return (uint32_t)(left > right ? left : right);
}

_Static_assert(PCPU_FAN == 16, "four times four");

void pcpu_max_tree_set(struct pcpu_max_tree *tree, int at, uint32_t number)
{
	uint32_t old = tree->numbers[0][at];

	tree->numbers[0][at] = number;
	for (int level = 1; level < tree->levels; level++) {
		uint32_t *above = &tree->numbers[level][at >> PCPU_FAN_SHIFT];
		uint32_t before = *above;

		if (number >= before)
			*above = number;
		else if (old == before)
			*above = max_of_group(&tree->numbers[level - 1][at & ~(PCPU_FAN - 1)]);
		if (*above == before)
			return;
		number = *above;
		old = before;
		at >>= PCPU_FAN_SHIFT;
	}
}

static inline bool has_number(const void *tree, int level, int at, const void *least)
{
	return ((const struct pcpu_max_tree *)tree)->numbers[level][at] >= *(const uint32_t *)least;
}

int pcpu_max_tree_next(const struct pcpu_max_tree *tree, int at, uint32_t least)
{
	return pcpu_fan_next(tree, tree->nr, at, has_number, &least);
}

bool pcpu_max_tree_is_valid(const struct pcpu_max_tree *tree)
{
	for (int level = 1, nr = tree->nr; level < tree->levels; level++) {
		nr = pcpu_fan_groups(nr);
		for (int i = 0; i < nr; i++)
			if (tree->numbers[level][i] !=
			    max_of_group(&tree->numbers[level - 1][i << PCPU_FAN_SHIFT]))
				return false;
	}
	return true;
}
