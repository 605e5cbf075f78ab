/* SPDX-License-Identifier: MIT */
/*
 * freelist_double.c - a free list of buffers for each CPU, made by hand of one operation:
 * this_cpu_cmpxchg_double(), which changes two words or none.
 *
 *	$ cc -O2 freelist_double.c -lpercpu -o freelist_double && ./freelist_double
 *	800000 buffers got and put, from ... that were made, none of them twice
 *
 * Exits with 1 if two threads had one buffer, or one is missing. percpu/freelist.h has such a list
 * ready to be used (freelist.c); this is for those who build something else of the same kind.
 *
 * The two words are the first buffer, and a number that every change makes another one. Between
 * the look at the first buffer and the exchange the thread may have been preempted, and others may
 * have taken that buffer, the next one, and put the first one back: the first word is then as it
 * was, and what is about to become the first buffer is in use (the ABA problem). The number is not
 * as it was, so nothing is exchanged. Nor is it the same on any two CPUs, so that a thread that
 * has been moved in between fails too: each CPU begins with its own and goes on in steps of the
 * number of CPUs.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <percpu/percpu.h>

enum { THREADS = 4, GETS_EACH = 200000 };

struct buffer {
	struct buffer *next; /* while it is free */
	int in_use;
	char bytes[240];
};

/* The pair is aligned to its size, which the operation asks for. */
struct free_buffers {
	struct buffer *first;
	uintptr_t number;
} __attribute__((aligned(2 * sizeof(void *))));

static DEFINE_PER_CPU(struct free_buffers, free_buffers);
static DEFINE_PER_CPU(unsigned long, made);
static DEFINE_PER_CPU(unsigned long, twice);

/*
 * NULL: this CPU has none. The first buffer may be somebody else's already when its next is read:
 * so buffers are not freed while others look, and what was read is worth nothing unless the
 * exchange says so.
 */
static struct buffer *pop(void)
{
	struct buffer *first, *next;
	uintptr_t number;

	do {
		number = this_cpu_read(free_buffers.number);
		first = this_cpu_read(free_buffers.first);
		if (!first)
			return NULL;
		next = __atomic_load_n(&first->next, __ATOMIC_RELAXED);
	} while (!this_cpu_cmpxchg_double(free_buffers.first, free_buffers.number, first, number,
					  next, number + nr_cpu_ids));
	return first;
}

static void push(struct buffer *buffer)
{
	struct buffer *first;
	uintptr_t number;

	do {
		number = this_cpu_read(free_buffers.number);
		first = this_cpu_read(free_buffers.first);
		__atomic_store_n(&buffer->next, first, __ATOMIC_RELAXED);
	} while (!this_cpu_cmpxchg_double(free_buffers.first, free_buffers.number, first, number,
					  buffer, number + nr_cpu_ids));
}

static struct buffer *get_buffer(void)
{
	struct buffer *buffer = pop();

	if (!buffer) {
		buffer = calloc(1, sizeof(*buffer));
		if (!buffer)
			abort();
		this_cpu_inc(made);
	}
	if (__atomic_exchange_n(&buffer->in_use, 1, __ATOMIC_RELAXED))
		this_cpu_inc(twice);
	return buffer;
}

static void put_buffer(struct buffer *buffer)
{
	__atomic_store_n(&buffer->in_use, 0, __ATOMIC_RELAXED);
	push(buffer);
}

static void *serve(void *unused)
{
	for (int i = 0; i < GETS_EACH / 2; i++) {
		struct buffer *request = get_buffer(), *answer = get_buffer();

		put_buffer(request);
		put_buffer(answer);
	}
	return unused;
}

/* When nobody uses the lists any more: frees all buffers, and returns how many there were. */
static unsigned long free_all(void)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct buffer *buffer = per_cpu(free_buffers, cpu).first;

		while (buffer) {
			struct buffer *next = buffer->next;

			free(buffer);
			buffer = next;
			nr++;
		}
	}
	return nr;
}

int main(void)
{
	pthread_t thread[THREADS];
	unsigned long freed;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(free_buffers, cpu).number = cpu;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, serve, NULL))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);

	freed = free_all();
	printf("%d buffers got and put, from %lu that were made, %s of them twice\n",
	       THREADS * GETS_EACH, freed, per_cpu_sum(twice) ? "some" : "none");
	return freed != per_cpu_sum(made) || per_cpu_sum(twice) != 0;
}
