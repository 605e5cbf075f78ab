/* SPDX-License-Identifier: MIT */
/*
 * refuse.c - runs a program that the kernel refuses a system call, as a sandbox does.
 *
 * Usage: refuse rseq|membarrier|gs PROGRAM ARGUMENT... Without rseq the C library gets no
 * restartable sequences for its threads, and neither does the library itself. gs is to set the GS
 * base.
 */
#include "support/refuse.h"

#ifdef __x86_64__
#include <asm/prctl.h>
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool refuse_it(const char *what)
{
#ifdef __x86_64__
	if (strcmp(what, "gs") == 0)
		return refuse_if(SYS_arch_prctl, 0, ARCH_SET_GS, REFUSE_WITH(EINVAL));
#endif
	return refuse(strcmp(what, "membarrier") == 0 ? SYS_membarrier : SYS_rseq,
		      REFUSE_WITH(ENOSYS));
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!refuse_it(argv[1])) {
		perror("seccomp");
		return 1;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
