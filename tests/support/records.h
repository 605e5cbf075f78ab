/* SPDX-License-Identifier: MIT */
/*
 * records.h - the log records of the library, kept for a test to look at.
 *
 * records_keep() puts a handler in place and forgets what was kept; records_release() takes it
 * away. Not for threads that log at the same time.
 */
#ifndef SUPPORT_RECORDS_H
#define SUPPORT_RECORDS_H

#include <percpu/log.h>

#include <stdio.h>
#include <string.h>

#define RECORDS_MAX 64

static struct {
	enum percpu_log_level level;
	char text[1024];
} records[RECORDS_MAX];
static unsigned int nr_records; /* all of them, those for which there was no room too */

static void keep_record(enum percpu_log_level level, const char *message)
{
	if (nr_records < RECORDS_MAX) {
		records[nr_records].level = level;
		snprintf(records[nr_records].text, sizeof(records[0].text), "%s", message);
	}
	nr_records++;
}

static inline void records_keep(enum percpu_log_level level)
{
	nr_records = 0;
	percpu_set_log_handler(keep_record, level);
}

static inline void records_release(void)
{
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

/* How many of the records that were kept have @level. */
static inline unsigned int records_of_level(enum percpu_log_level level)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < nr_records && i < RECORDS_MAX; i++)
		found += records[i].level == level;
	return found;
}

/* Whether record @index exists, and has @text in it. */
static inline bool record_says(unsigned int index, const char *text)
{
	return index < nr_records && index < RECORDS_MAX &&
	       strstr(records[index].text, text) != NULL;
}

#endif /* SUPPORT_RECORDS_H */
