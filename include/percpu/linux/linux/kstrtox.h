/* SPDX-License-Identifier: MIT */
/*
 * linux/kstrtox.h - numbers from text, the whole of it but for one newline: 0; -EINVAL: it is none;
 * -ERANGE: it does not fit. @base as for strtoul(). What is wrong changes nothing.
 */
#ifndef PERCPU_LINUX_KSTRTOX_H
#define PERCPU_LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* The digits behind a sign, which may be a plus alone. */
static inline int __pcpu_parse_number(const char *s, unsigned int base, unsigned long long *res)
{
	const int errno_before = errno;
	unsigned long long value;
	char *end;
	int result = 0;

	if (!isalnum((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	value = strtoull(s, &end, (int)base);
	if (end == s || (*end == '\n' ? end[1] : end[0]) != '\0')
		result = -EINVAL;
	else if (errno == ERANGE)
		result = -ERANGE;
	else
		*res = value;
	errno = errno_before;
	return result;
}

static inline int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return __pcpu_parse_number(s + (*s == '+'), base, res);
}

static inline int __must_check kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long value = 0;
	const bool negative = *s == '-';
	const int result =
		negative ? __pcpu_parse_number(s + 1, base, &value) : kstrtoull(s, base, &value);

	if (result != 0)
		return result;
	if (value > (unsigned long long)LLONG_MAX + negative)
		return -ERANGE;
	*res = (long long)(negative ? 0 - value : value);
	return 0;
}

/* One of a smaller type, by one of these. */
#define __pcpu_kstrto(name, type, wide, by)                                              \
	static inline int __must_check name(const char *s, unsigned int base, type *res) \
	{                                                                                \
		wide value;                                                              \
		const int result = by(s, base, &value);                                  \
                                                                                         \
		if (result != 0)                                                         \
			return result;                                                   \
		if ((wide)(type)value != value)                                          \
			return -ERANGE;                                                  \
		*res = (type)value;                                                      \
		return 0;                                                                \
	}
__pcpu_kstrto(kstrtoul, unsigned long, unsigned long long,
	      kstrtoull) __pcpu_kstrto(kstrtol, long, long long, kstrtoll)
	__pcpu_kstrto(kstrtouint, unsigned int, unsigned long long,
		      kstrtoull) __pcpu_kstrto(kstrtoint, int, long long, kstrtoll)
		__pcpu_kstrto(kstrtou64, u64, unsigned long long,
			      kstrtoull) __pcpu_kstrto(kstrtos64, s64, long long, kstrtoll)
			__pcpu_kstrto(kstrtou32, u32, unsigned long long,
				      kstrtoull) __pcpu_kstrto(kstrtos32, s32, long long, kstrtoll)
				__pcpu_kstrto(kstrtou16, u16, unsigned long long, kstrtoull)
					__pcpu_kstrto(kstrtou8, u8, unsigned long long, kstrtoull)

	/** kstrtobool() - y, t, 1, on; n, f, 0, off; in any case, and whatever follows. */
	static inline int __must_check kstrtobool(const char *s, bool *res)
{
	const int first = s ? tolower((unsigned char)s[0]) : 0;
	const int next = first ? tolower((unsigned char)s[1]) : 0;

	if (first == 'y' || first == 't' || first == '1' || (first == 'o' && next == 'n'))
		*res = true;
	else if (first == 'n' || first == 'f' || first == '0' || (first == 'o' && next == 'f'))
		*res = false;
	else
		return -EINVAL;
	return 0;
}

#endif /* PERCPU_LINUX_KSTRTOX_H */
