/* SPDX-License-Identifier: MIT */
/* family.h - all tests of the operations whose names start with FAMILY. */

/* --- every operation on every type --- */

#define NAME schar
#define TYPE signed char
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME uchar
#define TYPE unsigned char
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME plain_char
#define TYPE char
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME sshort
#define TYPE short
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME ushort
#define TYPE unsigned short
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME sint
#define TYPE int
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME uint
#define TYPE unsigned int
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME slong
#define TYPE long
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME ulong
#define TYPE unsigned long
#include "integer_type.h"
#undef NAME
#undef TYPE
#define NAME slonglong
#define TYPE long long
#include "integer_type.h"
#undef NAME
#undef TYPE

#define NAME colour
#define TYPE enum colour
#define VALUE_A GREEN
#define VALUE_B BLUE
#define VALUE_C RED
#include "value_rows.h"
#undef NAME
#undef TYPE
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C
#define NAME boolean
#define TYPE bool
#define VALUE_A true
#define VALUE_B false
#define VALUE_C true
#include "value_rows.h"
#undef NAME
#undef TYPE
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C
#define NAME pointer
#define TYPE untyped
#define VALUE_A ((void *)&row)
#define VALUE_B ((void *)0x8000000000000001)
#define VALUE_C NULL
#include "value_rows.h"
#undef NAME
#undef TYPE
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C
#define NAME single
#define TYPE float
#define VALUE_A 1.5f
#define VALUE_B -0.1f
#define VALUE_C 3e38f
#include "value_rows.h"
#undef NAME
#undef TYPE
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C
#define NAME real
#define TYPE double
#define VALUE_A 1.5
#define VALUE_B -0.1
#define VALUE_C 1e300
#include "value_rows.h"
#undef NAME
#undef TYPE
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C

#define FAMILY_FACT(fact) CAT(FAMILY, fact)

/* --- what the kernel's operations give, on a static and a dynamic variable --- */

/* A fact: variables that start as @start are @after after the operation with these operands. */
#define BOTH_BECOME(fact, name, start, after, op, ...)                                      \
	static void FAMILY_FACT(fact)(void **state)                                         \
	{                                                                                   \
		(void)state;                                                                \
		ROW(name##_alone, name##_alone, start, OP(op)(name##_alone, ##__VA_ARGS__), \
		    after);                                                                 \
		ROW(*name##_dynamic, *name##_dynamic, start,                                \
		    OP(op)(*name##_dynamic, ##__VA_ARGS__), after);                         \
	}
/* The same, of an operation that gives @result. */
#define BOTH_GIVE(fact, name, start, result, after, op, ...)                                      \
	static void FAMILY_FACT(fact)(void **state)                                               \
	{                                                                                         \
		(void)state;                                                                      \
		ROW_GIVES(name##_alone, name##_alone, start, OP(op)(name##_alone, ##__VA_ARGS__), \
			  result, after);                                                         \
		ROW_GIVES(*name##_dynamic, *name##_dynamic, start,                                \
			  OP(op)(*name##_dynamic, ##__VA_ARGS__), result, after);                 \
	}

BOTH_BECOME(uchar_250_plus_10_is_4, uchar, 250, 4, add, 10)
BOTH_GIVE(uchar_250_plus_10_gives_4, uchar, 250, 4, 4, add_return, 10)
BOTH_GIVE(ushort_0_minus_1_gives_65535, ushort, 0, 65535, 65535, dec_return)
BOTH_BECOME(int_5_minus_7_is_negative, sint, 5, -2, sub, 7)
BOTH_GIVE(int_5_minus_unsigned_7_gives_a_negative, sint, 5, -2, -2, sub_return, 7u)
BOTH_BECOME(uint_f0_and_3c_is_30, uint, 0xF0, 0x30, and, 0x3C)
BOTH_BECOME(uint_f0_or_0f_is_ff, uint, 0xF0, 0xFF, or, 0x0F)
BOTH_GIVE(long_1_exchanged_for_2_gives_1, slong, 1, 1, 2, xchg, 2)
BOTH_GIVE(long_1_compared_with_1_becomes_9, slong, 1, 1, 9, cmpxchg, 1, 9)
BOTH_GIVE(long_1_compared_with_3_stays_1, slong, 1, 1, 1, cmpxchg, 3, 9)
BOTH_BECOME(long_10_minus_unsigned_3_is_7, slong, 10, 7, sub, 3u)

/* --- traps of conversion --- */

static void FAMILY_FACT(sub_converts_before_it_negates)(void **state)
{
	const unsigned int narrow = (unsigned int)opaque(3);
	const unsigned char narrower = (unsigned char)opaque(3);

	(void)state;
#define ROWS(name)                                                                     \
	ROW(name, name, 10, OP(sub)(name, narrow), 7);                                 \
	ROW(name, name, 10, OP(sub)(name, narrower), 7);                               \
	ROW_GIVES(name, name, 10, OP(sub_return)(name, narrow), 7, 7);                 \
	ROW_GIVES(name, name, 10, OP(sub_return)(name, narrower), 7, 7);               \
	ROW_GIVES(name, name, 10, OP(sub_return)(name, 4294967295u), 10 - 4294967295l, \
		  10 - 4294967295l)
	ROWS(slong_alone);
	ROWS(ulong_alone);
	ROWS(slonglong_alone);
#undef ROWS
}

static void FAMILY_FACT(sub_of_the_smallest_value_wraps)(void **state)
{
	const int smallest = (int)opaque((uint64_t)INT_MIN);

	(void)state;
	ROW(sint_alone, sint_alone, 0, OP(sub)(sint_alone, INT_MIN), INT_MIN);
	ROW(sint_alone, sint_alone, -1, OP(sub)(sint_alone, smallest), INT_MAX);
	ROW(slong_alone, slong_alone, 0, OP(sub)(slong_alone, LONG_MIN), LONG_MIN);
	ROW_GIVES(slong_alone, slong_alone, -1, OP(sub_return)(slong_alone, LONG_MIN), LONG_MAX,
		  LONG_MAX);
}

static void FAMILY_FACT(negative_int_lessens_a_long)(void **state)
{
	const int negative = (int)opaque((uint64_t)-15);
	const signed char narrower = (signed char)opaque((uint64_t)-15);

	(void)state;
	ROW(slong_alone, slong_alone, 10, OP(add)(slong_alone, -15), -5);
	ROW(slong_alone, slong_alone, 10, OP(add)(slong_alone, negative), -5);
	ROW(slong_alone, slong_alone, 10, OP(add)(slong_alone, narrower), -5);
	ROW(ulong_alone, ulong_alone, 20, OP(add)(ulong_alone, negative), 5);
	ROW_GIVES(ulong_alone, ulong_alone, 20, OP(add_return)(ulong_alone, negative), 5, 5);
	ROW(slong_alone, slong_alone, 10, OP(write)(slong_alone, negative), -15);
	ROW(slong_alone, slong_alone, -1, OP(and)(slong_alone, negative), -15);
}

static void FAMILY_FACT(large_unsigned_int_increases_a_long)(void **state)
{
	const unsigned int large = (unsigned int)opaque(4294967293u);

	(void)state;
	ROW(slong_alone, slong_alone, 10, OP(add)(slong_alone, 4294967293u), 4294967303);
	ROW(slong_alone, slong_alone, 10, OP(add)(slong_alone, large), 4294967303);
	ROW(slong_alone, slong_alone, -1, OP(and)(slong_alone, large), 4294967293);
}

static void FAMILY_FACT(values_are_cut_to_the_variable)(void **state)
{
	const int wide = (int)opaque(0x1234);

	(void)state;
	ROW(uchar_alone, uchar_alone, 1, OP(add)(uchar_alone, wide), 0x35);
	ROW(uchar_alone, uchar_alone, 1, OP(write)(uchar_alone, 0x1234), 0x34);
	ROW(ushort_alone, ushort_alone, 1, OP(add)(ushort_alone, 0x123450001), 2);
	ROW_GIVES(uchar_alone, uchar_alone, 0x34, OP(cmpxchg)(uchar_alone, wide, 0x5678), 0x34,
		  0x78);
	ROW(sint_alone, sint_alone, 40, OP(add)(sint_alone, 2.9), 42);
}

static void FAMILY_FACT(cmpxchg_compares_negative_narrow_values)(void **state)
{
	const int minus_one = (int)opaque((uint64_t)-1);

	(void)state;
	ROW_GIVES(schar_alone, schar_alone, -1, OP(cmpxchg)(schar_alone, minus_one, -2), -1, -2);
	ROW_GIVES(sshort_alone, sshort_alone, -1, OP(cmpxchg)(sshort_alone, -1, -2), -1, -2);
	ROW_GIVES(sint_alone, sint_alone, -1, OP(cmpxchg)(sint_alone, minus_one, -2), -1, -2);
}

static void FAMILY_FACT(enum_variables_count)(void **state)
{
	(void)state;
	ROW(colour_alone, colour_alone, RED, OP(add)(colour_alone, GREEN), GREEN);
	ROW(colour_alone, colour_alone, BLUE, OP(and)(colour_alone, 0x40), 0x40);
	ROW_GIVES(colour_alone, colour_alone, GREEN, OP(sub_return)(colour_alone, 100), RED, RED);
}

#define UNKNOWN_INT(value) ((int)opaque(value))
static void FAMILY_FACT(bool_variables_are_flags)(void **state)
{
	(void)state;
	ROW(boolean_alone, boolean_alone, false, OP(or)(boolean_alone, true), true);
	ROW(boolean_alone, boolean_alone, true, OP(or)(boolean_alone, 2), true);
	ROW(boolean_alone, boolean_alone, false, OP(or)(boolean_alone, UNKNOWN_INT(256)), true);
	ROW(boolean_alone, boolean_alone, true, OP(and)(boolean_alone, true), true);
	ROW(boolean_alone, boolean_alone, true, OP(and)(boolean_alone, UNKNOWN_INT(3)), true);
	ROW(boolean_alone, boolean_alone, false, OP(and)(boolean_alone, 3), false);
	/* as in C: true & 4 is 0 */
	ROW(boolean_alone, boolean_alone, true, OP(and)(boolean_alone, 4), false);
	ROW(boolean_alone, boolean_alone, true, OP(and)(boolean_alone, UNKNOWN_INT(4)), false);
	ROW(boolean_alone, boolean_alone, true, OP(and)(boolean_alone, false), false);
	ROW(boolean_alone, boolean_alone, false, OP(write)(boolean_alone, 2), true);
	ROW_GIVES(boolean_alone, boolean_alone, true, OP(xchg)(boolean_alone, 4), true, true);
	ROW_GIVES(boolean_alone, boolean_alone, true, OP(cmpxchg)(boolean_alone, 8, 0), true,
		  false);
}

#undef UNKNOWN_INT

/* --- what is const or volatile is read as anything else --- */

static void FAMILY_FACT(const_and_volatile_variables_are_read)(void **state)
{
	const struct sint_object __percpu *object = sint_dynamic_object;
	const volatile unsigned short __percpu *number = ushort_dynamic;
	void *const __percpu *pointer = pointer_dynamic;
	volatile signed char __percpu *changing = schar_dynamic;

	(void)state;
	per_cpu(*sint_dynamic_object, row_cpu).member = -5;
	per_cpu(*sint_dynamic_object, row_cpu).array[2] = 7;
	per_cpu(*ushort_dynamic, row_cpu) = 65535;
	per_cpu(*pointer_dynamic, row_cpu) = &row;
	assert_true(OP(read)(object->member) == -5);
	assert_true(OP(read)(object->array[2]) == 7);
	assert_true(OP(read)(*number) == 65535);
	assert_true(OP(read)(*pointer) == (void *)&row);
	EXPECT_TYPE(int, OP(read)(object->member));
	EXPECT_TYPE(unsigned short, OP(read)(*number));
	OP(write)(*changing, 100);
	OP(add)(*changing, 27);
	assert_true(OP(xchg)(*changing, -1) == 127);
	assert_true(OP(add_return)(*changing, -1) == -2);
}

/* --- an old value of another type --- */

static void FAMILY_FACT(try_cmpxchg_converts_the_old_value)(void **state)
{
	int64_t wide = 7;
	signed char narrow = -5;
	unsigned long other = 3;
	void *untyped_old = NULL;

	(void)state;
	ROW(sint_alone, sint_alone, 7, assert_true(OP(try_cmpxchg)(sint_alone, &wide, 8)), 8);
	ROW(sint_alone, sint_alone, -5, assert_false(OP(try_cmpxchg)(sint_alone, &wide, 8)), -5);
	assert_true(wide == -5);
	ROW(slong_alone, slong_alone, -5, assert_true(OP(try_cmpxchg)(slong_alone, &narrow, 1)), 1);
	ROW(slong_alone, slong_alone, 259, assert_false(OP(try_cmpxchg)(slong_alone, &narrow, 1)),
	    259);
	assert_true(narrow == 3);
	ROW(slong_alone, slong_alone, -1, assert_false(OP(try_cmpxchg)(slong_alone, &other, 1)),
	    -1);
	assert_true(other == ULONG_MAX);
	ROW(pointer_alone, pointer_alone, NULL,
	    assert_true(OP(try_cmpxchg)(pointer_alone, &untyped_old, &row)), (untyped)&row);
}

/* --- 16 bytes --- */

static void FAMILY_FACT(cmpxchg128_stores_what_replaces_an_equal_value)(void **state)
{
	const u128 before = 1 | (u128)2 << 64, after = 3 | (u128)0x8000000000000004 << 64;

	(void)state;
	ROW_GIVES(wide128, wide128, before, OP(cmpxchg128)(wide128, before, after), before, after);
	ROW_GIVES(*wide128_dynamic, *wide128_dynamic, before,
		  OP(cmpxchg128)(*wide128_dynamic, before, after), before, after);
}

static void FAMILY_FACT(cmpxchg128_leaves_another_value_and_gives_it)(void **state)
{
	const u128 before = 1 | (u128)2 << 64;

	(void)state;
	/* each half counts */
	ROW_GIVES(wide128, wide128, before, OP(cmpxchg128)(wide128, 1 | (u128)3 << 64, 9), before,
		  before);
	ROW_GIVES(wide128, wide128, before, OP(cmpxchg128)(wide128, 5 | (u128)2 << 64, 9), before,
		  before);
	ROW_GIVES(*wide128_dynamic, *wide128_dynamic, before,
		  OP(cmpxchg128)(*wide128_dynamic, before + 1, 9), before, before);
}

static void FAMILY_FACT(cmpxchg128_takes_structures_too)(void **state)
{
	const struct mixed_pair before = {NULL, 7}, after = {&row, 8};
	struct mixed_pair got;

	(void)state;
	per_cpu(mixed_pair, row_cpu) = before;
	got = OP(cmpxchg128)(mixed_pair, before, after);
	assert_true(got.freelist == NULL && got.id == 7);
	assert_true(per_cpu(mixed_pair, row_cpu).freelist == &row);
	assert_true(per_cpu(mixed_pair, row_cpu).id == 8);
}

/* --- types of results --- */

static void FAMILY_FACT(results_have_the_type_of_the_variable)(void **state)
{
	(void)state;
#define ROWS(name, type)                                       \
	EXPECT_TYPE(type, OP(read)(name##_alone));             \
	EXPECT_TYPE(type, OP(add_return)(name##_alone, 1ull)); \
	EXPECT_TYPE(type, OP(sub_return)(name##_alone, 1ull)); \
	EXPECT_TYPE(type, OP(inc_return)(name##_alone));       \
	EXPECT_TYPE(type, OP(dec_return)(name##_alone));       \
	EXPECT_TYPE(type, OP(xchg)(name##_alone, 1));          \
	EXPECT_TYPE(type, OP(cmpxchg)(name##_dynamic_object->array[1], 1, 2));
	INTEGERS(ROWS)
#undef ROWS
	EXPECT_TYPE(enum colour, OP(xchg)(colour_alone, RED));
	EXPECT_TYPE(bool, OP(xchg)(boolean_alone, true));
	EXPECT_TYPE(void *, OP(xchg)(pointer_alone, NULL));
	EXPECT_TYPE(float, OP(xchg)(single_alone, 1));
	EXPECT_TYPE(double, OP(cmpxchg)(real_alone, 1, 2));
}

/* --- cmpxchg_double --- */

#define PAIR_ROW(pair, expect1, expect2, says, after1, after2)                                   \
	do {                                                                                     \
		__typeof__(pair) pair_start, pair_after;                                         \
		bool said;                                                                       \
                                                                                                 \
		memset(&pair_start, 0, sizeof(pair_start));                                      \
		pair_start.first = (__typeof__((pair).first))1;                                  \
		pair_start.second = (__typeof__((pair).second))2;                                \
		pair_after = pair_start;                                                         \
		pair_after.first = (__typeof__((pair).first))(after1);                           \
		pair_after.second = (__typeof__((pair).second))(after2);                         \
		row_prepare(&(pair), sizeof(pair), &(pair), sizeof(pair), &pair_start);          \
		said = OP(cmpxchg_double)((pair).first, (pair).second, expect1, expect2, 3, -4); \
		row_check(__LINE__, "cmpxchg_double of " #pair, &pair_after);                    \
		assert_true(said == (says));                                                     \
	} while (0)
#define PAIR_ROWS(name, type)                                            \
	{                                                                \
		const type one = (type)opaque(1), two = (type)opaque(2); \
                                                                         \
		PAIR_ROW(name##_pair, 1, 2, true, 3, -4);                \
		PAIR_ROW(name##_pair, one, two, true, 3, -4);            \
		PAIR_ROW(name##_pair, 1, 9, false, 1, 2);                \
		PAIR_ROW(name##_pair, 9, 2, false, 1, 2);                \
		PAIR_ROW(name##_pair, two, one, false, 1, 2);            \
		PAIR_ROW(*name##_dynamic_pair, 1, 2, true, 3, -4);       \
		PAIR_ROW(*name##_dynamic_pair, one, two, true, 3, -4);   \
		PAIR_ROW(*name##_dynamic_pair, 1, 9, false, 1, 2);       \
		PAIR_ROW(*name##_dynamic_pair, 9, 2, false, 1, 2);       \
	}

static void FAMILY_FACT(cmpxchg_double_stores_both_if_both_are_equal)(void **state)
{
	(void)state;
	INTEGERS(PAIR_ROWS)
}

static void FAMILY_FACT(cmpxchg_double_compares_negative_values)(void **state)
{
	(void)state;
#define ROWS(name, type)                                                                       \
	per_cpu(name##_pair, row_cpu).first = (type)-1;                                        \
	per_cpu(name##_pair, row_cpu).second = (type)-2;                                       \
	assert_true(OP(cmpxchg_double)(name##_pair.first, name##_pair.second, -1, -2, 0, -1)); \
	assert_true(per_cpu(name##_pair, row_cpu).first == 0);                                 \
	assert_true(per_cpu(name##_pair, row_cpu).second == (type)-1);
	INTEGERS(ROWS)
#undef ROWS
}

static void FAMILY_FACT(cmpxchg_double_takes_a_pointer_and_a_number)(void **state)
{
	(void)state;
	per_cpu(mixed_pair, row_cpu).freelist = &row;
	per_cpu(mixed_pair, row_cpu).id = 7;
	assert_false(OP(cmpxchg_double)(mixed_pair.freelist, mixed_pair.id, NULL, 7, NULL, 8));
	assert_true(OP(cmpxchg_double)(mixed_pair.freelist, mixed_pair.id, &row, 7, NULL, 8));
	assert_true(per_cpu(mixed_pair, row_cpu).freelist == NULL);
	assert_true(per_cpu(mixed_pair, row_cpu).id == 8);
}

static void FAMILY_FACT(swap_a_pair_in_the_wrong_order)(void)
{
	(void)OP(cmpxchg_double)(slong_pair.second, slong_pair.first, 1, 2, 3, 4);
}

static void FAMILY_FACT(swap_a_pair_with_a_gap)(void)
{
	(void)OP(cmpxchg_double)(sint_array[0], sint_array[2], 1, 2, 3, 4);
}

static void FAMILY_FACT(swap_a_misaligned_pair)(void)
{
	(void)OP(cmpxchg_double)(misaligned.pair[0], misaligned.pair[1], 1, 2, 3, 4);
}

static void FAMILY_FACT(swap_a_misaligned_dynamic_pair)(void)
{
	unsigned char __percpu *bytes = (unsigned char __percpu *)__alloc_percpu(8, 8);

	(void)OP(cmpxchg_double)(bytes[1], bytes[2], 1, 2, 3, 4);
}

#define FATAL(fact, body, message)                        \
	static void FAMILY_FACT(fact)(void **state)       \
	{                                                 \
		(void)state;                              \
		expect_death(FAMILY_FACT(body), message); \
	}
FATAL(cmpxchg_double_in_the_wrong_order_is_fatal, swap_a_pair_in_the_wrong_order,
      "must follow the first")
FATAL(cmpxchg_double_of_two_that_are_apart_is_fatal, swap_a_pair_with_a_gap,
      "must follow the first")
FATAL(cmpxchg_double_of_a_misaligned_pair_is_fatal, swap_a_misaligned_pair,
      "must be aligned to 16 bytes")
FATAL(cmpxchg_double_of_a_misaligned_dynamic_pair_is_fatal, swap_a_misaligned_dynamic_pair,
      "must be aligned to 2 bytes")
#undef FATAL

/* --- arguments are evaluated once --- */

static void FAMILY_FACT(arguments_are_evaluated_once)(void **state)
{
	(void)state;
#define ONCE(call, values)                                                            \
	do {                                                                          \
		pointers_taken = 0;                                                   \
		values_taken = 0;                                                     \
		call;                                                                 \
		if (pointers_taken != 1 || values_taken != (values))                  \
			fail_msg("%s: %u pointers, %u values", #call, pointers_taken, \
				 values_taken);                                       \
	} while (0)
	ONCE((void)OP(read)(*take_pointer()), 0);
	ONCE(OP(write)(*take_pointer(), take_value()), 1);
	ONCE(OP(add)(*take_pointer(), take_value()), 1);
	ONCE(OP(sub)(*take_pointer(), take_value()), 1);
	ONCE(OP(inc)(*take_pointer()), 0);
	ONCE(OP(dec)(*take_pointer()), 0);
	ONCE(OP(and)(*take_pointer(), take_value()), 1);
	ONCE(OP(or)(*take_pointer(), take_value()), 1);
	ONCE((void)OP(add_return)(*take_pointer(), take_value()), 1);
	ONCE((void)OP(sub_return)(*take_pointer(), take_value()), 1);
	ONCE((void)OP(inc_return)(*take_pointer()), 0);
	ONCE((void)OP(dec_return)(*take_pointer()), 0);
	ONCE((void)OP(xchg)(*take_pointer(), take_value()), 1);
	ONCE((void)OP(cmpxchg)(*take_pointer(), take_value(), take_value()), 2);
}

static void FAMILY_FACT(cmpxchg_double_evaluates_its_arguments_once)(void **state)
{
	(void)state;
	ONCE((void)OP(cmpxchg_double)(*take_pointer(), slong_pair.second, take_value(),
				      take_value(), take_value(), take_value()),
	     4);
#undef ONCE
}

#define FAMILY_TEST(fact) UNIT_TEST(FAMILY_FACT(fact))
static const struct CMUnitTest FAMILY_FACT(rows)[] = {
	FAMILY_TEST(uchar_250_plus_10_is_4),
	FAMILY_TEST(uchar_250_plus_10_gives_4),
	FAMILY_TEST(ushort_0_minus_1_gives_65535),
	FAMILY_TEST(int_5_minus_7_is_negative),
	FAMILY_TEST(int_5_minus_unsigned_7_gives_a_negative),
	FAMILY_TEST(uint_f0_and_3c_is_30),
	FAMILY_TEST(uint_f0_or_0f_is_ff),
	FAMILY_TEST(long_1_exchanged_for_2_gives_1),
	FAMILY_TEST(long_1_compared_with_1_becomes_9),
	FAMILY_TEST(long_1_compared_with_3_stays_1),
	FAMILY_TEST(long_10_minus_unsigned_3_is_7),
	FAMILY_TEST(sub_converts_before_it_negates),
	FAMILY_TEST(sub_of_the_smallest_value_wraps),
	FAMILY_TEST(negative_int_lessens_a_long),
	FAMILY_TEST(large_unsigned_int_increases_a_long),
	FAMILY_TEST(values_are_cut_to_the_variable),
	FAMILY_TEST(cmpxchg_compares_negative_narrow_values),
	FAMILY_TEST(enum_variables_count),
	FAMILY_TEST(bool_variables_are_flags),
	FAMILY_TEST(const_and_volatile_variables_are_read),
	FAMILY_TEST(try_cmpxchg_converts_the_old_value),
	FAMILY_TEST(cmpxchg128_stores_what_replaces_an_equal_value),
	FAMILY_TEST(cmpxchg128_leaves_another_value_and_gives_it),
	FAMILY_TEST(cmpxchg128_takes_structures_too),
	FAMILY_TEST(results_have_the_type_of_the_variable),
	FAMILY_TEST(cmpxchg_double_stores_both_if_both_are_equal),
	FAMILY_TEST(cmpxchg_double_compares_negative_values),
	FAMILY_TEST(cmpxchg_double_takes_a_pointer_and_a_number),
	FAMILY_TEST(cmpxchg_double_in_the_wrong_order_is_fatal),
	FAMILY_TEST(cmpxchg_double_of_two_that_are_apart_is_fatal),
	FAMILY_TEST(cmpxchg_double_of_a_misaligned_pair_is_fatal),
	FAMILY_TEST(cmpxchg_double_of_a_misaligned_dynamic_pair_is_fatal),
	FAMILY_TEST(arguments_are_evaluated_once),
	FAMILY_TEST(cmpxchg_double_evaluates_its_arguments_once),
};

#define RUN_TYPE(name, type) RUN_VALUES(name, type) + RUN(CAT(CAT(FAMILY, arithmetic_of_), name)) +
#define RUN_VALUES(name, type) RUN(CAT(CAT(FAMILY, values_of_), name))
#define RUN_OTHER(name, type) RUN_VALUES(name, type) +

static int FAMILY_FACT(run)(void)
{
	return INTEGERS(RUN_TYPE) OTHERS(RUN_OTHER) RUN(FAMILY_FACT(rows));
}

#undef BOTH_BECOME
#undef BOTH_GIVE
#undef PAIR_ROW
#undef PAIR_ROWS
#undef RUN_TYPE
#undef RUN_VALUES
#undef RUN_OTHER
#undef FAMILY_TEST
#undef FAMILY_FACT
