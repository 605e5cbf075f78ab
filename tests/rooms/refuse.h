/* SPDX-License-Identifier: MIT */
/*
 * refuse.h - a system call that is refused to the calling thread from here on, and to all threads
 * and processes that it starts.
 */
#ifndef ROOMS_REFUSE_H
#define ROOMS_REFUSE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REFUSE_BY_SIGNAL SECCOMP_RET_TRAP
#define REFUSE_WITH(error) (SECCOMP_RET_ERRNO | (error))

/* @how: REFUSE_WITH(errno), or REFUSE_BY_SIGNAL: the call is a SIGSYS. */
static inline bool refuse(long nr, uint32_t how)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, how),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

#endif /* ROOMS_REFUSE_H */
