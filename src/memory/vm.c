/* SPDX-License-Identifier: MIT */
/* vm.c - see vm.h. How many pages are resident is in vm_resident.c. */
#include "memory/vm.h"
#include "arch_constants.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The part of the address space that holes are looked for in. */
#define SPACE_START 0x10000UL
#define SPACE_END (PCPU_VM_RANGE - PCPU_PAGE_SIZE)

/* Since Linux 5.14; libc may be older than the kernel. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
/* Since Linux 5.18. */
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

/* Where there is one: its start, and each of its windows' node plus 1; 0 is any node. */
static uintptr_t hole;
static unsigned short *hole_nodes;

/* One counter on each of many CPUs must not cost a huge page each. */
static void forgo_huge_pages(void *ptr, size_t size)
{
	madvise(ptr, size, MADV_NOHUGEPAGE);
}

/* --- reservations --- */

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
	forgo_huge_pages((void *)*base, size);
	return 0;
}

void pcpu_vm_release(uintptr_t addr, size_t size)
{
	if (size)
		munmap((void *)addr, size);
}

/* --- a hole --- */

/*
 * The largest hole between mappings. Read line by line: it is used when address space is short.
 */
static size_t largest_hole(uintptr_t *start)
{
	FILE *maps = pcpu_fault(PCPU_FAULT_PROC) ? NULL : fopen("/proc/self/maps", "re");
	uintptr_t end = SPACE_START, from, to;
	size_t largest = 0;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if (from > end && from < SPACE_END && from - end > largest) {
			largest = from - end;
			*start = end;
		}
		end = to;
	}
	if (maps)
		fclose(maps);
	return largest;
}

/*
 * In the middle of the hole, since both its ends grow: the heap from below, later mappings from
 * above.
 */
int pcpu_vm_find_hole(size_t size, uintptr_t *base)
{
	const size_t windows = (size + PCPU_WINDOW_STRIDE - 1) / PCPU_WINDOW_STRIDE;
	uintptr_t start = 0;
	size_t room = largest_hole(&start);

	if (room < size)
		return -ENOMEM;
	hole_nodes = pcpu_mem_zalloc(windows * sizeof(*hole_nodes));
	if (!hole_nodes)
		return -ENOMEM;
	hole = pcpu_page_floor(start + (room - size) / 2);
	*base = hole;
	return 0;
}

bool pcpu_vm_is_reserved(void)
{
	return !hole;
}

/* --- memory policies --- */

static int bind_mapped(void *ptr, size_t size, unsigned int node)
{
	unsigned long mask[PCPU_NR_NODES / 8 / sizeof(unsigned long)] = {0};
	const unsigned int bits = 8 * sizeof(unsigned long);

	if (pcpu_fault(PCPU_FAULT_BIND))
		return -ENOMEM;
	mask[node / bits] = 1UL << (node % bits);
	/* the kernel takes one bit less than the count that it is given */
	if (syscall(SYS_mbind, ptr, size, MPOL_PREFERRED, mask, 8 * sizeof(mask) + 1, 0) != 0)
		return -errno;
	return 0;
}

/* Nothing is mapped that a policy could be set for; each commit will look here. */
static void remember_node(uintptr_t addr, size_t size, unsigned int node)
{
	size_t window = (addr - hole) / PCPU_WINDOW_STRIDE;

	for (; window * PCPU_WINDOW_STRIDE < addr - hole + size; window++)
		__atomic_store_n(&hole_nodes[window], (unsigned short)(node + 1),
				 __ATOMIC_RELAXED);
}

int pcpu_vm_bind(uintptr_t addr, size_t size, unsigned int node)
{
	if (node >= PCPU_NR_NODES)
		return -EINVAL;
	if (!hole)
		return bind_mapped((void *)addr, size, node);
	remember_node(addr, size, node);
	return 0;
}

/* What has just been mapped in a hole. Told once: there is a mapping a CPU and chunk. */
static void bind_in_place(void *ptr, size_t size)
{
	size_t window = ((uintptr_t)ptr - hole) / PCPU_WINDOW_STRIDE;
	unsigned int node = __atomic_load_n(&hole_nodes[window], __ATOMIC_RELAXED);
	static bool told;
	int err;

	if (!node)
		return;
	err = bind_mapped(ptr, size, node - 1);
	if (err && !__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		pcpu_log(PERCPU_LOG_INFO, "no memory policy for pages of node %u: errno %d",
			 node - 1, -err);
}

/* --- sharing --- */

/* What was committed before the process became somebody's child is others' memory too. */
static bool shared, apart;

int pcpu_vm_share(uintptr_t addr, size_t size)
{
	const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	/* in a hole, each part is mapped when it is committed */
	if (!hole && mmap((void *)addr, size, PROT_NONE, flags, -1, 0) == MAP_FAILED)
		return -errno;
	shared = true;
	return 0;
}

void pcpu_vm_unshare(uintptr_t addr, size_t size)
{
	shared = false;
	if (hole)
		return;
	if (mmap((void *)addr, size, PROT_NONE, anonymous | MAP_FIXED, -1, 0) == MAP_FAILED)
		pcpu_fatal("a window at %#lx stays shared: errno %d", (unsigned long)addr, errno);
	forgo_huge_pages((void *)addr, size);
}

void pcpu_vm_keep_apart(void)
{
	apart = true;
}

/* Moved there whole, so that no other thread ever finds an empty page in between. */
int pcpu_vm_share_array(void *array, size_t size)
{
	void *copy;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (copy == MAP_FAILED)
		return -errno;
	memcpy(copy, array, size);
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, array) != MAP_FAILED)
		return 0;
	munmap(copy, size);
	return -ENOMEM;
}

/* --- pages --- */

static int commit_reserved(void *ptr, size_t size)
{
	int err;

	if (mprotect(ptr, size, PROT_READ | PROT_WRITE) == 0)
		return 0;
	err = -errno;
	/* it may have got part of the way */
	mprotect(ptr, size, PROT_NONE);
	return err;
}

static int commit_in_hole(void *ptr, size_t size)
{
	const int flags = shared && !apart ? MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE : anonymous;
	void *got = mmap(ptr, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		return -errno;
	if (got != ptr) {
		/* a kernel before 4.17 takes the address for a hint */
		munmap(got, size);
		return -EEXIST;
	}
	forgo_huge_pages(ptr, size);
	bind_in_place(ptr, size);
	return 0;
}

static int commit_apart(void *ptr, size_t size)
{
	void *got = mmap(ptr, size, PROT_READ | PROT_WRITE, anonymous | MAP_FIXED, -1, 0);

	return got == MAP_FAILED ? -errno : 0;
}

int pcpu_vm_commit(uintptr_t addr, size_t size)
{
	if (pcpu_fault(PCPU_FAULT_COMMIT))
		return -ENOMEM;
	if (apart && !hole)
		return commit_apart((void *)addr, size);
	return hole ? commit_in_hole((void *)addr, size) : commit_reserved((void *)addr, size);
}

/*
 * A reserved part is emptied and closed, not mapped anew: it keeps the memory policy that its
 * window was given. Should closing fail, for want of a mapping's record, an empty part is left
 * open.
 */
void pcpu_vm_decommit(uintptr_t addr, size_t size)
{
	void *ptr = (void *)addr;

	if (hole) {
		munmap(ptr, size);
		return;
	}
	if (apart && mmap(ptr, size, PROT_NONE, anonymous | MAP_FIXED, -1, 0) != MAP_FAILED)
		return;
	pcpu_vm_discard(addr, size);
	mprotect(ptr, size, PROT_NONE);
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

static bool empty(void *ptr, size_t size)
{
	/* shared memory has to be emptied itself; a process only forgets what it had seen of it */
	if (shared && !apart)
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
	size = pcpu_page_ceil(size);
	if (mprotect(ptr, size, PROT_READ | PROT_WRITE) == 0)
		return ptr;
	munmap(ptr, reserve);
	return NULL;
}
