/* SPDX-License-Identifier: MIT */
/*
 * linux/sort.h - sorting in place, without memory and without recursion: heapsort. @size: of an
 * element, in bytes; @exchange: NULL, or what exchanges two of them. Equal elements come in any
 * order.
 */
#ifndef PERCPU_LINUX_SORT_H
#define PERCPU_LINUX_SORT_H

#include <linux/types.h>

struct __pcpu_sort {
	char *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_r_func_t exchange;
	const void *priv;
};

static inline int __pcpu_sort_cmp(const struct __pcpu_sort *of, size_t i, size_t j)
{
	return of->cmp(of->base + i * of->size, of->base + j * of->size, of->priv);
}

static inline void __pcpu_sort_swap(const struct __pcpu_sort *of, size_t i, size_t j)
{
	char *a = of->base + i * of->size, *b = of->base + j * of->size;

	if (of->exchange) {
		of->exchange(a, b, (int)of->size, of->priv);
		return;
	}
	for (size_t byte = 0; byte < of->size; byte++) {
		const char kept = a[byte];

		a[byte] = b[byte];
		b[byte] = kept;
	}
}

/*
 * Below @root, of the first @num, none is greater than the one above it, once that has gone down.
 */
static inline void __pcpu_sort_sift(const struct __pcpu_sort *of, size_t root, size_t num)
{
	size_t child;

	while ((child = 2 * root + 1) < num) {
		if (child + 1 < num && __pcpu_sort_cmp(of, child, child + 1) < 0)
			child++;
		if (__pcpu_sort_cmp(of, root, child) >= 0)
			return;
		__pcpu_sort_swap(of, root, child);
		root = child;
	}
}

static inline void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp,
			  swap_r_func_t exchange, const void *priv)
{
	const struct __pcpu_sort of = {(char *)base, size, cmp, exchange, priv};

	for (size_t root = num / 2; root-- > 0;)
		__pcpu_sort_sift(&of, root, num);
	for (size_t last = num; last-- > 1;) {
		__pcpu_sort_swap(&of, 0, last);
		__pcpu_sort_sift(&of, 0, last);
	}
}

struct __pcpu_sort_plain {
	cmp_func_t cmp;
	swap_func_t exchange;
};

static inline int __pcpu_sort_plain_cmp(const void *a, const void *b, const void *priv)
{
	return ((const struct __pcpu_sort_plain *)priv)->cmp(a, b);
}

static inline void __pcpu_sort_plain_swap(void *a, void *b, int size, const void *priv)
{
	((const struct __pcpu_sort_plain *)priv)->exchange(a, b, size);
}

static inline void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t exchange)
{
	const struct __pcpu_sort_plain plain = {cmp, exchange};

	sort_r(base, num, size, __pcpu_sort_plain_cmp, exchange ? __pcpu_sort_plain_swap : NULL,
	       &plain);
}

#endif /* PERCPU_LINUX_SORT_H */
