/* SPDX-License-Identifier: MIT */
/*
 * calls.c - how many system calls a program makes, with its threads.
 *
 * Usage: calls PROGRAM. Prints "calls: N"; exit status 77: it cannot be traced here.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80)

static void be_traced(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
		_exit(77);
	raise(SIGSTOP);
	execv(argv[1], argv + 1);
	_exit(1);
}

/* Every call stops its thread twice. Other signals go where they were to go. */
static unsigned long count_stops(pid_t child)
{
	unsigned long stops = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signo = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (WIFEXITED(status) && pid == child && WEXITSTATUS(status))
			exit(WEXITSTATUS(status));
		stops += signo == SYSCALL_STOP;
		if (signo)
			ptrace(PTRACE_SYSCALL, pid, 0,
			       signo == SYSCALL_STOP || signo == SIGTRAP || signo == SIGSTOP
				       ? 0
				       : signo);
	}
	return stops;
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0)
		be_traced(argv);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, child, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) != 0 ||
	    ptrace(PTRACE_SYSCALL, child, 0, 0) != 0)
		return 77;
	printf("calls: %lu\n", (count_stops(child) + 1) / 2);
	return 0;
}
