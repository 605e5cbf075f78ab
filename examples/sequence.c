/* SPDX-License-Identifier: MIT */
/*
 * sequence.c - events that threads note for their CPU, without a lock: a buffer a CPU, into which
 * sequences of the program's own put one, and out of which one thread takes all at once.
 *
 *	$ cc -O2 sequence.c -lpercpu -o sequence && ./sequence
 *	80000400000 noted, 80000400000 handled
 *
 * Exits with 1 if an event is missing, or was handled twice.
 */
#include <pthread.h>
#include <stdio.h>

#include <percpu/percpu.h>
#include <percpu/sequence.h>

enum { THREADS = 4, EVENTS_EACH = 200000, ROOM = 64 };

struct buffer {
	long nr;                /* how many there are: the word that is compared and committed */
	unsigned long of[ROOM]; /* the events */
};
static DEFINE_PER_CPU(struct buffer, buffers);

static unsigned long noted, handled; /* sums of all events */

/* Takes this CPU's events, however many there are, and adds them up. */
static void handle_events(void)
{
	unsigned long events[ROOM], sum = 0;
	long nr;

	do
		nr = this_cpu_read(buffers.nr);
	while (!percpu_seq_done(percpu_seq_cmpeq_copy_out_store(
		buffers.nr, nr, events, &buffers.of, (size_t)nr * sizeof(events[0]), 0)));
	for (long i = 0; i < nr; i++)
		sum += events[i];
	__atomic_fetch_add(&handled, sum, __ATOMIC_RELAXED);
}

/* Puts one behind the others. Another thread, or another CPU, may come in between: then again. */
static void note_event(unsigned long event)
{
	for (;;) {
		const long nr = this_cpu_read(buffers.nr);

		if (nr == ROOM)
			handle_events();
		else if (percpu_seq_done(percpu_seq_cmpeq_store_store(
				 buffers.nr, nr, buffers.of[nr], event, nr + 1)))
			return;
	}
}

static void *work(void *unused)
{
	unsigned long sum = 0;

	for (unsigned long i = 1; i <= EVENTS_EACH; i++) {
		note_event(i);
		sum += i;
	}
	__atomic_fetch_add(&noted, sum, __ATOMIC_RELAXED);
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	int started = 0;
	unsigned int cpu;

	while (started < THREADS && !pthread_create(&thread[started], NULL, work, NULL))
		started++;
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);

	/* what is left, now that nobody notes anything */
	for_each_possible_cpu(cpu)
		for (long i = 0; percpu_unit_is_open(cpu) && i < per_cpu(buffers, cpu).nr; i++)
			handled += per_cpu(buffers, cpu).of[i];
	printf("%lu noted, %lu handled\n", noted, handled);
	return started < THREADS || noted != handled;
}
