/* SPDX-License-Identifier: MIT */
/* What the process has of the machine's memory, as the kernel sees it. */
#ifndef BENCH_ALLOC_RESIDENT_H
#define BENCH_ALLOC_RESIDENT_H

/* In bytes; NaN where the kernel does not say. */
struct resident {
	double all;    /* resident memory of every mapping */
	double copies; /* of those that lie in a unit window */
	double page_tables;
};

void resident_read(struct resident *resident);

#endif
