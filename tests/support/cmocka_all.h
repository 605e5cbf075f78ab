/* SPDX-License-Identifier: MIT */
/*
 * cmocka_all.h - cmocka, after the headers that it wants before it, from C and from C++; and an
 * assertion that its versions have under different names.
 */
#ifndef SUPPORT_CMOCKA_ALL_H
#define SUPPORT_CMOCKA_ALL_H

#ifdef __cplusplus
extern "C" {
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#ifdef __cplusplus
}
#endif

/* a macro of cmocka 2: with an older one too, nothing can have the name */
#ifndef stop
#define stop() fail()
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Fails unless @low <= @value <= @high. All three are natural numbers. */
#define assert_between(value, low, high)                                                     \
	do {                                                                                 \
		const unsigned long long between_value = (unsigned long long)(value);        \
		const unsigned long long between_low = (unsigned long long)(low);            \
		const unsigned long long between_high = (unsigned long long)(high);          \
                                                                                             \
		if (between_value < between_low || between_value > between_high)             \
			fail_msg("%s is %llu, expected %llu to %llu", #value, between_value, \
				 between_low, between_high);                                 \
	} while (0)

#endif /* SUPPORT_CMOCKA_ALL_H */
