// SPDX-License-Identifier: MIT
#include "alloc/ways.h"

#include <dlfcn.h>
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#include "alloc/crew.h"

#define CACHE_LINE 64

#define always_inline inline __attribute__((always_inline))

typedef void *get_fn(size_t size);
typedef void release_fn(void *object);
typedef uint64_t *counter_fn(void *object, unsigned int index);

static __attribute__((noinline, cold, noreturn)) void no_memory(size_t size)
{
	errx(EXIT_FAILURE, "no memory for an object of %zu bytes", size);
}

static __attribute__((noinline, cold, noreturn)) void not_zero(void)
{
	errx(EXIT_FAILURE, "an object that should be zero is not");
}

/*
 * The loops.  Their functions are constants where they are used, so that the calls in them are
 * direct ones.  The empty asm hides where an object came from: a compiler may leave out a malloc()
 * whose result is only freed.
 */
static always_inline void *get_one(get_fn *get, size_t size)
{
	void *object = get(size);

	if (__builtin_expect(!object, 0))
		no_memory(size);
	__asm__ __volatile__("" : "+r"(object));
	return object;
}

static always_inline void fill(get_fn *get, void **objects, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i++)
		objects[i] = get_one(get, size);
}

static always_inline void drain(release_fn *release, void **objects, size_t start, ptrdiff_t step,
				size_t nr)
{
	for (void **object = &objects[start]; nr; nr--, object += step)
		release(*object);
}

static always_inline void run_pairs(get_fn *get, release_fn *release, size_t nr)
{
	while (nr--)
		release(get_one(get, PAIR_SIZE));
}

/* Looks before it writes, which costs little: the line is needed anyway. */
static always_inline void write_counters(counter_fn *counter, void *object, unsigned int nr,
					 bool zeroed)
{
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t *own = counter(object, i);

		if (zeroed && __builtin_expect(*own != 0, 0))
			not_zero();
		*own = ~UINT64_C(0);
	}
}

static always_inline void run_pairs_written(get_fn *get, release_fn *release, counter_fn *counter,
					    unsigned int copies, bool zeroed, size_t nr)
{
	while (nr--) {
		void *object = get_one(get, PAIR_SIZE);

		write_counters(counter, object, copies, zeroed);
		release(object);
	}
}

/* @copies: how many counters an object has for the crew's CPUs. */
#define DEFINE_WAY(prefix, text, in_plots, opened, copies, zeroed)                          \
	static __attribute__((noinline)) void prefix##_fill(void **objects, size_t nr,      \
							    size_t size)                    \
	{                                                                                   \
		fill(prefix##_get, objects, nr, size);                                      \
	}                                                                                   \
	static __attribute__((noinline)) void prefix##_drain(void **objects, size_t start,  \
							     ptrdiff_t step, size_t nr)     \
	{                                                                                   \
		drain(prefix##_release, objects, start, step, nr);                          \
	}                                                                                   \
	static __attribute__((noinline)) void prefix##_pairs(size_t nr)                     \
	{                                                                                   \
		run_pairs(prefix##_get, prefix##_release, nr);                              \
	}                                                                                   \
	static __attribute__((noinline)) void prefix##_pairs_written(size_t nr)             \
	{                                                                                   \
		run_pairs_written(prefix##_get, prefix##_release, prefix##_counter, copies, \
				  zeroed, nr);                                              \
	}                                                                                   \
	const struct way prefix##_way = {                                                   \
		.name = #prefix,                                                            \
		.description = text,                                                        \
		.series = in_plots,                                                         \
		.open = opened,                                                             \
		.fill = prefix##_fill,                                                      \
		.drain = prefix##_drain,                                                    \
		.pairs = prefix##_pairs,                                                    \
		.pairs_written = prefix##_pairs_written,                                    \
		.counter = prefix##_counter,                                                \
	}

/* What the objects of a size are made of: words of 8 bytes, unless they are smaller. */
static always_inline void *percpu_get(size_t size)
{
	return __alloc_percpu(size, size < sizeof(uint64_t) ? size : sizeof(uint64_t));
}

static always_inline void percpu_release(void *object)
{
	free_percpu(object);
}

static always_inline uint64_t *percpu_counter(void *object, unsigned int index)
{
	return per_cpu_ptr((uint64_t __percpu *)object, crew.cpus[index]);
}

DEFINE_WAY(percpu, "alloc_percpu(), free_percpu()", "alloc_percpu()", NULL, crew.nr, true);

static always_inline void *malloc_get(size_t size)
{
	return malloc(size);
}

static always_inline void malloc_release(void *object)
{
	free(object);
}

/* One object that all CPUs would have to share. */
static always_inline uint64_t *malloc_counter(void *object, unsigned int index)
{
	(void)index;
	return object;
}

#ifdef __GLIBC__
#define LIBC_MALLOC "malloc() of glibc"
#else
#define LIBC_MALLOC "malloc() of the C library"
#endif
DEFINE_WAY(malloc, "malloc(), free(): one object, not one a CPU", LIBC_MALLOC, NULL, 1, false);

/* In the same process, beside the C library's. */
static void *(*jemalloc_get_pointer)(size_t size);
static void (*jemalloc_release_pointer)(void *object);

static bool jemalloc_open(void)
{
	void *library = dlopen("libjemalloc.so.2", RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return false;
	*(void **)&jemalloc_get_pointer = dlsym(library, "malloc");
	*(void **)&jemalloc_release_pointer = dlsym(library, "free");
	return jemalloc_get_pointer && jemalloc_release_pointer;
}

static always_inline void *jemalloc_get(size_t size)
{
	return jemalloc_get_pointer(size);
}

static always_inline void jemalloc_release(void *object)
{
	jemalloc_release_pointer(object);
}

#define jemalloc_counter malloc_counter
DEFINE_WAY(jemalloc, "malloc(), free() of jemalloc: one object, not one a CPU",
	   "malloc() of jemalloc", jemalloc_open, 1, false);

static always_inline void *calloc_get(size_t size)
{
	return calloc(1, size);
}

#define calloc_release malloc_release
#define calloc_counter malloc_counter
DEFINE_WAY(calloc, "calloc(), free(): one zeroed object, not one a CPU", NULL, NULL, 1, true);

/* How programs do it by hand: a zeroed slot a possible CPU, in a cache line of its own. */
static always_inline void *array_get(size_t size)
{
	size_t all = nr_cpu_ids * ((size + CACHE_LINE - 1) & -(size_t)CACHE_LINE);
	void *array = aligned_alloc(CACHE_LINE, all);

	return array ? memset(array, 0, all) : NULL;
}

#define array_release malloc_release

/* Of objects of at most a cache line. */
static always_inline uint64_t *array_counter(void *object, unsigned int index)
{
	return (uint64_t *)((char *)object + (size_t)crew.cpus[index] * CACHE_LINE);
}

DEFINE_WAY(array, "aligned_alloc() of a zeroed cache line or more a possible CPU, free()",
	   "an array, a cache line a CPU", NULL, crew.nr, true);
