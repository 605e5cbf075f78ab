/* SPDX-License-Identifier: MIT */
/* new_process.c - see new_process.h. */
#include "ground/system/new_process.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/proc/name.h"
#include "ground/signals.h"

#include <errno.h>
#include <sys/mman.h>

/* Linux 4.14; not in all systems' headers */
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

#define NEW 0 /* as the kernel leaves it */
#define KNOWN 1
#define BEING_MENDED 2

const volatile int *pcpu_process_is_known;

static struct {
	int *page;
	void (*mend)(void);
} process;

void pcpu_new_process_init(void (*mend)(void))
{
	void *page = pcpu_fault(PCPU_FAULT_RESERVE)
			     ? MAP_FAILED
			     : mmap(NULL, PCPU_PAGE_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	if (madvise(page, PCPU_PAGE_SIZE, MADV_WIPEONFORK)) {
		munmap(page, PCPU_PAGE_SIZE);
		return;
	}
	pcpu_name(page, PCPU_PAGE_SIZE, PCPU_NAME_METADATA);
	process.page = page;
	process.mend = mend;
	pcpu_process_is_known_now();
	pcpu_process_is_known = page;
}

void pcpu_process_is_known_now(void)
{
	if (process.page)
		__atomic_store_n(process.page, KNOWN, __ATOMIC_SEQ_CST);
}

bool pcpu_mend_new_process(void)
{
	int saved_errno = errno, new = NEW;
	sigset_t saved;
	bool mine;

	if (!pcpu_process_is_new())
		return false;
	/* a handler would find it half done */
	pcpu_mask_signals(&saved);
	mine = __atomic_compare_exchange_n(process.page, &new, BEING_MENDED, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	if (mine) {
		process.mend();
		pcpu_process_is_known_now();
	}
	pcpu_restore_signals(&saved);
	errno = saved_errno;
	return mine;
}
