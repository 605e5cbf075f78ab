/* SPDX-License-Identifier: MIT */
/* max_tree.c - see max_tree.h. */
#include "alloc/map/max_tree.h"

/* How many numbers of a level have one maximum in the next. */
#define FAN_SHIFT 4
#define FAN (1 << FAN_SHIFT)

/* Numbers of a level above one of @nr; a level is filled up to whole groups. */
static int groups_of(int nr)
{
	return (nr + FAN - 1) >> FAN_SHIFT;
}

/* Levels up to one that has a single number, and the numbers in all of them, filled up. */
static size_t count_numbers(int nr, int *levels)
{
	size_t numbers = FAN;

	for (*levels = 1; nr > 1; ++*levels) {
		nr = groups_of(nr);
		numbers += (size_t)nr * FAN;
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
		nr = groups_of(nr);
		tree->numbers[level] = numbers;
		numbers += (size_t)nr * FAN;
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

_Static_assert(FAN == 16, "four times four");

void pcpu_max_tree_set(struct pcpu_max_tree *tree, int at, uint32_t number)
{
	uint32_t old = tree->numbers[0][at];

	tree->numbers[0][at] = number;
	for (int level = 1; level < tree->levels; level++) {
		uint32_t *above = &tree->numbers[level][at >> FAN_SHIFT];
		uint32_t before = *above;

		if (number >= before)
			*above = number;
		else if (old == before)
			*above = max_of_group(&tree->numbers[level - 1][at & ~(FAN - 1)]);
		if (*above == before)
			return;
		number = *above;
		old = before;
		at >>= FAN_SHIFT;
	}
}

/* In the rest of @at's group on @level, of @nr numbers: the index, or that of the next group. */
static int next_in_group(const uint32_t *numbers, int at, int nr, uint32_t least)
{
	int end = (at | (FAN - 1)) + 1;

	if (end > nr)
		end = nr;
	while (at < end && numbers[at] < least)
		at++;
	return at;
}

int pcpu_max_tree_next(const struct pcpu_max_tree *tree, int at, uint32_t least)
{
	int level = 0, nr = tree->nr;

	/* up: past the rest of each group that has nothing */
	for (;;) {
		int group = at >> FAN_SHIFT;

		at = next_in_group(tree->numbers[level], at, nr, least);
		if (at >= nr)
			return tree->nr;
		if (at >> FAN_SHIFT == group)
			break;
		at >>= FAN_SHIFT;
		nr = groups_of(nr);
		level++;
	}
	/* down: to the first number of the group that has it */
	while (level > 0) {
		level--;
		at <<= FAN_SHIFT;
		while (tree->numbers[level][at] < least)
			at++;
	}
	return at;
}

bool pcpu_max_tree_is_valid(const struct pcpu_max_tree *tree)
{
	for (int level = 1, nr = tree->nr; level < tree->levels; level++) {
		nr = groups_of(nr);
		for (int i = 0; i < nr; i++)
			if (tree->numbers[level][i] !=
			    max_of_group(&tree->numbers[level - 1][i << FAN_SHIFT]))
				return false;
	}
	return true;
}
