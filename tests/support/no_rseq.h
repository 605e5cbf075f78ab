/* SPDX-License-Identifier: MIT */
/* no_rseq.h - a thread whose rseq area is the kernel's no more, as one that never registered any.
 */
#ifndef SUPPORT_NO_RSEQ_H
#define SUPPORT_NO_RSEQ_H

#include <percpu/percpu.h>

#include <stddef.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

static DEFINE_PER_CPU(unsigned long, needs_rseq);

/*
 * Unregisters the calling thread's area, which then says what is written in it. One of the
 * library's own it would register again when it is next needed; so this is for those of the C
 * library. Returns the area, or NULL if it cannot be had.
 */
static inline struct rseq *give_rseq_up(void)
{
	struct rseq *area =
		(struct rseq *)((char *)__builtin_thread_pointer() + __percpu_rt.rseq_offset);

	/* if it is the library's own, and has not been needed yet */
	(void)this_cpu_read(needs_rseq);
	/* of a size that is the kernel's choice */
	for (size_t size = 32; size <= 1024; size++)
		if (syscall(SYS_rseq, area, size, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) == 0)
			return area;
	return NULL;
}

#endif /* SUPPORT_NO_RSEQ_H */
