/* SPDX-License-Identifier: MIT */
/* integer_rows.h - what arithmetic does to an integer TYPE called NAME, in the family FAMILY. */

#define LARGEST_OF_TYPE                                                           \
	((TYPE)-1 < (TYPE)1 ? (TYPE)(((uint64_t)1 << (8 * sizeof(TYPE) - 1)) - 1) \
			    : (TYPE) ~(uint64_t)0)
/* The value after the largest one. */
#define WRAPPED (TYPE)((uint64_t)LARGEST_OF_TYPE + 1)

#define add_adds_ROWS(object, var)                             \
	ROW(object, var, 100, OP(add)(var, 27), 127);          \
	ROW(object, var, 100, OP(add)(var, UNKNOWN(27)), 127); \
	ROW(object, var, 100, OP(add)(var, -UNKNOWN(27)), 73); \
	ROW(object, var, 100, OP(add)(var, -27), 73)
FACT_OF_ROWS(add_adds)

#define add_wraps_ROWS(object, var)                                  \
	ROW(object, var, LARGEST_OF_TYPE, OP(add)(var, 1), WRAPPED); \
	ROW(object, var, WRAPPED, OP(add)(var, -UNKNOWN(1)), LARGEST_OF_TYPE)
FACT_OF_ROWS(add_wraps)

#define sub_subtracts_ROWS(object, var)                              \
	ROW(object, var, 100, OP(sub)(var, 27), 73);                 \
	ROW(object, var, 100, OP(sub)(var, UNKNOWN(27)), 73);        \
	ROW(object, var, WRAPPED, OP(sub)(var, 1), LARGEST_OF_TYPE); \
	ROW(object, var, 0, OP(sub)(var, WRAPPED), WRAPPED)
FACT_OF_ROWS(sub_subtracts)

#define inc_adds_one_ROWS(object, var)          \
	ROW(object, var, 41, OP(inc)(var), 42); \
	ROW(object, var, LARGEST_OF_TYPE, OP(inc)(var), WRAPPED)
FACT_OF_ROWS(inc_adds_one)

#define dec_subtracts_one_ROWS(object, var)     \
	ROW(object, var, 42, OP(dec)(var), 41); \
	ROW(object, var, WRAPPED, OP(dec)(var), LARGEST_OF_TYPE)
FACT_OF_ROWS(dec_subtracts_one)

#define and_keeps_the_common_bits_ROWS(object, var)                 \
	ROW(object, var, 0x70, OP (and)(var, 0x3c), 0x30);          \
	ROW(object, var, 0x70, OP (and)(var, UNKNOWN(0x3c)), 0x30); \
	ROW(object, var, -1, OP (and)(var, UNKNOWN(0x3c)), 0x3c);   \
	ROW(object, var, -2, OP (and)(var, ~0x10), -18)
FACT_OF_ROWS(and_keeps_the_common_bits)

#define or_adds_bits_ROWS(object, var)                            \
	ROW(object, var, 0x70, OP(or)(var, 0x0f), 0x7f);          \
	ROW(object, var, 0x71, OP(or)(var, UNKNOWN(0x0f)), 0x7f); \
	ROW(object, var, 0x70, OP(or)(var, -16), -16)
FACT_OF_ROWS(or_adds_bits)

#define add_return_gives_the_new_value_ROWS(object, var)                         \
	ROW_GIVES(object, var, 100, OP(add_return)(var, 27), 127, 127);          \
	ROW_GIVES(object, var, 100, OP(add_return)(var, UNKNOWN(27)), 127, 127); \
	ROW_GIVES(object, var, 1, OP(add_return)(var, -2), -1, -1);              \
	ROW_GIVES(object, var, LARGEST_OF_TYPE, OP(add_return)(var, 1), WRAPPED, WRAPPED)
FACT_OF_ROWS(add_return_gives_the_new_value)

#define sub_return_gives_the_new_value_ROWS(object, var)                       \
	ROW_GIVES(object, var, 100, OP(sub_return)(var, 27), 73, 73);          \
	ROW_GIVES(object, var, 100, OP(sub_return)(var, UNKNOWN(27)), 73, 73); \
	ROW_GIVES(object, var, 20, OP(sub_return)(var, UNKNOWN(27)), -7, -7);  \
	ROW_GIVES(object, var, WRAPPED, OP(sub_return)(var, 1), LARGEST_OF_TYPE, LARGEST_OF_TYPE)
FACT_OF_ROWS(sub_return_gives_the_new_value)

#define inc_return_gives_the_new_value_ROWS(object, var)         \
	ROW_GIVES(object, var, 41, OP(inc_return)(var), 42, 42); \
	ROW_GIVES(object, var, LARGEST_OF_TYPE, OP(inc_return)(var), WRAPPED, WRAPPED)
FACT_OF_ROWS(inc_return_gives_the_new_value)

#define dec_return_gives_the_new_value_ROWS(object, var)         \
	ROW_GIVES(object, var, 42, OP(dec_return)(var), 41, 41); \
	ROW_GIVES(object, var, 0, OP(dec_return)(var), -1, -1)
FACT_OF_ROWS(dec_return_gives_the_new_value)

static const struct CMUnitTest FACT(arithmetic)[] = {
	FACT_TEST(add_adds),
	FACT_TEST(add_wraps),
	FACT_TEST(sub_subtracts),
	FACT_TEST(inc_adds_one),
	FACT_TEST(dec_subtracts_one),
	FACT_TEST(and_keeps_the_common_bits),
	FACT_TEST(or_adds_bits),
	FACT_TEST(add_return_gives_the_new_value),
	FACT_TEST(sub_return_gives_the_new_value),
	FACT_TEST(inc_return_gives_the_new_value),
	FACT_TEST(dec_return_gives_the_new_value),
};

#undef LARGEST_OF_TYPE
#undef WRAPPED
