/* SPDX-License-Identifier: MIT */
/* print.c - a per-CPU variable as its copies; percpu/print.h. */
#include "calls/address.h"
#include "memory/displaced.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/impl/print.h>
#include <percpu/print.h>

#include <errno.h>
#include <stdlib.h>

/* What is printed, and what has been found out of it. */
struct copies {
	const volatile void *ptr;
	size_t size;
	bool is_static, is_number;
	unsigned char *bytes; /* one copy, of what is no number */
	unsigned int nr_closed;
	uint64_t sum;
};

static const volatile void *copy_of(const struct copies *copies, unsigned int cpu)
{
	return (const volatile void *)(pcpu_unit_window(cpu) +
				       pcpu_coordinate((uintptr_t)copies->ptr));
}

/* One value, and the end of its line. NULL: zeros. Returns it, if it is a number. */
static uint64_t put_value(FILE *stream, const struct copies *copies, const volatile void *value)
{
	uint64_t number = 0;

	if (copies->is_number) {
		number = value ? __pcpu_show_load(value, copies->size) : 0;
		__pcpu_show_number(stream, number, copies->size);
	} else if (value) {
		__pcpu_show_read(copies->bytes, value, copies->size);
		__pcpu_show_words(stream, copies->bytes, copies->size);
	} else {
		fputs("zeros", stream);
	}
	fputc('\n', stream);
	return number;
}

/* CPUs [first, last], after others if there were any. */
static void put_range(FILE *stream, unsigned int first, unsigned int last, bool is_first)
{
	if (!is_first)
		fputc(',', stream);
	fprintf(stream, "%u", first);
	if (last > first)
		fprintf(stream, "-%u", last);
}

/* As far as they are among @closed. */
static void put_list(FILE *stream, const unsigned char *closed)
{
	unsigned int first, last;
	bool is_first = true;

	for (first = 0; first < nr_cpu_ids; first = last + 1) {
		last = first;
		if (!closed[first])
			continue;
		while (last + 1 < nr_cpu_ids && closed[last + 1])
			last++;
		put_range(stream, first, last, is_first);
		is_first = false;
	}
}

/* Each unit is looked at once: one that opens meanwhile is open, or it is not. */
static void put_open(FILE *stream, struct copies *copies, unsigned char *closed)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		closed[cpu] = !pcpu_unit_is_open(cpu);
		copies->nr_closed += closed[cpu];
		if (closed[cpu])
			continue;
		fprintf(stream, "CPU %u: ", cpu);
		copies->sum += put_value(stream, copies, copy_of(copies, cpu));
	}
}

static void put_closed(FILE *stream, struct copies *copies, const unsigned char *closed)
{
	const volatile void *initial = copies->is_static ? copies->ptr : NULL;

	if (!copies->nr_closed)
		return;
	fputs("CPUs ", stream);
	put_list(stream, closed);
	fputs(": not open, each would begin with ", stream);
	copies->sum += copies->nr_closed * put_value(stream, copies, initial);
}

static void put_all(FILE *stream, struct copies *copies, unsigned char *closed)
{
	put_open(stream, copies, closed);
	put_closed(stream, copies, closed);
	if (copies->is_number) {
		fputs("sum: ", stream);
		__pcpu_show_number(stream, copies->sum, copies->size);
		fputc('\n', stream);
	}
	if (copies->is_static) {
		fputs("template: ", stream);
		put_value(stream, copies, copies->ptr);
	}
}

/* The C library's memory, as its streams have theirs. */
static int print(FILE *stream, struct copies *copies)
{
	unsigned char *closed = calloc(nr_cpu_ids, 1);
	int err = -ENOMEM;

	copies->bytes = copies->is_number ? NULL : malloc(copies->size);
	if (closed && (copies->is_number || copies->bytes)) {
		put_all(stream, copies, closed);
		err = 0;
	}
	free(copies->bytes);
	free(closed);
	return err;
}

PERCPU_API int percpu_print(FILE *stream, const volatile void __percpu *ptr, size_t size)
{
	struct copies copies = {.ptr = ptr, .size = size};
	struct pcpu_target target;

	if (!stream || !ptr || !size)
		return -EINVAL;
	if (!pcpu_target_of(ptr, &target))
		return -EFAULT;
	if (size > target.left)
		return -ERANGE;
	copies.is_static = target.is_static;
	copies.is_number = __pcpu_show_is_number(pcpu_coordinate((uintptr_t)ptr), size);
	return print(stream, &copies);
}
