/* SPDX-License-Identifier: MIT */
/* name.c - see name.h. */
#include "ground/proc/name.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of prctl(), in headers of later systems. */
#define SET_VMA 0x53564d41L
#define SET_VMA_ANON_NAME 0L

/* The kernel has no names; and nothing more is named. */
static bool refused, ended;

/* By a bare system call: prctl() of the C library has a variable number of arguments. */
void pcpu_name(const void *ptr, size_t size, const char *name)
{
	const int saved = errno;

	if (__atomic_load_n(&refused, __ATOMIC_RELAXED))
		return;
	/* other errors are of this one mapping: shared memory has names later than private one */
	if (syscall(SYS_prctl, SET_VMA, SET_VMA_ANON_NAME, ptr, size, name) != 0 &&
	    (errno == EINVAL || errno == ENOSYS || errno == EPERM))
		__atomic_store_n(&refused, true, __ATOMIC_RELAXED);
	errno = saved;
}

void pcpu_name_more(const void *ptr, size_t size, const char *name)
{
	if (!__atomic_load_n(&ended, __ATOMIC_RELAXED))
		pcpu_name(ptr, size, name);
}

void pcpu_name_no_more(void)
{
	__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
}

/* snprintf() is not for handlers of signals. */
const char *pcpu_name_of_cpu(unsigned int cpu, char name[PCPU_NAME_MAX])
{
	static const char start[] = "percpu: CPU ";
	char digits[16], *digit = digits + sizeof(digits) - 1;

	*digit = '\0';
	do
		*--digit = (char)('0' + cpu % 10);
	while (cpu /= 10);
	memcpy(name, start, sizeof(start) - 1);
	memcpy(name + sizeof(start) - 1, digit, (size_t)(digits + sizeof(digits) - digit));
	return name;
}
