/* SPDX-License-Identifier: MIT */
/*
 * share_file.c - copies in a file, for processes that are no relatives; percpu/shared.h. The steps
 * are those of memory/file/copies_file.h.
 */
#include "alloc/alloc.h"
#include "boot/share.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/pointer.h"
#include "machine/tier.h"
#include "memory/coord.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/file/copies_file.h"
#include "memory/file/named.h"
#include "memory/open_units.h"
#include "memory/pages/twin.h"
#include "memory/pages/vm.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/shared.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Of entries and marks, and what is done by them: changed with any of that. */
#define CONTROL_FORMAT 1

/* Where nothing else is, with 47 bits and more of addresses; and with 39. */
#define TWINS_LOW (1ULL << 44)
#define TWINS_LOW_39 (1ULL << 36)
#define TWINS_STEP (1ULL << 30)
#define TWINS_TRIES 32

#define current pcpu_copies_file

/* --- what has to be the same --- */

static uint64_t sum_of_possible(void)
{
	uint64_t sum = 14695981039346656037ULL;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum = (sum ^ cpu) * 1099511628211ULL;
	return sum;
}

/* 0: it is not known. */
static uint64_t namespace_of(const char *path)
{
	struct stat found;

	return stat(path, &found) ? 0 : found.st_ino;
}

static struct pcpu_file_needs find_needs(void)
{
	return (struct pcpu_file_needs){
		.format = CONTROL_FORMAT,
		.sequences = pcpu_tier.sequences,
		.nr_cpu_ids = nr_cpu_ids,
		.entries_size = (uint32_t)pcpu_entries_size(),
		.possible = sum_of_possible(),
		.processes = namespace_of("/proc/self/ns/pid"),
		.times = namespace_of("/proc/self/ns/time"),
	};
}

/* --- address space --- */

/* Marks come first, then a window's twin after the other. */
static size_t twins_size(void)
{
	return PCPU_WINDOW_STRIDE + pcpu_units_twins_size();
}

static uint64_t place_to_try(unsigned int n)
{
	struct timespec now;
	uint64_t hash;

	clock_gettime(CLOCK_MONOTONIC, &now);
	hash = ((uint64_t)now.tv_nsec + (uintptr_t)&now + n) * 0x9e3779b97f4a7c15ULL;
	return n < TWINS_TRIES / 2 ? TWINS_LOW + (hash >> 48) * TWINS_STEP
				   : TWINS_LOW_39 + (hash >> 56) * TWINS_STEP;
}

static int reserve_somewhere(void)
{
	int err = -ENOMEM;

	for (unsigned int n = 0; n < TWINS_TRIES && err; n++) {
		current.header->twins = place_to_try(n);
		err = pcpu_twins_reserve(current.header->twins, twins_size());
	}
	return err ? pcpu_copies_file_complain(err, "no address space (errno %d)", -err) : 0;
}

static int reserve_twins(void)
{
	int err;

	if (current.fresh)
		return reserve_somewhere();
	err = pcpu_twins_reserve(current.header->twins, twins_size());
	return err ? pcpu_copies_file_complain(
			     err,
			     "other processes have the copies at %#llx, where this one has "
			     "something else (errno %d)",
			     (unsigned long long)current.header->twins, -err)
		   : 0;
}

static int map_marks(void)
{
	int err = 0;

	if (!pcpu_tier.sequences)
		err = pcpu_vm_map_array((void *)current.header->twins, PCPU_FILE_MARKS_SIZE,
					current.file, PCPU_FILE_MARKS_AT);
	return err ? pcpu_copies_file_complain(err, "cannot be mapped (errno %d)", -err) : 0;
}

/* --- coordinates --- */

static int add_span(void)
{
	struct pcpu_span span = {.size = PCPU_FILE_UNIT};
	int err = pcpu_coord_claim_free(PCPU_FILE_UNIT, &span.start);

	if (!err) {
		err = pcpu_units_add_span(&span);
		if (err)
			pcpu_coord_release(span.start);
	}
	current.start = span.start;
	return err ? pcpu_copies_file_complain(err, "no memory (errno %d)", -err) : 0;
}

static void remove_span(void)
{
	pcpu_units_remove_span(current.start);
	pcpu_coord_release(current.start);
}

/* --- C6 --- */

static int open_units(void)
{
	unsigned int cpu;
	int err;

	for_each_possible_cpu(cpu) {
		err = pcpu_unit_try_open(cpu);
		if (err)
			return pcpu_copies_file_complain(err, "no memory (errno %d)", -err);
	}
	return 0;
}

static int join(void)
{
	const struct pcpu_common_units common = {
		.file = current.file,
		.fresh = current.fresh,
		.twins = current.header->twins + PCPU_WINDOW_STRIDE,
		.start = current.start,
		.entries_at = PCPU_FILE_ENTRIES_AT,
		.units_at = PCPU_FILE_UNITS_AT,
	};
	const bool cached = pcpu_alloc_end_caches();
	const int err =
		pcpu_share_with(&common, (void *)current.header->twins, PCPU_FILE_MARKS_SIZE);

	if (!err)
		return 0;
	pcpu_cache_turn(cached);
	if (err == -EBUSY)
		return pcpu_copies_file_complain(err, "in the fallback tier it is to be shared "
						      "before another thread counts");
	return pcpu_copies_file_complain(err, "cannot be mapped (errno %d)", -err);
}

static int map_and_join(void)
{
	int err = map_marks();

	if (!err)
		err = open_units();
	if (!err)
		err = add_span();
	if (err)
		return err;
	err = join();
	if (err)
		remove_span();
	return err;
}

static int join_file(void)
{
	const struct pcpu_file_needs needs = find_needs();
	int err = pcpu_copies_file_begin(&needs);

	if (err)
		return err;
	err = reserve_twins();
	if (!err) {
		err = map_and_join();
		if (err)
			pcpu_twins_release(current.header->twins, twins_size());
	}
	pcpu_copies_file_end(err);
	return err;
}

/* --- the calls --- */

static int refuse(int err, const char *why)
{
	pcpu_log(PERCPU_LOG_WARNING, "copies cannot be in a file: %s", why);
	return err;
}

static int check(void)
{
	if (!pcpu_vm_is_reserved())
		return refuse(-EOPNOTSUPP, "address space is short, or alloc:page was asked for");
	if (!pcpu_entries_are_at_rest())
		return refuse(-EBUSY, "a thread is in a section, or pinned to a CPU");
	if (pcpu_nr_displaced)
		return refuse(-EAGAIN,
			      "a module's variables have been displaced, as happens once in "
			      "100,000 starts: start again");
	return 0;
}

static bool is_that_file(const char *path, int file)
{
	struct stat found;

	return current.is_joined && (path ? stat(path, &found) : fstat(file, &found)) == 0 &&
	       found.st_dev == current.device && found.st_ino == current.inode;
}

static int share_locked(const char *path, int file, unsigned int flags)
{
	int err;

	if (pcpu_tier.shared)
		return is_that_file(path, file)
			       ? 0
			       : refuse(-EBUSY, "they are shared already, in another way");
	err = check();
	if (!err)
		err = path ? pcpu_copies_file_open(path, flags) : pcpu_copies_file_open_fd(file);
	return err ? err : join_file();
}

static int share(const char *path, int file, unsigned int flags)
{
	int err = pcpu_share_check(), cancel;

	if (err)
		return err;
	/* files are opened, with the mutex */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	pcpu_alloc_lock();
	err = share_locked(path, file, flags);
	pcpu_alloc_unlock();
	pthread_setcancelstate(cancel, &cancel);
	return err;
}

PERCPU_API int percpu_share_file(const char *path, unsigned int flags)
{
	const unsigned int both = PERCPU_SHARE_ATTACH | PERCPU_SHARE_NEW;

	if (!path || (flags & ~both) || flags == both)
		return -EINVAL;
	return share(path, -1, flags);
}

PERCPU_API int percpu_share_fd(int fd)
{
	return share(NULL, fd, 0);
}

PERCPU_API int percpu_shared_fd(void)
{
	return current.is_joined ? current.file : -ENOENT;
}

PERCPU_API void __percpu *__alloc_percpu_named(const char *name, size_t size, size_t align)
{
	uint32_t coord = 0;
	int err, cancel;

	if (!name || !current.is_joined) {
		errno = EINVAL;
		refuse(-EINVAL, name ? "none has been named yet: percpu_share_file() comes first"
				     : "an area without a name was asked for");
		return NULL;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	pcpu_alloc_lock();
	err = pcpu_named_area(name, size, align, &coord);
	pcpu_alloc_unlock();
	pthread_setcancelstate(cancel, &cancel);
	if (!err)
		return pcpu_pointer_make(coord);
	errno = -err;
	return NULL;
}
