/* SPDX-License-Identifier: MIT */
/*
 * complaint.h - what the debug levels find wrong, and how it is told.
 *
 * It is noted while the debug lock is held, and told after it has been dropped: the names of
 * callers are asked of the dynamic linker, which may be running a constructor of another thread
 * that waits for the lock.
 */
#ifndef PCPU_COMPLAINT_H
#define PCPU_COMPLAINT_H

#include "alloc/misuse.h"
#include "debug/debug_record.h"
#include "debug/redzone.h"

#include <stdint.h>

enum pcpu_complaint_kind {
	PCPU_NOTHING_WRONG,
	PCPU_WRONG_POINTER, /* was given to free_percpu() */
	PCPU_DAMAGED,       /* a redzone */
	PCPU_WRITTEN,       /* what is free */
};

/* Copies of everything that the message needs. A record that is not known has no size. */
struct pcpu_complaint {
	enum pcpu_complaint_kind kind;
	uint32_t coord;            /* of the pointer that was given, if one was */
	struct pcpu_record live;   /* of the area that it is about */
	struct pcpu_record dead;   /* of the last one that was freed there */
	struct pcpu_misuse misuse; /* if there is no record of any */
	struct pcpu_stray stray;
};

/* Fatal, unless nothing is wrong. Without the debug lock. */
void pcpu_complain(const struct pcpu_complaint *complaint);

#endif /* PCPU_COMPLAINT_H */
