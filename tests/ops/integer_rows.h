/* SPDX-License-Identifier: MIT */
/* integer_rows.h - what arithmetic does to an integer TYPE called NAME, in the family FAMILY. */

#define LARGEST_OF_TYPE                                                           \
	((TYPE)-1 < (TYPE)1 ? (TYPE)(((uint64_t)1 << (8 * sizeof(TYPE) - 1)) - 1) \
			    : (TYPE) ~(uint64_t)0)
/* The value after the largest one. */
#define WRAPPED (TYPE)((uint64_t)LARGEST_OF_TYPE + 1)

static void FACT(add_adds)(void **state)
{
	const TYPE n = (TYPE)opaque(27);

	(void)state;
#define ROWS(object, var)                             \
	ROW(object, var, 100, OP(add)(var, 27), 127); \
	ROW(object, var, 100, OP(add)(var, n), 127);  \
	ROW(object, var, 100, OP(add)(var, -n), 73);  \
	ROW(object, var, 100, OP(add)(var, -27), 73)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(add_wraps)(void **state)
{
	const TYPE one = (TYPE)opaque(1);

	(void)state;
#define ROWS(object, var)                                            \
	ROW(object, var, LARGEST_OF_TYPE, OP(add)(var, 1), WRAPPED); \
	ROW(object, var, WRAPPED, OP(add)(var, -one), LARGEST_OF_TYPE)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(sub_subtracts)(void **state)
{
	const TYPE n = (TYPE)opaque(27);

	(void)state;
#define ROWS(object, var)                                            \
	ROW(object, var, 100, OP(sub)(var, 27), 73);                 \
	ROW(object, var, 100, OP(sub)(var, n), 73);                  \
	ROW(object, var, WRAPPED, OP(sub)(var, 1), LARGEST_OF_TYPE); \
	ROW(object, var, 0, OP(sub)(var, WRAPPED), WRAPPED)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(inc_adds_one)(void **state)
{
	(void)state;
#define ROWS(object, var)                       \
	ROW(object, var, 41, OP(inc)(var), 42); \
	ROW(object, var, LARGEST_OF_TYPE, OP(inc)(var), WRAPPED)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(dec_subtracts_one)(void **state)
{
	(void)state;
#define ROWS(object, var)                       \
	ROW(object, var, 42, OP(dec)(var), 41); \
	ROW(object, var, WRAPPED, OP(dec)(var), LARGEST_OF_TYPE)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(and_keeps_the_common_bits)(void **state)
{
	const TYPE mask = (TYPE)opaque(0x3c);

	(void)state;
#define ROWS(object, var)                                  \
	ROW(object, var, 0x70, OP (and)(var, 0x3c), 0x30); \
	ROW(object, var, 0x70, OP (and)(var, mask), 0x30); \
	ROW(object, var, -1, OP (and)(var, mask), 0x3c);   \
	ROW(object, var, -2, OP (and)(var, ~0x10), -18)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(or_adds_bits)(void **state)
{
	const TYPE bits = (TYPE)opaque(0x0f);

	(void)state;
#define ROWS(object, var)                                \
	ROW(object, var, 0x70, OP(or)(var, 0x0f), 0x7f); \
	ROW(object, var, 0x71, OP(or)(var, bits), 0x7f); \
	ROW(object, var, 0x70, OP(or)(var, -16), -16)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(add_return_gives_the_new_value)(void **state)
{
	const TYPE n = (TYPE)opaque(27);

	(void)state;
#define ROWS(object, var)                                               \
	ROW_GIVES(object, var, 100, OP(add_return)(var, 27), 127, 127); \
	ROW_GIVES(object, var, 100, OP(add_return)(var, n), 127, 127);  \
	ROW_GIVES(object, var, 1, OP(add_return)(var, -2), -1, -1);     \
	ROW_GIVES(object, var, LARGEST_OF_TYPE, OP(add_return)(var, 1), WRAPPED, WRAPPED)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(sub_return_gives_the_new_value)(void **state)
{
	const TYPE n = (TYPE)opaque(27);

	(void)state;
#define ROWS(object, var)                                             \
	ROW_GIVES(object, var, 100, OP(sub_return)(var, 27), 73, 73); \
	ROW_GIVES(object, var, 100, OP(sub_return)(var, n), 73, 73);  \
	ROW_GIVES(object, var, 20, OP(sub_return)(var, n), -7, -7);   \
	ROW_GIVES(object, var, WRAPPED, OP(sub_return)(var, 1), LARGEST_OF_TYPE, LARGEST_OF_TYPE)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(inc_return_gives_the_new_value)(void **state)
{
	(void)state;
#define ROWS(object, var)                                        \
	ROW_GIVES(object, var, 41, OP(inc_return)(var), 42, 42); \
	ROW_GIVES(object, var, LARGEST_OF_TYPE, OP(inc_return)(var), WRAPPED, WRAPPED)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static void FACT(dec_return_gives_the_new_value)(void **state)
{
	(void)state;
#define ROWS(object, var)                                        \
	ROW_GIVES(object, var, 42, OP(dec_return)(var), 41, 41); \
	ROW_GIVES(object, var, 0, OP(dec_return)(var), -1, -1)
	FAMILY_PLACES(ROWS);
#undef ROWS
}

static const struct CMUnitTest FACT(arithmetic)[] = {
	UNIT_TEST(FACT(add_adds)),
	UNIT_TEST(FACT(add_wraps)),
	UNIT_TEST(FACT(sub_subtracts)),
	UNIT_TEST(FACT(inc_adds_one)),
	UNIT_TEST(FACT(dec_subtracts_one)),
	UNIT_TEST(FACT(and_keeps_the_common_bits)),
	UNIT_TEST(FACT(or_adds_bits)),
	UNIT_TEST(FACT(add_return_gives_the_new_value)),
	UNIT_TEST(FACT(sub_return_gives_the_new_value)),
	UNIT_TEST(FACT(inc_return_gives_the_new_value)),
	UNIT_TEST(FACT(dec_return_gives_the_new_value)),
};

#undef LARGEST_OF_TYPE
#undef WRAPPED
