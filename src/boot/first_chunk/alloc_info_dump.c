/* SPDX-License-Identifier: MIT */
/* alloc_info_dump.c - see alloc_info_dump.h. */
#include "boot/first_chunk/alloc_info_dump.h"
#include "ground/log.h"

#include <percpu/boot.h>

#include <stdarg.h>
#include <stdio.h>

/* Columns of a line. A word never comes near this. */
#define PCPU_DUMP_COLUMNS 72

/* A line that is being filled with words, and where it goes. */
struct pcpu_dump_line {
	FILE *stream; /* NULL: the log */
	enum percpu_log_level level;
	int len;
	char text[PCPU_DUMP_COLUMNS + 1];
};

static void pcpu_dump_flush(struct pcpu_dump_line *line)
{
	if (line->len && line->stream)
		fprintf(line->stream, "%s\n", line->text);
	else if (line->len)
		pcpu_log(line->level, "pcpu-alloc: %s", line->text);
	line->len = 0;
}

static void __attribute__((__format__(__printf__, 2, 3)))
pcpu_dump_word(struct pcpu_dump_line *line, const char *format, ...)
{
	char word[16];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(word, sizeof(word), format, args);
	va_end(args);
	if (line->len + 1 + len > PCPU_DUMP_COLUMNS)
		pcpu_dump_flush(line);
	line->len += snprintf(line->text + line->len, sizeof(line->text) - (size_t)line->len,
			      "%s%s", line->len ? " " : "", word);
}

static void pcpu_dump_group(struct pcpu_dump_line *line, const struct pcpu_group_info *info,
			    int group, size_t upa)
{
	for (int unit = 0; unit < info->nr_units; unit++) {
		if ((size_t)unit % upa == 0)
			pcpu_dump_word(line, "[%d]", group);
		if (info->cpu_map[unit] == PERCPU_UNUSED_UNIT)
			pcpu_dump_word(line, "-");
		else
			pcpu_dump_word(line, "%u", info->cpu_map[unit]);
	}
}

static void pcpu_dump_sizes(struct pcpu_dump_line *line, const struct pcpu_alloc_info *ai)
{
	/* The sizes of a layout that failed a check may be 0. */
	const size_t atoms = ai->atom_size ? ai->alloc_size / ai->atom_size : 0;
	char text[200];

	snprintf(text, sizeof(text), "s%zu r%zu d%zu u%zu alloc=%zu*%zu", ai->static_size,
		 ai->reserved_size, ai->dyn_size, ai->unit_size, atoms, ai->atom_size);
	if (line->stream)
		fprintf(line->stream, "%s\n", text);
	else
		pcpu_log(line->level, "pcpu-alloc: %s", text);
}

static void pcpu_dump(struct pcpu_dump_line *line, const struct pcpu_alloc_info *ai)
{
	const size_t upa = ai->unit_size ? ai->alloc_size / ai->unit_size : 0;

	pcpu_dump_sizes(line, ai);
	for (int group = 0; group < ai->nr_groups; group++)
		pcpu_dump_group(line, &ai->groups[group], group, upa ? upa : 1);
	pcpu_dump_flush(line);
}

void pcpu_log_alloc_info(enum percpu_log_level level, const struct pcpu_alloc_info *ai)
{
	struct pcpu_dump_line line = {.level = level};

	if (pcpu_log_wanted(level))
		pcpu_dump(&line, ai);
}

PERCPU_API void pcpu_dump_alloc_info(FILE *stream, const struct pcpu_alloc_info *ai)
{
	struct pcpu_dump_line line = {.stream = stream};

	pcpu_dump(&line, ai);
}
