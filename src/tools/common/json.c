/* SPDX-License-Identifier: MIT */
/* json.c - see json.h. */
#include "common/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void json_begin(struct json *json, FILE *stream)
{
	memset(json, 0, sizeof(*json));
	json->stream = stream;
}

/* --- text --- */

/* How long the UTF-8 character at @text is; 0: it is none. */
static size_t character(const unsigned char *text)
{
	static const unsigned int least[] = {0, 0, 0x80, 0x800, 0x10000};
	const size_t size = *text < 0x80   ? 1
			    : *text < 0xc0 ? 0
			    : *text < 0xe0 ? 2
			    : *text < 0xf0 ? 3
			    : *text < 0xf8 ? 4
					   : 0;
	unsigned int code;

	if (size < 2)
		return size;
	code = *text & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	return code >= least[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? size
											   : 0;
}

static void put_text(struct json *json, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', json->stream);
	while (*at) {
		const size_t size = character(at);

		if (!size)
			fputs("\\ufffd", json->stream);
		else if (*at < ' ' || *at == 0x7f)
			fprintf(json->stream, "\\u%04x", *at);
		else if (*at == '"' || *at == '\\')
			fprintf(json->stream, "\\%c", *at);
		else
			fwrite(at, 1, size, json->stream);
		at += size ? size : 1;
	}
	fputc('"', json->stream);
}

/* --- where a value goes --- */

static void new_line(struct json *json)
{
	fputc('\n', json->stream);
	for (int i = 0; i < json->depth; i++)
		fputs("  ", json->stream);
}

static void begin_value(struct json *json, const char *key)
{
	if (json->depth) {
		bool *has_values = &json->has_values[json->depth - 1];

		if (*has_values)
			fputs(json->flat ? ", " : ",", json->stream);
		*has_values = true;
		if (!json->flat)
			new_line(json);
	}
	if (key) {
		put_text(json, key);
		fputs(": ", json->stream);
	}
}

static void end_value(struct json *json)
{
	if (!json->depth)
		fputc('\n', json->stream);
}

static void open_with(struct json *json, const char *key, const char *brackets, bool flat)
{
	begin_value(json, key);
	assert(json->depth < JSON_DEPTH && !json->flat);
	fputc(brackets[0], json->stream);
	json->closes[json->depth] = brackets[1];
	json->has_values[json->depth++] = false;
	json->flat = flat;
}

void json_object(struct json *json, const char *key)
{
	open_with(json, key, "{}", false);
}

void json_array(struct json *json, const char *key)
{
	open_with(json, key, "[]", false);
}

void json_flat_array(struct json *json, const char *key)
{
	open_with(json, key, "[]", true);
}

void json_close(struct json *json)
{
	assert(json->depth);
	json->depth--;
	if (!json->flat && json->has_values[json->depth])
		new_line(json);
	json->flat = false;
	fputc(json->closes[json->depth], json->stream);
	end_value(json);
}

/* --- values --- */

void json_string(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json_null(json, key);
		return;
	}
	begin_value(json, key);
	put_text(json, text);
	end_value(json);
}

void json_number(struct json *json, const char *key, unsigned long long number)
{
	begin_value(json, key);
	fprintf(json->stream, "%llu", number);
	end_value(json);
}

void json_signed(struct json *json, const char *key, long long number)
{
	begin_value(json, key);
	fprintf(json->stream, "%lld", number);
	end_value(json);
}

/* JSON has no infinity and no NaN. */
void json_real(struct json *json, const char *key, double number)
{
	if (!isfinite(number)) {
		json_null(json, key);
		return;
	}
	begin_value(json, key);
	fprintf(json->stream, "%.17g", number);
	end_value(json);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->stream);
	end_value(json);
}

void json_null(struct json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->stream);
	end_value(json);
}
