/* SPDX-License-Identifier: MIT */
/* twin.c - see twin.h. */
#include "memory/pages/twin.h"
#include "ground/fault.h"
#include "ground/proc/name.h"
#include "memory/pages/policy.h"

#include <errno.h>
#include <sys/mman.h>

static uintptr_t (*find_twin)(uintptr_t addr);

void pcpu_twins_set(uintptr_t (*twin_of)(uintptr_t addr))
{
	find_twin = twin_of;
}

void *pcpu_twin_of(const void *ptr)
{
	return find_twin ? (void *)find_twin((uintptr_t)ptr) : NULL;
}

int pcpu_twin_map(void *ptr, size_t size)
{
	void *twin = pcpu_twin_of(ptr);

	if (!twin)
		return 0;
	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	/* to move no bytes of a shared mapping is to map what follows a second time */
	if (mremap(ptr, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, twin) == MAP_FAILED)
		return -errno;
	return 0;
}

int pcpu_twins_reserve(uintptr_t addr, size_t size)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
	void *ptr;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	ptr = mmap((void *)addr, size, PROT_NONE, flags, -1, 0);
	if (ptr == MAP_FAILED)
		return errno == EEXIST ? -EADDRINUSE : -errno;
	/* kernels before 4.17 take the address for a wish */
	if (ptr != (void *)addr) {
		munmap(ptr, size);
		return -EADDRINUSE;
	}
	pcpu_policy_of_reserved(ptr, size);
	pcpu_name_more(ptr, size, PCPU_NAME_RESERVED);
	return 0;
}

void pcpu_twins_release(uintptr_t addr, size_t size)
{
	munmap((void *)addr, size);
}
