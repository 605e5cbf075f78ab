/* SPDX-License-Identifier: MIT */
/*
 * page.h - the page of a process (percpu/impl/stat_page.h), which is not to be trusted: it is read,
 * not mapped, and what it says of its form is checked before anything is looked for in it.
 */
#ifndef STAT_PAGE_H
#define STAT_PAGE_H

#include <percpu/impl/stat_page.h>

#include <stddef.h>

/* As large as the library makes it at most. */
#define PAGE_MOST_CPUS 65536

/* What is wrong with a page. */
enum page_state {
	PAGE_GOOD,
	PAGE_NOT_READY,   /* it has just been made */
	PAGE_IS_OTHER,    /* of another version */
	PAGE_IS_NONE,     /* it is not what the library makes */
	PAGE_CANNOT_READ, /* errno says why */
};

/* A copy of it: the file's bytes, as its header says what is where. */
struct page {
	char *bytes;
	size_t size;
	struct pcpu_stat_header header;
};

/* Reads @file to @page, which is zero or has been read before. */
enum page_state page_read(int file, struct page *page);

void page_free(struct page *page);

/* Of CPU @cpu, which is below header.nr_cpus. */
struct pcpu_stat_counts page_counts(const struct page *page, unsigned int cpu);

/* Of areas of @size there, from 1 to header.nr_sizes. */
struct pcpu_stat_size page_by_size(const struct page *page, unsigned int cpu, unsigned int size);

#endif /* STAT_PAGE_H */
