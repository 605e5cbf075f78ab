/* SPDX-License-Identifier: MIT */
/*
 * refuse.c - runs a program that the kernel refuses a system call, as a sandbox does.
 *
 * Usage: refuse rseq|membarrier PROGRAM ARGUMENT... Without rseq the C library gets no restartable
 * sequences for its threads, and neither does the library itself.
 */
#include "support/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!refuse(strcmp(argv[1], "membarrier") == 0 ? SYS_membarrier : SYS_rseq,
		    REFUSE_WITH(ENOSYS))) {
		perror("seccomp");
		return 1;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
