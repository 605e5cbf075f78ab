/* SPDX-License-Identifier: MIT */
/*
 * refcount.c - a table of routes that threads look things up in, and that is replaced meanwhile.
 * Whoever looks takes a reference, which is an addition to this CPU's part of a count; the old
 * table is freed by the last one who lets go of it.
 *
 *	$ cc -O2 refcount.c -lpercpu -o refcount && ./refcount
 *	800000 looks, 20 tables, all freed: yes
 *
 * Exits with 1 if a table was not freed, or a look is missing.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/refcount.h>

enum { THREADS = 4, LOOKS_EACH = 200000, TABLES = 20 };

struct table {
	struct percpu_ref ref;
	int number;
};

static struct table *current_table;
static pthread_mutex_t replacing = PTHREAD_MUTEX_INITIALIZER;
static DEFINE_PER_CPU(unsigned long, looks);
static int nr_freed;

/* Called once for each table, by whichever thread put the last reference. */
static void free_table(struct percpu_ref *ref)
{
	struct table *table = (struct table *)((char *)ref - offsetof(struct table, ref));

	percpu_ref_exit(&table->ref);
	free(table);
	__atomic_fetch_add(&nr_freed, 1, __ATOMIC_RELAXED);
}

static struct table *new_table(int number)
{
	struct table *table = malloc(sizeof(*table));

	if (!table || percpu_ref_init(&table->ref, free_table, 0, GFP_KERNEL) != 0)
		abort();
	table->number = number;
	return table;
}

/* The mutex keeps the table from being replaced between finding it and having a reference. */
static struct table *get_table(void)
{
	struct table *table;

	pthread_mutex_lock(&replacing);
	table = current_table;
	percpu_ref_get(&table->ref);
	pthread_mutex_unlock(&replacing);
	return table;
}

/* A thread keeps the table for a while, and takes a reference for each lookup that it hands out. */
static void *look(void *unused)
{
	for (int i = 0; i < LOOKS_EACH / 100; i++) {
		struct table *table = get_table();

		for (int j = 0; j < 100; j++) {
			percpu_ref_get(&table->ref);
			this_cpu_add(looks, table->number > 0);
			percpu_ref_put(&table->ref);
		}
		percpu_ref_put(&table->ref);
	}
	return unused;
}

static void replace_table(int number)
{
	struct table *old;

	pthread_mutex_lock(&replacing);
	old = current_table;
	current_table = number ? new_table(number) : NULL;
	pthread_mutex_unlock(&replacing);
	/* those who look go on with the old one, and the last of them frees it */
	percpu_ref_kill(&old->ref);
}

int main(void)
{
	pthread_t thread[THREADS];
	int started = 0;

	current_table = new_table(1);
	while (started < THREADS && !pthread_create(&thread[started], NULL, look, NULL))
		started++;
	for (int number = 2; number <= TABLES; number++)
		replace_table(number);
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	replace_table(0);
	printf("%llu looks, %d tables, all freed: %s\n", (unsigned long long)per_cpu_sum(looks),
	       TABLES, nr_freed == TABLES ? "yes" : "no");
	return nr_freed != TABLES || per_cpu_sum(looks) != (unsigned long long)started * LOOKS_EACH;
}
