/* SPDX-License-Identifier: MIT */
/*
 * assert.h - what must hold where a function starts, in code and not in its comment alone.
 *
 * On in the library that the tests are linked with (percpu_static_checked, which is compiled with
 * PCPU_ASSERT), and nothing at all in the one that people get. What is asserted of locks: lock.h.
 */
#ifndef PCPU_ASSERT_H
#define PCPU_ASSERT_H

#ifdef PCPU_ASSERT
#include "ground/log.h"

/* Says which condition does not hold, and where, and ends the process. Safe in signal handlers. */
#define pcpu_assert(condition)                                                                 \
	((condition) ? (void)0                                                                 \
		     : pcpu_fatal_unlock("assertion failed: %s (%s:%d)", #condition, __FILE__, \
					 __LINE__))
#else
/* Looked at by the compiler, so that it stays true to the code, and never evaluated. */
#define pcpu_assert(condition) ((void)sizeof(!(condition)))
#endif

#endif /* PCPU_ASSERT_H */
