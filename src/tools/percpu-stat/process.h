/* SPDX-License-Identifier: MIT */
/*
 * process.h - a process, as /proc has it, and the page that it publishes. Nothing is done to it:
 * its descriptors are read, and so is the file.
 */
#ifndef STAT_PROCESS_H
#define STAT_PROCESS_H

#include "percpu-stat/figures.h"

#include <stdbool.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	char name[64]; /* of its program, as the kernel shows it; bytes of any kind */
	int folder;    /* /proc/PID: of this process, whoever has its number later */
	int file;      /* its page */
	char link[64]; /* where that was found in the folder */
	struct page page;
	/* As they were last read, and before that: the process, and each of header.nr_cpus CPUs. */
	struct figures all, before, *cpus, *cpus_before;
	/* When, in seconds of CLOCK_MONOTONIC; 0: not yet. Then what was before is 0 throughout. */
	double read_at, read_before;
	double resident_at; /* when resident memory was last asked for */
};

/* Why a process cannot be watched. */
#define PROCESS_MESSAGE 400

/* Finds the process and its page. False: @why says what is in the way, and what to do about it. */
bool process_open(struct process *process, pid_t pid, char why[PROCESS_MESSAGE]);

/* Reads its page and works out the figures. False as above. */
bool process_read(struct process *process, char why[PROCESS_MESSAGE]);

void process_close(struct process *process);

#endif /* STAT_PROCESS_H */
