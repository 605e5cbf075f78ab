/* SPDX-License-Identifier: MIT */
/* vm.c - see vm.h. How many pages are resident is in vm_resident.c. */
#include "memory/pages/vm.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/proc/name.h"
#include "memory/pages/hole.h"
#include "memory/pages/policy.h"
#include "memory/pages/shared_file.h"
#include "memory/pages/twin.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Since Linux 5.14; libc may be older than the kernel. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
/* Since Linux 5.18. */
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

#define MANY_PAGES (4 * PCPU_PAGE_SIZE)

static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
static const int shared = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;

static struct {
	bool shared;
	bool apart; /* what is in a reservation is others' too: the process became a child */
} sharing;

/* --- reservations --- */

static struct {
	uintptr_t start, end;
} reserved;

static void note_reserved(uintptr_t start, uintptr_t end)
{
	if (!reserved.end || start < reserved.start)
		reserved.start = start;
	if (end > reserved.end)
		reserved.end = end;
}

void pcpu_vm_reserved_range(uintptr_t *start, uintptr_t *end)
{
	*start = reserved.start;
	*end = reserved.end;
}

int pcpu_vm_reserve(size_t size, size_t align, uintptr_t *base)
{
	size_t slack = align - PCPU_PAGE_SIZE, head;
	void *ptr;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	ptr = mmap(NULL, size + slack, PROT_NONE, anonymous, -1, 0);
	if (ptr == MAP_FAILED)
		return -errno;
	*base = ((uintptr_t)ptr + align - 1) & ~(align - 1);
	head = *base - (uintptr_t)ptr;
	pcpu_vm_release((uintptr_t)ptr, head);
	pcpu_vm_release(*base + size, slack - head);
	pcpu_policy_of_reserved((void *)*base, size);
	pcpu_name((void *)*base, size, PCPU_NAME_RESERVED);
	note_reserved(*base, *base + size);
	return 0;
}

bool pcpu_vm_has_room(size_t size)
{
	void *ptr = mmap(NULL, size, PROT_NONE, anonymous, -1, 0);

	if (ptr == MAP_FAILED)
		return false;
	munmap(ptr, size);
	return true;
}

void pcpu_vm_release(uintptr_t addr, size_t size)
{
	if (size)
		munmap((void *)addr, size);
}

/* --- a hole --- */

int pcpu_vm_find_hole(size_t size, uintptr_t *base)
{
	return pcpu_hole_find(size, base);
}

bool pcpu_vm_is_reserved(void)
{
	return !pcpu_hole_is_found();
}

/* --- memory policies --- */

int pcpu_vm_bind(uintptr_t addr, size_t size, unsigned int node)
{
	if (node >= PCPU_NR_NODES)
		return -EINVAL;
	if (!pcpu_hole_is_found())
		return pcpu_policy_bind((void *)addr, size, node);
	pcpu_hole_set_node(addr, size, node);
	return 0;
}

/* --- names --- */

static bool (*cpu_of)(uintptr_t addr, unsigned int *cpu);

void pcpu_vm_set_cpu_of(bool (*find)(uintptr_t addr, unsigned int *cpu))
{
	cpu_of = find;
}

/* In a hole it is done with each part. */
void pcpu_vm_name(uintptr_t addr, size_t size, unsigned int cpu)
{
	char name[PCPU_NAME_MAX];

	if (!pcpu_hole_is_found())
		pcpu_name((void *)addr, size, pcpu_name_of_cpu(cpu, name));
}

/* A part of a window that has been mapped by itself. */
static void name_part(void *ptr, size_t size)
{
	char name[PCPU_NAME_MAX];
	unsigned int cpu;

	if (cpu_of && cpu_of((uintptr_t)ptr, &cpu))
		pcpu_name_more(ptr, size, pcpu_name_of_cpu(cpu, name));
}

/* --- sharing --- */

static int map_fixed(void *ptr, size_t size, int file, uint64_t at)
{
	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	ptr = mmap(ptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, (off_t)at);
	return ptr == MAP_FAILED ? -errno : 0;
}

int pcpu_vm_map_file(uintptr_t addr, size_t size, int file, uint64_t at)
{
	const int err = map_fixed((void *)addr, size, file, at);

	return err ? err : pcpu_twin_map((void *)addr, size);
}

void *pcpu_vm_view_file(size_t size, int file, uint64_t at)
{
	void *view = MAP_FAILED;

	if (!pcpu_fault(PCPU_FAULT_RESERVE))
		view = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)at);
	return view == MAP_FAILED ? NULL : view;
}

void pcpu_vm_end_view(void *view, size_t size)
{
	munmap(view, size);
}

int pcpu_vm_map_array(void *array, size_t size, int file, uint64_t at)
{
	return map_fixed(array, size, file, at);
}

/* Something else comes to be at the place of a window: what was asked of it is asked anew. */
static int map_reserved(uintptr_t addr, size_t size, int flags, const char *name)
{
	const int file = flags & MAP_SHARED ? pcpu_shared_file(size, name) : -1;
	int err = 0;
	void *ptr;

	if (file >= 0)
		flags &= ~MAP_ANONYMOUS;
	ptr = mmap((void *)addr, size, PROT_NONE, flags | MAP_FIXED, file, 0);
	if (ptr == MAP_FAILED)
		err = -errno;
	else
		pcpu_policy_of_reserved(ptr, size);
	if (!err && !(flags & MAP_SHARED))
		pcpu_name_more(ptr, size, name);
	if (file >= 0)
		close(file);
	return err;
}

/* In a child: there was memory of its own, in the place of its window. */
static int replace_by_reserved(uintptr_t addr, size_t size)
{
	struct pcpu_policy policy;
	int err;

	pcpu_policy_get((void *)addr, &policy);
	err = map_reserved(addr, size, anonymous, PCPU_NAME_RESERVED);
	if (!err)
		pcpu_policy_set((void *)addr, size, &policy);
	return err;
}

int pcpu_vm_share(uintptr_t addr, size_t size, unsigned int cpu)
{
	char name[PCPU_NAME_MAX];
	int err = pcpu_fault(PCPU_FAULT_RESERVE) ? -ENOMEM : 0;

	/* in a hole, each part is mapped when it is committed */
	if (!err && !pcpu_hole_is_found())
		err = map_reserved(addr, size, shared, pcpu_name_of_cpu(cpu, name));
	if (!err)
		err = pcpu_twin_map((void *)addr, size);
	if (err) {
		pcpu_log(PERCPU_LOG_WARNING,
			 "shared copies: a mapping of %zu bytes is refused (errno %d). With "
			 "vm.overcommit_memory=2 it is charged whole, unless memfd_create() gives "
			 "a file of that size",
			 size, -err);
		return err;
	}
	sharing.shared = true;
	return 0;
}

void pcpu_vm_unshare(uintptr_t addr, size_t size, unsigned int cpu)
{
	char name[PCPU_NAME_MAX];
	int err = 0;

	sharing.shared = false;
	if (!pcpu_hole_is_found())
		err = map_reserved(addr, size, anonymous, pcpu_name_of_cpu(cpu, name));
	if (err)
		pcpu_fatal_unlock("a window at %#lx stays shared: errno %d", (unsigned long)addr,
				  -err);
}

bool pcpu_vm_is_shared(void)
{
	return sharing.shared;
}

bool pcpu_vm_is_apart(void)
{
	return sharing.apart;
}

void pcpu_vm_keep_apart(void)
{
	sharing.apart = true;
}

/* Moved there whole, so that no other thread ever finds an empty page in between. */
static int replace_array(void *array, size_t size, int flags)
{
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -errno;
	memcpy(copy, array, size);
	/* gdb's gcore leaves out shared memory that has a name and is no file */
	if (!(flags & MAP_SHARED))
		pcpu_name_more(copy, size, PCPU_NAME_METADATA);
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, array) != MAP_FAILED)
		return 0;
	munmap(copy, size);
	return -ENOMEM;
}

int pcpu_vm_share_array(void *array, size_t size)
{
	return pcpu_fault(PCPU_FAULT_RESERVE) ? -ENOMEM : replace_array(array, size, MAP_SHARED);
}

void pcpu_vm_unshare_array(void *array, size_t size)
{
	if (replace_array(array, size, MAP_PRIVATE))
		pcpu_fatal_unlock("%zu bytes at %p stay shared: no memory", size, array);
}

/* --- pages --- */

static int open_pages(void *ptr, size_t size)
{
	int err;

	if (mprotect(ptr, size, PROT_READ | PROT_WRITE) == 0) {
		pcpu_policy_keep_in_cores(ptr, size);
		return 0;
	}
	err = -errno;
	/* it may have got part of the way */
	mprotect(ptr, size, PROT_NONE);
	return err;
}

static int commit_reserved(void *ptr, size_t size)
{
	void *twin = pcpu_twin_of(ptr);
	int err = open_pages(ptr, size);

	if (!err && twin) {
		err = open_pages(twin, size);
		if (err)
			mprotect(ptr, size, PROT_NONE);
	}
	return err;
}

/* In the place of others' pages: they are shared with children that this process forks later. */
static int commit_apart(void *ptr, size_t size)
{
	struct pcpu_policy policy;
	int err;

	pcpu_policy_get(ptr, &policy);
	if (mmap(ptr, size, PROT_READ | PROT_WRITE, shared | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -errno;
	pcpu_policy_forgo_huge_pages(ptr, size);
	pcpu_policy_set(ptr, size, &policy);
	name_part(ptr, size);
	err = pcpu_twin_map(ptr, size);
	if (err)
		mprotect(ptr, size, PROT_NONE);
	return err;
}

static int commit_in_hole(void *ptr, size_t size)
{
	int err = pcpu_hole_commit(ptr, size, sharing.shared ? shared : anonymous);

	if (!err)
		name_part(ptr, size);
	return err;
}

int pcpu_vm_commit(uintptr_t addr, size_t size)
{
	if (pcpu_fault(PCPU_FAULT_COMMIT))
		return -ENOMEM;
	if (pcpu_hole_is_found())
		return commit_in_hole((void *)addr, size);
	return sharing.apart ? commit_apart((void *)addr, size)
			     : commit_reserved((void *)addr, size);
}

static void close_twin(void *ptr, size_t size)
{
	void *twin = pcpu_twin_of(ptr);

	if (twin && mprotect(twin, size, PROT_NONE) == 0)
		pcpu_policy_keep_out_of_cores(twin, size);
}

/*
 * A reserved part is emptied and closed, not mapped anew: it keeps the memory policy that its
 * window was given. Should closing fail, for want of a mapping's record, an empty part is left
 * open.
 */
void pcpu_vm_decommit(uintptr_t addr, size_t size)
{
	void *ptr = (void *)addr;

	if (pcpu_hole_is_found()) {
		munmap(ptr, size);
		return;
	}
	close_twin(ptr, size);
	if (sharing.apart && replace_by_reserved(addr, size) == 0)
		return;
	pcpu_vm_discard(addr, size);
	if (mprotect(ptr, size, PROT_NONE) == 0)
		pcpu_policy_keep_out_of_cores(ptr, size);
}

/*
 * Not by touching where the kernel has no call for it: a page that is not to be had would then kill
 * the process instead of being an error.
 */
int pcpu_vm_populate(uintptr_t addr, size_t size)
{
	if (pcpu_fault(PCPU_FAULT_POPULATE))
		return -ENOMEM;
	if (madvise((void *)addr, size, MADV_POPULATE_WRITE) == 0)
		return 0;
	return errno == EINVAL ? -EOPNOTSUPP : -errno;
}

void pcpu_vm_will_fill(const void *ptr, size_t size)
{
	const uintptr_t start = pcpu_page_floor((uintptr_t)ptr);
	int saved = errno;

	if (size >= MANY_PAGES)
		pcpu_vm_populate(start, pcpu_page_ceil((uintptr_t)ptr + size) - start);
	errno = saved;
}

static bool empty(void *ptr, size_t size)
{
	/* shared memory has to be emptied itself; a process only forgets what it had seen of it */
	if (sharing.shared)
		return madvise(ptr, size, MADV_REMOVE) == 0;
	return madvise(ptr, size, MADV_DONTNEED) == 0 ||
	       madvise(ptr, size, MADV_DONTNEED_LOCKED) == 0;
}

/* Pages that the program has locked in memory (mlockall) are not taken away, but must be zero too.
 */
void pcpu_vm_discard(uintptr_t addr, size_t size)
{
	int saved = errno;

	if (pcpu_fault(PCPU_FAULT_DISCARD) || !empty((void *)addr, size))
		memset((void *)addr, 0, size);
	errno = saved;
}

void *pcpu_vm_guarded_array(size_t size, size_t reserve)
{
	void *ptr;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return NULL;
	ptr = mmap(NULL, reserve, PROT_NONE, anonymous, -1, 0);
	if (ptr == MAP_FAILED)
		return NULL;
	pcpu_policy_keep_out_of_cores(ptr, reserve);
	pcpu_name(ptr, reserve, PCPU_NAME_METADATA);
	if (commit_reserved(ptr, pcpu_page_ceil(size)) == 0)
		return ptr;
	munmap(ptr, reserve);
	return NULL;
}

static void adjust_cores(uintptr_t start, uintptr_t end, void (*adjust)(void *ptr, size_t size))
{
	void *twin = pcpu_twin_of((void *)start);

	adjust((void *)start, end - start);
	if (twin)
		adjust(twin, end - start);
}

void pcpu_vm_keep_out_of_cores(const void *ptr, size_t size)
{
	uintptr_t start = pcpu_page_ceil((uintptr_t)ptr),
		  end = pcpu_page_floor((uintptr_t)ptr + size);

	if (start < end)
		adjust_cores(start, end, pcpu_policy_keep_out_of_cores);
}

void pcpu_vm_keep_in_cores(const void *ptr, size_t size)
{
	uintptr_t start = pcpu_page_floor((uintptr_t)ptr),
		  end = pcpu_page_ceil((uintptr_t)ptr + size);

	adjust_cores(start, end, pcpu_policy_keep_in_cores);
}
