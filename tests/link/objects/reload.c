/* SPDX-License-Identifier: MIT */
/*
 * reload.c - shared objects that are loaded and closed again and again, while the executable counts
 * too, and so do threads that have counted in them and sleep. They stay, and so do their counts and
 * their memory.
 *
 * Usage: reload TIMES OBJECT_A OBJECT_B. Loads the two in turn, and every tenth time both.
 */
#include "../memory.h"
#include "threads.h"

#include <dlfcn.h>
#include <semaphore.h>
#include <time.h>

#define ROUNDS 300UL

static DEFINE_PER_CPU(unsigned long, own) = 9;
static bool stop;

static void *count_own(void *counted)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		this_cpu_inc(own);
		++*(unsigned long *)counted;
	}
	return NULL;
}

/* --- a thread that has counted in an object, and sleeps while that is closed --- */

static struct {
	const struct object *object; /* to count in, once */
	sem_t begin, end;
} sleeper;

/* Its last sequence is the object's. It goes on as one that is preempted does, not by a call. */
static void *count_and_sleep(void *arg)
{
	const struct timespec moment = {.tv_nsec = 1000};

	(void)arg;
	for (;;) {
		sem_wait(&sleeper.begin);
		if (!sleeper.object)
			return NULL;
		sleeper.object->count(1);
		for (int i = 0; i < 20; i++)
			nanosleep(&moment, NULL);
		sem_post(&sleeper.end);
		sem_wait(&sleeper.begin);
		for (volatile int i = 0; i < 1000000; i = i + 1)
			;
		sem_post(&sleeper.end);
	}
}

static void let_sleeper_go_on(void)
{
	sem_post(&sleeper.begin);
	while (sem_wait(&sleeper.end))
		;
}

/* --- an object --- */

struct plugin {
	const char *path, *symbol;
	void *handle;
	const struct object *object;
	unsigned long counted;
	bool was_loaded;
};

static void load(struct plugin *plugin)
{
	plugin->handle = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
	if (!plugin->handle)
		give_up(plugin->path, dlerror());
	plugin->object = dlsym(plugin->handle, plugin->symbol);
	if (!plugin->object)
		give_up(plugin->path, dlerror());
	if (!plugin->was_loaded)
		check_fresh(plugin->object, plugin->path);
	plugin->was_loaded = true;
	if (plugin->object->counted() != plugin->counted)
		give_up(plugin->path, "has not the counts that it had");
}

static void count(struct plugin *plugin)
{
	check_counts(plugin->object, plugin->path, ROUNDS);
	plugin->counted += NR_THREADS * ROUNDS;
}

static void close_object(struct plugin *plugin)
{
	sleeper.object = plugin->object;
	let_sleeper_go_on();
	plugin->counted++;
	if (dlclose(plugin->handle))
		give_up(plugin->path, dlerror());
	let_sleeper_go_on();
	if (!dlopen(plugin->path, RTLD_NOW | RTLD_NOLOAD) || dlclose(plugin->handle))
		give_up(plugin->path, "is not loaded any more");
	if (plugin->object->counted() != plugin->counted)
		give_up(plugin->path, "has lost counts");
}

static void load_one(struct plugin *plugin)
{
	load(plugin);
	count(plugin);
	close_object(plugin);
}

static void load_both(struct plugin *a, struct plugin *b)
{
	load(a);
	load(b);
	count(a);
	count(b);
	close_object(a);
	count(b);
	load(a);
	count(a);
	close_object(b);
	close_object(a);
}

static void reload(int times, struct plugin *a, struct plugin *b)
{
	for (int i = 0; i < times; i++) {
		if (i % 10 == 9)
			load_both(a, b);
		else
			load_one(i % 2 ? b : a);
	}
}

int main(int argc, char **argv)
{
	int times = argc == 4 ? atoi(argv[1]) : 0;
	struct plugin a = {.path = argv[2], .symbol = "object_a"};
	struct plugin b = {.path = argv[3], .symbol = "object_b"};
	unsigned long counted = 0;
	pthread_t counter, sleeping;
	unsigned long before;

	if (pthread_create(&counter, NULL, count_own, &counted) ||
	    pthread_create(&sleeping, NULL, count_and_sleep, NULL))
		give_up("reload", "no thread");
	reload(times / 10, &a, &b);
	before = resident_kib();
	reload(times, &a, &b);
	if (!before || resident_kib() > before + 400)
		give_up("reload", "memory has grown");
	sleeper.object = NULL;
	sem_post(&sleeper.begin);
	pthread_join(sleeping, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(counter, NULL);
	if (counted == 0 || per_cpu_sum(own) != 9 * num_possible_cpus() + counted)
		give_up("own", "counts were lost");
	printf("reload: %d times\n", times);
	return 0;
}
