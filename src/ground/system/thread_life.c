/* SPDX-License-Identifier: MIT */
/* thread_life.c - see thread_life.h. */
#include "ground/system/thread_life.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Words of /proc/N/stat behind the name: the state is the first, the beginning the 20th. */
#define WORDS_TO_BEGINNING 19

static struct {
	ino_t namespace; /* of the process that began to share; 0: not known */
	bool unknown;    /* this process is in another one */
} births;

/* What the kernel says of the thread behind its name, which may have anything in it. NULL: nothing.
 */
static const char *read_stat(int thread, char *text, size_t size)
{
	char path[32];
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", thread);
	if (!pcpu_read_small_file(path, text, size))
		return NULL;
	name_end = strrchr(text, ')');
	return name_end && name_end[1] == ' ' ? name_end + 2 : NULL;
}

/* 0 is for what is not known. */
static unsigned int birth_of(const char *stat)
{
	unsigned long long beginning;

	for (int i = 0; stat && i < WORDS_TO_BEGINNING; i++) {
		stat = strchr(stat, ' ');
		stat = stat ? stat + 1 : NULL;
	}
	beginning = stat ? strtoull(stat, NULL, 10) : 0;
	return (unsigned int)(beginning & ((1u << PCPU_BIRTH_BITS) - 1));
}

unsigned int pcpu_thread_birth(int thread)
{
	char text[384];
	int saved = errno;
	unsigned int birth = births.unknown ? 0 : birth_of(read_stat(thread, text, sizeof(text)));

	errno = saved;
	return birth;
}

/*
 * Of a process that nobody has waited for yet, and of one whose first thread has ended before the
 * others, that thread is still there for signals.
 */
static bool is_another_or_a_zombie(int thread, unsigned int birth)
{
	char text[384];
	const char *stat = read_stat(thread, text, sizeof(text));
	unsigned int now;

	if (!stat)
		return false;
	if (*stat == 'Z' || *stat == 'X')
		return true;
	now = birth && !births.unknown ? birth_of(stat) : 0;
	return now && now != birth;
}

bool pcpu_thread_is_gone(int thread, unsigned int birth)
{
	int saved = errno;
	bool gone = syscall(SYS_tkill, thread, 0) != 0 && errno == ESRCH;

	gone = gone || is_another_or_a_zombie(thread, birth);
	errno = saved;
	return gone;
}

void pcpu_births_begin(void)
{
	struct stat now;
	int saved = errno;

	if (stat("/proc/self/ns/time", &now))
		now.st_ino = 0;
	if (!births.namespace)
		births.namespace = now.st_ino;
	births.unknown = births.namespace != now.st_ino;
	errno = saved;
}
