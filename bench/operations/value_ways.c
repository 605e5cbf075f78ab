// SPDX-License-Identifier: MIT
/*
 * Counting with the operations that return a value: add_return, cmpxchg, xchg.  Each way is the
 * operation alone, of a static variable and of a dynamic pointer, except the last two.
 */
#include "operations/families.h"
#include "operations/loops.h"

#include <stdint.h>

#include <percpu/percpu.h>

#include "operations/percpu_memory.h"

/* Twice as large as struct counters: in the layout apart, two lines from one to the next. */
struct wide_counters {
	_Alignas(128) struct wide_counter {
		_Alignas(16) uint64_t count;
		uint64_t complement; /* ~count: both halves are exchanged, or none */
	} v[NR_ELEMENTS];
};

static DEFINE_PER_CPU(struct counters, add_return_counters);
static DEFINE_PER_CPU(struct counters, cmpxchg_counters);
static DEFINE_PER_CPU(struct counters, xchg_counters);
static DEFINE_PER_CPU(struct counters, try_counters);
static DEFINE_PER_CPU(struct wide_counters, wide_counters);

/* In one area, so that the three ways find their memory alike. */
static struct dynamic {
	struct counters add_return, cmpxchg, xchg;
} __percpu *dynamic;

#define ADD_RETURN_STATIC(unused, element) \
	((void)this_cpu_add_return(add_return_counters.v[element], 1))
DEFINE_LOOPS_ONE_AND_APART(add_return_static, ADD_RETURN_STATIC, NOTHING_LEFT, own);

#define ADD_RETURN_DYNAMIC(base, element) ((void)this_cpu_add_return((base)->v[element], 1))
DEFINE_LOOPS_ONE_AND_APART(add_return_dynamic, ADD_RETURN_DYNAMIC, NOTHING_LEFT,
			   &dynamic->add_return);

/*
 * A stale value is put right without a call, for which the loop would need registers that survive
 * one; and by an address that the compiler does not know to be the same, or it would keep all
 * addresses on the stack.
 */
#define CMPXCHG(base, element)                                                                  \
	do {                                                                                    \
		unsigned long seen_ = this_cpu_cmpxchg((base)->v[element], carry, carry + 1);   \
                                                                                                \
		if (__builtin_expect(seen_ != carry, 0)) {                                      \
			struct counters __percpu *same_ = (base);                               \
                                                                                                \
			__asm__("" : "+r"(same_));                                              \
			own->v[element] += this_cpu_xchg(same_->v[element], carry + 1) - carry; \
		}                                                                               \
		carry = EXPECTED_NEXT(element, carry);                                          \
	} while (0)
#define CMPXCHG_STATIC(unused, element) CMPXCHG(&cmpxchg_counters, element)
DEFINE_LOOPS_ONE_AND_APART(cmpxchg_static, CMPXCHG_STATIC, NOTHING_LEFT, own);

DEFINE_LOOPS_ONE_AND_APART(cmpxchg_dynamic, CMPXCHG, NOTHING_LEFT, &dynamic->cmpxchg);

/* The empty asm has each sum made at once: compilers keep all 16 values first. */
#define XCHG(base, element)                                             \
	do {                                                            \
		carry += this_cpu_xchg((base)->v[element], iterations); \
		__asm__("" : "+r"(carry));                              \
	} while (0)
#define XCHG_STATIC(unused, element) XCHG(&xchg_counters, element)
DEFINE_LOOPS_ONE_AND_APART(xchg_static, XCHG_STATIC, BOOK_EXCHANGES, own);

DEFINE_LOOPS_ONE_AND_APART(xchg_dynamic, XCHG, BOOK_EXCHANGES, &dynamic->xchg);

/* As cmpxchg is used: read, compute, exchange, and again if the value is no longer the one read. */
#define READ_CMPXCHG(unused, element)                                                        \
	do {                                                                                 \
		unsigned long old_;                                                          \
                                                                                             \
		do {                                                                         \
			old_ = this_cpu_read(try_counters.v[element]);                       \
		} while (this_cpu_cmpxchg(try_counters.v[element], old_, old_ + 1) != old_); \
	} while (0)
DEFINE_LOOPS_ONE_AND_APART(read_cmpxchg, READ_CMPXCHG, NOTHING_LEFT, own);

static inline struct wide_counter wide(uint64_t count)
{
	return (struct wide_counter){count, ~count};
}

/*
 * As CMPXCHG above; but there is no exchange of 16 bytes, and the way to put right is: again with
 * what was seen.  A counter that was never used has no complement.
 */
#define CMPXCHG128(unused, element)                                                  \
	do {                                                                         \
		struct wide_counter old_ = wide(carry), seen_;                       \
                                                                                     \
		while (seen_ = this_cpu_cmpxchg128(wide_counters.v[element], old_,   \
						   wide(carry + 1)),                 \
		       __builtin_expect(seen_.count != old_.count ||                 \
						seen_.complement != old_.complement, \
					0))                                          \
			old_ = seen_;                                                \
		own->v[element] += old_.count - carry;                               \
		carry = EXPECTED_NEXT(element, carry);                               \
	} while (0)
DEFINE_LOOPS_ONE_AND_APART(cmpxchg128, CMPXCHG128, NOTHING_LEFT, own);

DEFINE_SUM(add_return_static, add_return_counters)
DEFINE_SUM(add_return_dynamic, dynamic->add_return)
DEFINE_SUM(cmpxchg_static, cmpxchg_counters)
DEFINE_SUM(cmpxchg_dynamic, dynamic->cmpxchg)
DEFINE_SUM(xchg_static, xchg_counters)
DEFINE_SUM(xchg_dynamic, dynamic->xchg)
DEFINE_SUM(read_cmpxchg, try_counters)

/* Halves that do not belong together would be lost updates: no count is so large. */
static unsigned long cmpxchg128_sum(unsigned int element)
{
	unsigned int cpu;
	unsigned long sum = 0;

	for_each_possible_cpu(cpu) {
		const struct wide_counter *copy;

		if (!percpu_unit_is_open(cpu))
			continue;
		copy = &per_cpu(wide_counters, cpu).v[element];
		if (copy->complement != ~copy->count && (copy->count || copy->complement))
			return ~0UL;
		sum += copy->count;
	}
	return sum;
}

static void setup(void)
{
	dynamic = percpu_memory(sizeof(struct dynamic));
}

static void teardown(void)
{
	free_percpu(dynamic);
}

static const struct bench_way ways[] = {
	{.name = "this_cpu_add_return_static", COUNTED(add_return_static)},
	{.name = "this_cpu_add_return_dynamic", COUNTED(add_return_dynamic)},
	{.name = "this_cpu_cmpxchg_static", COUNTED(cmpxchg_static)},
	{.name = "this_cpu_cmpxchg_dynamic", COUNTED(cmpxchg_dynamic)},
	{.name = "this_cpu_xchg_static", COUNTED(xchg_static), .only_total = true},
	{.name = "this_cpu_xchg_dynamic", COUNTED(xchg_dynamic), .only_total = true},
	{.name = "this_cpu_read_cmpxchg", COUNTED(read_cmpxchg)},
	{.name = "this_cpu_cmpxchg128", COUNTED(cmpxchg128)},
};

const struct way_family value_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
