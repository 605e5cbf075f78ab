/* SPDX-License-Identifier: MIT */
/*
 * reload.c - shared objects that come and go, while the executable counts too.
 *
 * Usage: reload TIMES OBJECT_A OBJECT_B. Loads the two in turn, so that each finds the place that
 * the other has left, and every tenth time both.
 */
#include "threads.h"

#include <dlfcn.h>
#include <string.h>

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

struct loaded {
	void *handle;
	const struct object *object;
};

static struct loaded load(const char *path, const char *symbol)
{
	struct loaded loaded = {dlopen(path, RTLD_NOW | RTLD_LOCAL), NULL};

	if (!loaded.handle)
		give_up(path, dlerror());
	loaded.object = dlsym(loaded.handle, symbol);
	if (!loaded.object)
		give_up(path, dlerror());
	check_fresh(loaded.object, path);
	if (loaded.object->counted() != 0)
		give_up(path, "has counts when it has just been loaded");
	return loaded;
}

static void unload(struct loaded loaded, const char *path)
{
	if (dlclose(loaded.handle))
		give_up(path, dlerror());
	if (dlopen(path, RTLD_NOW | RTLD_NOLOAD))
		give_up(path, "is still loaded");
}

static void load_one(const char *path, const char *symbol)
{
	struct loaded loaded = load(path, symbol);

	check_counts(loaded.object, path, ROUNDS);
	unload(loaded, path);
}

/* The one that stays keeps its counts when the other goes, and comes again. */
static void load_both(const char *path_a, const char *path_b)
{
	struct loaded a = load(path_a, "object_a"), b = load(path_b, "object_b");

	check_counts(a.object, path_a, ROUNDS);
	check_counts(b.object, path_b, ROUNDS);
	unload(a, path_a);
	check_counts(b.object, path_b, ROUNDS);
	a = load(path_a, "object_a");
	check_counts(a.object, path_a, ROUNDS);
	if (b.object->counted() != 2 * NR_THREADS * ROUNDS)
		give_up(path_b, "its counts changed when the other came back");
	unload(b, path_b);
	unload(a, path_a);
}

int main(int argc, char **argv)
{
	int times = argc == 4 ? atoi(argv[1]) : 0;
	unsigned long counted = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, count_own, &counted))
		give_up("reload", "no thread");
	for (int i = 0; i < times; i++) {
		if (i % 10 == 9)
			load_both(argv[2], argv[3]);
		else
			load_one(argv[2 + i % 2], i % 2 ? "object_b" : "object_a");
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	if (counted == 0 || per_cpu_sum(own) != 9 * num_possible_cpus() + counted)
		give_up("own", "counts were lost");
	printf("reload: %d times\n", times);
	return 0;
}
