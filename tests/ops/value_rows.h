/* SPDX-License-Identifier: MIT */
/*
 * value_rows.h - what every TYPE allows, whatever it is, called NAME, in the family FAMILY.
 * VALUE_A, VALUE_B and VALUE_C are three values; bool has only two, and VALUE_C is then VALUE_A.
 */

static void FACT(read_gives_the_value)(void **state)
{
	(void)state;
#define ROWS(object, var)                                                 \
	ROW_GIVES(object, var, VALUE_A, OP(read)(var), VALUE_A, VALUE_A); \
	ROW_GIVES(object, var, VALUE_B, OP(read)(var), VALUE_B, VALUE_B)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(write_stores_the_value)(void **state)
{
	TYPE value = VALUE_B;

	(void)state;
	__asm__ volatile("" : "+m"(value));
#define ROWS(object, var)                                            \
	ROW(object, var, VALUE_A, OP(write)(var, VALUE_B), VALUE_B); \
	ROW(object, var, VALUE_A, OP(write)(var, value), VALUE_B)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(xchg_stores_and_gives_the_old_value)(void **state)
{
	TYPE value = VALUE_B;

	(void)state;
	__asm__ volatile("" : "+m"(value));
#define ROWS(object, var)                                                          \
	ROW_GIVES(object, var, VALUE_A, OP(xchg)(var, VALUE_B), VALUE_A, VALUE_B); \
	ROW_GIVES(object, var, VALUE_A, OP(xchg)(var, value), VALUE_A, VALUE_B)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(cmpxchg_stores_what_replaces_an_equal_value)(void **state)
{
	TYPE expected = VALUE_A, value = VALUE_B;

	(void)state;
	__asm__ volatile("" : "+m"(expected), "+m"(value));
#define ROWS(object, var)                                                                      \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, VALUE_A, VALUE_B), VALUE_A, VALUE_B); \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, expected, value), VALUE_A, VALUE_B)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(cmpxchg_leaves_another_value_and_gives_it)(void **state)
{
	TYPE expected = VALUE_B, value = VALUE_C;

	(void)state;
	__asm__ volatile("" : "+m"(expected), "+m"(value));
#define ROWS(object, var)                                                                      \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, VALUE_B, VALUE_C), VALUE_A, VALUE_A); \
	ROW_GIVES(object, var, VALUE_A, OP(cmpxchg)(var, expected, value), VALUE_A, VALUE_A)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(try_cmpxchg_stores_what_replaces_an_equal_value)(void **state)
{
	TYPE expected = VALUE_A;

	(void)state;
#define ROWS(object, var)                                                                          \
	ROW(object, var, VALUE_A, assert_true(OP(try_cmpxchg)(var, &expected, VALUE_B)), VALUE_B); \
	assert_true(expected == VALUE_A)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(try_cmpxchg_leaves_another_value_and_says_which)(void **state)
{
	TYPE expected;

	(void)state;
#define ROWS(object, var)                                                                 \
	expected = VALUE_B;                                                               \
	ROW(object, var, VALUE_A, assert_false(OP(try_cmpxchg)(var, &expected, VALUE_C)), \
	    VALUE_A);                                                                     \
	assert_true(expected == VALUE_A)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static const struct CMUnitTest FACT(values)[] = {
	UNIT_TEST(FACT(read_gives_the_value)),
	UNIT_TEST(FACT(write_stores_the_value)),
	UNIT_TEST(FACT(xchg_stores_and_gives_the_old_value)),
	UNIT_TEST(FACT(cmpxchg_stores_what_replaces_an_equal_value)),
	UNIT_TEST(FACT(cmpxchg_leaves_another_value_and_gives_it)),
	UNIT_TEST(FACT(try_cmpxchg_stores_what_replaces_an_equal_value)),
	UNIT_TEST(FACT(try_cmpxchg_leaves_another_value_and_says_which)),
};
