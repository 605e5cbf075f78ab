/* SPDX-License-Identifier: MIT */
/*
 * mem.c - memory for the library's own records.
 *
 * cmake/PrivateJemalloc.cmake links Debian's static jemalloc into one object, gives the functions
 * used here the prefix pcpu_je_ and makes everything else in it local. So do the functions of the C
 * library get it that jemalloc is to find here instead.
 *
 * One thread at a time is in jemalloc, under mem.lock: records are made rarely, and hardly ever by
 * two threads at once. On x86-64 that makes one more thing possible. jemalloc wants 2.6 KiB of
 * thread-local storage in the initial-exec form, more than the loader keeps for objects that come
 * by dlopen(); so there all threads use one place, pcpu_je_tls, which is ordinary data
 * (cmake/share_tls.c). jemalloc's code reaches it as %fs:pcpu_je_tls_offset, so the offset is set
 * for each call anew, for the thread that makes it. What follows from that:
 *
 * - Nothing may call jemalloc but the functions below. Its constructor is left out. It gets no
 *   destructor for a thread's end, which would destroy what the other threads go on using; there is
 *   nothing to destroy, for no thread's memory is kept apart. It gets no thread of its own.
 * - It gets no handlers for fork(). Those of the library are enough: they take mem.lock, so that in
 *   the child nobody is in the middle of anything in jemalloc.
 */
#include "ground/mem.h"
#include "arch_constants.h"
#include "ground/fault.h"
#include "ground/jemalloc/mappings.h"
#include "ground/lock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/types.h>

/* As jemalloc's manual gives them; its header would declare the public names. */
void *pcpu_je_mallocx(size_t size, int flags);
void pcpu_je_sdallocx(void *ptr, size_t size, int flags);
int pcpu_je_mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen);

/* What jemalloc calls in place of the C library's functions. */
void *pcpu_je_dlsym(void *handle, const char *symbol);
int pcpu_je_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
			   void *arg);
ssize_t pcpu_je_readlink(const char *path, char *target, size_t size);
char *pcpu_je_secure_getenv(const char *name);

#define JE_ZERO ((int)0x40)
#define JE_TCACHE_NONE (1 << 8) /* MALLOCX_TCACHE(-1): nothing is kept a thread */
#define JE_ARENA(a) ((int)((a) + 1) << 20)
#define JE_LG_ALIGN_LINE 6

/* Read by jemalloc at its start. One arena for everything else: only ours is used. */
extern const char *pcpu_je_malloc_conf;
const char *pcpu_je_malloc_conf = "narenas:1,tcache:false,abort_conf:false";

static struct {
	struct pcpu_mutex lock;
	unsigned int arena; /* jemalloc's number of it */
	bool ready;
} mem = {.lock = PCPU_MUTEX_INITIALIZER(PCPU_RANK_MEM)};

/* --- what stands in for the C library --- */

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

/* For a background thread, which no option asks for. */
int pcpu_je_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
			   void *arg)
{
	(void)thread;
	(void)attr;
	(void)start;
	(void)arg;
	return EAGAIN;
}

/* Options in /etc/malloc.conf and in MALLOC_CONF are for the program's own jemalloc, if it has one.
 */
ssize_t pcpu_je_readlink(const char *path, char *target, size_t size)
{
	(void)path;
	(void)target;
	(void)size;
	errno = ENOENT;
	return -1;
}

char *pcpu_je_secure_getenv(const char *name)
{
	(void)name;
	return NULL;
}

/* --- one place for thread-local storage --- */

#if PCPU_JEMALLOC_SHARES_TLS
extern char pcpu_je_tls[];
extern intptr_t pcpu_je_tls_offset;
intptr_t pcpu_je_tls_offset; /* under mem.lock */

int pcpu_je_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));
int pcpu_je_pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pcpu_je_pthread_setspecific(pthread_key_t key, const void *value);

int pcpu_je_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	(void)prepare;
	(void)parent;
	(void)child;
	return 0;
}

/* The key's only use is its destructor; jemalloc never asks for the value. */
int pcpu_je_pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)destructor;
	*key = 0;
	return 0;
}

int pcpu_je_pthread_setspecific(pthread_key_t key, const void *value)
{
	(void)key;
	(void)value;
	return 0;
}

static void share_tls(void)
{
	pcpu_assert_held(&mem.lock);
	pcpu_je_tls_offset = (intptr_t)pcpu_je_tls - (intptr_t)__builtin_thread_pointer();
}
#else
static void share_tls(void)
{
}
#endif

static void enter_jemalloc(void)
{
	pcpu_mutex_lock(&mem.lock);
	share_tls();
}

static void leave_jemalloc(void)
{
	pcpu_mutex_unlock(&mem.lock);
}

struct pcpu_mutex *pcpu_mem_mutex(void)
{
	return &mem.lock;
}

/* --- the arena --- */

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

static int create_arena(void)
{
	size_t len = sizeof(mem.arena);
	int err;

	enter_jemalloc();
	err = pcpu_je_mallctl("arenas.create", &mem.arena, &len, NULL, 0);
	leave_jemalloc();
	return err;
}

int pcpu_mem_init(void)
{
	if (mem.ready)
		return 0;
	if (pcpu_fault(PCPU_FAULT_MEM) || !address_space_suffices() || create_arena() != 0)
		return -ENOMEM;
	mem.ready = true;
	return 0;
}

static int flags_of(size_t size)
{
	return JE_ARENA(mem.arena) | JE_TCACHE_NONE | (size >= 64 ? JE_LG_ALIGN_LINE : 0);
}

void *pcpu_mem_zalloc(size_t size)
{
	void *ptr;

	if (size == 0 || size > PTRDIFF_MAX || pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	enter_jemalloc();
	ptr = pcpu_je_mallocx(size, flags_of(size) | JE_ZERO);
	if (ptr)
		pcpu_mem_keep_in_cores(ptr, size);
	leave_jemalloc();
	return ptr;
}

void pcpu_mem_free(void *ptr, size_t size)
{
	if (!ptr)
		return;
	enter_jemalloc();
	pcpu_je_sdallocx(ptr, size, flags_of(size));
	leave_jemalloc();
}

static size_t arena_figure(const char *what)
{
	char name[64];
	size_t value = 0, len = sizeof(value);

	pcpu_assert_held(&mem.lock);
	snprintf(name, sizeof(name), "stats.arenas.%u.%s", mem.arena, what);
	return pcpu_je_mallctl(name, &value, &len, NULL, 0) == 0 ? value : 0;
}

size_t pcpu_mem_allocated(void)
{
	uint64_t epoch = 1;
	size_t allocated;

	enter_jemalloc();
	/* the figures are a snapshot, taken when the epoch is advanced */
	pcpu_je_mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	allocated = arena_figure("small.allocated") + arena_figure("large.allocated");
	leave_jemalloc();
	return allocated;
}

void pcpu_mem_trim(void)
{
	char name[64];

	snprintf(name, sizeof(name), "arena.%u.purge", mem.arena);
	enter_jemalloc();
	pcpu_je_mallctl(name, NULL, NULL, NULL, 0);
	leave_jemalloc();
}
