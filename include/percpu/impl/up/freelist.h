/* SPDX-License-Identifier: MIT */
/* up/freelist.h - freelist.h with PERCPU_UP: one list, which is CPU 0's. */
#ifndef PERCPU_UP_FREELIST_H
#define PERCPU_UP_FREELIST_H

#include <percpu/freelist.h>

#include <errno.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

PERCPU_API struct percpu_freelist_node *percpu_freelist_steal(struct percpu_freelist __percpu *list,
							      unsigned int cpu, unsigned long max)
{
	struct percpu_freelist_node *first, *last;

	if (cpu != 0 || max == 0)
		return NULL;
	if (max == PERCPU_FREELIST_ALL)
		return percpu_freelist_pop_all(list);
	first = (struct percpu_freelist_node *)(uintptr_t)__percpu_sequence(
			__PCPU_SEQUENCE_skip, __pcpu_address(&list->first), 0, 0,
			__pcpu_address(&list->first), max)
			.found;
	for (last = first; last && --max; last = last->next)
		;
	if (last)
		last->next = NULL;
	return first;
}

PERCPU_API struct percpu_freelist_node *
percpu_freelist_pop_any(struct percpu_freelist __percpu *list)
{
	return percpu_freelist_pop(list);
}

PERCPU_API int percpu_freelist_refill_on(struct percpu_freelist __percpu *list, unsigned int cpu,
					 struct percpu_freelist_node *first,
					 struct percpu_freelist_node *last)
{
	if (cpu != 0)
		return -EINVAL;
	percpu_freelist_refill(list, first, last);
	return 0;
}

PERCPU_API int percpu_freelist_populate(struct percpu_freelist __percpu *list, void *nodes,
					size_t size, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		percpu_freelist_push(
			list, (struct percpu_freelist_node *)(void *)((char *)nodes + i * size));
	return 0;
}

PERCPU_API bool percpu_freelist_is_empty(struct percpu_freelist __percpu *list, unsigned int cpu)
{
	return cpu != 0 || this_cpu_read(list->first) == NULL;
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_FREELIST_H */
