/* SPDX-License-Identifier: MIT */
/*
 * copies_file.h - a file in which copies outlive processes, and by which processes find them that
 * are no relatives.
 *
 *	0	header, names		what there is, by name (named.h)
 *	128 K	marks			in the fallback tier
 *	2 M	entries			the table of all processes
 *	8 M	units			PCPU_FILE_UNIT bytes for each CPU number
 *
 * Most of it is a hole. What somebody may write to has its space from the file system before: there
 * is no error for who counts.
 *
 * The file has two parts. Names and units are the data, which stays as long as the file. The rest
 * is the control part, which belongs to the processes that have the file now: their entries say who
 * holds which CPU. The first of them makes it anew, whatever is there.
 *
 * Who attaches (the steps are modelled in tests/model/copies_file.pml):
 *
 *	C1	locks the file. The kernel unlocks it when a process ends, at whatever step
 *	C2	looks at the size, the first bytes, and whether the data is ready
 *	C3	if it is not, or there is none: makes it, from the start; data_ready = 1 last
 *	C4	looks whether the control part is somebody's: it is ready, was made since the
 *		machine has started, and another process has the file
 *	C5	if it is not: control_ready = 0, and makes it; the entries come with C6
 *	    else compares it with what this process needs
 *	C6	maps units, marks, and at last entries (pcpu_units_join())
 *	C7	control_ready = 1
 *	C8	unlocks the file
 *
 * Who waits in C1 has it closed. In C4, who would be refused looks a few times: another one may be
 * about to wait.
 *
 * So who is killed on the way leaves a file that the next one begins anew: before C3 is done all of
 * it, between C5 and C7 the control part, which then is nobody's. At other steps nothing has
 * changed. Nobody has his word in an entry before C7, so nobody is missed by who makes them anew.
 *
 * C4 asks the kernel how many files are open there, which a mapping keeps open as well: a process
 * that has closed all descriptors is one that has the file, and so are its children.
 *
 * A process has one file, and one thread at a time does this: its callers see to that.
 */
#ifndef PCPU_COPIES_FILE_H
#define PCPU_COPIES_FILE_H

#include "memory/file/open_file.h"

#include <stdint.h>

#define PCPU_FILE_MARKS_AT (128UL << 10)
#define PCPU_FILE_MARKS_SIZE (1UL << 20)
#define PCPU_FILE_ENTRIES_AT (2UL << 20)
#define PCPU_FILE_UNITS_AT (8UL << 20)

#define PCPU_FILE_NAMES 1024
#define PCPU_FILE_NAME_SIZE 48

/* An area in every unit. It never changes, and never goes. */
struct pcpu_file_name {
	char name[PCPU_FILE_NAME_SIZE];
	uint32_t at, size; /* in the units */
	uint32_t align;
	uint32_t unused;
};

/* What has to be the same in all processes that have the file. */
struct pcpu_file_needs {
	uint32_t format;    /* of entries, marks and all that is done by them */
	uint32_t sequences; /* 1; or 0, the fallback tier */
	uint32_t nr_cpu_ids;
	uint32_t entries_size;
	uint64_t possible;  /* a sum over the mask */
	uint64_t processes; /* the namespace of their numbers */
	uint64_t times;     /* and of the moments when they begin */
};

struct pcpu_file_header {
	char magic[16];
	uint32_t format; /* of the data */
	uint32_t data_ready;
	uint32_t nr_names; /* the last word of a new name */
	uint32_t control_ready;
	char version[16]; /* of the library that has made the control part, for messages */
	char machine[40]; /* since its start */
	uint64_t twins;   /* where all processes have what has to be at one address */
	struct pcpu_file_needs needs;
};

/* C1 to C5. 0 or a negative errno. Under pcpu_alloc_mutex. */
int pcpu_copies_file_begin(const struct pcpu_file_needs *needs);

/* C7 and C8 if @err is 0; else C8 alone, and the file is closed. */
void pcpu_copies_file_end(int err);

/* Takes what keeps other processes from changing the data. 0 or -errno. Under pcpu_alloc_mutex. */
int pcpu_copies_file_lock(void);

/* Gives it back. */
void pcpu_copies_file_unlock(void);

/* Has the file system keep space for the bytes [at, at + size) of the file. 0 or -errno. */
int pcpu_copies_file_fill(uint64_t at, uint64_t size);

#endif /* PCPU_COPIES_FILE_H */
