/* SPDX-License-Identifier: MIT */
/*
 * made_up_auxv.h - what a kernel says of rseq areas, made up: another size than this one's, with
 * which this one registers areas all the same. For one file of a program.
 */
#ifndef SUPPORT_MADE_UP_AUXV_H
#define SUPPORT_MADE_UP_AUXV_H

#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#define MADE_UP_FEATURE_SIZE 27
#define MADE_UP_ALIGN 28

/* Both 0: the kernel's. */
static unsigned long made_up_feature_size, made_up_align;

static unsigned long kernels_auxv(unsigned long type)
{
	Elf64_auxv_t entry;
	unsigned long value = 0;
	int fd = open("/proc/self/auxv", O_RDONLY | O_CLOEXEC);

	while (read(fd, &entry, sizeof(entry)) == sizeof(entry))
		if (entry.a_type == type)
			value = entry.a_un.a_val;
	close(fd);
	return value;
}

/* Instead of the C library's. */
unsigned long getauxval(unsigned long type)
{
	if (type == MADE_UP_FEATURE_SIZE && made_up_feature_size)
		return made_up_feature_size;
	if (type == MADE_UP_ALIGN && made_up_align)
		return made_up_align;
	return kernels_auxv(type);
}

#endif /* SUPPORT_MADE_UP_AUXV_H */
