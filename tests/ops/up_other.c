/* SPDX-License-Identifier: MIT */
/* up_other.c - a second file of the test of PERCPU_UP; without it, half of a program that is mixed.
 */
#include "up.h"

void up_other_file_adds(long value)
{
	this_cpu_add(up_number, value);
}

bool up_other_file_allocates(size_t size)
{
	void __percpu *area = __alloc_percpu(size, 8);

	free_percpu(area);
	return area != NULL;
}
