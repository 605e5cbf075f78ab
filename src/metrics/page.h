/* SPDX-License-Identifier: MIT */
/*
 * page.h - text that grows, and what pages are written with.
 *
 * Where there is no memory for it, nothing more is appended, and it says so at the end.
 */
#ifndef PCPU_METRICS_PAGE_H
#define PCPU_METRICS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_page {
	char *text; /* of malloc(); NULL at first */
	size_t length, room;
	bool failed;
};

void pcpu_page_put(struct pcpu_page *page, const char *text, size_t length);
void pcpu_page_puts(struct pcpu_page *page, const char *text);

/* A whole number; and one that is divided by 10^@decimals, without zeros at its end. */
void pcpu_page_put_number(struct pcpu_page *page, uint64_t number);
void pcpu_page_put_scaled(struct pcpu_page *page, uint64_t number, unsigned int decimals);

/*
 * @text as what stands between quotes: with a backslash before each backslash and quote, and \n for
 * a line feed; with @json other control characters as \u00XX.
 */
void pcpu_page_put_escaped(struct pcpu_page *page, const char *text, bool json);

/* Gives the text, with a zero behind it, to the caller; NULL: there was no memory. */
char *pcpu_page_end(struct pcpu_page *page, size_t *length);

#endif /* PCPU_METRICS_PAGE_H */
