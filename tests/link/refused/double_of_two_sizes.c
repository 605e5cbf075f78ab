/* SPDX-License-Identifier: MIT */
/* cmpxchg_double changes two words of one size. REFUSED: two variables of one size */
#include <percpu/percpu.h>

struct pair {
	long first;
#ifdef BAD
	int second;
#else
	long second;
#endif
} __attribute__((__aligned__(16)));
DEFINE_PER_CPU(struct pair, pair);

bool function(void)
{
	return this_cpu_cmpxchg_double(pair.first, pair.second, 0, 0, 1, 1);
}
