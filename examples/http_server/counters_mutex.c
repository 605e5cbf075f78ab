/* SPDX-License-Identifier: MIT */
/* Counting in plain variables under one mutex: exact and consistent, one thread at a time. */
#include "counters.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct counts shared; /* under lock */

static int mutex_open(void)
{
	return 0;
}

static void mutex_close(void)
{
}

static void mutex_count(const struct answer *answer)
{
	pthread_mutex_lock(&lock);
	counts_add_answer(&shared, answer);
	pthread_mutex_unlock(&lock);
}

static void mutex_read(struct counts *sum)
{
	pthread_mutex_lock(&lock);
	*sum = shared;
	pthread_mutex_unlock(&lock);
}

const struct counter_ops counters_mutex = {
	.name = "mutex",
	.open = mutex_open,
	.close = mutex_close,
	.count = mutex_count,
	.read = mutex_read,
};
