// SPDX-License-Identifier: MIT
/*
 * Objects of a pool, beside malloc() and free() of the same size: the C library's, and jemalloc's,
 * loaded into the same process.
 */
#include "toolkit/part.h"

#include <dlfcn.h>
#include <err.h>
#include <percpu/percpu.h>
#include <percpu/pool.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "toolkit/turns.h"

#define SIZE 64
#define MANY 100 /* more than the C library keeps for a thread */

static struct percpu_pool *pool;

/* Through pointers that a compiler knows nothing of: it would leave a pair out. */
struct allocator {
	void *(*volatile get)(size_t size);
	void (*volatile put)(void *object);
};
static struct allocator libc = {malloc, free}, other;

static void use(void *object)
{
	if (!object)
		errx(EXIT_FAILURE, "no memory");
	*(volatile char *)object = 1;
}

static void pool_pair(unsigned int times)
{
	for (; times; times--) {
		void *object = percpu_pool_get(pool);

		use(object);
		percpu_pool_put(pool, object);
	}
}

static void pool_many(unsigned int times)
{
	void *objects[MANY];

	for (; times; times--) {
		for (int i = 0; i < MANY; i++)
			use(objects[i] = percpu_pool_get(pool));
		for (int i = 0; i < MANY; i++)
			percpu_pool_put(pool, objects[i]);
	}
}

static void pair(const struct allocator *allocator, unsigned int times)
{
	for (; times; times--) {
		void *object = allocator->get(SIZE);

		use(object);
		allocator->put(object);
	}
}

static void many(const struct allocator *allocator, unsigned int times)
{
	void *objects[MANY];

	for (; times; times--) {
		for (int i = 0; i < MANY; i++)
			use(objects[i] = allocator->get(SIZE));
		for (int i = 0; i < MANY; i++)
			allocator->put(objects[i]);
	}
}

static void libc_pair(unsigned int times)
{
	pair(&libc, times);
}

static void libc_many(unsigned int times)
{
	many(&libc, times);
}

static void other_pair(unsigned int times)
{
	pair(&other, times);
}

static void other_many(unsigned int times)
{
	many(&other, times);
}

/* --- jemalloc --- */

/* Its thread-local storage has to be where the C library keeps room for that of late objects. */
#define MORE_ROOM "glibc.rtld.optional_static_tls=16384"

static void *find(void *library, const char *name)
{
	return library ? dlsym(library, name) : NULL;
}

/* By way of unions: the language has no cast from what dlsym() returns. */
static bool find_other(void)
{
	void *library = dlopen("libjemalloc.so.2", RTLD_NOW | RTLD_LOCAL);
	union {
		void *found;
		void *(*get)(size_t size);
		void (*put)(void *object);
	} get = {find(library, "malloc")}, put = {find(library, "free")};

	other.get = get.get;
	other.put = put.put;
	return get.found && put.found;
}

/* The program once more, as it was called, with room; returns if that does not help. */
static void start_with_more_room(void)
{
	static char words[4096], *arguments[64];
	const char *tunables = getenv("GLIBC_TUNABLES");
	FILE *from = fopen("/proc/self/cmdline", "r");
	size_t nr = 0, len = from ? fread(words, 1, sizeof(words) - 1, from) : 0;

	if (from)
		fclose(from);
	for (char *word = words; word < words + len && nr < 63; word += strlen(word) + 1)
		arguments[nr++] = word;
	if (!nr || (tunables && strstr(tunables, MORE_ROOM)) ||
	    setenv("GLIBC_TUNABLES", MORE_ROOM, 1))
		return;
	execv("/proc/self/exe", arguments);
}

static void measure_other(void)
{
	static const struct way pairs[] = {
		{"jemalloc's malloc + free of 64 bytes", other_pair, 0},
		{"get + put", pool_pair, 1},
		{"malloc + free", libc_pair, 0},
	};
	static const struct way lots[] = {
		{"jemalloc's 100 malloc, 100 free", other_many, 0},
		{"100 get, 100 put", pool_many, 1},
		{"100 malloc, 100 free", libc_many, 0},
	};

	turns_measure_all(pairs, 3);
	turns_measure_all(lots, 3);
}

static void measure_without_other(void)
{
	static const struct way pairs[] = {
		{"malloc + free of 64 bytes", libc_pair, 0},
		{"get + put", pool_pair, 1},
	};
	static const struct way lots[] = {
		{"100 malloc, 100 free", libc_many, 0},
		{"100 get, 100 put", pool_many, 1},
	};

	turns_measure_all(pairs, 2);
	turns_measure_all(lots, 2);
}

static void measure(void)
{
	const bool has_other = find_other();

	if (!has_other)
		start_with_more_room();
	pool = percpu_pool_create("bench", SIZE, 0, 0);
	if (!pool)
		errx(EXIT_FAILURE, "percpu_pool_create");
	measure_without_other();
	if (has_other)
		measure_other();
	else
		warnx("jemalloc is not to be had: libjemalloc.so.2");
}

TOOLKIT_GROUP(pool, "pool", NULL, measure)
