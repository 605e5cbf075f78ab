/* SPDX-License-Identifier: MIT */
/* publish.c - see publish.h. */
#include "events/publish.h"
#include "events/count.h"
#include "ground/conf.h"
#include "ground/fault.h"
#include "ground/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ThreadSanitizer does not know fences; what is ordered by them here are single words. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

/* Of memfd_create() and fcntl(), in headers of later C libraries. */
#define CLOSE_ON_EXEC 1u
#define MAY_BE_SEALED 2u
#define NOT_TO_BE_EXECUTED 8u
#define ADD_SEALS 1033
#define GET_SEALS 1034
#define NO_MORE_SEALS 0x1
#define NOT_SHORTER 0x2
#define NOT_LONGER 0x4
#define NO_FUTURE_WRITE 0x10

/*
 * Out of the way of programs that count on getting the lowest numbers, and within the table that
 * every process has from the start: a larger one costs time, also at each fork().
 */
#define HIGH_DESCRIPTOR 60

/* Core dumps have what is small. */
#define LARGE (16 * PCPU_PAGE_SIZE)

static struct {
	unsigned int nr_cpus, flags;
	bool refused;                /* there was no memory */
	int fd;                      /* -1: there is none */
	int32_t pid;                 /* of the process that it was made for */
	struct pcpu_stat_page *left; /* the parent's, whose place the child's takes */
} published = {.fd = -1};

void pcpu_stat_init(unsigned int nr_cpus, unsigned int flags)
{
	published.nr_cpus = nr_cpus;
	published.flags = flags;
}

static size_t page_size(void)
{
	return pcpu_page_ceil(sizeof(struct pcpu_stat_page) +
			      published.nr_cpus * sizeof(struct pcpu_stat_block));
}

/* --- the file --- */

static int create(unsigned int flags)
{
	return pcpu_fault(PCPU_FAULT_FILE)
		       ? -1
		       : (int)syscall(SYS_memfd_create, PCPU_STAT_FILE, flags | CLOSE_ON_EXEC);
}

/* A file that becomes longer than the process may write gets it a signal. */
static bool may_be_so_long(size_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size);
}

/* Without children that are known to be ones it would be counted in by them. */
static int make_file(size_t size)
{
	int file;

	if (!pcpu_conf.publish || !pcpu_process_is_known || !may_be_so_long(size))
		return -1;
	/* as in memory/pages/shared_file.c; what is not to be executed can be sealed */
	file = create(NOT_TO_BE_EXECUTED);
	if (file < 0)
		file = create(MAY_BE_SEALED);
	if (file >= 0 && ftruncate(file, (off_t)size) != 0) {
		close(file);
		file = -1;
	}
	return file;
}

/* The writable mapping is there. Before Linux 5.1 others of the same user could write as well. */
static void seal(int file)
{
	const unsigned int seals = NO_MORE_SEALS | NOT_SHORTER | NOT_LONGER;

	if (fcntl(file, ADD_SEALS, seals | NO_FUTURE_WRITE) != 0)
		fcntl(file, ADD_SEALS, seals);
}

/* Without a number that high, the file is found among the mappings alone, by root. */
static int move_up(int file)
{
	int high = fcntl(file, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);

	close(file);
	return high;
}

/* --- the page --- */

/* @file is closed if it cannot be mapped, and then -1. At @at, if that is not NULL. */
static struct pcpu_stat_page *map(void *at, size_t size, int *file)
{
	const int fixed = at ? MAP_FIXED : 0;
	void *page = MAP_FAILED;

	if (*file >= 0) {
		page = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | fixed, *file, 0);
		if (page == MAP_FAILED) {
			close(*file);
			*file = -1;
		}
	}
	if (page == MAP_FAILED && !pcpu_fault(PCPU_FAULT_RESERVE))
		page = mmap(at, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	if (size > LARGE)
		madvise(page, size, MADV_DONTDUMP);
	return page;
}

static void fill_header(struct pcpu_stat_header *header)
{
	header->version = PCPU_STAT_VERSION;
	header->flags = published.flags;
	header->header_size = sizeof(*header);
	header->block_size = sizeof(struct pcpu_stat_block);
	header->by_size_offset = offsetof(struct pcpu_stat_block, by_size);
	header->nr_cpus = published.nr_cpus;
	header->nr_sizes = PCPU_STAT_SIZES;
	header->pid = getpid();
	header->window_size = PCPU_WINDOW_SIZE;
	header->started_ns = pcpu_stat_clock();
}

#define FIRST_WORD offsetof(struct pcpu_stat_header, allocs)
#define NR_WORDS ((sizeof(struct pcpu_stat_header) - FIRST_WORD) / sizeof(uint64_t))

/* M2 and M3 (count.c): what is stored under a mutex that the caller need not have. */
static void copy_what_there_is(struct pcpu_stat_header *header)
{
	uint64_t *to = &header->allocs, *from = &pcpu_stat_now.allocs, value;

	for (size_t i = 0; i < NR_WORDS; i++) {
		do {
			value = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
			__atomic_store_n(&to[i], value, __ATOMIC_RELAXED);
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
		} while (__atomic_load_n(&from[i], __ATOMIC_RELAXED) != value);
	}
}

/* M4: what had no page so far. */
static void bring_counts(struct pcpu_stat_page *page)
{
	uint64_t *from = (uint64_t *)(void *)&pcpu_stat_elsewhere;
	uint64_t *to = (uint64_t *)(void *)&page->blocks[0].counts;

	for (size_t i = 0; i < sizeof(struct pcpu_stat_counts) / sizeof(*to); i++)
		__atomic_fetch_add(&to[i], __atomic_exchange_n(&from[i], 0, __ATOMIC_RELAXED),
				   __ATOMIC_RELAXED);
}

/* M1 has been done. With M5 readers find it. */
static void complete(struct pcpu_stat_page *page, int file)
{
	copy_what_there_is(&page->header);
	bring_counts(page);
	__atomic_store_n(&page->header.magic, PCPU_STAT_MAGIC, __ATOMIC_RELEASE);
	if (file < 0)
		return;
	seal(file);
	published.pid = page->header.pid;
	published.fd = move_up(file);
}

/* Another thread, or the handler of a signal, may do the same: who is first has it. */
static int begin(void)
{
	const size_t size = page_size();
	struct pcpu_stat_page *none = NULL, *page;
	int file = make_file(size);

	page = map(NULL, size, &file);
	if (!page) {
		published.refused = true;
		return -ENOMEM;
	}
	fill_header(&page->header);
	if (__atomic_compare_exchange_n(&pcpu_stat, &none, page, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST)) {
		complete(page, file);
		return 0;
	}
	munmap(page, size);
	if (file >= 0)
		close(file);
	return 0;
}

int pcpu_stat_begin(void)
{
	int saved = errno, err;

	if (__atomic_load_n(&pcpu_stat, __ATOMIC_ACQUIRE))
		return 0;
	if (published.refused)
		return -ENOMEM;
	err = begin();
	errno = saved;
	return err;
}

void pcpu_stat_add_flag(unsigned int flag)
{
	struct pcpu_stat_page *page = pcpu_stat_mine();

	published.flags |= flag;
	if (page)
		__atomic_store_n(&page->header.flags, published.flags, __ATOMIC_RELAXED);
}

/* --- around fork --- */

/* The program may have closed it, and have something else by its number. */
static void close_parents(void)
{
	struct pcpu_stat_header header;

	if (published.fd >= 0 && fcntl(published.fd, GET_SEALS) > 0 &&
	    pread(published.fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	    header.magic == PCPU_STAT_MAGIC && header.pid == published.pid)
		close(published.fd);
	published.fd = -1;
}

/* At its parent's place: what has been told where to count need not be told again. */
void pcpu_stat_leave(void)
{
	published.left = pcpu_stat;
	pcpu_stat = NULL;
}

int pcpu_stat_after_fork(void)
{
	struct pcpu_stat_page *page = published.left;
	const size_t size = page_size();
	int saved = errno, file;

	published.flags |= PCPU_STAT_CHILD;
	if (!page) {
		/* these are the parent's */
		memset(&pcpu_stat_elsewhere, 0, sizeof(pcpu_stat_elsewhere));
		published.refused = false;
		return 0;
	}
	close_parents();
	file = make_file(size);
	page = map(page, size, &file);
	errno = saved;
	if (!page) {
		published.refused = true;
		return -ENOMEM;
	}
	fill_header(&page->header);
	pcpu_stat = page;
	complete(page, file);
	errno = saved;
	return 0;
}
