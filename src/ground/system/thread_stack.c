/* SPDX-License-Identifier: MIT */
/* thread_stack.c - see thread_stack.h. */
#include "ground/system/thread_stack.h"
#include "arch_constants.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* No stack is searched further. */
#define MOST ((uintptr_t)16 << 20)
/* Words that are read at once; the last ones again with the next, so that no frame is cut. */
#define WORDS 64
#define KEPT (PCPU_SIGNAL_FRAME_WORDS - 1)

/* In which a child may be using the thread's memory. */
static bool lends_memory(long call)
{
#ifdef SYS_vfork
	if (call == SYS_vfork)
		return true;
#endif
#ifdef SYS_clone3
	if (call == SYS_clone3)
		return true;
#endif
	return call == SYS_clone;
}

/*
 * The stack pointer of a thread of this process that sleeps in a system call, from the kernel's
 * "CALL ARGUMENT... SP PC". 0: it does not. CALL is negative where it sleeps elsewhere: in a fault,
 * say.
 */
static uintptr_t stack_pointer_of_sleeper(int thread)
{
	char path[64], text[256], *last;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", thread);
	if (!pcpu_read_small_file(path, text, sizeof(text)) || text[0] < '0' || text[0] > '9' ||
	    lends_memory(strtol(text, NULL, 10)))
		return 0;
	last = strrchr(text, ' ');
	if (!last)
		return 0;
	*last = '\0';
	last = strrchr(text, ' ');
	return last ? (uintptr_t)strtoull(last, NULL, 16) : 0;
}

/* Up to @size bytes at @from, without a fault. How many there are. */
static size_t read_own(void *to, uintptr_t from, size_t size)
{
	struct iovec local = {to, size}, remote = {(void *)from, size};
	long got = syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0);

	return got < 0 ? 0 : (size_t)got;
}

/* *@known becomes false if nothing can be read there at all. */
static bool has_frame(uintptr_t from, bool *known)
{
	uint64_t words[WORDS];

	*known = false;
	for (uintptr_t at = from; at < from + MOST; at += (WORDS - KEPT) * sizeof(words[0])) {
		size_t nr = read_own(words, at, sizeof(words)) / sizeof(words[0]);

		for (size_t i = 0; i + KEPT < nr; i++)
			if (pcpu_is_signal_frame(&words[i]))
				return true;
		*known = *known || nr > 0;
		if (nr < WORDS)
			break;
	}
	return false;
}

bool pcpu_thread_sleeps_in_no_handler(int thread)
{
	const int saved = errno;
	uintptr_t sp = stack_pointer_of_sleeper(thread) & ~(uintptr_t)7;
	bool known = false, sleeps;

	sleeps = sp && !has_frame(sp, &known) && known;
	errno = saved;
	return sleeps;
}
