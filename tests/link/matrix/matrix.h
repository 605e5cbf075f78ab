/* SPDX-License-Identifier: MIT */
/*
 * matrix.h - the per-CPU variables that the files of the matrix program share.
 *
 * The program is built by every compiler, with every linker, as every kind of executable, in C and
 * in C++; see matrix.sh. Each variable has an ordinary twin with the same initial value,
 * NAME_initial, that its copies are compared with.
 *
 * X(variant, type, name, alignment, initial value)
 */
#ifndef MATRIX_H
#define MATRIX_H

#include <percpu/percpu.h>

struct matrix_stats {
	char tag[3];
	unsigned long hits;
	short level;
};

extern const char matrix_text[];

/* Defined in one.c. */
#define MATRIX_VARIABLES_ONE(X)                                                    \
	X(, unsigned long, plain, 8, 1000)                                         \
	X(, unsigned long, plain_zero, 8, 0)                                       \
	X(, unsigned char, plain_byte, 1, 250)                                     \
	X(, short, plain_short, 2, -3)                                             \
	X(, int[3], plain_votes, 4, {1, 2, 3})                                     \
	X(, struct matrix_stats, plain_stats, 8, {{'a', 'b', 'c'}, 1UL << 40, -5}) \
	X(_FIRST, unsigned int, first_word, 4, 0xf1f2f3f4)                         \
	X(_PAGE_ALIGNED, unsigned char[4097], first_page, 4096, {'p', 'a', 'g'})   \
	X(_READ_MOSTLY, unsigned long, mostly_word, 8, 77)                         \
	X(_SHARED_ALIGNED, unsigned long, shared_word, 64, 88)                     \
	X(_ALIGNED, struct matrix_stats, aligned_stats, 64, {{'l', 'i', 'n'}, 9, 9})

/* Defined in two.c: the same sections again, so that the linker joins two files' parts. */
#define MATRIX_VARIABLES_TWO(X)                              \
	X(, int, two_word, 4, -1)                            \
	X(, const char *, two_text, 8, matrix_text + 1)      \
	X(_FIRST, unsigned char, two_first, 1, 3)            \
	X(_PAGE_ALIGNED, unsigned int, two_page, 4096, 4096) \
	X(_READ_MOSTLY, unsigned char, two_mostly, 1, 5)     \
	X(_SHARED_ALIGNED, unsigned char, two_shared, 64, 6) \
	X(_ALIGNED, unsigned char[65], two_line, 64, {7, 8, 9})

#define MATRIX_DECLARE(variant, type, name, ...) \
	DECLARE_PER_CPU##variant(type, name);    \
	extern const __typeof__(type) name##_initial;
#define MATRIX_DEFINE(variant, type, name, alignment, ...) \
	DEFINE_PER_CPU##variant(type, name) = __VA_ARGS__; \
	const __typeof__(type) name##_initial = __VA_ARGS__;

MATRIX_VARIABLES_ONE(MATRIX_DECLARE)
MATRIX_VARIABLES_TWO(MATRIX_DECLARE)

/* What the constructors have counted before main(), and how often they should have. */
DECLARE_PER_CPU(unsigned long, early_count);
#ifdef __cplusplus
#define EARLY_COUNTS 15
#else
#define EARLY_COUNTS 11
#endif

/* A static variable of one.c and one of the same name of two.c. */
#define HIDDEN_INITIAL_ONE 11
#define HIDDEN_INITIAL_TWO 22
int __percpu *hidden_of_one(void);
int __percpu *hidden_of_two(void);

/* @rounds rounds of operations; each adds one to every variable listed in main.c's count_table. */
void count_in_one(unsigned long rounds);
void count_in_two(unsigned long rounds);

#ifdef __cplusplus
/* Functions that several files emit and the linker keeps one of. */
inline void count_inline(void)
{
	this_cpu_inc(plain_zero);
}
template <typename T> void count_template(T value)
{
	this_cpu_add(plain_zero, value);
}
#endif

#endif /* MATRIX_H */
