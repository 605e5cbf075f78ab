/* SPDX-License-Identifier: MIT */
/*
 * The tables of a page.  Between the line "<!-- numbers: NAME -->" and the next that is
 * "<!-- end of numbers -->" stands what the numbers say of the figure NAME, or of the machine.
 */
#ifndef BENCH_NUMBERS_PAGE_H
#define BENCH_NUMBERS_PAGE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

/*
 * Writes the tables of the page at @page anew; with @check, only says which of them are others than
 * those that stand there.  Returns how many tables there are, or -1 after a message.
 */
int page_write(const char *path, const cJSON *numbers, const char *page, bool check);

#endif
