/* SPDX-License-Identifier: MIT */
/*
 * objects.h - the variables that a file of operations works on: those of places.h, pairs, wide
 * ones; and how its tests are run.
 */
#ifndef OPS_OBJECTS_H
#define OPS_OBJECTS_H

#include "places.h"

#include <limits.h>
#ifdef __cplusplus
#include <type_traits>
#endif

#define DEFINE_PAIR(name, type)                                            \
	struct name##_pair {                                               \
		type first __attribute__((__aligned__(2 * sizeof(type)))); \
		type second;                                               \
	};                                                                 \
	DEFINE_OBJECT(struct name##_pair, name##_pair);                    \
	static struct name##_pair __percpu *name##_dynamic_pair;
INTEGERS(DEFINE_PAIR)

struct mixed_pair {
	struct row *freelist __attribute__((__aligned__(16)));
	unsigned long id;
};
DEFINE_OBJECT(struct mixed_pair, mixed_pair);

__extension__ typedef unsigned __int128 u128;
DEFINE_OBJECT(u128, wide128);
static u128 __percpu *wide128_dynamic;

struct misaligned {
	long before __attribute__((__aligned__(16)));
	long pair[2];
};
DEFINE_OBJECT(struct misaligned, misaligned);

#ifdef __cplusplus
template <typename Want, typename Got> static bool has_type(Got)
{
	return std::is_same<Want, Got>::value;
}
#define EXPECT_TYPE(type, call) assert_true(has_type<type>(call))
#else
#define EXPECT_TYPE(type, call) assert_true(__builtin_types_compatible_p(__typeof__(call), type))
#endif

static __attribute__((__unused__)) unsigned int pointers_taken, values_taken;

static inline long __percpu *take_pointer(void)
{
	pointers_taken++;
	return &slong_pair.first;
}

static inline long take_value(void)
{
	return ++values_taken;
}

static int alloc_places(void **state)
{
	(void)state;
	INTEGERS(ALLOC_PLACES)
	OTHERS(ALLOC_PLACES)
#define ALLOC_PAIR(name, type)                                  \
	name##_dynamic_pair = alloc_percpu(struct name##_pair); \
	assert_true(name##_dynamic_pair != NULL);
	INTEGERS(ALLOC_PAIR)
#undef ALLOC_PAIR
	wide128_dynamic = alloc_percpu(u128);
	assert_true(wide128_dynamic != NULL);
	return 0;
}

static int free_places(void **state)
{
	(void)state;
	INTEGERS(FREE_PLACES)
	OTHERS(FREE_PLACES)
#define FREE_PAIR(name, type) free_percpu(name##_dynamic_pair);
	INTEGERS(FREE_PAIR)
#undef FREE_PAIR
	free_percpu(wide128_dynamic);
	return 0;
}

#define RUN(tests) \
	_cmocka_run_group_tests(#tests, tests, ARRAY_SIZE(tests), alloc_places, free_places)

#endif /* OPS_OBJECTS_H */
