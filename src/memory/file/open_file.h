/* SPDX-License-Identifier: MIT */
/*
 * open_file.h - the file in which the process has copies (copies_file.h): which one may be that,
 * and who else has it.
 */
#ifndef PCPU_OPEN_FILE_H
#define PCPU_OPEN_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* The file that the process has, or is about to have. */
struct pcpu_file_header;
struct pcpu_file_name;
struct pcpu_copies_file {
	int file;   /* -1: none */
	bool fresh; /* the control part is nobody's yet */
	bool is_joined;
	bool sealable;
	char text[64]; /* what messages call it */
	struct pcpu_file_header *header;
	struct pcpu_file_name *names;
	uint64_t device, inode;
	uint32_t start;   /* the coordinate of the units' first byte, in this process */
	const char *path; /* while it is opened; NULL: @source, or memory */
	int source;
};
extern struct pcpu_copies_file pcpu_copies_file;

/*
 * Opens the file, and looks whether it is one to be trusted: an ordinary file of the process's
 * user, which nobody else may write to. @flags: PERCPU_SHARE_...; @file of -1: a new one without a
 * name. 0 or a negative errno, and a warning.
 */
int pcpu_copies_file_open(const char *path, unsigned int flags);
int pcpu_copies_file_open_fd(int file);

/* Closes it, and opens it again: who waits for it must not be found to have it. As above. */
void pcpu_copies_file_close(void);
int pcpu_copies_file_reopen(void);

/*
 * Whether no other file is open there to be written to, by whomever: neither by a descriptor nor by
 * a mapping. False too where the system does not say.
 */
bool pcpu_file_is_ours_alone(int file);

/* A warning that says of which file it speaks; returns @err. */
int pcpu_copies_file_complain(int err, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif /* PCPU_OPEN_FILE_H */
