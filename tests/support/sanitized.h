/* SPDX-License-Identifier: MIT */
/*
 * sanitized.h - whether the test is built with a sanitizer, whose runtime does things of its own
 * behind every access: system calls, and signals that come later.
 */
#ifndef SUPPORT_SANITIZED_H
#define SUPPORT_SANITIZED_H

#include <stdbool.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

static const bool address_sanitized =
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
	true;
#else
	false;
#endif

static const bool thread_sanitized =
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
	true;
#else
	false;
#endif

#endif /* SUPPORT_SANITIZED_H */
