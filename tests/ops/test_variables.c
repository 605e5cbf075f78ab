/* SPDX-License-Identifier: MIT */
/*
 * test_variables.c - the variants of static variables: where each kind lies, and how it is aligned.
 */
#define PER_CPU_ATTRIBUTES __attribute__((__aligned__(32)))
#define PER_CPU_DEF_ATTRIBUTES __attribute__((__used__))
#include <percpu/percpu.h>

#include <stdio.h>

DECLARE_PER_CPU(int, plain);
DECLARE_PER_CPU_FIRST(int, first);
DECLARE_PER_CPU_SHARED_ALIGNED(int, shared_aligned);
DECLARE_PER_CPU_ALIGNED(int, aligned);
DECLARE_PER_CPU_PAGE_ALIGNED(int, page_aligned);
DECLARE_PER_CPU_READ_MOSTLY(int, read_mostly);
DECLARE_PER_CPU_SECTION(int, in_a_section, PER_CPU_FIRST_SECTION);

DEFINE_PER_CPU(int, plain) = 1;
DEFINE_PER_CPU_FIRST(int, first) = 2;
DEFINE_PER_CPU_SHARED_ALIGNED(int, shared_aligned) = 3;
DEFINE_PER_CPU_ALIGNED(int, aligned) = 4;
DEFINE_PER_CPU_PAGE_ALIGNED(int, page_aligned) = 5;
DEFINE_PER_CPU_READ_MOSTLY(int, read_mostly) = 6;
DEFINE_PER_CPU_SECTION(int, in_a_section, PER_CPU_FIRST_SECTION) = 7;
__PCPU_ATTRS("") int by_hand = 8;

struct of_lines {
	int own ____cacheline_aligned;
	int in_smp ____cacheline_aligned_in_smp;
};

/* The linker's bounds of a section, by the section's name. */
#define BOUNDS(name, section)                                           \
	extern const char start_of_##name[] __asm__("__start_" section) \
		__attribute__((__visibility__("hidden")));              \
	extern const char stop_of_##name[] __asm__("__stop_" section)   \
		__attribute__((__visibility__("hidden")))
BOUNDS(base, PER_CPU_BASE_SECTION);
BOUNDS(first, PER_CPU_BASE_SECTION PER_CPU_FIRST_SECTION);
BOUNDS(shared, PER_CPU_BASE_SECTION PER_CPU_SHARED_ALIGNED_SECTION);
BOUNDS(aligned, PER_CPU_BASE_SECTION PER_CPU_ALIGNED_SECTION);
#define IS_IN(var, name)                                          \
	((const char *)(const void *)&(var) >= start_of_##name && \
	 (const char *)(const void *)&(var) < stop_of_##name)

static int failures;

static void expect(bool holds, int line)
{
	if (holds)
		return;
	fprintf(stderr, "FAILED: line %d\n", line);
	failures++;
}
#define EXPECT(holds) expect(holds, __LINE__)

static void kinds_are_in_sections_of_their_own(void)
{
	EXPECT(IS_IN(plain, base));
	EXPECT(IS_IN(by_hand, base));
	EXPECT(IS_IN(first, first));
	EXPECT(IS_IN(in_a_section, first));
	EXPECT(IS_IN(shared_aligned, shared));
	EXPECT(IS_IN(aligned, aligned));
	EXPECT(!IS_IN(read_mostly, base));
	EXPECT(!IS_IN(page_aligned, base));
}

static bool is_aligned(const volatile void __percpu *ptr, unsigned int cpu, uintptr_t to)
{
	return (uintptr_t)per_cpu_ptr((const char __percpu *)ptr, cpu) % to == 0;
}

static void copies_are_aligned(unsigned int cpu)
{
	EXPECT(is_aligned(&plain, cpu, 32)); /* PER_CPU_ATTRIBUTES */
	EXPECT(is_aligned(&shared_aligned, cpu, SMP_CACHE_BYTES));
	EXPECT(is_aligned(&aligned, cpu, SMP_CACHE_BYTES));
	EXPECT(is_aligned(&page_aligned, cpu, PERCPU_PAGE_SIZE));
	EXPECT(__alignof__(struct of_lines) == SMP_CACHE_BYTES);
	EXPECT(offsetof(struct of_lines, in_smp) == SMP_CACHE_BYTES);
}

static void copies_have_the_initial_values(unsigned int cpu)
{
	__verify_pcpu_ptr(&plain);
	EXPECT(per_cpu(plain, cpu) == 1);
	EXPECT(per_cpu(first, cpu) == 2);
	EXPECT(per_cpu(shared_aligned, cpu) == 3);
	EXPECT(per_cpu(aligned, cpu) == 4);
	EXPECT(per_cpu(page_aligned, cpu) == 5);
	EXPECT(per_cpu(read_mostly, cpu) == 6);
	EXPECT(per_cpu(in_a_section, cpu) == 7);
	EXPECT(per_cpu(by_hand, cpu) == 8);
}

static void areas_are_zero_with_every_flag(void)
{
	long __percpu *area = alloc_percpu_gfp(long, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);

	EXPECT(area && per_cpu_sum(*area) == 0);
	free_percpu(area);
}

int main(void)
{
	unsigned int cpu;

	kinds_are_in_sections_of_their_own();
	for_each_possible_cpu(cpu) {
		copies_are_aligned(cpu);
		copies_have_the_initial_values(cpu);
	}
	areas_are_zero_with_every_flag();
	return failures != 0;
}
