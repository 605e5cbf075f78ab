/* SPDX-License-Identifier: MIT */
/* counter_only.c - a program that includes no header with operations, so it has no module record.
 */
#include <percpu/counter.h>

#include <stdio.h>

int main(void)
{
	struct percpu_counter counter;
	int64_t sum;

	if (percpu_counter_init(&counter, 7, GFP_KERNEL))
		return 1;
	for (int i = 0; i < 100000; i++)
		percpu_counter_inc(&counter);
	sum = percpu_counter_sum(&counter);
	percpu_counter_destroy(&counter);
	printf("counter_only: %lld\n", (long long)sum);
	return sum != 100007;
}
