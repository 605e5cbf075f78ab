/* SPDX-License-Identifier: MIT */
/*
 * refuse.h - system calls that are refused to the calling thread from here on, and to all threads
 * and processes that it starts; by filter_list(), to all threads of the process.
 */
#ifndef SUPPORT_REFUSE_H
#define SUPPORT_REFUSE_H

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

/* @flags: 0, or SECCOMP_FILTER_FLAG_TSYNC: all threads of the process have it. */
static inline bool install_filter(const struct sock_filter *filter, size_t nr, unsigned int flags)
{
	const struct sock_fprog program = {(unsigned short)nr, (struct sock_filter *)filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0;
}

/* The system call @nr ends as @this_one says, all others as @others says. */
static inline bool filter_system_calls(long nr, uint32_t this_one, uint32_t others)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, this_one),
		BPF_STMT(BPF_RET | BPF_K, others),
	};

	return install_filter(filter, sizeof(filter) / sizeof(filter[0]), 0);
}

/*
 * The system call @nr ends as @this_one says where the low half of its argument @index is @value,
 * and else as @others says.
 */
static inline bool filter_argument(long nr, unsigned int index, uint32_t value, uint32_t this_one,
				   uint32_t others)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 (uint32_t)offsetof(struct seccomp_data, args) + 8 * index),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 2, 0),
		BPF_STMT(BPF_RET | BPF_K, others),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, this_one),
	};

	return install_filter(filter, sizeof(filter) / sizeof(filter[0]), 0);
}

/* Unless that argument is @value, or if it is. */
static inline bool refuse_unless(long nr, unsigned int index, uint32_t value, uint32_t how)
{
	return filter_argument(nr, index, value, SECCOMP_RET_ALLOW, how);
}

static inline bool refuse_if(long nr, unsigned int index, uint32_t value, uint32_t how)
{
	return filter_argument(nr, index, value, how, SECCOMP_RET_ALLOW);
}

/* @how: REFUSE_WITH(errno), or REFUSE_BY_SIGNAL: the call is a SIGSYS. */
static inline bool refuse(long nr, uint32_t how)
{
	return filter_system_calls(nr, how, SECCOMP_RET_ALLOW);
}

/* Every other one is the process's end. */
static inline bool refuse_all_but(long nr)
{
	return filter_system_calls(nr, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
}

/*
 * What the list names, which ends with a negative number and has 64 others at most, ends as @these
 * says; all others as @others says.
 */
static inline bool filter_list(const long *list, uint32_t these, uint32_t others)
{
	struct sock_filter filter[2 * 64 + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	size_t nr = 1;

	for (; *list >= 0 && nr < 2 * 64; list++) {
		filter[nr++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							    (uint32_t)*list, 0, 1);
		filter[nr++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, these);
	}
	filter[nr++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, others);
	return install_filter(filter, nr, SECCOMP_FILTER_FLAG_TSYNC);
}

#endif /* SUPPORT_REFUSE_H */
