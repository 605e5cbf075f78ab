/* SPDX-License-Identifier: MIT */
/* linux/sprintf.h - the C library's, and those that return what has been written. */
#ifndef PERCPU_LINUX_SPRINTF_H
#define PERCPU_LINUX_SPRINTF_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <stdarg.h>
#include <stdio.h>

/** vscnprintf(), scnprintf() - the characters that are in @buf now, without the zero. */
static inline int __printf(3, 0) vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	const int wanted = vsnprintf(buf, size, fmt, args);

	if (wanted < 0 || size == 0)
		return 0;
	return (size_t)wanted < size ? wanted : (int)size - 1;
}

static inline int __printf(3, 4) scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int written;

	va_start(args, fmt);
	written = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return written;
}

#endif /* PERCPU_LINUX_SPRINTF_H */
