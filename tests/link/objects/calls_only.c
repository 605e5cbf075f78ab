/* SPDX-License-Identifier: MIT */
/* calls_only.c - a program that includes no header with operations, so it has no module record. */
#include <percpu/alloc.h>

#include <stdio.h>

int main(void)
{
	void __percpu *areas[100];
	int n = 0;

	while (n < 100 && (areas[n] = __alloc_percpu(8, 8)) != NULL)
		n++;
	printf("calls_only: %d\n", n);
	for (int i = 0; i < n; i++)
		free_percpu(areas[i]);
	return n != 100;
}
