/* SPDX-License-Identifier: MIT */
/* two.c - the other half, and what runs before main(). */
#include "matrix.h"

const char matrix_text[] = "text";

MATRIX_VARIABLES_TWO(MATRIX_DEFINE)

static DEFINE_PER_CPU(int, hidden) = HIDDEN_INITIAL_TWO;

DEFINE_PER_CPU(unsigned long, early_count);

int __percpu *hidden_of_two(void)
{
	return &hidden;
}

/* Before every constructor that compilers let a program have: only the library is earlier. */
static void earliest(void)
{
	this_cpu_add(early_count, 8);
}

static void (*const earliest_entry)(void)
	__attribute__((__used__, __section__(".init_array.00002"))) = earliest;

static void __attribute__((__constructor__(101))) first_constructor(void)
{
	this_cpu_inc(early_count);
}

static void __attribute__((__constructor__)) ordinary_constructor(void)
{
	this_cpu_add(early_count, 2);
}

#ifdef __cplusplus
namespace
{
struct Early {
	Early()
	{
		this_cpu_add(early_count, 4);
	}
} early;
} // namespace
#endif

void count_in_two(unsigned long rounds)
{
	while (rounds--) {
		this_cpu_inc(two_word);
		this_cpu_inc(two_first);
		this_cpu_inc(two_page);
		this_cpu_inc(two_shared);
		this_cpu_inc(two_line[64]);
		this_cpu_inc(hidden);
		this_cpu_inc(plain);
#ifdef __cplusplus
		count_template(1);
#else
		this_cpu_inc(plain_zero);
#endif
	}
}
