/* SPDX-License-Identifier: MIT */
/* page.c - see page.h. */
#include "metrics/page.h"
#include "ground/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM 4096u
#define MOST_DIGITS 20u /* of 64 bits */

static bool make_room(struct pcpu_page *page, size_t length)
{
	size_t room = page->room ? 2 * page->room : LEAST_ROOM;
	char *text;

	if (page->failed)
		return false;
	while (room - page->length < length)
		room *= 2;
	text = pcpu_fault(PCPU_FAULT_MEM) ? NULL : realloc(page->text, room);
	page->failed = !text;
	if (!text)
		return false;
	page->text = text;
	page->room = room;
	return true;
}

void pcpu_page_put(struct pcpu_page *page, const char *text, size_t length)
{
	if (page->room - page->length < length && !make_room(page, length))
		return;
	memcpy(page->text + page->length, text, length);
	page->length += length;
}

void pcpu_page_puts(struct pcpu_page *page, const char *text)
{
	pcpu_page_put(page, text, strlen(text));
}

/* The digits of @number end at @end; at least @least of them. Returns the first one. */
static char *put_digits(char *end, uint64_t number, unsigned int least)
{
	for (; number || least; number /= 10) {
		*--end = (char)('0' + number % 10);
		least -= least != 0;
	}
	return end;
}

void pcpu_page_put_number(struct pcpu_page *page, uint64_t number)
{
	char digits[MOST_DIGITS], *end = digits + sizeof(digits);
	const char *first = put_digits(end, number, 1);

	pcpu_page_put(page, first, (size_t)(end - first));
}

void pcpu_page_put_scaled(struct pcpu_page *page, uint64_t number, unsigned int decimals)
{
	char digits[MOST_DIGITS], *end = digits + sizeof(digits), *first;
	uint64_t unit = 1;

	for (unsigned int i = 0; i < decimals; i++)
		unit *= 10;
	pcpu_page_put_number(page, number / unit);
	if (number % unit == 0)
		return;
	first = put_digits(end, number % unit, decimals);
	while (end[-1] == '0')
		end--;
	*--first = '.';
	pcpu_page_put(page, first, (size_t)(end - first));
}

/* What stands for @c; NULL: itself. */
static const char *escape(char c, bool json, char control[8])
{
	switch (c) {
	case '\\':
		return "\\\\";
	case '"':
		return "\\\"";
	case '\n':
		return "\\n";
	default:
		if (!json || (unsigned char)c >= ' ')
			return NULL;
		snprintf(control, 8, "\\u%04x", (unsigned int)(unsigned char)c);
		return control;
	}
}

void pcpu_page_put_escaped(struct pcpu_page *page, const char *text, bool json)
{
	const char *from = text;
	char control[8];

	for (; *text; text++) {
		const char *instead = escape(*text, json, control);

		if (!instead)
			continue;
		pcpu_page_put(page, from, (size_t)(text - from));
		pcpu_page_puts(page, instead);
		from = text + 1;
	}
	pcpu_page_put(page, from, (size_t)(text - from));
}

char *pcpu_page_end(struct pcpu_page *page, size_t *length)
{
	pcpu_page_put(page, "", 1);
	if (page->failed) {
		free(page->text);
		return NULL;
	}
	*length = page->length - 1;
	return page->text;
}
