/* SPDX-License-Identifier: MIT */
/* new_process.c - see new_process.h. */
#include "ground/system/new_process.h"
#include "ground/fault.h"
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

struct pcpu_wiped pcpu_wiped;

static void (*mend_process)(void);

void pcpu_new_process_init(void (*mend)(void))
{
	if (pcpu_fault(PCPU_FAULT_RESERVE) ||
	    madvise(&pcpu_wiped, sizeof(pcpu_wiped), MADV_WIPEONFORK))
		return;
	mend_process = mend;
	pcpu_process_is_known_now();
	pcpu_process_is_known = &pcpu_wiped.known;
}

void pcpu_process_is_known_now(void)
{
	__atomic_store_n(&pcpu_wiped.known, KNOWN, __ATOMIC_SEQ_CST);
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
	mine = __atomic_compare_exchange_n(&pcpu_wiped.known, &new, BEING_MENDED, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	if (mine) {
		mend_process();
		pcpu_process_is_known_now();
	}
	pcpu_restore_signals(&saved);
	errno = saved_errno;
	return mine;
}
