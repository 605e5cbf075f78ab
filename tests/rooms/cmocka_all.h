/* SPDX-License-Identifier: MIT */
/* cmocka_all.h - cmocka, after the headers that it wants before it. */
#ifndef ROOMS_CMOCKA_ALL_H
#define ROOMS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif /* ROOMS_CMOCKA_ALL_H */
