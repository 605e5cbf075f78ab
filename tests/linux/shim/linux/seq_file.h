/* SPDX-License-Identifier: MIT */
/* seq_file.h - what is written for who reads a file, into memory. */
#ifndef TEST_SEQ_FILE_H
#define TEST_SEQ_FILE_H

#include <linux/bug.h>
#include <linux/kernel.h>

struct seq_file {
	char text[8192];
	size_t length;
};

static inline void __printf(2, 3) seq_printf(struct seq_file *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	m->length +=
		(size_t)vscnprintf(m->text + m->length, sizeof(m->text) - m->length, format, args);
	va_end(args);
}
#define seq_puts(m, s) seq_printf(m, "%s", s)
#define seq_putc(m, c) seq_printf(m, "%c", c)

#endif /* TEST_SEQ_FILE_H */
