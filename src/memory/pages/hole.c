/* SPDX-License-Identifier: MIT */
/* hole.c - see hole.h. */
#include "memory/pages/hole.h"
#include "arch_constants.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "memory/pages/policy.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

/* The part of the address space that holes are looked for in. */
#define SPACE_START 0x10000UL
#define SPACE_END (PCPU_VM_RANGE - PCPU_PAGE_SIZE)

static struct {
	uintptr_t start;       /* 0: there is none */
	unsigned short *nodes; /* each window's node plus 1; 0 is any node */
} hole;

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
int pcpu_hole_find(size_t size, uintptr_t *base)
{
	const size_t windows = (size + PCPU_WINDOW_STRIDE - 1) / PCPU_WINDOW_STRIDE;
	uintptr_t start = 0;
	size_t room = largest_hole(&start);

	if (room < size)
		return -ENOMEM;
	hole.nodes = pcpu_mem_zalloc(windows * sizeof(*hole.nodes));
	if (!hole.nodes)
		return -ENOMEM;
	hole.start = pcpu_page_floor(start + (room - size) / 2);
	*base = hole.start;
	return 0;
}

bool pcpu_hole_is_found(void)
{
	return hole.start != 0;
}

/* Nothing is mapped that a policy could be set for; each commit will look here. */
void pcpu_hole_set_node(uintptr_t addr, size_t size, unsigned int node)
{
	size_t window = (addr - hole.start) / PCPU_WINDOW_STRIDE;

	for (; window * PCPU_WINDOW_STRIDE < addr - hole.start + size; window++)
		__atomic_store_n(&hole.nodes[window], (unsigned short)(node + 1), __ATOMIC_RELAXED);
}

/* What has just been mapped in a hole. Told once: there is a mapping a CPU and chunk. */
static void bind_in_hole(void *ptr, size_t size)
{
	size_t window = ((uintptr_t)ptr - hole.start) / PCPU_WINDOW_STRIDE;
	unsigned int node = __atomic_load_n(&hole.nodes[window], __ATOMIC_RELAXED);
	static bool told;
	int err;

	if (!node)
		return;
	err = pcpu_policy_bind(ptr, size, node - 1);
	if (err && !__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		pcpu_log(PERCPU_LOG_WARNING, "no memory policy for pages of node %u: errno %d",
			 node - 1, -err);
}

int pcpu_hole_commit(void *ptr, size_t size, int flags)
{
	void *got = mmap(ptr, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		return -errno;
	if (got != ptr) {
		/* a kernel before 4.17 takes the address for a hint */
		munmap(got, size);
		return -EEXIST;
	}
	pcpu_policy_forgo_huge_pages(ptr, size);
	bind_in_hole(ptr, size);
	return 0;
}
