/* SPDX-License-Identifier: MIT */
/* names.c - see names.h. */
#include "metrics/names.h"

#include <stdint.h>
#include <string.h>

#define MOST_DECIMALS 9u
#define TEXT_MAX_LENGTH (64u << 10)

/* --- characters, in any locale --- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters and digits, no digit first; and @more, a character that counts as a letter. */
static bool is_name(const char *name, size_t length, char more)
{
	if (length == 0 || length > PCPU_MOST_NAME || is_digit(name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != more)
			return false;
	return true;
}

static bool ends_in(const char *name, size_t length, const char *end)
{
	const size_t end_length = strlen(end);

	return length > end_length && !memcmp(name + length - end_length, end, end_length);
}

/* --- UTF-8 --- */

/* How many bytes the character at @p has, and what the least one of so many is; 0: none. */
static unsigned int utf8_length(unsigned char lead, uint32_t *bits, uint32_t *least)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} kinds[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((lead & kinds[i].mask) != kinds[i].lead)
			continue;
		*bits = lead & (unsigned char)~kinds[i].mask;
		*least = kinds[i].least;
		return i + 1;
	}
	return 0;
}

/* Of a character that is one, and in the shortest form: its bytes; 0: it is none. */
static unsigned int utf8_character(const char *p)
{
	uint32_t code = 0, least = 0;
	const unsigned int length = utf8_length((unsigned char)*p, &code, &least);

	for (unsigned int i = 1; i < length; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | ((unsigned char)p[i] & 0x3f);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

static bool is_utf8(const char *text)
{
	unsigned int length;

	if (strnlen(text, TEXT_MAX_LENGTH + 1) > TEXT_MAX_LENGTH)
		return false;
	for (; *text; text += length) {
		length = utf8_character(text);
		if (!length)
			return false;
	}
	return true;
}

/* --- families --- */

size_t pcpu_family_length(enum percpu_metric_type type, const char *name)
{
	const size_t length = strlen(name);

	if (type == PERCPU_METRIC_COUNTER && ends_in(name, length, "_total"))
		return length - strlen("_total");
	if (type == PERCPU_METRIC_INFO && ends_in(name, length, "_info"))
		return length - strlen("_info");
	return length;
}

static bool has_unit(const char *name, size_t length, const char *unit)
{
	return is_name(unit, strlen(unit), '_') && ends_in(name, length, unit) &&
	       name[length - strlen(unit) - 1] == '_' && length > strlen(unit) + 1;
}

static bool is_type(enum percpu_metric_type type)
{
	return (unsigned int)type <= PERCPU_METRIC_INFO;
}

const char *pcpu_desc_error(enum percpu_metric_type type, const struct percpu_metric_desc *desc)
{
	size_t length;

	if (!is_type(type))
		return "a type that is none";
	if (!desc || !desc->name)
		return "no name";
	length = pcpu_family_length(type, desc->name);
	if (!is_name(desc->name, length, ':'))
		return "a name that is none";
	if (desc->help && !is_utf8(desc->help))
		return "a help that is not UTF-8";
	if (desc->unit && type == PERCPU_METRIC_INFO)
		return "a unit, though it is an info";
	if (desc->unit && !has_unit(desc->name, length, desc->unit))
		return "a unit in which its name does not end";
	return desc->decimals > MOST_DECIMALS ? "more than 9 decimals" : NULL;
}

const char *pcpu_type_suffix(enum percpu_metric_type type, unsigned int i)
{
	static const char *const suffixes[][6] = {
		[PERCPU_METRIC_COUNTER] = {"", "_total", "_created"},
		[PERCPU_METRIC_UPDOWN] = {""},
		[PERCPU_METRIC_GAUGE] = {""},
		[PERCPU_METRIC_HISTOGRAM] = {"", "_bucket", "_count", "_sum", "_created"},
		[PERCPU_METRIC_INFO] = {"", "_info"},
	};

	return suffixes[type][i];
}

/* --- labels --- */

const char *pcpu_labels_take(struct pcpu_labels *labels, const char *const *list)
{
	labels->nr = 0;
	for (; list && list[0]; list += 2) {
		if (labels->nr == PCPU_MOST_LABELS)
			return "more than 32 labels";
		if (!list[1])
			return "a label without a value";
		labels->text[2 * labels->nr] = list[0];
		labels->text[2 * labels->nr + 1] = list[1];
		labels->nr++;
	}
	return NULL;
}

static const char *label_error(enum percpu_metric_type type, const char *name, const char *value)
{
	if (!is_name(name, strlen(name), '_') || !strncmp(name, "__", 2))
		return "a label whose name is none";
	if (type == PERCPU_METRIC_HISTOGRAM && !strcmp(name, "le"))
		return "a label le, which is that of its buckets";
	return is_utf8(value) ? NULL : "a label whose value is not UTF-8";
}

const char *pcpu_labels_error(enum percpu_metric_type type, const struct pcpu_labels *labels)
{
	const char *wrong = NULL;

	for (unsigned int i = 0; i < labels->nr && !wrong; i++) {
		const char *name = labels->text[2 * i];

		wrong = label_error(type, name, labels->text[2 * i + 1]);
		for (unsigned int j = 0; j < i && !wrong; j++)
			if (!strcmp(name, labels->text[2 * j]))
				wrong = "a label twice";
	}
	return wrong;
}
