/* SPDX-License-Identifier: MIT */
/* What the server itself saw: private counts of each worker thread. */
#include "tally.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* A place in the list of workers; in cache lines of its own, so that workers do not disturb. */
struct place {
	_Alignas(128) struct counts counts;
};

static struct place *places;
static int places_made;
static atomic_int places_taken;
static _Thread_local struct place *mine;

int tally_open(int threads)
{
	places = aligned_alloc(_Alignof(struct place), (size_t)threads * sizeof(*places));
	if (!places)
		return -ENOMEM;
	for (int i = 0; i < threads; i++)
		places[i] = (struct place){0};
	places_made = threads;
	return 0;
}

/* The list, not the thread, owns the place: it has to outlive the thread to be read. */
static struct place *take_place(void)
{
	int i = atomic_fetch_add(&places_taken, 1);

	if (i >= places_made) {
		fprintf(stderr, "http_server: more worker threads than the %d asked for\n",
			places_made);
		abort();
	}
	return &places[i];
}

void tally_count(const struct answer *answer)
{
	if (!mine)
		mine = take_place();
	counts_add_answer(&mine->counts, answer);
}

void tally_read(struct counts *sum)
{
	*sum = (struct counts){0};
	for (int i = 0; i < places_made; i++)
		counts_add(sum, &places[i].counts);
}

void tally_close(void)
{
	free(places);
	places = NULL;
	places_made = 0;
}
