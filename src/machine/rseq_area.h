/* SPDX-License-Identifier: MIT */
/*
 * rseq_area.h - each thread's rseq area: the C library's where it has registered one, else our own.
 *
 * The kernel knows one area a thread. It keeps the CPU's number there, and finds there the
 * descriptor of the restartable sequence that the thread may be in.
 */
#ifndef PCPU_RSEQ_AREA_H
#define PCPU_RSEQ_AREA_H

#include "arch_constants.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The area, as the kernel's interface has it (struct rseq of <linux/rseq.h>, which not all systems'
 * headers have with all fields). Once it is registered, only rseq_cs and the request in slice are
 * ours to write: kernels of 7.x end a thread that has changed a number, unless its area was
 * registered with the least size.
 */
struct pcpu_rseq {
	uint32_t cpu_id_start;
	int32_t cpu_id; /* of the CPU that the thread is on, or PCPU_RSEQ_UNREGISTERED, _REFUSED */
	uint64_t rseq_cs; /* address of a descriptor, or 0 */
	uint32_t flags;
	uint32_t node_id;
	uint32_t mm_cid;  /* a number below those of CPUs and threads: see pcpu_rseq_has_mm_cid() */
	uint8_t slice[2]; /* a struct percpu_slice, where it is offered; else nobody's */
	uint16_t unused;
} __attribute__((__aligned__(32)));

_Static_assert(offsetof(struct pcpu_rseq, cpu_id) == 4, "the kernel's");
_Static_assert(offsetof(struct pcpu_rseq, rseq_cs) == 8,
	       "the kernel's; and in sequences, those of percpu/impl/arch and our own");
_Static_assert(offsetof(struct pcpu_rseq, mm_cid) == 24, "the kernel's");

/*
 * The least that a kernel registers, and the only size that some know (gVisor, rr). Kernels since
 * 6.3 say how much they use and how it is to be aligned. From 7.0 on this size is also their sign
 * for programs of old, for which they write all numbers after each switch, changed or not.
 */
#define PCPU_RSEQ_LEAST 32
_Static_assert(sizeof(struct pcpu_rseq) == PCPU_RSEQ_LEAST, "every area has all of these fields");

/* What cpu_id is in threads that have no rseq; the kernel's names end in UNINITIALIZED, _FAILED. */
#define PCPU_RSEQ_UNREGISTERED (-1)
#define PCPU_RSEQ_REFUSED (-2)

/*
 * Finds out which areas the threads of this process have, and registers the calling thread's if it
 * is our own. @try_own: areas of our own may be tried where the C library has registered none.
 * Returns NULL if the calling thread can use sequences, else the reason, which stays. Once.
 */
const char *pcpu_rseq_init(bool try_own);

/* Which area it is, and how long, in words: after pcpu_rseq_init() has returned NULL. */
const char *pcpu_rseq_origin(void);

/*
 * From the thread pointer to the struct pcpu_rseq of any thread, bytes. Where there is no rseq, it
 * is an area whose cpu_id is negative, and which may be written to. Constant after
 * pcpu_rseq_init().
 */
ptrdiff_t pcpu_rseq_offset(void);

/*
 * Registers the calling thread's area if areas are our own. Returns true if the thread has rseq
 * now. A refusal is remembered. A thread that has signals masked is registered at its 64th request
 * only, since it may be in a signal handler: so the caller must not have masked them itself.
 * Async-signal-safe, and keeps errno. May call functions of the C library, so the caller may not
 * count on vector registers.
 */
bool pcpu_rseq_register_thread(void);

/* Whether the kernel keeps mm_cid in these areas. */
bool pcpu_rseq_has_mm_cid(void);

/* Whether the kernel offers slice extensions for the calling thread's area (slice.h). */
bool pcpu_rseq_offers_slices(void);

/*
 * Bytes that the areas of this process's threads are registered with, after pcpu_rseq_init() has
 * returned NULL; before that, the least. (With musl, a thread that calls a timer's function has
 * the least: see rseq_area.c.)
 */
unsigned int pcpu_rseq_size(void);

/*
 * Registers and unregisters the @size bytes at @area for the calling thread, aligned to the next
 * power of two. 0, or a negative errno.
 */
int pcpu_rseq_register(struct pcpu_rseq *area, unsigned int size);
int pcpu_rseq_unregister(struct pcpu_rseq *area, unsigned int size);

#endif /* PCPU_RSEQ_AREA_H */
