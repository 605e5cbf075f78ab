/* SPDX-License-Identifier: MIT */
/* one.c - half of the matrix program's variables, and operations on them. */
#include "matrix.h"

MATRIX_VARIABLES_ONE(MATRIX_DEFINE)

static DEFINE_PER_CPU(int, hidden) = HIDDEN_INITIAL_ONE;

/* Nothing refers to it: --gc-sections may take it away, and must not take more. */
DEFINE_PER_CPU(unsigned long, matrix_unused) = 0xdeadbeef;

int __percpu *hidden_of_one(void)
{
	return &hidden;
}

void count_in_one(unsigned long rounds)
{
	while (rounds--) {
		this_cpu_inc(plain);
		this_cpu_inc(plain_byte);
		this_cpu_add(plain_short, 1);
		this_cpu_inc(plain_votes[2]);
		this_cpu_inc_return(plain_stats.hits);
		this_cpu_sub(first_word, -1);
		this_cpu_inc(first_page[4096]);
		this_cpu_inc(shared_word);
		this_cpu_add(aligned_stats.hits, 1);
		this_cpu_inc(hidden);
#ifdef __cplusplus
		count_inline();
#else
		this_cpu_inc(plain_zero);
#endif
	}
}
