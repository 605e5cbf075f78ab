/* SPDX-License-Identifier: MIT */
/*
 * test_cpumask.c - percpu/cpumask.h beside sets: in C and C++, with masks that are allocated and
 * that are not, for several NR_CPUS, and with PERCPU_UP. It runs on the machine's CPUs, and with
 * 200 and 4096 possible ones.
 */
#include "model.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS 200

#define ONE (NR_CPUS == 1)

/* Masks are read behind cpumask_size() nowhere, so they may lie in anything that is long enough. */
static struct model a, b, c, to;
static bool set[MODEL_MAX];

static struct cpumask *mask_of(struct model *model)
{
	return (struct cpumask *)(void *)model->bits;
}
#define A mask_of(&a)
#define B mask_of(&b)
#define C mask_of(&c)
#define TO mask_of(&to)

static unsigned int nr_bits(void)
{
	return nr_cpumask_bits;
}

static bool make_all(void)
{
	model_make(&a, nr_bits());
	model_make(&b, nr_bits());
	model_make(&c, nr_bits());
	model_make(&to, nr_bits());
	return true;
}

#define FOR_EACH_ROUND for (int round_ = 0; round_ < ROUNDS && make_all(); round_++)

#define expect(condition)                                                                       \
	do {                                                                                    \
		if (!(condition))                                                               \
			fail_msg("line %d, %u CPUs: %s", __LINE__, nr_cpu_ids + 0, #condition); \
	} while (0)

/* Of a search: the CPU that is expected, or none if that is none. */
static bool found(unsigned int cpu, unsigned int expected)
{
	return expected < nr_cpu_ids ? cpu == expected : cpu >= nr_cpu_ids;
}

static unsigned int random_cpu(void)
{
	return (unsigned int)random_below(&model_random, (int)nr_bits());
}

static void sizes_are_those_of_the_bits(void **state)
{
	(void)state;
	assert_int_equal(cpumask_size(), (nr_bits() + 63) / 64 * 8);
	assert_int_equal(sizeof(struct cpumask), (NR_CPUS + 63) / 64 * 8);
	assert_true(nr_cpu_ids <= nr_bits() && nr_bits() <= NR_CPUS);
#if NR_CPUS > 256 || defined(CONFIG_CPUMASK_OFFSTACK)
	assert_int_equal(nr_bits(), nr_cpu_ids);
#else
	assert_int_equal(nr_bits(), NR_CPUS);
#endif
	assert_int_equal(sizeof(cpumask_t), sizeof(struct cpumask));
	assert_ptr_equal(cpumask_bits(A), a.bits);
}

static void whole_masks_are_combined(void **state)
{
	const unsigned int bits = nr_bits();

	(void)state;
	FOR_EACH_ROUND
	{
		cpumask_copy(TO, A);
		model_combine(to.has, MODEL_A, a.has, b.has);
		expect(model_agrees(&to, bits));
		cpumask_complement(TO, A);
		model_combine(to.has, MODEL_NOT, a.has, b.has);
		expect(model_agrees(&to, bits));
		model_combine(to.has, MODEL_AND, a.has, b.has);
		expect(cpumask_and(TO, A, B) == (model_weight(to.has, bits) > 0));
		expect(model_agrees(&to, bits));
		model_combine(to.has, MODEL_ANDNOT, a.has, b.has);
		expect(cpumask_andnot(TO, A, B) == (model_weight(to.has, bits) > 0));
		expect(model_agrees(&to, bits));
		cpumask_or(TO, A, B);
		model_combine(to.has, MODEL_OR, a.has, b.has);
		expect(model_agrees(&to, bits));
		cpumask_xor(TO, A, B);
		model_combine(to.has, MODEL_XOR, a.has, b.has);
		expect(model_agrees(&to, bits));
		cpumask_setall(TO);
		memset(to.has, 1, sizeof(to.has));
		expect(model_agrees(&to, bits) && cpumask_full(TO));
		cpumask_clear(TO);
		memset(to.has, 0, sizeof(to.has));
		expect(model_agrees(&to, bits) && cpumask_empty(TO));
	}
}

static void masks_are_shifted(void **state)
{
	const unsigned int bits = nr_bits();

	(void)state;
	FOR_EACH_ROUND
	{
		const unsigned int n = (unsigned int)random_below(&model_random, (int)bits + 70);

		for (unsigned int cpu = 0; cpu < bits; cpu++)
			to.has[cpu] = n < bits - cpu && a.has[cpu + n];
		cpumask_shift_right(TO, A, (int)n);
		expect(model_agrees(&to, bits));
		for (unsigned int cpu = 0; cpu < bits; cpu++)
			to.has[cpu] = cpu >= n && a.has[cpu - n];
		cpumask_shift_left(TO, A, (int)n);
		expect(model_agrees(&to, bits));
	}
}

static void masks_are_compared(void **state)
{
	const unsigned int bits = nr_bits();

	(void)state;
	FOR_EACH_ROUND
	{
		model_combine(set, MODEL_XOR, a.has, b.has);
		expect(cpumask_equal(A, B) == (model_weight(set, bits) == 0));
		model_combine(set, MODEL_AND, a.has, b.has);
		expect(cpumask_intersects(A, B) == (model_weight(set, bits) > 0));
		expect(cpumask_weight_and(A, B) == model_weight(set, bits));
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		expect(cpumask_subset(A, B) == (model_weight(set, bits) == 0));
		expect(cpumask_weight_andnot(A, B) == model_weight(set, bits));
		expect(cpumask_weight(A) == model_weight(a.has, bits));
		expect(cpumask_empty(A) == (model_weight(a.has, bits) == 0));
		expect(cpumask_full(A) == (model_weight(a.has, bits) == bits));
		cpumask_or(C, A, B);
		expect(cpumask_or_equal(A, B, C) && cpumask_equal(C, C));
		if (!cpumask_test_and_set_cpu(random_cpu(), C))
			expect(!cpumask_or_equal(A, B, C));
		cpumask_copy(C, A);
		expect(cpumask_equal(C, A) && cpumask_subset(A, C));
	}
	cpumask_clear(C);
	expect(cpumask_subset(C, A) && cpumask_subset(C, C) && !cpumask_intersects(C, A));
}

static void single_cpus_are_changed(void **state)
{
	(void)state;
	FOR_EACH_ROUND
	{
		const unsigned int cpu = random_cpu();

		expect(cpumask_test_cpu(cpu, A) == a.has[cpu]);
		if (round_ % 2)
			expect(cpumask_test_and_set_cpu(cpu, A) == a.has[cpu]);
		else
			cpumask_set_cpu(cpu, A);
		a.has[cpu] = true;
		expect(model_agrees(&a, nr_bits()));
		if (round_ % 2)
			expect(cpumask_test_and_clear_cpu(cpu, B) == b.has[cpu]);
		else
			cpumask_clear_cpu(cpu, B);
		b.has[cpu] = false;
		expect(model_agrees(&b, nr_bits()));
		expect(cpumask_check(cpu) == cpu);
	}
}

static void cpus_are_found(void **state)
{
	const unsigned int bits = nr_bits();

	(void)state;
	if (ONE)
		skip();
	FOR_EACH_ROUND
	{
		const unsigned int at = random_cpu(), behind = at + 1;
		const int n = (int)at;

		expect(found(cpumask_first(A), model_find(a.has, bits, 0)));
		expect(found(cpumask_any(A), model_find(a.has, bits, 0)));
		expect(found(cpumask_next(n, A), model_find(a.has, bits, behind)));
		expect(found(cpumask_next(-1, A), model_find(a.has, bits, 0)));
		model_combine(set, MODEL_NOT, a.has, b.has);
		expect(found(cpumask_first_zero(A), model_find(set, bits, 0)));
		expect(found(cpumask_next_zero(n, A), model_find(set, bits, behind)));
		model_combine(set, MODEL_AND, a.has, b.has);
		expect(found(cpumask_first_and(A, B), model_find(set, bits, 0)));
		expect(found(cpumask_any_and(A, B), model_find(set, bits, 0)));
		expect(found(cpumask_next_and(n, A, B), model_find(set, bits, behind)));
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		expect(found(cpumask_first_andnot(A, B), model_find(set, bits, 0)));
		expect(found(cpumask_next_andnot(n, A, B), model_find(set, bits, behind)));
	}
	expect(cpumask_next((int)bits - 1, A) >= nr_cpu_ids);
}

static void some_cpu_other_than_one_is_found(void **state)
{
	(void)state;
	FOR_EACH_ROUND
	{
		const unsigned int not_this = random_cpu();

		cpumask_set_cpu(not_this, A);
		a.has[not_this] = false;
		model_combine(set, MODEL_AND, a.has, b.has);
		if (ONE) {
			expect(cpumask_any_but(A, 0) >= nr_cpu_ids);
			expect(cpumask_any_and_but(A, B, 0) >= nr_cpu_ids);
			continue;
		}
		expect(found(cpumask_any_but(A, not_this), model_find(a.has, nr_bits(), 0)));
		expect(found(cpumask_any_and_but(A, B, not_this), model_find(set, nr_bits(), 0)));
	}
}

static void the_last_and_the_nth_are_found(void **state)
{
	const unsigned int bits = nr_bits();

	(void)state;
	FOR_EACH_ROUND
	{
		const unsigned int nth = (unsigned int)random_below(&model_random, (int)bits + 2);
		const unsigned int weight = model_weight(a.has, bits), at = random_cpu();
		unsigned int next = model_find(a.has, nr_cpu_ids, at + 1);

		if (weight)
			expect(cpumask_last(A) == model_nth(a.has, bits, weight - 1));
		else
			expect(cpumask_last(A) >= nr_cpu_ids);
		expect(found(cpumask_nth(nth, A), model_nth(a.has, bits, nth)));
		model_combine(set, MODEL_AND, a.has, b.has);
		expect(found(cpumask_nth_and(nth, A, B), model_nth(set, bits, nth)));
		model_combine(set, MODEL_ANDNOT, set, c.has);
		expect(found(cpumask_nth_and_andnot(nth, A, B, C), model_nth(set, bits, nth)));
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		expect(found(cpumask_nth_andnot(nth, A, B), model_nth(set, bits, nth)));
		if (next == nr_cpu_ids)
			next = model_find(a.has, nr_cpu_ids, 0);
		expect(found(cpumask_next_wrap((int)at, A), next));
	}
}

/* A walk visits those of @set below nr_cpu_ids, in order from @from on; with one CPU, that one. */
#define EXPECT_WALK(cpu, walk, from)                                                   \
	do {                                                                           \
		unsigned int expected = ONE ? 0 : model_find(set, nr_bits(), from);    \
                                                                                       \
		walk                                                                   \
		{                                                                      \
			expect((unsigned int)(cpu) == expected);                       \
			expected = ONE ? 1 : model_find(set, nr_bits(), expected + 1); \
		}                                                                      \
		expect(expected >= nr_cpu_ids && (unsigned int)(cpu) >= nr_cpu_ids);   \
	} while (0)

static void walks_visit_each_once_and_in_order(void **state)
{
	unsigned int cpu;
	int number;

	(void)state;
	FOR_EACH_ROUND
	{
		const unsigned int at = random_cpu();

		model_combine(set, MODEL_A, a.has, b.has);
		EXPECT_WALK(cpu, for_each_cpu(cpu, A), 0);
		EXPECT_WALK(number, for_each_cpu(number, A), 0);
		cpu = at;
		EXPECT_WALK(cpu, for_each_cpu_from(cpu, A), at);
		model_combine(set, MODEL_NOT, a.has, b.has);
		EXPECT_WALK(number, for_each_cpu_not(number, A), 0);
		model_combine(set, MODEL_AND, a.has, b.has);
		EXPECT_WALK(cpu, for_each_cpu_and(cpu, A, B), 0);
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		EXPECT_WALK(number, for_each_cpu_andnot(number, A, B), 0);
		model_combine(set, MODEL_OR, a.has, b.has);
		EXPECT_WALK(cpu, for_each_cpu_or(cpu, A, B), 0);
	}
}

static void walk_around_begins_where_it_is_told_to(void **state)
{
	const unsigned int bits = nr_cpu_ids;

	(void)state;
	if (ONE)
		skip();
	FOR_EACH_ROUND
	{
		const unsigned int start = (unsigned int)random_below(&model_random, (int)bits + 3);
		const unsigned int from = start < bits ? start : 0;
		unsigned int at = 0, cpu, nr = 0;

		for_each_cpu_wrap(cpu, A, start)
		{
			const unsigned int far = cpu >= from ? cpu - from : cpu + bits - from;

			expect(a.has[cpu] && (nr == 0 || far > at));
			at = far;
			nr++;
		}
		expect(nr == model_weight(a.has, bits));
	}
}

/* What is ahead of a walk counts when it gets there, what is behind it does not. */
static void walks_see_what_changes_ahead_of_them(void **state)
{
	unsigned int cpu, nr = 0;

	(void)state;
	if (nr_cpu_ids < 2)
		skip();
	cpumask_clear(A);
	cpumask_set_cpu(0, A);
	for_each_cpu(cpu, A)
	{
		expect(cpu == nr++);
		cpumask_clear_cpu(cpu, A);
		if (cpu + 1 < nr_cpu_ids)
			cpumask_set_cpu(cpu + 1, A);
	}
	expect(nr == nr_cpu_ids);
	cpumask_setall(A);
	nr = 0;
	for_each_cpu(cpu, A)
	{
		cpumask_clear(A);
		nr++;
	}
	expect(nr == 1);
	/* around: one that always sets the next, and itself again, ends where it began */
	cpumask_clear(A);
	cpumask_set_cpu(1, A);
	nr = 0;
	for_each_cpu_wrap(cpu, A, 1)
	{
		cpumask_set_cpu((cpu + 1) % nr_cpu_ids, A);
		nr++;
	}
	expect(nr == nr_cpu_ids);
}

static void walks_can_be_left_and_go_on(void **state)
{
	unsigned int cpu, nr = 0;

	(void)state;
	cpumask_setall(A);
	for_each_cpu(cpu, A)
	{
		if (nr++ == 0)
			continue;
		break;
	}
	expect(nr == (nr_cpu_ids > 1 ? 2 : 1));
}

/* Numbers from nr_cpu_ids on are bits like others, and no CPUs. */
static void bits_behind_the_last_cpu_are_no_cpus(void **state)
{
	unsigned int cpu, nr = 0;

	(void)state;
	if (nr_bits() == nr_cpu_ids || ONE)
		skip();
	cpumask_clear(A);
	cpumask_set_cpu(nr_bits() - 1, A);
	expect(cpumask_first(A) >= nr_cpu_ids && cpumask_any(A) >= nr_cpu_ids);
	expect(cpumask_weight(A) == 1 && !cpumask_empty(A));
	for_each_cpu(cpu, A) nr++;
	for_each_cpu_wrap(cpu, A, 0) nr++;
	expect(nr == 0);
	cpumask_setall(A);
	expect(cpumask_weight(A) == nr_bits());
	for_each_cpu(cpu, A) nr++;
	expect(nr == nr_cpu_ids);
	char text[64];
	cpumask_clear(A);
	cpumask_set_cpu(nr_bits() - 1, A);
	expect(cpulist_scnprintf(text, sizeof(text), A) == 0);
}

/* With one CPU nobody looks at masks; what came to the kernel later does. */
static void one_cpu_is_in_all_masks(void **state)
{
	unsigned int cpu, nr = 0;

	(void)state;
	if (!ONE)
		skip();
	cpumask_clear(A);
	expect(cpumask_first(A) == 0 && cpumask_next(-1, A) == 0 && cpumask_next(0, A) == 1);
	expect(cpumask_next_zero(-1, A) == 0 && cpumask_next_and(0, A, A) == 1);
	expect(cpumask_any_but(A, 0) == 1 && cpumask_any(A) == 0);
	expect(cpumask_local_spread(3, 0) == 0);
	for_each_cpu(cpu, A) nr++;
	for_each_cpu_not(cpu, A) nr++;
	for_each_cpu_and(cpu, A, A) nr++;
	for_each_cpu_wrap(cpu, A, 0) nr++;
	expect(nr == 4);
	expect(cpumask_empty(A) && cpumask_weight(A) == 0);
#ifdef PERCPU_UP
	set_cpu_online(0, false);
	set_cpu_present(0, false);
	set_cpu_active(0, false);
	set_cpu_possible(0, false);
	expect(cpumask_empty(cpu_online_mask) && !cpumask_empty(cpu_possible_mask));
	expect(cpu_online(0) && cpu_present(0) && cpu_active(0) && !cpu_is_offline(0));
	expect(num_online_cpus() == 1 && num_present_cpus() == 1 && num_active_cpus() == 1);
	for_each_online_cpu(cpu) nr++;
	expect(nr == 5 && !cpu_online(1));
	set_cpu_online(0, true);
	expect(!cpumask_empty(cpu_online_mask) && !cpumask_empty(cpu_active_mask));
	expect(cpumask_empty(cpu_present_mask));
	init_cpu_present(cpu_online_mask);
	expect(!cpumask_empty(cpu_present_mask));
#endif
}

/* --- constants --- */

static const unsigned long all_bits[] = CPU_BITS_ALL;
static const unsigned long first_bit[(NR_CPUS + 63) / 64] = CPU_BITS_CPU0;
static const unsigned long no_bits[(NR_CPUS + 63) / 64] = CPU_BITS_NONE;
static const struct cpumask *const all_of_them = cpu_all_mask;
static unsigned long own_bits[(NR_CPUS + 63) / 64];
static struct cpumask *const own_mask = to_cpumask(own_bits);

static void constants_are_what_they_say(void **state)
{
	const cpumask_t all = CPU_MASK_ALL, none = CPU_MASK_NONE, cpu0 = CPU_MASK_CPU0;
	unsigned int weight = 0;

	(void)state;
	assert_int_equal(sizeof(all_bits), sizeof(struct cpumask));
	for (size_t i = 0; i < ARRAY_SIZE(all_bits); i++)
		weight += (unsigned int)__builtin_popcountl(all_bits[i]);
	assert_int_equal(weight, NR_CPUS);
	assert_memory_equal(&all, all_bits, sizeof(all));
	assert_memory_equal(&cpu0, first_bit, sizeof(cpu0));
	assert_memory_equal(&none, no_bits, sizeof(none));
	assert_true(first_bit[0] == 1 && cpumask_weight(&cpu0) == 1 && cpumask_empty(&none));
	assert_true(cpumask_full(cpu_all_mask) && cpumask_empty(cpu_none_mask));
	assert_ptr_equal(all_of_them, cpu_all_mask);
	assert_true(cpumask_weight(all_of_them) == nr_bits());
	assert_memory_equal(cpu_all_bits, all_bits, sizeof(all_bits) - sizeof(long));
	assert_int_equal(__check_is_bitmap(own_bits), 1);
	cpumask_setall(own_mask);
	assert_true(own_bits[0] & 1);
}

static void mask_of_one_cpu_has_that_one(void **state)
{
	(void)state;
	for (unsigned int cpu = 0; cpu < nr_bits(); cpu++) {
		const struct cpumask *one = cpumask_of(cpu);

		if (cpumask_weight(one) != 1 || !cpumask_test_cpu(cpu, one))
			fail_msg("CPU %u", cpu);
		assert_ptr_equal(one, get_cpu_mask(cpu));
		assert_true(cpumask_bits(one)[cpu / 64] == 1UL << cpu % 64);
	}
	assert_true(cpu_bit_bitmap[0][0] == 0 && cpu_bit_bitmap[1][0] == 1);
}

/* --- masks that may be allocated --- */

static DEFINE_PER_CPU(cpumask_var_t, per_cpu_mask);

static void variables_are_used_alike_in_both_forms(void **state)
{
	cpumask_var_t mask, other;

	(void)state;
	assert_true(alloc_cpumask_var(&mask, GFP_KERNEL));
	cpumask_setall(mask);
	assert_true(zalloc_cpumask_var(&other, GFP_KERNEL));
	assert_true(cpumask_empty(other) && cpumask_full(mask));
	cpumask_copy(other, mask);
	assert_true(cpumask_equal(other, mask));
	free_cpumask_var(other);
	free_cpumask_var(mask);
	assert_true(zalloc_cpumask_var_node(&mask, GFP_KERNEL, 0) && cpumask_empty(mask));
	free_cpumask_var(mask);
	assert_true(alloc_cpumask_var_node(&mask, GFP_KERNEL, 0));
	free_cpumask_var(mask);
	alloc_bootmem_cpumask_var(&mask);
	cpumask_clear(mask);
	free_bootmem_cpumask_var(mask);
#ifdef CONFIG_CPUMASK_OFFSTACK
	assert_int_equal(sizeof(cpumask_var_t), sizeof(void *));
	free_cpumask_var(NULL);
#else
	assert_int_equal(sizeof(cpumask_var_t), sizeof(struct cpumask));
#endif
}

static void variable_may_be_per_cpu(void **state)
{
	const unsigned int cpu = get_cpu();

	(void)state;
#ifdef CONFIG_CPUMASK_OFFSTACK
	assert_true(zalloc_cpumask_var(&per_cpu(per_cpu_mask, cpu), GFP_KERNEL));
	assert_ptr_equal(this_cpu_cpumask_var_ptr(per_cpu_mask), per_cpu(per_cpu_mask, cpu));
#else
	assert_ptr_equal(this_cpu_cpumask_var_ptr(per_cpu_mask), &per_cpu(per_cpu_mask, cpu)[0]);
#endif
	cpumask_set_cpu(0, this_cpu_cpumask_var_ptr(per_cpu_mask));
	assert_true(cpumask_test_cpu(0, per_cpu(per_cpu_mask, cpu)));
	put_cpu();
#ifdef CONFIG_CPUMASK_OFFSTACK
	free_cpumask_var(per_cpu(per_cpu_mask, cpu));
#endif
}

/* --- as the C library has them --- */

static void cpu_sets_are_made_of_masks_and_masks_of_them(void **state)
{
	const size_t size = CPU_ALLOC_SIZE(nr_bits());
	cpu_set_t *cpus = CPU_ALLOC(nr_bits());

	(void)state;
	FOR_EACH_ROUND
	{
		for (unsigned int cpu = nr_cpu_ids; cpu < nr_bits(); cpu++)
			a.has[cpu] = false;
		memset(cpus, 0xff, size);
		if (ONE)
			continue;
		expect(cpumask_to_cpuset(A, size, cpus) == 0);
		for (unsigned int cpu = 0; cpu < size * 8; cpu++)
			expect(!!CPU_ISSET_S(cpu, size, cpus) == a.has[cpu]);
		cpumask_from_cpuset(TO, size, cpus);
		memcpy(to.has, a.has, sizeof(to.has));
		expect(model_agrees(&to, nr_bits()));
	}
	CPU_FREE(cpus);
}

static void cpu_set_that_is_too_small_is_refused(void **state)
{
	unsigned char bytes[2] = {0x11, 0x22};

	(void)state;
	cpumask_clear(A);
	if (ONE) {
		assert_int_equal(cpumask_to_cpuset(A, 0, bytes), -EINVAL);
		return;
	}
	assert_int_equal(cpumask_to_cpuset(A, 0, bytes), 0);
	cpumask_set_cpu(nr_cpu_ids - 1, A);
	assert_int_equal(cpumask_to_cpuset(A, (nr_cpu_ids - 1) / 8, bytes), -EINVAL);
	assert_true(bytes[0] == 0x11 && bytes[1] == 0x22);
	if (nr_cpu_ids <= 8) {
		assert_int_equal(cpumask_to_cpuset(A, 1, bytes), 0);
		assert_true(bytes[0] == 1 << (nr_cpu_ids - 1) && bytes[1] == 0x22);
	}
}

static void what_a_mask_has_no_bit_for_is_left_out(void **state)
{
	static unsigned char all[MODEL_MAX / 8 + 64];

	(void)state;
	memset(all, 0xff, sizeof(all));
	make_all();
	cpumask_from_cpuset(A, sizeof(all), all);
	memset(a.has, 1, sizeof(a.has));
	assert_true(model_agrees(&a, nr_bits()) && cpumask_full(A));
	cpumask_from_cpuset(A, 0, all);
	assert_true(cpumask_empty(A));
}

static void affinity_of_the_thread_is_a_mask(void **state)
{
	cpu_set_t cpus;

	(void)state;
	make_all();
	assert_int_equal(cpumask_from_affinity(A), 0);
#ifdef PERCPU_UP
	assert_int_equal(cpumask_weight(A), 1);
	(void)cpus;
#else
	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids && cpu < CPU_SETSIZE; cpu++)
		assert_int_equal(cpumask_test_cpu(cpu, A), !!CPU_ISSET(cpu, &cpus));
#endif
}

/* --- as text: the formats are in ../rooms/masks/test_bitmap_text.c --- */

static void masks_are_written_and_read(void **state)
{
	static char text[1 << 16], page[8192] __attribute__((__aligned__(4096)));

	(void)state;
	FOR_EACH_ROUND
	{
		for (unsigned int cpu = 0; cpu < nr_bits(); cpu++)
			a.has[cpu] = a.has[cpu] && cpu < nr_cpu_ids;
		expect(cpulist_scnprintf(text, sizeof(text), A) == (int)strlen(text));
		cpumask_clear(TO);
		expect(cpulist_parse(text, TO) == 0);
		memcpy(to.has, a.has, sizeof(to.has));
		expect(model_agrees(&to, nr_bits()));
		expect(cpumask_parselist_user(text, (int)strlen(text), TO) == 0);
		expect(cpulist_parse_flags(text, TO, PERCPU_PARSE_LINUX_4_1) == 0);
		expect(model_agrees(&to, nr_bits()));
		expect(cpumask_scnprintf(text, sizeof(text), A) == (int)strlen(text));
		expect(cpumask_parse(text, TO) == 0 && model_agrees(&to, nr_bits()));
		expect(cpumask_parse_user(text, (int)strlen(text), TO) == 0);
		expect(cpumask_parse_flags(text, TO, PERCPU_PARSE_LINUX_4_1) == 0);
		expect(model_agrees(&to, nr_bits()));
		expect(cpumap_print_to_pagebuf(false, page, A) == (int)strlen(page));
		expect(strncmp(page, text, strlen(text)) == 0 && strlen(page) == strlen(text) + 1);
	}
	snprintf(text, sizeof(text), "%u", nr_cpu_ids + 0);
	assert_int_equal(cpulist_parse(text, A), -ERANGE);
	assert_int_equal(cpumask_parselist_user(text, -1, A), -EINVAL);
	assert_int_equal(cpumask_parse_user(NULL, 1, A), -EFAULT);
}

static int takes_two(int nbits, const unsigned long *bits)
{
	return nbits + (bits == a.bits);
}

static void arguments_for_printing_are_the_bits_and_their_number(void **state)
{
	(void)state;
	assert_int_equal(takes_two(cpumask_pr_args(A)), nr_cpu_ids + 1);
}

/* --- some CPU, in turn; and near ones first --- */

static void calls_in_turn_visit_all(void **state)
{
	static unsigned int seen[MODEL_MAX];
	unsigned int weight;

	(void)state;
	if (ONE)
		skip();
	make_all();
	cpumask_set_cpu(0, A);
	cpumask_and(A, A, cpu_possible_mask);
	weight = cpumask_weight(A);
	/* in a section nobody else is in between, and the CPU stays */
	get_cpu();
	for (unsigned int i = 0; i < 3 * weight; i++) {
		const unsigned int cpu = i % 2 ? cpumask_any_distribute(A)
					       : cpumask_any_and_distribute(A, cpu_possible_mask);

		if (cpu < MODEL_MAX)
			seen[cpu]++;
	}
	put_cpu();
	for (unsigned int cpu = 0; cpu < nr_bits(); cpu++)
		assert_int_equal(seen[cpu], cpumask_test_cpu(cpu, A) ? 3 : 0);
	cpumask_clear(A);
	assert_true(cpumask_any_distribute(A) >= nr_cpu_ids);
}

static void spread_goes_over_the_cpus_that_are_online(void **state)
{
	const unsigned int nr = num_online_cpus();
	unsigned int i = 0, cpu;

	(void)state;
	for_each_online_cpu(cpu)
	{
		assert_int_equal(cpumask_local_spread(i, -1), cpu);
		assert_int_equal(cpumask_local_spread(i + nr, -1), cpu);
		i++;
	}
}

#ifdef CONFIG_DEBUG_PER_CPU_MAPS
static unsigned int nr_warnings;

static void count_warning(enum percpu_log_level level, const char *message)
{
	nr_warnings += level == PERCPU_LOG_WARNING && strstr(message, "of a mask of");
}

static void numbers_out_of_range_are_told_once(void **state)
{
	(void)state;
	percpu_set_log_handler(count_warning, PERCPU_LOG_WARNING);
	(void)cpumask_check(nr_bits() - 1);
	/* the place before the first one is no CPU, and nothing is said of it */
	assert_true(cpumask_next(-1, cpu_possible_mask) == cpumask_first(cpu_possible_mask));
	assert_true(cpumask_next_and(-1, A, B) == cpumask_first_and(A, B));
	assert_int_equal(nr_warnings, 0);
	assert_int_equal(cpumask_check(nr_bits()), nr_bits());
	assert_int_equal(cpumask_check(~0u), ~0u);
	assert_int_equal(nr_warnings, 1);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_those_of_the_bits),
		cmocka_unit_test(whole_masks_are_combined),
		cmocka_unit_test(masks_are_shifted),
		cmocka_unit_test(masks_are_compared),
		cmocka_unit_test(single_cpus_are_changed),
		cmocka_unit_test(cpus_are_found),
		cmocka_unit_test(some_cpu_other_than_one_is_found),
		cmocka_unit_test(the_last_and_the_nth_are_found),
		cmocka_unit_test(walks_visit_each_once_and_in_order),
		cmocka_unit_test(walk_around_begins_where_it_is_told_to),
		cmocka_unit_test(walks_see_what_changes_ahead_of_them),
		cmocka_unit_test(walks_can_be_left_and_go_on),
		cmocka_unit_test(bits_behind_the_last_cpu_are_no_cpus),
		cmocka_unit_test(one_cpu_is_in_all_masks),
		cmocka_unit_test(constants_are_what_they_say),
		cmocka_unit_test(mask_of_one_cpu_has_that_one),
		cmocka_unit_test(variables_are_used_alike_in_both_forms),
		cmocka_unit_test(variable_may_be_per_cpu),
		cmocka_unit_test(cpu_sets_are_made_of_masks_and_masks_of_them),
		cmocka_unit_test(cpu_set_that_is_too_small_is_refused),
		cmocka_unit_test(what_a_mask_has_no_bit_for_is_left_out),
		cmocka_unit_test(affinity_of_the_thread_is_a_mask),
		cmocka_unit_test(masks_are_written_and_read),
		cmocka_unit_test(arguments_for_printing_are_the_bits_and_their_number),
		cmocka_unit_test(calls_in_turn_visit_all),
		cmocka_unit_test(spread_goes_over_the_cpus_that_are_online),
#ifdef CONFIG_DEBUG_PER_CPU_MAPS
		cmocka_unit_test(numbers_out_of_range_are_told_once),
#endif
	};

	model_random = random_from(random_seed());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
