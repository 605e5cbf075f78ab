/* SPDX-License-Identifier: MIT */
/*
 * test_ops.c - what the operations do to this CPU's copy, and to nothing else, as in the kernel:
 * in all families, on every type, in every kind of place.
 *
 * Compiled as C and as C++, without and with optimisation: whether a value is an immediate operand,
 * and which instruction brings the pointer, depends on all of these.
 */
#include "families.h"

int main(void)
{
	int failed = run_pinned_operations();

	failed += run_raw_operations();
	failed += run_unchecked_operations();
	failed += run_this_operations();
	failed += run_special_operations();
	return failed != 0;
}
