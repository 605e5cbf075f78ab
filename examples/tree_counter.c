/* SPDX-License-Identifier: MIT */
/*
 * tree_counter.c - bytes in use by two tenants: which has more is mostly told by two loads.
 *
 *	$ cc -O2 tree_counter.c -lpercpu -o tree_counter && ./tree_counter
 *	about ... and ... bytes, each up to ... less or ... more: the second has more
 *
 * Exits with 1 if that is wrong, or the exact sum is.
 */
#include <percpu/percpu.h>
#include <percpu/tree_counter.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct percpu_counter_tree tenants[2];

static void *use(void *arg)
{
	struct percpu_counter_tree *tenant = arg;
	const long bytes = tenant == &tenants[0] ? 100 : 300;

	for (int i = 0; i < 100000; i++)
		percpu_counter_tree_add(tenant, bytes);
	return NULL;
}

int main(void)
{
	void *items = malloc(2 * percpu_counter_tree_items_size());
	unsigned long under, over;
	pthread_t threads[2];
	int which;

	if (!items || percpu_counter_tree_init_many(tenants, items, 2, 4096, GFP_KERNEL))
		return 1;
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, use, &tenants[i]))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	percpu_counter_tree_approximate_accuracy_range(&tenants[0], &under, &over);
	which = percpu_counter_tree_precise_compare(&tenants[0], &tenants[1]);
	printf("about %ld and %ld bytes, each up to %lu less or %lu more: the %s has more\n",
	       percpu_counter_tree_approximate_sum(&tenants[0]),
	       percpu_counter_tree_approximate_sum(&tenants[1]), over, under,
	       which > 0 ? "first" : "second");
	if (which != -1 || percpu_counter_tree_precise_sum(&tenants[1]) != 30000000)
		return 1;
	percpu_counter_tree_destroy_many(tenants, 2);
	free(items);
	return 0;
}
