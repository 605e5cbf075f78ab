/* SPDX-License-Identifier: MIT */
/* refused_set.c - misuse of sets of counters that must not compile: the line that CASE selects. */
#include <percpu/counter_set.h>

PERCPU_COUNTER_SET(good, uint64_t, one, two);
PERCPU_COUNTER_SET(another, uint64_t, one, two);
PERCPU_COUNTER_SET(real, double, one, two);
PERCPU_COUNTER_SET(bytes, unsigned char, one, two);
struct mixed {
	uint64_t one;
	uint32_t two, three;
};

static DEFINE_PER_CPU(struct good, good);
static DEFINE_PER_CPU(struct real, real);
static DEFINE_PER_CPU(struct bytes, bytes);
static DEFINE_PER_CPU(struct mixed, mixed);
static DEFINE_PER_CPU(long *, pointer);

int refused(struct good *sum, struct another *other, struct mixed *not_one);
int refused(struct good *sum, struct another *other, struct mixed *not_one)
{
	(void)sizeof(real), (void)sizeof(bytes), (void)sizeof(mixed), (void)sizeof(pointer);
	(void)other, (void)not_one;
#if CASE == 0 /* nothing: this one compiles */
	percpu_sum_struct(&good, sum);
	return percpu_take(&good, sizeof(good), sum);
#elif CASE == 1 /* of several widths */
	percpu_sum_struct(&mixed, not_one);
#elif CASE == 2
	percpu_sum_struct(&real, (struct real *)sum);
#elif CASE == 3
	return percpu_take(&bytes, sizeof(bytes), (struct bytes *)sum);
#elif CASE == 4 /* a set of another type */
	return percpu_take(&good, sizeof(good), other);
#elif CASE == 5 /* fields lie elsewhere than one thinks */
	return percpu_snapshot_struct(&good, (void *)sum);
#elif CASE == 6
	return percpu_take_array(&mixed, 1, not_one);
#elif CASE == 7
	percpu_sum_array(&pointer, 1, (long **)sum);
#elif CASE == 8 /* not the set, but its first counter */
	percpu_sum_struct(&good.one, sum);
#endif
	return 0;
}
