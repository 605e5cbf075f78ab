/* SPDX-License-Identifier: MIT */
/*
 * test_address.c - from addresses to variables, areas and CPUs: of copies, of templates and of
 * per-CPU pointers, and of everything else nothing. And the names that kernels before 3.18 have for
 * this CPU's copy.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/threads.h"

#include <percpu/percpu.h>

#include <dlfcn.h>
#include <errno.h>

#define UNKNOWN_CPU 12345678u

static DEFINE_PER_CPU(long, lonely) = 0x1234567890;
static DEFINE_PER_CPU(char[6000], wide);
static DEFINE_PER_CPU_PAGE_ALIGNED(int, on_a_page) = 7;
DEFINE_PER_CPU(int, exported) = 3;

/* What is said of @address. */
struct said {
	const char *of;
	unsigned int cpu;
	size_t offset;
};

static struct said ask(const volatile void *address)
{
	struct said said = {NULL, UNKNOWN_CPU, 99};

	said.of = (const char *)(uintptr_t)percpu_address_of(address, &said.cpu, &said.offset);
	return said;
}

static void expect_nothing(const volatile void *address)
{
	struct said said = ask(address);

	if (said.of)
		fail_msg("%p is said to be byte %zu of %p", (const void *)(uintptr_t)address,
			 said.offset, (const void *)said.of);
	assert_int_equal(said.cpu, UNKNOWN_CPU);
	assert_int_equal(said.offset, 99);
	assert_false(is_kernel_percpu_address((unsigned long)address));
	assert_false(is_module_percpu_address((unsigned long)address));
}

/* --- static variables --- */

static void expect_static(const volatile void __percpu *ptr)
{
	struct said said = ask(ptr);
	unsigned int cpu;

	assert_ptr_equal(said.of + said.offset, ptr);
	assert_int_equal(said.cpu, nr_cpu_ids);
	assert_false(is_kernel_percpu_address((unsigned long)ptr));
	for_each_possible_cpu(cpu) {
		const char *copy = per_cpu_ptr((const char __percpu *)ptr, cpu);

		said = ask(copy);
		assert_ptr_equal(said.of + said.offset, ptr);
		assert_int_equal(said.cpu, cpu);
		assert_true(is_kernel_percpu_address((unsigned long)copy));
		assert_false(is_module_percpu_address((unsigned long)copy));
	}
}

static void copies_and_templates_of_static_variables_are_known(void **state)
{
	(void)state;
	expect_static(&lonely);
	expect_static((const char *)&lonely + sizeof(lonely) - 1);
	expect_static(&wide[0]);
	expect_static(&wide[5999]);
	expect_static(&on_a_page);
	expect_static(&exported);
	assert_ptr_equal(ask(&lonely).of, __per_cpu_start);
}

static void either_result_may_be_left_out(void **state)
{
	unsigned int cpu = UNKNOWN_CPU;
	size_t offset = 0;

	(void)state;
	assert_non_null(percpu_address_of(&lonely, NULL, NULL));
	assert_non_null(percpu_address_of(&lonely, &cpu, NULL));
	assert_non_null(percpu_address_of(&lonely, NULL, &offset));
	assert_int_equal(cpu, nr_cpu_ids);
	assert_ptr_equal(__per_cpu_start + offset, (const char *)&lonely);
}

static void image_has_the_variables_and_their_initial_values(void **state)
{
	const size_t at = (size_t)((char *)&lonely - __per_cpu_start);
	unsigned int cpu;

	(void)state;
	assert_int_equal((uintptr_t)__per_cpu_start % PERCPU_PAGE_SIZE, 0);
	assert_true((char *)&lonely >= __per_cpu_start);
	assert_true((char *)(&lonely + 1) <= __per_cpu_end);
	assert_true((char *)(&on_a_page + 1) <= __per_cpu_end);
	assert_int_equal(*(long *)(void *)(__per_cpu_load + at), 0x1234567890);
	for_each_possible_cpu(cpu)
		assert_ptr_equal((char *)pcpu_base_addr + pcpu_unit_offsets[cpu] + at,
				 per_cpu_ptr(&lonely, cpu));
}

static void end_of_the_image_is_no_variable(void **state)
{
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu) {
		const char *start = (char *)pcpu_base_addr + pcpu_unit_offsets[cpu];
		const size_t size = (size_t)(__per_cpu_end - __per_cpu_start);

		assert_true(is_kernel_percpu_address((unsigned long)start));
		assert_true(is_kernel_percpu_address((unsigned long)(start + size - 1)));
		assert_false(is_kernel_percpu_address((unsigned long)(start + size)));
		assert_false(is_module_percpu_address((unsigned long)(start + size)));
		assert_false(is_kernel_percpu_address((unsigned long)(start - 1)));
	}
	expect_nothing(__per_cpu_end);
}

/* --- areas --- */

static void expect_area(const char __percpu *area, size_t size)
{
	const size_t offsets[] = {0, size / 2, size - 1};
	unsigned int cpu;

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct said said = ask(area + offsets[i]);

		assert_ptr_equal(said.of, area);
		assert_int_equal(said.offset, offsets[i]);
		assert_int_equal(said.cpu, nr_cpu_ids);
		for_each_possible_cpu(cpu) {
			const char *copy = per_cpu_ptr(area + offsets[i], cpu);

			said = ask(copy);
			assert_ptr_equal(said.of, area);
			assert_int_equal(said.offset, offsets[i]);
			assert_int_equal(said.cpu, cpu);
			assert_false(is_kernel_percpu_address((unsigned long)copy));
			assert_false(is_module_percpu_address((unsigned long)copy));
		}
	}
}

/* From caches and not, of the first chunk and of others. */
static void live_areas_are_known_and_free_ones_are_not(void **state)
{
	static const size_t sizes[] = {1, 8, 64, 200, 256, 257, 1000, 12000, 32768};
	char __percpu *areas[ARRAY_SIZE(sizes)];
	const char *copy;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		areas[i] = __alloc_percpu(sizes[i], 1);
		assert_non_null(areas[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		expect_area(areas[i], sizes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		copy = per_cpu_ptr(areas[i], raw_smp_processor_id());
		free_percpu(areas[i]);
		expect_nothing(areas[i]);
		expect_nothing(copy);
	}
}

static void reserved_area_is_known(void **state)
{
	char __percpu *area = __alloc_reserved_percpu(24, 8);

	(void)state;
	assert_non_null(area);
	expect_area(area, 24);
	free_percpu(area);
	expect_nothing(area);
}

/* --- everything else --- */

static void addresses_of_nothing_per_cpu_are_not_known(void **state)
{
	static int ordinary;
	void *heap = malloc(100);
	int local = 0;

	(void)state;
	expect_nothing(NULL);
	expect_nothing((void *)1);
	expect_nothing((void *)UINTPTR_MAX);
	expect_nothing(&ordinary);
	expect_nothing(&local);
	expect_nothing(heap);
	expect_nothing((void *)(uintptr_t)expect_nothing);
	/* the low half is a variable's */
	expect_nothing((void *)((uintptr_t)&lonely ^ (uintptr_t)1 << 40));
	expect_nothing((void *)((uintptr_t)&lonely ^ (uintptr_t)1 << 63));
	free(heap);
}

static void window_has_places_of_nobody(void **state)
{
	const uintptr_t window = (uintptr_t)per_cpu_ptr(&lonely, 0) - (uint32_t)(uintptr_t)&lonely;

	(void)state;
	expect_nothing((void *)(window + 64));
	expect_nothing((void *)(window - 1));
}

/* --- in words --- */

static void expect_words(const volatile void *address, const char *words)
{
	char text[512] = "";
	FILE *stream = fmemopen(text, sizeof(text), "w");

	assert_non_null(stream);
	percpu_address_print(stream, address);
	fclose(stream);
	if (!strstr(text, words) || text[strlen(text) - 1] != '\n' || strstr(text, "__start_"))
		fail_msg("'%s' does not say '%s'", text, words);
}

static void words_say_whose_and_what(void **state)
{
	char __percpu *area = __alloc_percpu(40, 8);

	(void)state;
	assert_non_null(area);
	expect_words(per_cpu_ptr(&lonely, 0), "CPU 0's copy of ");
#ifdef __GLIBC__
	/* a static program knows its own name there only */
	expect_words(per_cpu_ptr(&lonely, 0), "test_address");
#endif
	expect_words(&lonely, "a per-CPU pointer to ");
	expect_words(per_cpu_ptr(area + 5, 0), "CPU 0's copy of byte 5 of the area at ");
	expect_words(area, "a per-CPU pointer to byte 0 of the area at ");
	expect_words(&state, "no per-CPU memory");
	free_percpu(area);
}

/* --- handlers, threads and children --- */

static unsigned int right_in_handler;

static void ask_in_handler(int signo)
{
	(void)signo;
	right_in_handler += is_kernel_percpu_address((unsigned long)raw_cpu_ptr(&lonely));
	right_in_handler += !is_module_percpu_address((unsigned long)raw_cpu_ptr(&lonely));
}

static void handlers_may_ask(void **state)
{
	(void)state;
	signal(SIGUSR1, ask_in_handler);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(right_in_handler, 2);
}

static void *allocate_and_free(void *arg)
{
	while (!must_stop())
		free_percpu(__alloc_percpu(24, 8));
	return arg;
}

static void areas_that_come_and_go_do_not_disturb(void **state)
{
	char __percpu *area = __alloc_percpu(24, 8);
	pthread_t threads[2] = {start(allocate_and_free, NULL), start(allocate_and_free, NULL)};

	(void)state;
	assert_non_null(area);
	for (int i = 0; i < 200; i++)
		assert_ptr_equal(ask(per_cpu_ptr(area + 3, 0)).of, area);
	set_stop(true);
	join_all(threads, 2);
	free_percpu(area);
}

/* The books of the parent are not the child's. */
static void child_of_shared_copies_knows_its_own_areas(void *arg)
{
	char __percpu *before, *after;
	int status;

	(void)arg;
	child_expect(percpu_share() == 0);
	before = __alloc_percpu(24, 8);
	child_expect(ask(before).of == before);
	if (fork() == 0) {
		child_expect(!ask(before).of);
		after = __alloc_percpu(24, 8);
		child_expect(ask(per_cpu_ptr(after + 1, 0)).of == after);
		child_expect(is_kernel_percpu_address((unsigned long)per_cpu_ptr(&lonely, 0)));
		_exit(0);
	}
	child_expect(wait(&status) > 0 && status == 0);
	child_expect(ask(before).of == before);
}

static void children_know_what_is_theirs(void **state)
{
	struct child_end end = child_run(child_of_shared_copies_knows_its_own_areas, NULL);

	(void)state;
	assert_child_was_content(end);
}

/* --- modules --- */

#ifdef ADDRESS_MODULE
static void variables_of_a_loaded_module_are_known(void **state)
{
	void *handle = dlopen(ADDRESS_MODULE, RTLD_NOW);
	int __percpu *ptr, __percpu *other;
	unsigned int cpu;

	(void)state;
	if (!handle)
		fail_msg("%s", dlerror());
	ptr = dlsym(handle, "address_module_variable");
	assert_non_null(ptr);
	assert_ptr_equal(ask(ptr).of + ask(ptr).offset, ptr);
	for_each_possible_cpu(cpu) {
		const int *copy = per_cpu_ptr(ptr, cpu);

		assert_ptr_equal(ask(copy).of + ask(copy).offset, ptr);
		assert_int_equal(ask(copy).cpu, cpu);
		assert_true(is_module_percpu_address((unsigned long)copy));
		assert_false(is_kernel_percpu_address((unsigned long)copy));
	}
	other = dlsym(handle, "address_module_other");
	assert_non_null(other);
	/* GNU ld has the section's bounds at the address of the first */
	expect_words(per_cpu_ptr(ptr < other ? ptr : other, 0), "libaddress_module.so+0x");
	if (ptr > other)
		expect_words(per_cpu_ptr(ptr, 0), "address_module_variable+0");
	else
		expect_words(per_cpu_ptr(other, 0), "address_module_other+0");
}
#endif

/* --- names of other days --- */

static void old_names_lead_to_this_cpus_copy(void **state)
{
	unsigned int cpu;

	(void)state;
	preempt_disable();
	cpu = smp_processor_id();
	assert_ptr_equal(__this_cpu_ptr(&lonely), per_cpu_ptr(&lonely, cpu));
	assert_ptr_equal(arch_raw_cpu_ptr(&lonely), per_cpu_ptr(&lonely, cpu));
	assert_ptr_equal(&__get_cpu_var(lonely), per_cpu_ptr(&lonely, cpu));
	assert_ptr_equal(&__raw_get_cpu_var(lonely), per_cpu_ptr(&lonely, cpu));
	assert_ptr_equal(SHIFT_PERCPU_PTR(&lonely, my_cpu_offset), per_cpu_ptr(&lonely, cpu));
	assert_int_equal(my_cpu_offset, per_cpu_offset(cpu));
	assert_int_equal(__my_cpu_offset, __per_cpu_offset[cpu]);
	preempt_enable();
}

static void reloc_hide_adds_bytes_and_keeps_the_type(void **state)
{
	long numbers[3] = {1, 2, 3};
	long *first = numbers, *third = RELOC_HIDE(first, 2 * sizeof(long));

	(void)state;
	assert_ptr_equal(third, &numbers[2]);
	assert_int_equal(*RELOC_HIDE(third, -(int)sizeof(long)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_and_templates_of_static_variables_are_known),
		cmocka_unit_test(either_result_may_be_left_out),
		cmocka_unit_test(image_has_the_variables_and_their_initial_values),
		cmocka_unit_test(end_of_the_image_is_no_variable),
		cmocka_unit_test(live_areas_are_known_and_free_ones_are_not),
		cmocka_unit_test(reserved_area_is_known),
		cmocka_unit_test(addresses_of_nothing_per_cpu_are_not_known),
		cmocka_unit_test(window_has_places_of_nobody),
		cmocka_unit_test(words_say_whose_and_what),
		cmocka_unit_test(handlers_may_ask),
		cmocka_unit_test(areas_that_come_and_go_do_not_disturb),
		cmocka_unit_test(children_know_what_is_theirs),
#ifdef ADDRESS_MODULE
		cmocka_unit_test(variables_of_a_loaded_module_are_known),
#endif
		cmocka_unit_test(old_names_lead_to_this_cpus_copy),
		cmocka_unit_test(reloc_hide_adds_bytes_and_keeps_the_type),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
