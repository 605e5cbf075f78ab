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
 * - It starts when it is first called: with a thread's first record that early_mem.h has no room
 *   for.
 * - It gets no handlers for fork(). Those of the library are enough: they take mem.lock, so that in
 *   the child nobody is in the middle of anything in jemalloc.
 */
#include "ground/mem.h"
#include "arch_constants.h"
#include "client_request.h"
#include "ground/fault.h"
#include "ground/jemalloc/early_mem.h"
#include "ground/jemalloc/mappings.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "other_stack.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

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
int pcpu_je_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
long pcpu_je_sysconf(int name);
long pcpu_je_syscall(long nr, long a, long b, long c);
double pcpu_je_exp(double x);
double pcpu_je_log(double x);
double pcpu_je_round(double x);
int pcpu_je__Unwind_Backtrace(void *trace, void *arg);
uintptr_t pcpu_je__Unwind_GetIP(void *context);

#define JE_ZERO ((int)0x40)
#define JE_TCACHE_NONE (1 << 8) /* MALLOCX_TCACHE(-1): nothing is kept a thread */
/* The first, which it makes at its start. */
#define JE_ARENA "0"
#define JE_IN_ARENA (1 << 20)
#define JE_LG_ALIGN_LINE 6

/* Requests of valgrind's, which all of its tools know. */
#define STACK_REGISTER 0x1501
#define STACK_DEREGISTER 0x1502

/* What files are that jemalloc believes to have opened. No descriptor has this number. */
#define NO_FILE 0x7fffffffL

/* Read by jemalloc at its start. There is one arena, which is ours: another would be 40 pages. */
extern const char *pcpu_je_malloc_conf;
const char *pcpu_je_malloc_conf = "narenas:1,tcache:false,abort_conf:false";

static struct {
	struct pcpu_mutex lock;
	pthread_mutex_t seen;
	bool is_seen;
	bool ready;
} mem = {.lock = PCPU_MUTEX_INITIALIZER(PCPU_RANK_MEM), .seen = PTHREAD_MUTEX_INITIALIZER};

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

/* How many arenas it would make, which an option says, and whether to spin for its locks. */
int pcpu_je_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	(void)pid;
	memset(set, 0, size);
	CPU_SET_S(0, size, set);
	return 0;
}

long pcpu_je_sysconf(int name)
{
	return name == _SC_PAGESIZE ? (long)PCPU_PAGE_SIZE : 1;
}

/*
 * It opens two files by the system call itself: a sandbox may refuse that by the time that it
 * starts. The one says whether memory is promised that there may not be: 1, yes. That it takes for
 * leave to map with MAP_NORESERVE, and to give memory back by MADV_DONTNEED instead of mapping
 * anew; both are right where the answer would have been no. The other is about huge pages, which no
 * option asks for: to it the 1 says nothing.
 */
long pcpu_je_syscall(long nr, long a, long b, long c)
{
	switch (nr) {
#ifdef SYS_open
	case SYS_open:
#endif
	case SYS_openat:
		return NO_FILE;
	case SYS_read:
		*(char *)b = '1';
		return 1;
	case SYS_close:
		return 0;
	default:
		return syscall(nr, a, b, c);
	}
}

/*
 * For profiles, which no option asks for. With the real ones every process would load libm and
 * libgcc_s.
 */
double pcpu_je_exp(double x)
{
	return x;
}

double pcpu_je_log(double x)
{
	return x;
}

double pcpu_je_round(double x)
{
	return x;
}

int pcpu_je__Unwind_Backtrace(void *trace, void *arg)
{
	(void)trace;
	(void)arg;
	return 0;
}

uintptr_t pcpu_je__Unwind_GetIP(void *context)
{
	(void)context;
	return 0;
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

/*
 * With a mutex of the C library's too: tools that look for races see none but these, and
 * jemalloc's, which is not always come to. It is free, but for a child of which a thread had it
 * that is not there.
 */
static void lock_mem(void)
{
	pcpu_mutex_lock(&mem.lock);
	mem.is_seen = pthread_mutex_trylock(&mem.seen) == 0;
}

static void unlock_mem(void)
{
	if (mem.is_seen)
		pthread_mutex_unlock(&mem.seen);
	pcpu_mutex_unlock(&mem.lock);
}

struct pcpu_mutex *pcpu_mem_mutex(void)
{
	return &mem.lock;
}

/* --- the arena --- */

static int flags_of(size_t size)
{
	return JE_IN_ARENA | JE_TCACHE_NONE | (size >= 64 ? JE_LG_ALIGN_LINE : 0);
}

/* With the first record of all; what is asked by mallctl() is made when it is first asked for. */
static void make_arena(void)
{
	const size_t size = 1;
	void *first;

	share_tls();
	first = pcpu_je_mallocx(size, flags_of(size));
	mem.ready = first != NULL;
	if (first)
		pcpu_je_sdallocx(first, size, flags_of(size));
}

static bool start_jemalloc(void)
{
	char *top = pcpu_mappings_begin();
	uint64_t stack;

	if (!top)
		return false;
	/* valgrind would warn of another stack that it is not told of */
	stack = pcpu_client_request(0, STACK_REGISTER, (uintptr_t)top - PCPU_MAPPINGS_STACK,
				    (uintptr_t)top, 0);
	pcpu_call_on_stack(top, make_arena);
	pcpu_client_request(0, STACK_DEREGISTER, stack, 0, 0);
	pcpu_mappings_end();
	return mem.ready;
}

/* False: it cannot be started. */
static bool enter_jemalloc(void)
{
	pcpu_assert_held(&mem.lock);
	share_tls();
	return mem.ready || start_jemalloc();
}

int pcpu_mem_init(void)
{
	return pcpu_fault(PCPU_FAULT_MEM) ? -ENOMEM : 0;
}

static void *zalloc_in_arena(size_t size)
{
	void *ptr;

	if (!enter_jemalloc())
		return NULL;
	ptr = pcpu_je_mallocx(size, flags_of(size) | JE_ZERO);
	if (ptr)
		pcpu_mem_keep_in_cores(ptr, size);
	return ptr;
}

void *pcpu_mem_zalloc(size_t size)
{
	void *ptr;

	if (size == 0 || size > PTRDIFF_MAX || pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	lock_mem();
	ptr = pcpu_early_zalloc(size);
	if (!ptr)
		ptr = zalloc_in_arena(size);
	unlock_mem();
	return ptr;
}

void pcpu_mem_free(void *ptr, size_t size)
{
	if (!ptr)
		return;
	lock_mem();
	if (!pcpu_early_free(ptr, size)) {
		share_tls();
		pcpu_je_sdallocx(ptr, size, flags_of(size));
	}
	unlock_mem();
}

static size_t arena_figure(const char *what)
{
	char name[64];
	size_t value = 0, len = sizeof(value);

	snprintf(name, sizeof(name), "stats.arenas." JE_ARENA ".%s", what);
	return pcpu_je_mallctl(name, &value, &len, NULL, 0) == 0 ? value : 0;
}

static size_t allocated_in_arena(void)
{
	uint64_t epoch = 1;

	pcpu_assert_held(&mem.lock);
	if (!mem.ready)
		return 0;
	share_tls();
	/* the figures are a snapshot, taken when the epoch is advanced */
	pcpu_je_mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	return arena_figure("small.allocated") + arena_figure("large.allocated");
}

size_t pcpu_mem_allocated(void)
{
	size_t allocated;

	lock_mem();
	allocated = pcpu_early_allocated() + allocated_in_arena();
	unlock_mem();
	return allocated;
}

/* Returns the bytes that it gives back. */
static size_t purge_arena(void)
{
	uint64_t epoch = 1;
	size_t pages;

	share_tls();
	pcpu_je_mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	pages = arena_figure("pdirty") + arena_figure("pmuzzy");
	pcpu_je_mallctl("arena." JE_ARENA ".purge", NULL, NULL, NULL, 0);
	return pages * PCPU_PAGE_SIZE;
}

size_t pcpu_mem_trim(void)
{
	size_t bytes;

	lock_mem();
	bytes = mem.ready ? purge_arena() : 0;
	unlock_mem();
	return bytes;
}
