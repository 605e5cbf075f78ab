/* SPDX-License-Identifier: MIT */
/*
 * model.h - bitmaps beside sets that are an array of truth values: made up at random, and compared.
 */
#ifndef MASKS_MODEL_H
#define MASKS_MODEL_H

#include "support/cmocka_all.h"
#include "support/random.h"

#include <string.h>

#define MODEL_MAX 8192
#define MODEL_WORDS (MODEL_MAX / 64)

static struct random model_random;

/* A bitmap with a word behind it that nobody may touch, and the set that it is. */
struct model {
	unsigned long bits[MODEL_WORDS + 1];
	bool has[MODEL_MAX];
};
#define MODEL_GUARD 0x5a5aa5a55a5aa5a5UL

/* One of four: none, few, half and all, as the bits that do not count are too. */
static inline unsigned long model_word(int kind)
{
	const unsigned long a = random_next(&model_random), b = random_next(&model_random);

	return kind == 0 ? 0 : kind == 1 ? a & b & a >> 7 & b >> 11 : kind == 2 ? a : ~0UL;
}

/* Of @nbits, in whole words. */
static inline void model_make(struct model *model, unsigned int nbits)
{
	const unsigned int words = (nbits + 63) / 64;
	const int kind = random_below(&model_random, 4);

	for (unsigned int i = 0; i <= MODEL_WORDS; i++)
		model->bits[i] = i < words ? model_word(kind) : MODEL_GUARD;
	/* behind the end there may be anything */
	if (nbits % 64) {
		const unsigned long counts = (1UL << nbits % 64) - 1;

		model->bits[words - 1] =
			(model->bits[words - 1] & counts) | (random_next(&model_random) & ~counts);
	}
	for (unsigned int bit = 0; bit < MODEL_MAX; bit++)
		model->has[bit] = bit < nbits && model->bits[bit / 64] >> bit % 64 & 1;
}

/* Whether the bitmap is the set, and nothing behind its words has changed. */
static inline bool model_agrees(const struct model *model, unsigned int nbits)
{
	for (unsigned int bit = 0; bit < nbits; bit++)
		if ((model->bits[bit / 64] >> bit % 64 & 1) != model->has[bit])
			return false;
	for (unsigned int i = (nbits + 63) / 64; i <= MODEL_WORDS; i++)
		if (model->bits[i] != MODEL_GUARD)
			return false;
	return true;
}

/* The first from @start on, @nbits if there is none. */
static inline unsigned int model_find(const bool *has, unsigned int nbits, unsigned int start)
{
	while (start < nbits && !has[start])
		start++;
	return start < nbits ? start : nbits;
}

static inline unsigned int model_weight(const bool *has, unsigned int nbits)
{
	unsigned int weight = 0;

	for (unsigned int bit = 0; bit < nbits; bit++)
		weight += has[bit];
	return weight;
}

static inline unsigned int model_nth(const bool *has, unsigned int nbits, unsigned int nth)
{
	unsigned int bit = model_find(has, nbits, 0);

	while (bit < nbits && nth--)
		bit = model_find(has, nbits, bit + 1);
	return bit;
}

/* What is made of two sets, bit by bit; in the order of the names below. */
enum model_op { MODEL_A, MODEL_NOT, MODEL_AND, MODEL_ANDNOT, MODEL_OR, MODEL_XOR, MODEL_NR_OPS };

static inline void model_combine(bool *to, enum model_op op, const bool *a, const bool *b)
{
	for (unsigned int bit = 0; bit < MODEL_MAX; bit++)
		to[bit] = op == MODEL_A        ? a[bit]
			  : op == MODEL_NOT    ? !a[bit]
			  : op == MODEL_AND    ? a[bit] && b[bit]
			  : op == MODEL_ANDNOT ? a[bit] && !b[bit]
			  : op == MODEL_OR     ? a[bit] || b[bit]
					       : a[bit] != b[bit];
}

#endif /* MASKS_MODEL_H */
