/* SPDX-License-Identifier: MIT */
/* up/print.h - print.h with PERCPU_UP: one copy, which is what @ptr points to. */
#ifndef PERCPU_UP_PRINT_H
#define PERCPU_UP_PRINT_H

#include <percpu/impl/print.h>
#include <percpu/print.h>

#include <errno.h>

#include <percpu/impl/begin.h>

PERCPU_API int percpu_print(FILE *stream, __pcpu_any_object *ptr, size_t size)
{
	if (!stream || !ptr || !size)
		return -EINVAL;
	fputs("CPU 0: ", stream);
	if (__pcpu_show_is_number(__pcpu_cast(uintptr_t, ptr), size)) {
		const uint64_t number =
			__pcpu_show_load((const volatile void *)(uintptr_t)ptr, size);

		__pcpu_show_number(stream, number, size);
		fputs("\nsum: ", stream);
		__pcpu_show_number(stream, number, size);
	} else {
		__pcpu_show_words(stream, (const unsigned char *)(uintptr_t)ptr, size);
	}
	fputc('\n', stream);
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_PRINT_H */
