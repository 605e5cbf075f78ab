/* SPDX-License-Identifier: MIT */
/*
 * stat_page.h - what a process publishes of itself, as a file in memory: the layout, which the
 * library writes and percpu-stat reads.
 *
 *	| header | block of CPU 0 | block of CPU 1 | ... | nr_cpus blocks
 *	              |
 *	              v
 *	         | counts | by_size[1 .. 256] |
 *
 * The file is sealed: it keeps its size, and nobody but the process writes to it. A reader finds it
 * among the process's descriptors, by its name. All numbers are words of 64 bits in the machine's
 * order, which are written one by one: each is right at any moment, and two that belong together
 * may be a moment apart. Counts only grow, from 0 at the start of the process.
 *
 * A change of this file's meaning is another PCPU_STAT_VERSION; what is added at the end of a part
 * is not: the header says how large the parts are.
 */
#ifndef PERCPU_IMPL_STAT_PAGE_H
#define PERCPU_IMPL_STAT_PAGE_H

#include <stdint.h>

/* What memfd_create() is told; the link among the descriptors is "/memfd:NAME (deleted)". */
#define PCPU_STAT_FILE "percpu-stat"

#define PCPU_STAT_MAGIC 0x7461747375637065ULL /* "epcustat" in the order of x86-64 */
#define PCPU_STAT_VERSION 1

/* Sizes of areas that are counted apart: those that caches serve. */
#define PCPU_STAT_SIZES 256

/* struct pcpu_stat_header, flags. */
#define PCPU_STAT_SEQUENCES 1u /* the rseq tier; else the fallback tier */
#define PCPU_STAT_MM_CID 2u    /* "CPUs" are concurrency numbers (index:mm_cid) */
#define PCPU_STAT_SHARED 4u    /* copies are shared with other processes (percpu_share()) */
#define PCPU_STAT_CHILD 8u     /* the process was forked with the library in it: "at_fork" */

struct pcpu_stat_header {
	uint64_t magic;          /* written last: the file is complete */
	uint32_t version;        /* PCPU_STAT_VERSION */
	uint32_t flags;          /* PCPU_STAT_SEQUENCES and so on */
	uint32_t header_size;    /* from the file's start to the first block */
	uint32_t block_size;     /* from one block to the next */
	uint32_t by_size_offset; /* from a block's start to by_size[1] */
	uint32_t nr_cpus;        /* blocks: numbers of possible CPUs are below */
	uint32_t nr_sizes;       /* PCPU_STAT_SIZES */
	int32_t pid;             /* of the process, as it sees itself */
	uint64_t window_size;    /* what lies from a block's window on is that CPU's */
	uint64_t started_ns;     /* CLOCK_MONOTONIC, when counting began */

	/* Calls that took the allocator's mutex; those that caches served are in by_size. */
	uint64_t allocs, frees;
	/* What there is now. Areas are live ones and those in caches; sizes are of one copy. */
	uint64_t areas, area_bytes;
	uint64_t largest_free; /* no free piece of a chunk, but the reserved one, is larger */
	uint64_t room_bytes;   /* what areas have, and what is free in these chunks */
	uint64_t chunks, most_chunks; /* most at once */
	uint64_t chunks_made, chunks_destroyed;

	/* Areas in caches that the process had from its parent. The live ones are in allocs. */
	uint64_t cached_at_fork, cached_bytes_at_fork;
	uint64_t padding[45];
};

/* Of one CPU. Times are in ns, of CLOCK_MONOTONIC. */
struct pcpu_stat_counts {
	uint64_t window; /* where its copies are; 0: its unit is not open */

	/* Caches: how often one was filled, and with what; and what went back to the maps. */
	uint64_t refills, refilled_areas, refilled_bytes;
	uint64_t returns, returned_areas, returned_bytes;

	uint64_t slow_ops; /* operations that came to the slow side */
	uint64_t aborts;   /* of these, that were aborted in their sequence */
	/* The CPU was taken by a visit, or for an operation; and waited for, by whomever. */
	uint64_t holds, hold_ns, longest_hold_ns;
	uint64_t waits, wait_ns, longest_wait_ns;
	uint64_t padding[17];
};

struct pcpu_stat_size {
	uint64_t allocs, frees; /* that the CPU's cache has served */
};

struct pcpu_stat_block {
	struct pcpu_stat_counts counts;
	struct pcpu_stat_size by_size[PCPU_STAT_SIZES]; /* [0] is of 1 byte */
};

#endif /* PERCPU_IMPL_STAT_PAGE_H */
