/* SPDX-License-Identifier: MIT */
/*
 * test_masks.c - what linux/bitmap.h, bitops.h, find.h, cpumask.h and nodemask.h have beside
 * percpu/bitmap.h and percpu/cpumask.h, next to what it is by its definition.
 */
#include "support/fact.h"
#include "support/random.h"

#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/nodemask.h>
#include <linux/topology.h>

#define NBITS 200

static struct random state;

static unsigned int draw(unsigned int below)
{
	return (unsigned int)(random_next(&state) % below);
}

static void fill(unsigned long *map)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(NBITS); i++)
		map[i] = random_next(&state) & random_next(&state);
}

/* --- words --- */

static const char *words_are_looked_at_bit_by_bit(void)
{
	for (int i = 0; i < 1000; i++) {
		const u64 word = random_next(&state) >> draw(64) | 1ULL << draw(64);
		unsigned long low = 0, high = 63, nth = draw(70), n = 0, at;

		while (!(word >> low & 1))
			low++;
		while (!(word >> high & 1))
			high--;
		for (at = 0; at < 64; at++)
			if ((word >> at & 1) && n++ == nth)
				break;
		RETURN_UNLESS(__ffs(word) == low && __fls(word) == high && __ffs64(word) == low);
		RETURN_UNLESS(fls64(word) == (int)high + 1 && fls_long(word) == high + 1);
		RETURN_UNLESS(fns(word, (unsigned int)nth) == at);
		RETURN_UNLESS(word == ~0ULL || ffz(~word) == low);
		RETURN_UNLESS(get_count_order_long(word) == (int)high + ((word & (word - 1)) != 0));
		RETURN_UNLESS(hweight64(word) == hweight_long(word));
		RETURN_UNLESS(rol64(ror64(word, 13), 13) == word && rol64(word, 0) == word);
	}
	RETURN_UNLESS(fls64(0) == 0 && get_count_order(0) == -1 && get_count_order(5) == 3);
	RETURN_UNLESS(rol32(0x80000001u, 1) == 3 && ror16(1, 1) == 0x8000 && rol8(0x81, 4) == 0x18);
	RETURN_UNLESS(sign_extend32(0xf, 3) == -1 && sign_extend64(0x7, 3) == 7);
	RETURN_UNLESS(hweight8(0xfff) == 8 && hweight16(0x10001) == 1 && parity8(7) == 1);
	RETURN_UNLESS(GENMASK(5, 2) == 0x3c && GENMASK_ULL(63, 63) == 1ULL << 63);
	RETURN_UNLESS(BITS_PER_TYPE(u16) == 16 && BIT_MASK(65) == 2 && BIT_WORD(65) == 1);
	return NULL;
}

static const char *single_bits_are_changed_and_told(void)
{
	DECLARE_BITMAP(map, NBITS) = {0};
	unsigned long word = 0x81;
	unsigned int flags = 0x0f;

	RETURN_UNLESS(!__test_and_set_bit(130, map) && __test_and_set_bit(130, map));
	RETURN_UNLESS(__test_and_clear_bit(130, map) && !__test_and_change_bit(130, map));
	assign_bit(3, map, true);
	__assign_bit(130, map, false);
	RETURN_UNLESS(test_bit_acquire(3, map) && bitmap_weight(map, NBITS) == 1);
	RETURN_UNLESS(!test_and_set_bit_lock(199, map) && test_and_set_bit_lock(199, map));
	clear_bit_unlock(199, map);
	__clear_bit_unlock(3, map);
	RETURN_UNLESS(bitmap_empty(map, NBITS));
	RETURN_UNLESS(xor_unlock_is_negative_byte(1, &word) && word == 0x80);
	RETURN_UNLESS(set_mask_bits(&flags, 0x3u, 0x30u) == 0x0f && flags == 0x3c);
	RETURN_UNLESS(bit_clear_unless(&flags, 0x4u, 0x1u) && flags == 0x38);
	RETURN_UNLESS(!bit_clear_unless(&flags, 0x8u, 0x10u) && flags == 0x38);
	return NULL;
}

/* --- bitmaps --- */

static const char *parts_of_bitmaps_are_what_their_bits_say(void)
{
	for (int i = 0; i < 300; i++) {
		DECLARE_BITMAP(a, NBITS);
		DECLARE_BITMAP(b, NBITS);
		DECLARE_BITMAP(mask, NBITS);
		DECLARE_BITMAP(got, NBITS) = {0};
		const unsigned int first = draw(NBITS), cut = draw(NBITS);
		const unsigned int start = draw(NBITS - 64), n = 1 + draw(64);
		u32 numbers[BITS_TO_U32(NBITS)];
		unsigned long value = 0;

		fill(a), fill(b), fill(mask);
		bitmap_replace(got, a, b, mask, NBITS);
		for (unsigned int bit = 0; bit < NBITS; bit++)
			RETURN_UNLESS(test_bit(bit, got) ==
				      (test_bit(bit, mask) ? test_bit(bit, b) : test_bit(bit, a)));
		bitmap_cut(got, a, first, cut, NBITS);
		for (unsigned int bit = 0; bit < NBITS; bit++)
			RETURN_UNLESS(test_bit(bit, got) == (bit < first ? test_bit(bit, a)
							     : bit + cut < NBITS
								     ? test_bit(bit + cut, a)
								     : false));
		bitmap_to_arr32(numbers, a, NBITS);
		bitmap_from_arr32(got, numbers, NBITS);
		RETURN_UNLESS(bitmap_equal(got, a, NBITS) && got[3] >> (NBITS - 192) == 0);
		for (unsigned int bit = 0; bit < n; bit++)
			value |= (unsigned long)test_bit(start + bit, a) << bit;
		RETURN_UNLESS(bitmap_read(a, start, n) == value);
		bitmap_copy(got, b, NBITS);
		bitmap_write(got, value, start, n);
		for (unsigned int bit = 0; bit < NBITS; bit++)
			RETURN_UNLESS(test_bit(bit, got) ==
				      (bit - start < n ? test_bit(bit, a) : test_bit(bit, b)));
		bitmap_scatter(got, a, mask, NBITS);
		RETURN_UNLESS(bitmap_subset(got, mask, NBITS));
		bitmap_gather(b, got, mask, NBITS);
		for (unsigned int bit = 0; bit < NBITS; bit++)
			RETURN_UNLESS(test_bit(bit, b) ==
				      (bit < bitmap_weight(mask, NBITS) && test_bit(bit, a)));
	}
	return NULL;
}

static const char *regions_are_the_lowest_that_are_free(void)
{
	DECLARE_BITMAP(map, NBITS) = {0};
	unsigned int from = 0, to;

	RETURN_UNLESS(bitmap_find_free_region(map, NBITS, 3) == 0);
	RETURN_UNLESS(bitmap_find_free_region(map, NBITS, 0) == 8);
	RETURN_UNLESS(bitmap_find_free_region(map, NBITS, 2) == 12);
	RETURN_UNLESS(bitmap_allocate_region(map, 8, 1) == -EBUSY);
	bitmap_release_region(map, 0, 3);
	RETURN_UNLESS(bitmap_find_next_zero_area(map, NBITS, 0, 8, 0) == 0);
	RETURN_UNLESS(bitmap_find_next_zero_area(map, NBITS, 0, 9, 3) == 16);
	RETURN_UNLESS(bitmap_find_next_zero_area_off(map, NBITS, 4, 5, 7, 2) == 22);
	RETURN_UNLESS(bitmap_find_next_zero_area(map, NBITS, 0, NBITS, 0) > NBITS);
	bitmap_next_set_region(map, &from, &to, NBITS);
	RETURN_UNLESS(from == 8 && to == 9);
	bitmap_fill(map, NBITS);
	RETURN_UNLESS(bitmap_find_free_region(map, NBITS, 0) == -ENOMEM);
	return NULL;
}

static const char *bits_are_mapped_by_their_order(void)
{
	unsigned long old[1] = {0xf0}, to[1] = {0x0f00}, src[1] = {0x21}, got[1];

	RETURN_UNLESS(bitmap_bitremap(5, old, to, 64) == 9);
	RETURN_UNLESS(bitmap_bitremap(1, old, to, 64) == 1);
	bitmap_remap(got, src, old, to, 64);
	RETURN_UNLESS(got[0] == (1 | 1 << 9));
	src[0] = 5;
	bitmap_onto(got, src, to, 64);
	RETURN_UNLESS(got[0] == 0x500);
	src[0] = 1UL << 33 | 1UL << 2;
	bitmap_fold(got, src, 8, 64);
	RETURN_UNLESS(got[0] == (1 << 1 | 1 << 2));
	return NULL;
}

static const char *runs_and_clumps_are_walked(void)
{
	DECLARE_BITMAP(map, NBITS) = {0};
	unsigned long b, e, start, clump, seen = 0, nr = 0;

	bitmap_set(map, 3, 5);
	bitmap_set(map, 190, 10);
	for_each_set_bitrange(b, e, map, NBITS) seen += e - b, nr++;
	RETURN_UNLESS(nr == 2 && seen == 15);
	seen = 0;
	for_each_clear_bitrange(b, e, map, NBITS) seen += e - b;
	RETURN_UNLESS(seen == NBITS - 15);
	b = 5;
	nr = 0;
	for_each_set_bitrange_from(b, e, map, NBITS) nr++;
	RETURN_UNLESS(nr == 2);
	nr = 0;
	for_each_set_clump8(start, clump, map, NBITS) nr++, seen = clump;
	RETURN_UNLESS(nr == 3 && seen == 0xff && find_first_clump8(&clump, map, NBITS) == 0);
	RETURN_UNLESS(clump == 0xf8);
	return NULL;
}

/* --- CPUs --- */

static const char *masks_have_the_rest_of_their_names(void)
{
	cpumask_t a = {{0}}, b = {{0}}, c = {{0}};
	char text[64];
	cpumask_var_t var;

	__cpumask_set_cpu(0, &a);
	cpumask_assign_cpu(0, &b, true);
	__cpumask_assign_cpu(0, &c, true);
	RETURN_UNLESS(cpumask_first_and_and(&a, &b, &c) == 0);
	__cpumask_clear_cpu(0, &c);
	RETURN_UNLESS(cpumask_first_and_and(&a, &b, &c) == nr_cpu_ids);
	RETURN_UNLESS(zalloc_cpumask_var(&var, GFP_KERNEL) && cpumask_available(var));
	free_cpumask_var(var);
	RETURN_UNLESS(num_enabled_cpus() == num_present_cpus() && cpu_enabled(0));
	RETURN_UNLESS(cpumap_print_list_to_buf(text, &a, 0, sizeof(text)) == 2);
	RETURN_UNLESS(memcmp(text, "0\n", 2) == 0);
	RETURN_UNLESS(cpumap_print_bitmask_to_buf(text, &a, 1, sizeof(text)) >= 1);
	RETURN_UNLESS(cpumap_print_list_to_buf(text, &a, 9, sizeof(text)) == 0);
	return NULL;
}

static const char *cpus_that_went_are_dying(void)
{
	unsigned int cpu = cpumask_last(cpu_possible_mask);

	set_cpu_online(cpu, false);
	RETURN_UNLESS(cpu_dying(cpu) && cpumask_test_cpu(cpu, cpu_dying_mask));
	set_cpu_online(cpu, true);
	RETURN_UNLESS(!cpu_dying(cpu) && !cpumask_test_cpu(cpu, cpu_dying_mask));
	return NULL;
}

/* --- nodes --- */

static const char *sets_of_nodes_are_sets(void)
{
	nodemask_t a = NODE_MASK_NONE, b = nodemask_of_node(700), none = a, c;
	int node, nr = 0;

	node_set(3, a);
	node_set(700, a);
	nodes_and(c, a, b);
	RETURN_UNLESS(nodes_equal(c, b) && nodes_weight(a) == 2 && nodes_subset(b, a));
	nodes_andnot(c, a, b);
	RETURN_UNLESS(node_isset(3, c) && !node_isset(700, c) && first_node(c) == 3);
	RETURN_UNLESS(next_node(3, a) == 700 && next_node(700, a) == MAX_NUMNODES);
	RETURN_UNLESS(next_node_in(700, a) == 3 && first_unset_node(a) == 0);
	for_each_node_mask(node, a) nr += node;
	RETURN_UNLESS(nr == 703);
	nodes_complement(c, NODE_MASK_ALL);
	RETURN_UNLESS(nodes_empty(c) && nodes_full(NODE_MASK_ALL));
	RETURN_UNLESS(nodelist_parse("1-3,9", c) == 0 && nodes_weight(c) == 4);
	RETURN_UNLESS(node_random(&b) == 700 && node_random(&none) == -1);
	return NULL;
}

static const char *the_machines_nodes_are_in_their_sets(void)
{
	int node, nr = 0;

	RETURN_UNLESS(node_online(numa_node_id()) && node_state(0, N_MEMORY));
	for_each_online_node(node) nr += (int)nr_cpus_node(node);
	RETURN_UNLESS(nr == (int)num_possible_cpus());
	RETURN_UNLESS(num_online_nodes() >= 1 && first_online_node == 0 && nr_online_nodes >= 1);
	RETURN_UNLESS(numa_nearest_node(numa_node_id(), N_CPU) == numa_node_id());
	RETURN_UNLESS(numa_map_to_online_node(NUMA_NO_NODE) == NUMA_NO_NODE);
	RETURN_UNLESS(sched_numa_find_nth_cpu(cpu_online_mask, 0, 0) < nr_cpu_ids);
	RETURN_UNLESS(sched_numa_find_nth_cpu(cpu_none_mask, 0, 0) == nr_cpu_ids);
	RETURN_UNLESS(cpumask_subset(cpu_smt_mask(0), cpu_cpu_mask(0)));
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(words_are_looked_at_bit_by_bit),
		fact_test(single_bits_are_changed_and_told),
		fact_test(parts_of_bitmaps_are_what_their_bits_say),
		fact_test(regions_are_the_lowest_that_are_free),
		fact_test(bits_are_mapped_by_their_order),
		fact_test(runs_and_clumps_are_walked),
		fact_test(masks_have_the_rest_of_their_names),
		fact_test(cpus_that_went_are_dying),
		fact_test(sets_of_nodes_are_sets),
		fact_test(the_machines_nodes_are_in_their_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
