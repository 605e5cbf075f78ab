/* SPDX-License-Identifier: MIT */
/*
 * places.h - for each type, a variable of it in every place that one can be in: alone and static,
 * member and element of a static object, and the same dynamic.
 */
#ifndef OPS_PLACES_H
#define OPS_PLACES_H

#include "check.h"

enum colour { RED, GREEN = 100, BLUE = 200 };
typedef void *untyped;

/* X(name, type) */
#define INTEGERS(X)               \
	X(schar, signed char)     \
	X(uchar, unsigned char)   \
	X(plain_char, char)       \
	X(sshort, short)          \
	X(ushort, unsigned short) \
	X(sint, int)              \
	X(uint, unsigned int)     \
	X(slong, long)            \
	X(ulong, unsigned long)   \
	X(slonglong, long long)

#define OTHERS(X)              \
	X(colour, enum colour) \
	X(boolean, bool)       \
	X(pointer, untyped)    \
	X(single, float)       \
	X(real, double)

/* No file needs all of them. */
#define DEFINE_OBJECT(type, name) static __attribute__((__unused__)) DEFINE_PER_CPU(type, name)

#define DEFINE_PLACES(name, type)                           \
	struct name##_object {                              \
		type before, member, after, array[3];       \
	};                                                  \
	DEFINE_OBJECT(type, name##_alone);                  \
	DEFINE_OBJECT(type[3], name##_array);               \
	DEFINE_OBJECT(struct name##_object, name##_object); \
	static type __percpu *name##_dynamic;               \
	static struct name##_object __percpu *name##_dynamic_object;

INTEGERS(DEFINE_PLACES)
OTHERS(DEFINE_PLACES)

#define ALLOC_PLACES(name, type)                                    \
	name##_dynamic = alloc_percpu(type);                        \
	name##_dynamic_object = alloc_percpu(struct name##_object); \
	assert_true(name##_dynamic != NULL && name##_dynamic_object != NULL);
#define FREE_PLACES(name, type)      \
	free_percpu(name##_dynamic); \
	free_percpu(name##_dynamic_object);

/*
 * ROWS(object, variable), in every place; or, for families that are the same code, in two. The
 * index is one that the compiler does not know.
 */
#define IN_EVERY_PLACE(ROWS)                                                         \
	do {                                                                         \
		const size_t index = opaque(1);                                      \
		ROWS(PLACE(_alone), PLACE(_alone));                                  \
		ROWS(PLACE(_array), PLACE(_array)[index]);                           \
		ROWS(PLACE(_object), PLACE(_object).member);                         \
		ROWS(*PLACE(_dynamic), *PLACE(_dynamic));                            \
		ROWS(*PLACE(_dynamic_object), PLACE(_dynamic_object)->array[index]); \
	} while (0)
#define IN_TWO_PLACES(ROWS)                                                    \
	do {                                                                   \
		ROWS(PLACE(_object), PLACE(_object).array[2]);                 \
		ROWS(*PLACE(_dynamic_object), PLACE(_dynamic_object)->member); \
	} while (0)

#define PLACE(suffix) CAT(NAME, suffix)
#define OP(op) CAT(FAMILY, op)
/* The name of a test: the fact, of this family and type. */
#define FACT(fact) CAT(CAT(CAT(FAMILY, fact), _of_), NAME)

/* The fact that is fact_ROWS(object, variable) in the family's places. */
#define FACT_OF_ROWS(fact)                   \
	static void FACT(fact)(void **state) \
	{                                    \
		(void)state;                 \
		FAMILY_PLACES(fact##_ROWS);  \
	}
/* @value of the type, in a way that no compiler knows it. */
#define UNKNOWN(value)                                \
	__extension__({                               \
		TYPE unknown = (TYPE)(value);         \
		__asm__ volatile("" : "+m"(unknown)); \
		unknown;                              \
	})

/* cmocka_unit_test() of a name that is still to be made. */
#define UNIT_TEST(test) cmocka_unit_test(test)
#define FACT_TEST(fact) UNIT_TEST(FACT(fact))

#endif /* OPS_PLACES_H */
