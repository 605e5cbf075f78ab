/* SPDX-License-Identifier: MIT */
/*
 * value_rows.h - what every TYPE allows, whatever it is, called NAME, in the family FAMILY.
 * VALUE_A, VALUE_B and VALUE_C are three values; bool has only two, and VALUE_C is then VALUE_A.
 */

#define read_gives_the_value_ROWS(object, var)                            \
	ROW_GIVES(object, var, VALUE_A, OP(read)(var), VALUE_A, VALUE_A); \
	ROW_GIVES(object, var, VALUE_B, OP(read)(var), VALUE_B, VALUE_B)
FACT_OF_ROWS(read_gives_the_value)

#define write_stores_the_value_ROWS(object, var)                     \
	ROW(object, var, VALUE_A, OP(write)(var, VALUE_B), VALUE_B); \
	ROW(object, var, VALUE_A, OP(write)(var, UNKNOWN(VALUE_B)), VALUE_B)
FACT_OF_ROWS(write_stores_the_value)

#define xchg_stores_and_gives_the_old_value_ROWS(object, var)                      \
	ROW_GIVES(object, var, VALUE_A, OP(xchg)(var, VALUE_B), VALUE_A, VALUE_B); \
	ROW_GIVES(object, var, VALUE_A, OP(xchg)(var, UNKNOWN(VALUE_B)), VALUE_A, VALUE_B)
FACT_OF_ROWS(xchg_stores_and_gives_the_old_value)

#define cmpxchg_stores_what_replaces_an_equal_value_ROWS(object, var)                          \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, VALUE_A, VALUE_B), VALUE_A, VALUE_B); \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, UNKNOWN(VALUE_A), UNKNOWN(VALUE_B)),  \
		  VALUE_A, VALUE_B)
FACT_OF_ROWS(cmpxchg_stores_what_replaces_an_equal_value)

#define cmpxchg_leaves_another_value_and_gives_it_ROWS(object, var)                            \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, VALUE_B, VALUE_C), VALUE_A, VALUE_A); \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, UNKNOWN(VALUE_B), UNKNOWN(VALUE_C)),  \
		  VALUE_A, VALUE_A)
FACT_OF_ROWS(cmpxchg_leaves_another_value_and_gives_it)

/* A variable that is VALUE_A is @after; what it was is in what was expected. */
#define TRY_ROW(object, var, expect, value, assert_said, after)                                \
	do {                                                                                   \
		TYPE expected = expect;                                                        \
		ROW(object, var, VALUE_A, assert_said(OP(try_cmpxchg)(var, &expected, value)), \
		    after);                                                                    \
		assert_true(expected == VALUE_A);                                              \
	} while (0)
#define try_cmpxchg_stores_what_replaces_an_equal_value_ROWS(object, var) \
	TRY_ROW(object, var, VALUE_A, VALUE_B, assert_true, VALUE_B)
FACT_OF_ROWS(try_cmpxchg_stores_what_replaces_an_equal_value)

#define try_cmpxchg_leaves_another_value_and_says_which_ROWS(object, var) \
	TRY_ROW(object, var, VALUE_B, VALUE_C, assert_false, VALUE_A)
FACT_OF_ROWS(try_cmpxchg_leaves_another_value_and_says_which)

static const struct CMUnitTest FACT(values)[] = {
	FACT_TEST(read_gives_the_value),
	FACT_TEST(write_stores_the_value),
	FACT_TEST(xchg_stores_and_gives_the_old_value),
	FACT_TEST(cmpxchg_stores_what_replaces_an_equal_value),
	FACT_TEST(cmpxchg_leaves_another_value_and_gives_it),
	FACT_TEST(try_cmpxchg_stores_what_replaces_an_equal_value),
	FACT_TEST(try_cmpxchg_leaves_another_value_and_says_which),
};
