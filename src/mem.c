/* SPDX-License-Identifier: MIT */
/*
 * mem.c - memory for the library's own records.
 *
 * cmake/PrivateJemalloc.cmake links Debian's static jemalloc into one object, gives the functions
 * used here the prefix pcpu_je_ and makes everything else in it local.
 */
#include "mem.h"
#include "fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

/* As jemalloc's manual gives them; its header would declare the public names. */
void *pcpu_je_mallocx(size_t size, int flags);
void pcpu_je_sdallocx(void *ptr, size_t size, int flags);
int pcpu_je_mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);
void *pcpu_je_dlsym(void *handle, const char *symbol);

#define JE_ZERO ((int)0x40)
#define JE_TCACHE_NONE (1 << 8) /* MALLOCX_TCACHE(-1): nothing is kept a thread */
#define JE_ARENA(a) ((int)((a) + 1) << 20)
#define JE_LG_ALIGN_LINE 6

/*
 * Read by jemalloc at its start, under its changed name, so that MALLOC_CONF of the program's own
 * jemalloc stays alone with its effects. One arena for everything else: only ours is used.
 */
extern const char *pcpu_je_malloc_conf;
const char *pcpu_je_malloc_conf = "narenas:1,tcache:false,abort_conf:false";

static unsigned int arena;
static bool ready;

/*
 * jemalloc looks for pthread_create() with dlsym() to start background threads, which are off. The
 * real dlsym() would be one more thing that a static executable cannot have.
 */
void *pcpu_je_dlsym(void *handle, const char *symbol)
{
	(void)handle;
	(void)symbol;
	return NULL;
}

/*
 * jemalloc 5.3 crashes where it is refused the first mapping of its start, and takes several of 2
 * MiB and more in the course of it. So ask for as much first.
 */
static bool address_space_suffices(void)
{
	const size_t enough = (size_t)16 << 20;
	void *ptr =
		mmap(NULL, enough, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return ptr != MAP_FAILED && munmap(ptr, enough) == 0;
}

int pcpu_mem_init(void)
{
	size_t len = sizeof(arena);

	if (ready)
		return 0;
	if (pcpu_fault(PCPU_FAULT_MEM) || !address_space_suffices() ||
	    pcpu_je_mallctl("arenas.create", &arena, &len, NULL, 0) != 0)
		return -ENOMEM;
	ready = true;
	return 0;
}

static int flags_of(size_t size)
{
	return JE_ARENA(arena) | JE_TCACHE_NONE | (size >= 64 ? JE_LG_ALIGN_LINE : 0);
}

void *pcpu_mem_zalloc(size_t size)
{
	if (size == 0 || size > PTRDIFF_MAX || pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	return pcpu_je_mallocx(size, flags_of(size) | JE_ZERO);
}

void pcpu_mem_free(void *ptr, size_t size)
{
	if (ptr)
		pcpu_je_sdallocx(ptr, size, flags_of(size));
}

static size_t arena_figure(const char *what)
{
	char name[64];
	size_t value = 0, len = sizeof(value);

	snprintf(name, sizeof(name), "stats.arenas.%u.%s", arena, what);
	return pcpu_je_mallctl(name, &value, &len, NULL, 0) == 0 ? value : 0;
}

size_t pcpu_mem_allocated(void)
{
	uint64_t epoch = 1;

	/* the figures are a snapshot, taken when the epoch is advanced */
	pcpu_je_mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	return arena_figure("small.allocated") + arena_figure("large.allocated");
}

void pcpu_mem_trim(void)
{
	char name[64];

	snprintf(name, sizeof(name), "arena.%u.purge", arena);
	pcpu_je_mallctl(name, NULL, NULL, NULL, 0);
}
