/* SPDX-License-Identifier: MIT */
/*
 * read_list.c - see read_list.h.
 *
 * In pieces, since the list of a machine whose numbers have gaps is as long as it has CPUs, and
 * this may be in a handler of a signal, with a stack of 8 KiB. What the kernel writes is
 * "0-3,8\n", and nothing else is taken: cpulist_parse() is for what people write.
 */
#include "masks/read_list.h"
#include "ground/bitmap.h"
#include "ground/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE 256

struct list {
	unsigned long *bits;
	unsigned int nbits;
	unsigned int first, value; /* of the range being read */
	bool has_digits, in_range, ended, wrong;
};

static void end_range(struct list *list)
{
	if (!list->in_range)
		list->first = list->value;
	if (!list->has_digits || list->value < list->first) {
		list->wrong = true;
		return;
	}
	for (unsigned int cpu = list->first; cpu <= list->value && cpu < list->nbits; cpu++)
		pcpu_set_bit(cpu, list->bits);
	list->in_range = false;
	list->has_digits = false;
	list->value = 0;
}

static void take_digit(struct list *list, unsigned int digit)
{
	/* what is larger than any CPU stays so */
	if (list->value < INT_MAX / 10 - 1)
		list->value = list->value * 10 + digit;
	list->has_digits = true;
}

static void begin_end_of_range(struct list *list)
{
	if (!list->has_digits || list->in_range)
		list->wrong = true;
	list->first = list->value;
	list->in_range = true;
	list->has_digits = false;
	list->value = 0;
}

static void take(struct list *list, char c)
{
	if (c >= '0' && c <= '9')
		take_digit(list, (unsigned int)(c - '0'));
	else if (c == '-')
		begin_end_of_range(list);
	else if (c == ',')
		end_range(list);
	else if (c == '\n')
		list->ended = true;
	else
		list->wrong = true;
}

static long open_file(const char *path)
{
	if (pcpu_fault(PCPU_FAULT_TOPOLOGY))
		return -1;
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static bool read_all(int fd, struct list *list)
{
	char piece[PIECE];
	long len = 0;

	while (!list->ended && !list->wrong &&
	       (len = syscall(SYS_read, fd, piece, sizeof(piece))) > 0)
		for (long i = 0; i < len && !list->ended && !list->wrong; i++)
			take(list, piece[i]);
	/* an empty list is one too, for who wants one */
	if (!list->wrong && (list->has_digits || list->in_range))
		end_range(list);
	return len >= 0 && !list->wrong;
}

bool pcpu_read_cpulist(const char *path, unsigned long *bits, unsigned int nbits)
{
	struct list list = {.bits = bits, .nbits = nbits};
	const int saved = errno;
	const int fd = (int)open_file(path);
	bool done = false;

	if (fd >= 0) {
		done = read_all(fd, &list);
		syscall(SYS_close, fd);
	}
	errno = saved;
	return done;
}
