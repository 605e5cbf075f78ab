/* SPDX-License-Identifier: MIT */
/*
 * test_ops.c - what the operations do to this CPU's copy, and to nothing else, as in the kernel:
 * in all families, on every type, in every kind of place. With the argument "inside", inside of a
 * section.
 *
 * Compiled as C and as C++, without and with optimisation: whether a value is an immediate operand,
 * and which instruction brings the pointer, depends on all of these.
 */
#include "check.h"
#include "families.h"

int main(int argc, char **argv)
{
	const bool inside = argc > 1 && strcmp(argv[1], "inside") == 0;
	int failed = run_pinned_operations();

	if (inside) {
		stay_on_one_cpu();
		preempt_disable();
	}
	failed += run_raw_operations();
	failed += run_unchecked_operations();
	failed += run_this_operations();
	failed += run_special_operations();
	if (inside)
		preempt_enable();
	return failed != 0;
}
