/* SPDX-License-Identifier: MIT */
/*
 * ops_special.c - operations with what is particular: constants at the limits of immediate
 * operands, the sized forms, operations out of line.
 */
#include "families.h"
#include "objects.h"

#include "support/tier.h"

/* --- constants at the limits of immediate operands --- */

/* X(name, type, constant): at and around what an operand of 1, 2 and 4 bytes can be. */
#define CONSTANTS(X, name, type)          \
	X(name, type, 0)                  \
	X(name, type, -1)                 \
	X(name, type, 0x7f)               \
	X(name, type, 0x80)               \
	X(name, type, -0x80)              \
	X(name, type, -0x81)              \
	X(name, type, 0xff)               \
	X(name, type, 0x7fff)             \
	X(name, type, 0x8000)             \
	X(name, type, 0xffff)             \
	X(name, type, 0x7fffffff)         \
	X(name, type, 0x80000000)         \
	X(name, type, -0x80000000l)       \
	X(name, type, -0x80000001l)       \
	X(name, type, 0xffffffff)         \
	X(name, type, 0x100000000)        \
	X(name, type, 0x7fffffffffffffff) \
	X(name, type, 0x8000000000000000) \
	X(name, type, 0x123456789abcdef0)

/* Starts with a bit pattern in which every byte differs. */
#define START 0x7e6d5c4b3a291807ull

#define CONSTANT_ROWS(name, type, k)                                                      \
	ROW(name, name, START, this_cpu_write(name, k), k);                               \
	ROW(name, name, START, this_cpu_add(name, k), START + (uint64_t)(k));             \
	ROW(name, name, START, this_cpu_sub(name, k), START - (uint64_t)(k));             \
	ROW(name, name, START, this_cpu_and(name, k), START &(uint64_t)(k));              \
	ROW(name, name, START, this_cpu_or(name, k), START | (uint64_t)(k));              \
	ROW_GIVES(name, name, START, this_cpu_add_return(name, k), START + (uint64_t)(k), \
		  START + (uint64_t)(k));                                                 \
	ROW_GIVES(name, name, START, this_cpu_sub_return(name, k), START - (uint64_t)(k), \
		  START - (uint64_t)(k));                                                 \
	ROW_GIVES(name, name, START, this_cpu_xchg(name, k), START, k);                   \
	ROW_GIVES(name, name, START, this_cpu_cmpxchg(name, START, k), START, k);         \
	ROW_GIVES(name, name, k, this_cpu_cmpxchg(name, k, START), k, START);             \
	ROW_GIVES(name, name, (uint64_t)(k) ^ 1, this_cpu_cmpxchg(name, k, START),        \
		  (uint64_t)(k) ^ 1, (uint64_t)(k) ^ 1);

#define DEFINE_CONSTANT_TEST(name, type)                         \
	static void limits_of_immediates_in_##name(void **state) \
	{                                                        \
		(void)state;                                     \
		CONSTANTS(CONSTANT_ROWS, name##_alone, type)     \
	}
INTEGERS(DEFINE_CONSTANT_TEST)

/* --- the sized forms --- */

#define SIZED_ROWS(family, n, name)                                         \
	ROW_GIVES(name, name, 5, family##read_##n(name), 5, 5);             \
	ROW(name, name, 5, family##write_##n(name, -7), -7);                \
	ROW(name, name, 5, family##add_##n(name, -7), -2);                  \
	ROW(name, name, 0x70, family##and_##n(name, 0x3c), 0x30);           \
	ROW(name, name, 0x70, family##or_##n(name, 0x0f), 0x7f);            \
	ROW_GIVES(name, name, 5, family##add_return_##n(name, -7), -2, -2); \
	ROW_GIVES(name, name, 5, family##xchg_##n(name, -7), 5, -7);        \
	ROW_GIVES(name, name, 5, family##cmpxchg_##n(name, 5, -7), 5, -7);  \
	ROW_GIVES(name, name, 5, family##cmpxchg_##n(name, 6, -7), 5, 5)

/* ROWS(family, size, name) of both families, on the variables of 1, 2, 4 and 8 bytes. */
#define EVERY_SIZE_OF(family, ROWS, name1, name2, name4, name8) \
	ROWS(family, 1, name1);                                 \
	ROWS(family, 2, name2);                                 \
	ROWS(family, 4, name4);                                 \
	ROWS(family, 8, name8)
#define EVERY_SIZE(ROWS, ...)                       \
	EVERY_SIZE_OF(raw_cpu_, ROWS, __VA_ARGS__); \
	EVERY_SIZE_OF(this_cpu_, ROWS, __VA_ARGS__)

static void sized_forms_do_the_same(void **state)
{
	(void)state;
	EVERY_SIZE(SIZED_ROWS, schar_alone, sshort_alone, sint_alone, slong_alone);
}

static void sized_forms_touch_their_bytes_only(void **state)
{
	(void)state;
	ROW(ulong_alone, ulong_alone, 0x11111111111111ff, this_cpu_add_1(ulong_alone, 1),
	    0x1111111111111100);
	ROW(ulong_alone, ulong_alone, 0x111111111111ffff, this_cpu_add_2(ulong_alone, 1),
	    0x1111111111110000);
	ROW(ulong_alone, ulong_alone, 0x11111111ffffffff, this_cpu_add_4(ulong_alone, 1),
	    0x1111111100000000);
	ROW(ulong_alone, ulong_alone, 0x11111111ffffffff, raw_cpu_add_4(ulong_alone, 1),
	    0x1111111100000000);
	ROW_GIVES(ulong_alone, ulong_alone, 0x1111111122222222, this_cpu_read_2(ulong_alone),
		  0x2222, 0x1111111122222222);
}

#define PAIR_OF(family, n, name)                                                               \
	do {                                                                                   \
		per_cpu(name, row_cpu).first = 1;                                              \
		per_cpu(name, row_cpu).second = 2;                                             \
		assert_false(family##cmpxchg_double_##n(name.first, name.second, 1, 3, 4, 5)); \
		assert_true(per_cpu(name, row_cpu).second == 2);                               \
		assert_true(family##cmpxchg_double_##n(name.first, name.second, 1, 2, 4, 5));  \
		assert_true(per_cpu(name, row_cpu).first == 4);                                \
		assert_true(per_cpu(name, row_cpu).second == 5);                               \
	} while (0)

static void sized_cmpxchg_double_does_the_same(void **state)
{
	(void)state;
	EVERY_SIZE(PAIR_OF, uchar_pair, ushort_pair, uint_pair, ulong_pair);
}

/* --- operations out of line, of which there are none with PERCPU_UP --- */

#ifndef PERCPU_UP

static void out_of_line_operations_do_the_same(void **state)
{
	(void)state;
#define CALL(op, size, ptr, a, b) __percpu_op(__PCPU_OP_##op, size, (uintptr_t)(ptr), a, b)
#define ROWS(name, size)                                                                      \
	ROW_GIVES(name, name, 100, CALL(read, size, &name, 0, 0), 100, 100);                  \
	ROW(name, name, 100, CALL(write, size, &name, (uint64_t)-7, 0), -7);                  \
	ROW(name, name, 100, CALL(add, size, &name, (uint64_t)-107, 0), -7);                  \
	ROW(name, name, 0x70, CALL(and, size, &name, 0x3c, 0), 0x30);                         \
	ROW(name, name, 0x70, CALL(or, size, &name, 0x0f, 0), 0x7f);                          \
	ROW_GIVES(name, name, 100, CALL(add_return, size, &name, (uint64_t)-107, 0), -7, -7); \
	ROW_GIVES(name, name, 100, CALL(xchg, size, &name, 7, 0), 100, 7);                    \
	ROW_GIVES(name, name, 100, CALL(cmpxchg, size, &name, 100, 7), 100, 7);               \
	ROW_GIVES(name, name, 100, CALL(cmpxchg, size, &name, 101, 7), 100, 100)
	ROWS(schar_alone, 1);
	ROWS(sshort_alone, 2);
	ROWS(sint_alone, 4);
	ROWS(slong_alone, 8);
#undef ROWS
#undef CALL
}

static void out_of_line_pair_does_the_same(void **state)
{
	const uintptr_t pair = (uintptr_t)&slong_pair;
	const __pcpu_u128 before = 1 | (__pcpu_u128)2 << 64, other = 1 | (__pcpu_u128)3 << 64,
			  after = 4 | (__pcpu_u128)5 << 64;

	(void)state;
	per_cpu(slong_pair, row_cpu).first = 1;
	per_cpu(slong_pair, row_cpu).second = 2;
	assert_true(__percpu_op_16(pair, other, after) == before);
	assert_int_equal(per_cpu(slong_pair, row_cpu).first, 1);
	assert_true(__percpu_op_16(pair, before, after) == before);
	assert_int_equal(per_cpu(slong_pair, row_cpu).first, 4);
	assert_int_equal(per_cpu(slong_pair, row_cpu).second, 5);
}

#endif /* PERCPU_UP */

#define CONSTANT_TEST(name, type) UNIT_TEST(limits_of_immediates_in_##name),
static const struct CMUnitTest special[] = {
	INTEGERS(CONSTANT_TEST) cmocka_unit_test(sized_forms_do_the_same),
	cmocka_unit_test(sized_forms_touch_their_bytes_only),
	cmocka_unit_test(sized_cmpxchg_double_does_the_same),
#ifndef PERCPU_UP
	cmocka_unit_test(out_of_line_operations_do_the_same),
	cmocka_unit_test(out_of_line_pair_does_the_same),
#endif
	cmocka_unit_test(tier_is_the_one_that_was_asked_for),
};

int run_special_operations(void)
{
	stay_on_one_cpu();
	return RUN(special);
}
