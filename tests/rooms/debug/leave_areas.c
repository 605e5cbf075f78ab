/* SPDX-License-Identifier: MIT */
/*
 * leave_areas.c - a program that frees one area and leaves two, and knows nothing of debug levels.
 */
#include <percpu/percpu.h>

int main(void)
{
	char __percpu *left = __alloc_percpu(1000, 8);
	void __percpu *freed = __alloc_percpu(100, 8);

	free_percpu(freed);
	return left && __alloc_percpu(234, 8) ? 0 : 1;
}
