/* SPDX-License-Identifier: MIT */
/*
 * test_unit.c - the CPUs' units: when they open, what is in them then, and what they cost before.
 *
 * The program is pinned to one CPU and has at least 64 possible ones (PERCPU_CONF=possible:64), so
 * there are CPUs that it never runs on.
 */
#include "support/child.h"
#include "support/closed_cpu.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/locked.h"
#include "support/residency.h"
#include "support/threads.h"

#include "boot/first_chunk/alloc_info.h"
#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "boot/module.h"
#include "ground/pointer.h"
#include "machine/tier.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/populated.h"
#include "memory/unit.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <limits.h>

#define WINDOW ((uint64_t)1 << 32)

static DEFINE_PER_CPU(unsigned long, plain) = 0x1122334455667788;
static DEFINE_PER_CPU(unsigned long, zero);
static DEFINE_PER_CPU_FIRST(int[3], first) = {1, -2, 3};
static DEFINE_PER_CPU_PAGE_ALIGNED(char[2 * 4096], page_aligned) = "whole pages";
static DEFINE_PER_CPU_READ_MOSTLY(short, read_mostly) = -1234;
static DEFINE_PER_CPU_SHARED_ALIGNED(long, shared_aligned) = 77;
static DEFINE_PER_CPU(int, summed) = 5;
static DEFINE_PER_CPU(double, summed_double) = 0.25;

static unsigned int open_at_start;
static unsigned int own_cpu;

static int pin_to_one_cpu(void **state)
{
	(void)state;
	open_at_start = pcpu_units_nr_open();
	if (num_possible_cpus() < 64) {
		fprintf(stderr, "to be run with PERCPU_CONF=possible:64\n");
		return -1;
	}
	find_cpus();
	own_cpu = stay_here();
	return 0;
}

/* --- when a unit opens --- */

static void no_unit_is_open_before_the_first_use(void **state)
{
	(void)state;
	assert_int_equal(open_at_start, 0);
}

static void first_operation_opens_the_unit_of_the_cpu_it_runs_on_alone(void **state)
{
	(void)state;
	assert_int_equal(pcpu_units_nr_open(), 0);
	this_cpu_inc(zero);
	assert_int_equal(pcpu_units_nr_open(), 1);
	assert_true(percpu_unit_is_open(own_cpu));
	assert_int_equal(per_cpu(zero, own_cpu), 1);
}

static void per_cpu_ptr_opens_exactly_that_unit(void **state)
{
	unsigned int open = pcpu_units_nr_open(), cpu = closed_cpu_but(own_cpu);

	(void)state;
	per_cpu_ptr(&plain, cpu);
	assert_true(percpu_unit_is_open(cpu));
	assert_int_equal(pcpu_units_nr_open(), open + 1);
	per_cpu_ptr(&plain, cpu);
	assert_int_equal(pcpu_units_nr_open(), open + 1);
}

static void per_cpu_offset_opens_exactly_that_unit(void **state)
{
	unsigned int open = pcpu_units_nr_open(), cpu = closed_cpu_but(own_cpu);

	(void)state;
	assert_int_equal(per_cpu_offset(cpu), pcpu_unit_window(cpu));
	assert_true(percpu_unit_is_open(cpu));
	assert_int_equal(pcpu_units_nr_open(), open + 1);
}

static void alloc_and_free_open_no_unit(void **state)
{
	unsigned int open = pcpu_units_nr_open();

	(void)state;
	free_percpu(alloc_percpu(long));
	assert_int_equal(pcpu_units_nr_open(), open);
}

static void unit_of_no_cpu_is_never_open(void **state)
{
	(void)state;
	assert_false(percpu_unit_is_open(nr_cpu_ids));
	assert_false(percpu_unit_is_open(nr_cpu_ids + 64));
	assert_false(percpu_unit_is_open(UINT_MAX));
}

static unsigned int handler_cpu;

static void open_in_handler(int signo)
{
	(void)signo;
	per_cpu(zero, handler_cpu) = 9;
}

static void unit_opens_in_a_signal_handler(void **state)
{
	(void)state;
	handler_cpu = closed_cpu_but(own_cpu);
	signal(SIGUSR1, open_in_handler);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	assert_true(percpu_unit_is_open(handler_cpu));
	assert_int_equal(per_cpu(zero, handler_cpu), 9);
	assert_int_equal(per_cpu(plain, handler_cpu), 0x1122334455667788);
}

/* On any CPU: with all threads on one there is hardly ever a race. */
static void *open_when_told(void *arg)
{
	go_anywhere();
	pthread_barrier_wait(arg);
	return per_cpu_ptr(&plain, handler_cpu);
}

static void open_with_many_threads(void)
{
	pthread_t threads[8];
	pthread_barrier_t together;
	void *address;

	handler_cpu = closed_cpu_but(own_cpu);
	pthread_barrier_init(&together, NULL, ARRAY_SIZE(threads));
	start_all(threads, ARRAY_SIZE(threads), open_when_told, &together, 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		pthread_join(threads[i], &address);
		assert_ptr_equal(address, per_cpu_ptr(&plain, handler_cpu));
	}
	pthread_barrier_destroy(&together);
}

static void unit_that_many_threads_want_opens_once(void **state)
{
	unsigned int open = pcpu_units_nr_open();

	(void)state;
	for (unsigned int i = 1; i <= 16; i++) {
		open_with_many_threads();
		assert_int_equal(pcpu_units_nr_open(), open + i);
	}
}

/* --- which CPUs there are --- */

static void touch_copy(void *arg)
{
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	*(volatile unsigned long *)per_cpu_ptr(&plain, *(unsigned int *)arg) = 1;
}

static void number_that_is_no_cpu_is_fatal_and_named(void **state)
{
	const unsigned int nowhere[] = {nr_cpu_ids, nr_cpu_ids + 1, nr_cpu_ids + 61};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		unsigned int cpu = nowhere[i];
		struct child_end end = child_run(touch_copy, &cpu);
		char named[32];

		snprintf(named, sizeof(named), "CPU %u ", cpu);
		assert_child_died_of(end, SIGABRT);
		if (!strstr(end.output, named))
			fail_msg("the message does not name CPU %u: %s", cpu, end.output);
	}
}

static void number_far_from_any_cpu_faults(void **state)
{
	unsigned int cpu = 60000;
	struct child_end end;

	(void)state;
	if (cpu < nr_cpu_ids + 64)
		skip();
	end = child_run(touch_copy, &cpu);
	assert_child_died_of(end, SIGSEGV);
}

/* --- what is in a unit --- */

static void every_copy_starts_with_the_initial_values(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		unsigned int cpu = closed_cpu_but(own_cpu);

		assert_int_equal(per_cpu(plain, cpu), 0x1122334455667788);
		assert_int_equal(per_cpu(zero, cpu), 0);
		assert_memory_equal(per_cpu(first, cpu), first, sizeof(first));
		assert_string_equal(per_cpu(page_aligned, cpu), "whole pages");
		assert_int_equal(per_cpu(page_aligned, cpu)[2 * 4096 - 1], 0);
		assert_int_equal(per_cpu(read_mostly, cpu), -1234);
		assert_int_equal(per_cpu(shared_aligned, cpu), 77);
	}
}

static void copies_have_the_alignment_of_the_variable(void **state)
{
	unsigned int cpu = closed_cpu_but(own_cpu);

	(void)state;
	assert_int_equal((uintptr_t)&per_cpu(page_aligned, cpu) % 4096, 0);
	assert_int_equal((uintptr_t)&per_cpu(shared_aligned, cpu) % SMP_CACHE_BYTES, 0);
	assert_int_equal((uintptr_t)&per_cpu(plain, cpu) % sizeof(plain), 0);
}

static void change_of_one_copy_changes_no_other(void **state)
{
	unsigned int a = closed_cpu_but(own_cpu), b;

	(void)state;
	per_cpu(plain, a) = 1;
	b = closed_cpu_but(own_cpu);
	assert_int_equal(per_cpu(plain, b), 0x1122334455667788);
	per_cpu(plain, b) = 2;
	assert_int_equal(per_cpu(plain, a), 1);
	assert_int_equal(*(volatile unsigned long *)&plain, 0x1122334455667788);
}

extern const char __start_percpu_static_read_mostly[], __stop_percpu_static_read_mostly[];

/* Whether some word of @size bytes among the read-mostly variables is @value of every CPU. */
static bool own_variable(size_t size, uintptr_t (*value)(unsigned int cpu))
{
	const unsigned int of[] = {own_cpu, closed_cpu_but(own_cpu), closed_cpu_but(own_cpu) - 1,
				   closed_cpu_but(own_cpu) - 2};
	const char *at = __start_percpu_static_read_mostly;
	size_t same = 0;

	for (; at < __stop_percpu_static_read_mostly && same < ARRAY_SIZE(of); at += size) {
		for (same = 0; same < ARRAY_SIZE(of); same++) {
			uintptr_t wanted = value(of[same]);

			if (memcmp(per_cpu_ptr(at, of[same]), &wanted, size) != 0)
				break;
		}
	}
	return same == ARRAY_SIZE(of);
}

static uintptr_t number_of(unsigned int cpu)
{
	return cpu;
}

static void every_copy_knows_its_cpu_number(void **state)
{
	(void)state;
	assert_true(own_variable(sizeof(unsigned int), number_of));
}

static void every_copy_knows_its_offset(void **state)
{
	(void)state;
	assert_true(own_variable(sizeof(unsigned long), pcpu_unit_window));
}

/* --- what is not in it --- */

static void closed_units_count_with_their_initial_value(void **state)
{
	unsigned int open = pcpu_units_nr_open();

	(void)state;
	assert_int_equal(per_cpu_sum(summed), 5 * (long)num_possible_cpus());
	assert_true(per_cpu_sum(summed_double) == 0.25 * num_possible_cpus());
	assert_int_equal(per_cpu_sum(first[1]), -2 * (long)num_possible_cpus());
	assert_int_equal(pcpu_units_nr_open(), open);
}

static void closed_units_count_with_zero_in_dynamic_areas(void **state)
{
	unsigned int open = pcpu_units_nr_open();
	long __percpu *area = alloc_percpu(long);

	(void)state;
	assert_int_equal(per_cpu_sum(*area), 0);
	*per_cpu_ptr(area, own_cpu) = 12;
	assert_int_equal(per_cpu_sum(*area), 12);
	assert_int_equal(pcpu_units_nr_open(), open);
	free_percpu(area);
}

static void sum_takes_open_and_closed_units_together(void **state)
{
	unsigned int a = closed_cpu_but(own_cpu);

	(void)state;
	per_cpu(summed, a) = 1000;
	per_cpu(summed, own_cpu) = -7;
	assert_int_equal(per_cpu_sum(summed), 5 * (long)(num_possible_cpus() - 2) + 993);
	per_cpu(summed, a) = 5;
	per_cpu(summed, own_cpu) = 5;
}

static void sum_of_small_integers_has_64_bits(void **state)
{
	int __percpu *area = alloc_percpu(int);
	unsigned int a = closed_cpu_but(own_cpu);

	(void)state;
	*per_cpu_ptr(area, a) = INT_MAX;
	*per_cpu_ptr(area, own_cpu) = INT_MAX;
	assert_int_equal(per_cpu_sum(*area), 2 * (long)INT_MAX);
	free_percpu(area);
}

/* --- what a unit costs --- */

static void window_of_a_closed_unit_has_no_memory(void **state)
{
	(void)state;
	per_cpu_sum(plain);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!cpu_possible(cpu) || percpu_unit_is_open(cpu))
			continue;
		assert_int_equal(writable_bytes(pcpu_unit_window(cpu), WINDOW), 0);
		assert_int_equal(resident_pages(pcpu_unit_window(cpu), WINDOW), 0);
	}
}

static void window_of_an_open_unit_has_memory_for_what_is_in_it(void **state)
{
	unsigned int cpu = closed_cpu_but(own_cpu);
	uint64_t writable;
	size_t static_size;

	(void)state;
	pcpu_modules_first(&static_size);
	per_cpu_ptr(&plain, cpu);
	writable = writable_bytes(pcpu_unit_window(cpu), WINDOW);
	assert_true(writable >= static_size + PERCPU_MODULE_RESERVE + PERCPU_DYNAMIC_RESERVE);
	assert_true(writable < static_size + (1u << 20));
	assert_between(resident_pages(pcpu_unit_window(cpu), WINDOW), 1,
		       static_size / PCPU_PAGE_SIZE + 1);
}

static void opening_one_unit_leaves_the_others_without_memory(void **state)
{
	unsigned int cpu = closed_cpu_but(own_cpu), next;

	(void)state;
	per_cpu(plain, cpu) = 3;
	next = closed_cpu_but(own_cpu);
	assert_int_equal(resident_pages(pcpu_unit_window(next), WINDOW), 0);
}

/* --- where units are --- */

static void copy_lies_at_the_window_plus_the_low_32_bits(void **state)
{
	const unsigned int two[] = {own_cpu, closed_cpu_but(own_cpu)};
	long __percpu *area = alloc_percpu(long);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(two); i++) {
		unsigned int cpu = two[i];

		assert_int_equal((uintptr_t)per_cpu_ptr(&plain, cpu),
				 __per_cpu_offset[cpu] + (uint32_t)(uintptr_t)&plain);
		assert_int_equal((uintptr_t)per_cpu_ptr(area, cpu),
				 __per_cpu_offset[cpu] + (uint32_t)(uintptr_t)area);
	}
	free_percpu(area);
}

static void pointer_to_this_cpu_is_the_pointer_to_its_cpu(void **state)
{
	(void)state;
	assert_ptr_equal(this_cpu_ptr(&plain), per_cpu_ptr(&plain, own_cpu));
	assert_ptr_equal(raw_cpu_ptr(&plain), per_cpu_ptr(&plain, own_cpu));
	assert_int_equal(smp_processor_id(), own_cpu);
}

/* Contract, section 4.1: __per_cpu_offset[c] = delta + pcpu_unit_offsets[c], one delta for all. */
static void offsets_differ_as_unit_offsets_do(void **state)
{
	unsigned int checked = 0, cpu;

	(void)state;
	for_each_possible_cpu(cpu) {
		assert_int_equal(__per_cpu_offset[cpu] - __per_cpu_offset[own_cpu],
				 pcpu_unit_offsets[cpu] - pcpu_unit_offsets[own_cpu]);
		checked++;
	}
	assert_int_equal(checked, num_possible_cpus());
}

static void units_are_whole_pages_and_a_window_apart_at_least(void **state)
{
	unsigned int cpu, other;

	(void)state;
	for_each_possible_cpu(cpu) {
		assert_int_equal(pcpu_unit_offsets[cpu] % PCPU_PAGE_SIZE, 0);
		for_each_possible_cpu(other)
			if (cpu != other && pcpu_unit_offsets[cpu] <= pcpu_unit_offsets[other])
				assert_true(pcpu_unit_offsets[other] - pcpu_unit_offsets[cpu] >=
					    WINDOW);
	}
}

/* Contract, section 5.12: the copy is at ptr - __per_cpu_start + base + unit offset. */
static void base_address_and_unit_offset_lead_to_the_copy(void **state)
{
	size_t static_size;
	uintptr_t in_unit = (uintptr_t)&plain - pcpu_modules_first(&static_size)->start;
	const unsigned int two[] = {own_cpu, closed_cpu_but(own_cpu)};

	(void)state;
	in_unit = (uint32_t)in_unit;
	assert_true(in_unit < static_size);
	for (size_t i = 0; i < ARRAY_SIZE(two); i++)
		assert_int_equal((uintptr_t)per_cpu_ptr(&plain, two[i]),
				 (uintptr_t)pcpu_base_addr + in_unit + pcpu_unit_offsets[two[i]]);
}

/* --- spans --- */

static struct pcpu_span new_span(uint64_t pages)
{
	struct pcpu_span span = {.size = pages * PCPU_PAGE_SIZE};

	assert_int_equal(locked(pcpu_coord_claim_free(span.size, &span.start)), 0);
	return span;
}

static void add_span(const struct pcpu_span *span)
{
	assert_int_equal(locked(pcpu_units_add_span(span)), 0);
}

/* A span that is accessible from @at on in the unit of this CPU. */
static struct pcpu_span add_new_span(uint64_t pages, uintptr_t *at)
{
	struct pcpu_span span = new_span(pages);

	*at = pcpu_unit_open(own_cpu) + span.start;
	add_span(&span);
	return span;
}

static void drop_span(const struct pcpu_span *span)
{
	do_locked(pcpu_units_remove_span(span->start));
	do_locked(pcpu_coord_release(span->start));
}

static void span_is_accessible_in_open_units_and_in_no_other(void **state)
{
	struct pcpu_span span = new_span(3);
	unsigned int closed = closed_cpu_but(own_cpu);
	uintptr_t in_own = pcpu_unit_open(own_cpu) + span.start;

	(void)state;
	assert_int_equal(writable_bytes(in_own, span.size), 0);
	add_span(&span);
	assert_int_equal(writable_bytes(in_own, span.size), span.size);
	assert_int_equal(writable_bytes(pcpu_unit_window(closed), WINDOW), 0);
	drop_span(&span);
}

static void unit_that_opens_later_has_the_span(void **state)
{
	struct pcpu_span span = new_span(3);
	unsigned int cpu = closed_cpu_but(own_cpu);

	(void)state;
	add_span(&span);
	pcpu_unit_open(cpu);
	assert_int_equal(writable_bytes(pcpu_unit_window(cpu) + span.start, span.size), span.size);
	drop_span(&span);
}

static void removed_span_is_accessible_nowhere_and_its_memory_is_given_back(void **state)
{
	uintptr_t at;
	struct pcpu_span span = add_new_span(3, &at);

	(void)state;
	memset((void *)at, 0xaa, span.size);
	assert_int_equal(resident_pages(at, span.size), 3);
	do_locked(pcpu_units_remove_span(span.start));
	assert_int_equal(writable_bytes(at, span.size), 0);
	assert_int_equal(resident_pages(at, span.size), 0);
	do_locked(pcpu_coord_release(span.start));
}

static void span_is_zero_when_it_comes_back(void **state)
{
	struct pcpu_span span = new_span(2);
	unsigned long *words = (void *)(pcpu_unit_open(own_cpu) + span.start);

	(void)state;
	add_span(&span);
	memset(words, 0xaa, span.size);
	do_locked(pcpu_units_remove_span(span.start));
	add_span(&span);
	for (size_t i = 0; i < span.size / sizeof(*words); i++)
		assert_int_equal(words[i], 0);
	drop_span(&span);
}

static void removing_a_span_that_is_none_changes_nothing(void **state)
{
	uintptr_t at;
	struct pcpu_span span = add_new_span(2, &at);

	(void)state;
	do_locked(pcpu_units_remove_span(span.start + (uint32_t)PCPU_PAGE_SIZE));
	do_locked(pcpu_units_remove_span(span.start - (uint32_t)PCPU_PAGE_SIZE));
	assert_int_equal(writable_bytes(at, span.size), span.size);
	drop_span(&span);
}

static void only_a_claim_is_committed_whole_and_once(void **state)
{
	struct pcpu_span span = new_span(2), half = span, behind = span;
	uintptr_t at = pcpu_unit_open(own_cpu) + span.start;

	(void)state;
	half.size = PCPU_PAGE_SIZE;
	behind.start += (uint32_t)PCPU_PAGE_SIZE;
	behind.size = PCPU_PAGE_SIZE;
	assert_int_equal(locked(pcpu_units_add_span(&half)), -EINVAL);
	assert_int_equal(locked(pcpu_units_add_span(&behind)), -EINVAL);
	assert_int_equal(writable_bytes(at, span.size), 0);
	add_span(&span);
	assert_int_equal(locked(pcpu_units_add_span(&span)), -EINVAL);
	assert_int_equal(writable_bytes(at, span.size), span.size);
	drop_span(&span);
	assert_int_equal(locked(pcpu_units_add_span(&span)), -EINVAL);
}

/* What is claimed between two spans is not theirs, whenever a unit opens. */
static void claim_between_spans_is_accessible_nowhere(void **state)
{
	struct pcpu_span before = new_span(1), between = new_span(1), behind = new_span(1);
	unsigned int cpu = closed_cpu_but(own_cpu);
	uintptr_t window = pcpu_unit_window(cpu);

	(void)state;
	add_span(&before);
	add_span(&behind);
	pcpu_unit_open(cpu);
	assert_int_equal(writable_bytes(window + before.start, PCPU_PAGE_SIZE), PCPU_PAGE_SIZE);
	assert_int_equal(writable_bytes(window + between.start, PCPU_PAGE_SIZE), 0);
	assert_int_equal(writable_bytes(window + behind.start, PCPU_PAGE_SIZE), PCPU_PAGE_SIZE);
	drop_span(&before);
	do_locked(pcpu_coord_release(between.start));
	drop_span(&behind);
}

/* --- parked spans --- */

#define ROW 33

/* Spans of two pages, side by side, all committed. */
static void add_row(struct pcpu_span row[], unsigned int nr)
{
	struct pcpu_span whole = new_span(2 * (uint64_t)nr);

	do_locked(pcpu_coord_release(whole.start));
	for (unsigned int i = 0; i < nr; i++) {
		row[i] = (struct pcpu_span){.start = whole.start + 2 * i * (uint32_t)PCPU_PAGE_SIZE,
					    .size = 2 * PCPU_PAGE_SIZE};
		child_expect(locked(pcpu_coord_claim(row[i].start, row[i].size)) == 0);
		child_expect(locked(pcpu_units_add_span(&row[i])) == 0);
	}
}

static int nr_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int nr = 0, c;

	child_expect(maps);
	while ((c = getc(maps)) != EOF)
		nr += c == '\n';
	fclose(maps);
	return nr;
}

static void holes_between_spans_cost_no_mappings(void *arg)
{
	uintptr_t window = pcpu_unit_open(own_cpu),
		  late = pcpu_unit_window(closed_cpu_but(own_cpu));
	struct pcpu_span row[ROW];
	int before;

	(void)arg;
	add_row(row, ROW);
	memset((void *)(window + row[0].start), 0xaa, ROW * row[0].size);
	before = nr_mappings();
	for (int i = 1; i < ROW; i += 2)
		child_expect(locked(pcpu_units_park_span(row[i].start)));
	child_expect(nr_mappings() == before);
	child_expect(resident_pages(window + row[0].start, ROW * row[0].size) == 2 * (ROW + 1) / 2);
	/* and as many in a unit that opens now as if there were none */
	pcpu_unit_open(closed_cpu_but(own_cpu));
	child_expect(nr_mappings() <= before + 6);
	child_expect(writable_bytes(late + row[0].start, ROW * row[0].size) == ROW * row[0].size);
}

/* Somebody may have written to what he had freed. */
static void parked_span_is_zero_when_it_is_taken(void *arg)
{
	uintptr_t window = pcpu_unit_open(own_cpu);
	struct pcpu_span row[3];
	uint32_t start = 0;
	char *at;

	(void)arg;
	add_row(row, 3);
	at = (char *)window + row[1].start;
	child_expect(!locked(pcpu_units_take_parked(row[1].size, &start)));
	child_expect(locked(pcpu_units_park_span(row[1].start)));
	child_expect(!locked(pcpu_units_park_span(row[0].start)));
	memset(at, 0xaa, row[1].size);
	child_expect(!locked(pcpu_units_take_parked(row[1].size + PCPU_PAGE_SIZE, &start)));
	child_expect(locked(pcpu_units_take_parked(row[1].size, &start)));
	child_expect(start == row[1].start);
	child_expect(at[0] == 0 && memcmp(at, at + 1, row[1].size - 1) == 0);
	child_expect(!locked(pcpu_units_take_parked(row[1].size, &start)));
}

static void parked_spans_go_with_the_last_one_beside_them(void *arg)
{
	uintptr_t window = pcpu_unit_open(own_cpu);
	struct pcpu_span row[5];
	uint64_t from, to;
	uint32_t start;

	(void)arg;
	add_row(row, 5);
	child_expect(locked(pcpu_units_park_span(row[2].start)));
	child_expect(locked(pcpu_units_park_span(row[3].start)));
	/* nothing is behind it that a hole would be cut off from */
	child_expect(!locked(pcpu_units_park_span(row[4].start)));
	do_locked(pcpu_units_remove_with_parked(row[4].start, &from, &to));
	child_expect(from == row[2].start && to == row[4].start + row[4].size);
	child_expect(writable_bytes(window + row[2].start, to - from) == 0);
	child_expect(writable_bytes(window + row[0].start, 2 * row[0].size) == 2 * row[0].size);
	child_expect(!locked(pcpu_units_take_parked(row[2].size, &start)));
}

/* A module may come to lie there. */
static void parked_coordinates_can_be_claimed(void *arg)
{
	uintptr_t window = pcpu_unit_open(own_cpu);
	struct pcpu_span row[5];
	unsigned int claims;

	(void)arg;
	add_row(row, 5);
	claims = locked(pcpu_coord_nr_claims());
	child_expect(locked(pcpu_units_park_span(row[1].start)));
	child_expect(locked(pcpu_units_park_span(row[2].start)));
	child_expect(locked(pcpu_coord_claim(row[2].start, 2 * row[2].size)) == -EEXIST);
	child_expect(writable_bytes(window + row[2].start, row[2].size) == row[2].size);
	child_expect(locked(pcpu_coord_claim(row[1].start + PCPU_PAGE_SIZE, 2 * PCPU_PAGE_SIZE)) ==
		     0);
	child_expect(writable_bytes(window + row[1].start, 2 * row[1].size) == 0);
	child_expect(locked(pcpu_coord_nr_claims()) == claims - 1);
}

static void span_that_cannot_be_had_in_one_unit_is_had_in_none(void **state)
{
	struct pcpu_span span = new_span(3);
	unsigned int open;

	(void)state;
	per_cpu_ptr(&plain, closed_cpu_but(own_cpu));
	pcpu_unit_open(own_cpu);
	open = pcpu_units_nr_open();
	for (unsigned int nth = 1; nth <= open; nth++) {
		faults_fail_nth(PCPU_FAULT_COMMIT, (int)nth);
		assert_int_equal(locked(pcpu_units_add_span(&span)), -ENOMEM);
		assert_int_equal(faults_end(), 1);
		for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
			if (percpu_unit_is_open(cpu))
				assert_int_equal(writable_bytes(pcpu_unit_window(cpu) + span.start,
								span.size),
						 0);
	}
	add_span(&span);
	drop_span(&span);
}

static void windows_of_open_units_are_listed_once_each_and_no_others(void **state)
{
	unsigned int nr = pcpu_units_nr_open(), found = 0;

	(void)state;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		unsigned int times = 0;

		for (unsigned int i = 0; i < nr; i++)
			times += pcpu_open_windows[i] == pcpu_unit_window(cpu);
		assert_int_equal(times, percpu_unit_is_open(cpu));
		found += times;
	}
	assert_int_equal(found, nr);
}

static void cpus_of_open_units_are_listed_beside_their_windows(void **state)
{
	unsigned int at = 0, cpu;

	(void)state;
	pcpu_for_each_open_cpu(cpu) {
		assert_true(percpu_unit_is_open(cpu));
		assert_int_equal(pcpu_open_windows[at++], pcpu_unit_window(cpu));
	}
	assert_int_equal(at, pcpu_units_nr_open());
}

/* As in a process that has not used it yet. */
static void begin_sums(void)
{
	unsigned int cpu;

	pcpu_for_each_open_cpu(cpu)
		per_cpu(summed, cpu) = 5;
}

/* Who was to publish it is gone: another one opens after it, and then it does, by somebody else. */
static void unit_that_is_opened_anew_is_listed_once(void *arg)
{
	const unsigned int left = closed_cpu_but(own_cpu), nr = pcpu_units_nr_open();
	sigset_t saved;

	(void)arg;
	begin_sums();
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	child_expect(pcpu_open_units_fill(pcpu_unit_window(left)) == 0);
	pcpu_open_units_append(pcpu_unit_window(left), left);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	/* not published yet, and it counts with what it starts with */
	child_expect(per_cpu_sum(summed) == 5 * num_possible_cpus());
	pcpu_unit_open(left - 1);
	pcpu_unit_open(left);
	child_expect(pcpu_units_nr_open() == nr + 2);
	per_cpu(summed, left) += 7;
	child_expect(per_cpu_sum(summed) == 5 * num_possible_cpus() + 7);
}

/* --- sums while units open --- */

static unsigned int nr_wrong, nr_sums;

static void check_sum(int signo)
{
	(void)signo;
	/* what is added once a unit is open: never less, and no other number */
	if (per_cpu_sum(summed) % 5 || per_cpu_sum(summed) < 5 * num_possible_cpus())
		__atomic_fetch_add(&nr_wrong, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&nr_sums, 1, __ATOMIC_RELEASE);
}

static void *sum_until_told(void *stop)
{
	go_anywhere();
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
		check_sum(0);
	return NULL;
}

static void unit_that_opens_during_a_sum_counts_whole_or_with_its_initial_value(void *arg)
{
	bool stop = false;
	pthread_t thread;
	unsigned int cpu;

	(void)arg;
	begin_sums();
	signal(SIGUSR1, check_sum);
	start_all(&thread, 1, sum_until_told, &stop, 0);
	for_each_possible_cpu(cpu) {
		const unsigned int before = __atomic_load_n(&nr_sums, __ATOMIC_ACQUIRE);

		raise(SIGUSR1);
		per_cpu(summed, cpu) += 5;
		while (__atomic_load_n(&nr_sums, __ATOMIC_ACQUIRE) < before + 3)
			sched_yield();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	child_expect(nr_wrong == 0);
	child_expect(per_cpu_sum(summed) == 10 * num_possible_cpus());
}

/* --- the memory of all open units --- */

#define NR_PAGES 4

static struct pcpu_span span;

/* A span of four pages, in two open units at least. */
static int add_the_span(void **state)
{
	(void)state;
	pcpu_unit_open(own_cpu);
	pcpu_unit_open(closed_cpu_but(own_cpu));
	span = new_span(NR_PAGES);
	return locked(pcpu_units_add_span(&span));
}

static int drop_the_span(void **state)
{
	(void)state;
	drop_span(&span);
	return 0;
}

static unsigned char *copy_in(unsigned int unit)
{
	return (unsigned char *)(pcpu_open_windows[unit] + span.start);
}

static void fill_in_all_units(int byte)
{
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		memset(copy_in(i), byte, span.size);
}

static void clearing_clears_every_open_unit_and_nothing_beside_the_range(void **state)
{
	(void)state;
	fill_in_all_units(0xaa);
	pcpu_units_clear(span.start + 4000, 4300);
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		for (unsigned int at = 0; at < span.size; at++)
			if (copy_in(i)[at] != (at >= 4000 && at < 8300 ? 0 : 0xaa))
				fail_msg("unit %u, offset %u: %#x", i, at, copy_in(i)[at]);
}

static void single_bytes_are_cleared(void **state)
{
	(void)state;
	fill_in_all_units(0xaa);
	pcpu_units_clear(span.start + 5, 1);
	assert_int_equal(copy_in(0)[5], 0);
	assert_int_equal(copy_in(0)[4], 0xaa);
	assert_int_equal(copy_in(0)[6], 0xaa);
}

static void byte_that_is_dirty_at_the_end_alone_is_cleared(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 70; size++) {
		copy_in(0)[size - 1] = 1;
		copy_in(0)[size] = 1;
		pcpu_units_clear(span.start, size);
		assert_int_equal(copy_in(0)[size - 1], 0);
		assert_int_equal(copy_in(0)[size], 1);
	}
}

static void clearing_what_was_never_written_makes_nothing_resident(void **state)
{
	(void)state;
	copy_in(0)[2 * 4096] = 1;
	pcpu_units_clear(span.start, span.size);
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		assert_int_equal(pages_of_its_own((uintptr_t)copy_in(i), 2 * 4096), 0);
	assert_int_equal(pages_of_its_own((uintptr_t)copy_in(1), span.size), 0);
	/* the test would see it otherwise */
	assert_int_equal(pages_of_its_own((uintptr_t)copy_in(0) + 2 * 4096, 4096), 1);
}

static void discarded_pages_have_no_memory_and_read_as_zero_in_every_open_unit(void **state)
{
	size_t resident;

	(void)state;
	fill_in_all_units(0xaa);
	resident = pcpu_units_resident();
	pcpu_units_discard(span.start + 4096, 2 * 4096);
	assert_int_equal(pcpu_units_resident(), resident - 2 * 4096 * pcpu_units_nr_open());
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++) {
		assert_int_equal(resident_pages((uintptr_t)copy_in(i), span.size), 2);
		assert_int_equal(copy_in(i)[4095], 0xaa);
		assert_int_equal(copy_in(i)[4096], 0);
		assert_int_equal(copy_in(i)[3 * 4096 - 1], 0);
		assert_int_equal(copy_in(i)[3 * 4096], 0xaa);
	}
}

static void resident_bytes_are_those_of_pages_that_were_written(void **state)
{
	size_t before = pcpu_units_resident();

	(void)state;
	copy_in(0)[0] = 1;
	copy_in(1)[3 * 4096] = 1;
	assert_int_equal(pcpu_units_resident(), before + 2 * 4096);
}

/* --- pages that are populated for good: in a process that asks for it, which is for ever --- */

static void populated_pages_are_resident_in_units_open_now_and_later(void *arg)
{
	size_t before = pcpu_units_resident();
	unsigned int late = closed_cpu_but(own_cpu);
	uintptr_t window = pcpu_unit_window(late);

	(void)arg;
	child_expect(pcpu_units_populate_always() == 0);
	child_expect(pcpu_units_populate(span.start + 4096, 2 * 4096) == 0);
	child_expect(pcpu_units_resident() == before + 2 * 4096 * pcpu_units_nr_open());
	/* and those that open later */
	pcpu_unit_open(late);
	child_expect(resident_pages(window + span.start, 4096) == 0);
	child_expect(resident_pages(window + span.start + 4096, 2 * 4096) == 2);
	child_expect(resident_pages(window + span.start + 3 * 4096, 4096) == 0);
}

static void pages_that_are_discarded_or_removed_are_populated_no_more(void *arg)
{
	unsigned int late = closed_cpu_but(own_cpu);
	uintptr_t window = pcpu_unit_window(late);

	(void)arg;
	child_expect(pcpu_units_populate_always() == 0);
	child_expect(pcpu_units_populate(span.start, NR_PAGES * 4096) == 0);
	pcpu_units_discard(span.start, 4096);
	pcpu_unit_open(late);
	child_expect(resident_pages(window + span.start, 4096) == 0);
	child_expect(resident_pages(window + span.start + 4096, 3 * 4096) == 3);
	do_locked(pcpu_units_remove_span(span.start));
	child_expect(locked(pcpu_units_add_span(&span)) == 0);
	late = closed_cpu_but(own_cpu);
	pcpu_unit_open(late);
	child_expect(resident_pages(pcpu_unit_window(late) + span.start, span.size) == 0);
}

static void pages_that_cannot_be_populated_in_one_unit_do_not_count_as_such(void *arg)
{
	unsigned int late = closed_cpu_but(own_cpu);

	(void)arg;
	child_expect(pcpu_units_populate_always() == 0);
	for (unsigned int nth = 1; nth <= pcpu_units_nr_open(); nth++) {
		faults_fail_nth(PCPU_FAULT_POPULATE, (int)nth);
		child_expect(pcpu_units_populate(span.start, span.size) == -ENOMEM);
		child_expect(faults_end() == 1);
		child_expect(!pcpu_units_are_populated(span.start, span.size));
	}
	pcpu_unit_open(late);
	child_expect(resident_pages(pcpu_unit_window(late) + span.start, span.size) == 0);
	child_expect(pcpu_units_populate(span.start, span.size) == 0);
	child_expect(pcpu_units_are_populated(span.start, span.size));
}

static void range_is_populated_if_all_its_pages_are(void *arg)
{
	(void)arg;
	child_expect(pcpu_units_populate_always() == 0);
	child_expect(pcpu_units_populate(span.start + 4096, 4096) == 0);
	child_expect(pcpu_units_are_populated(span.start + 4096, 4096));
	child_expect(pcpu_units_are_populated(span.start + 8191, 1));
	child_expect(!pcpu_units_are_populated(span.start + 8191, 2));
	child_expect(!pcpu_units_are_populated(span.start + 4095, 2));
	child_expect(!pcpu_units_are_populated(span.start, span.size));
}

static void record_of_populated_pages_without_memory_is_refused(void *arg)
{
	(void)arg;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	child_expect(pcpu_units_populate_always() == -ENOMEM);
	child_expect(faults_end() == 1);
	child_expect(pcpu_units_populate_always() == 0);
}

/* --- no memory, and a CPU that is held --- */

static void open_without_memory(void *arg)
{
	faults_fail_all(PCPU_FAULT_COMMIT);
	per_cpu(plain, *(unsigned int *)arg) = 1;
}

static void unit_without_memory_is_fatal_and_names_the_cpu(void **state)
{
	unsigned int cpu = closed_cpu_but(own_cpu);
	struct child_end end = child_run(open_without_memory, &cpu);
	char named[32];

	(void)state;
	assert_child_died_of(end, SIGABRT);
	snprintf(named, sizeof(named), "CPU %u ", cpu);
	assert_non_null(strstr(end.output, named));
}

static void *count_once(void *arg)
{
	(void)arg;
	this_cpu_inc(zero);
	return NULL;
}

static void held_cpu_keeps_operations_out_until_it_is_let_go(void **state)
{
	unsigned long before;
	pthread_t thread;

	(void)state;
	this_cpu_write(zero, 0);
	before = per_cpu_sum(zero);
	assert_int_equal(percpu_remote_begin(own_cpu), 0);
	thread = start(count_once, NULL);
	usleep(50000);
	assert_int_equal(per_cpu_sum(zero), before);
	percpu_remote_end(own_cpu);
	pthread_join(thread, NULL);
	assert_int_equal(per_cpu_sum(zero), before + 1);
}

#define span_test(f) cmocka_unit_test_setup_teardown(f, add_the_span, drop_the_span)
#define span_child_test(body) child_test_setup_teardown(body, add_the_span, drop_the_span)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* these two come first: a unit never closes again */
		cmocka_unit_test(no_unit_is_open_before_the_first_use),
		cmocka_unit_test(first_operation_opens_the_unit_of_the_cpu_it_runs_on_alone),
		cmocka_unit_test(per_cpu_ptr_opens_exactly_that_unit),
		cmocka_unit_test(per_cpu_offset_opens_exactly_that_unit),
		cmocka_unit_test(alloc_and_free_open_no_unit),
		cmocka_unit_test(unit_of_no_cpu_is_never_open),
		cmocka_unit_test(unit_opens_in_a_signal_handler),
		cmocka_unit_test(unit_that_many_threads_want_opens_once),
		cmocka_unit_test(number_that_is_no_cpu_is_fatal_and_named),
		cmocka_unit_test(number_far_from_any_cpu_faults),
		cmocka_unit_test(every_copy_starts_with_the_initial_values),
		cmocka_unit_test(copies_have_the_alignment_of_the_variable),
		cmocka_unit_test(change_of_one_copy_changes_no_other),
		cmocka_unit_test(every_copy_knows_its_cpu_number),
		cmocka_unit_test(every_copy_knows_its_offset),
		cmocka_unit_test(closed_units_count_with_their_initial_value),
		cmocka_unit_test(closed_units_count_with_zero_in_dynamic_areas),
		cmocka_unit_test(sum_takes_open_and_closed_units_together),
		cmocka_unit_test(sum_of_small_integers_has_64_bits),
		cmocka_unit_test(window_of_a_closed_unit_has_no_memory),
		cmocka_unit_test(window_of_an_open_unit_has_memory_for_what_is_in_it),
		cmocka_unit_test(opening_one_unit_leaves_the_others_without_memory),
		cmocka_unit_test(copy_lies_at_the_window_plus_the_low_32_bits),
		cmocka_unit_test(pointer_to_this_cpu_is_the_pointer_to_its_cpu),
		cmocka_unit_test(offsets_differ_as_unit_offsets_do),
		cmocka_unit_test(units_are_whole_pages_and_a_window_apart_at_least),
		cmocka_unit_test(base_address_and_unit_offset_lead_to_the_copy),
		cmocka_unit_test(span_is_accessible_in_open_units_and_in_no_other),
		cmocka_unit_test(unit_that_opens_later_has_the_span),
		cmocka_unit_test(removed_span_is_accessible_nowhere_and_its_memory_is_given_back),
		cmocka_unit_test(span_is_zero_when_it_comes_back),
		cmocka_unit_test(removing_a_span_that_is_none_changes_nothing),
		cmocka_unit_test(only_a_claim_is_committed_whole_and_once),
		cmocka_unit_test(claim_between_spans_is_accessible_nowhere),
		child_test(holes_between_spans_cost_no_mappings),
		child_test(parked_span_is_zero_when_it_is_taken),
		child_test(parked_spans_go_with_the_last_one_beside_them),
		child_test(parked_coordinates_can_be_claimed),
		cmocka_unit_test(span_that_cannot_be_had_in_one_unit_is_had_in_none),
		cmocka_unit_test(windows_of_open_units_are_listed_once_each_and_no_others),
		cmocka_unit_test(cpus_of_open_units_are_listed_beside_their_windows),
		child_test(unit_that_is_opened_anew_is_listed_once),
		child_test(unit_that_opens_during_a_sum_counts_whole_or_with_its_initial_value),
		span_test(clearing_clears_every_open_unit_and_nothing_beside_the_range),
		span_test(single_bytes_are_cleared),
		span_test(byte_that_is_dirty_at_the_end_alone_is_cleared),
		span_test(clearing_what_was_never_written_makes_nothing_resident),
		span_test(discarded_pages_have_no_memory_and_read_as_zero_in_every_open_unit),
		span_test(resident_bytes_are_those_of_pages_that_were_written),
		span_child_test(populated_pages_are_resident_in_units_open_now_and_later),
		span_child_test(pages_that_are_discarded_or_removed_are_populated_no_more),
		span_child_test(pages_that_cannot_be_populated_in_one_unit_do_not_count_as_such),
		span_child_test(range_is_populated_if_all_its_pages_are),
		span_child_test(record_of_populated_pages_without_memory_is_refused),
		cmocka_unit_test(unit_without_memory_is_fatal_and_names_the_cpu),
		cmocka_unit_test(held_cpu_keeps_operations_out_until_it_is_let_go),
	};

	return cmocka_run_group_tests_name("unit", tests, pin_to_one_cpu, NULL);
}
