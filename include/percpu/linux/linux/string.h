/* SPDX-License-Identifier: MIT */
/* linux/string.h - the C library's, and what the kernel has beside. */
#ifndef PERCPU_LINUX_STRING_H
#define PERCPU_LINUX_STRING_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <string.h>
#include <strings.h>

/** strscpy() - copies what fits, and a zero; the characters copied, or -E2BIG: some did not fit. */
static inline ssize_t __pcpu_strscpy(char *dest, const char *src, size_t count)
{
	const size_t length = strnlen(src, count);

	if (count == 0)
		return -E2BIG;
	if (length == count) {
		memcpy(dest, src, count - 1);
		dest[count - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, length + 1);
	return (ssize_t)length;
}
/* Without a size: that of the array. */
#define __pcpu_strscpy_2(dest, src) __pcpu_strscpy(dest, src, sizeof(dest))
#define __pcpu_strscpy_of(a, b, c, name, ...) name
#define strscpy(dest, ...) \
	__pcpu_strscpy_of(dest, __VA_ARGS__, __pcpu_strscpy, __pcpu_strscpy_2, )(dest, __VA_ARGS__)

/** memchr_inv() - the first byte that is not @c; NULL: there is none. */
static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = (const unsigned char *)start;

	for (; bytes != 0; bytes--, p++)
		if (*p != (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

/** strstarts() - whether @str begins with @prefix; str_has_prefix(): its length then, or 0. */
static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	return strstarts(str, prefix) ? strlen(prefix) : 0;
}

/** sysfs_streq() - whether two texts are the same but for one newline at the end. */
static inline bool sysfs_streq(const char *one, const char *two)
{
	while (*one && *one == *two) {
		one++;
		two++;
	}
	return (!*one || (*one == '\n' && !one[1])) && (!*two || (*two == '\n' && !two[1]));
}

/** match_string() - the place of @string among the @n of @array, up to NULL; or -EINVAL. */
static inline int match_string(const char *const *array, size_t n, const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (strcmp(array[i], string) == 0)
			return (int)i;
	return -EINVAL;
}
#define memzero_explicit(s, count) explicit_bzero(s, count)
#define memset_after(obj, v, member)                                                            \
	memset((char *)(obj) + offsetof(__typeof__(*(obj)), member) + sizeof((obj)->member), v, \
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member) - sizeof((obj)->member))

#endif /* PERCPU_LINUX_STRING_H */
