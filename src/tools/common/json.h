/* SPDX-License-Identifier: MIT */
/*
 * json.h - writing a JSON document, value by value, as it comes. A value has a @key in an object,
 * and NULL in an array, or as the document itself.
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stdio.h>

#define JSON_DEPTH 16

struct json {
	FILE *stream;
	int depth; /* objects and arrays that are not closed */
	bool flat; /* the innermost is on one line */
	bool has_values[JSON_DEPTH];
	char closes[JSON_DEPTH];
};

void json_begin(struct json *json, FILE *stream);

/* An object, an array, or an array on one line; and the end of the innermost. */
void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_flat_array(struct json *json, const char *key);
void json_close(struct json *json);

/* @text: UTF-8, or else each byte that is none comes as U+FFFD. NULL: null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, unsigned long long number);
void json_signed(struct json *json, const char *key, long long number);
void json_real(struct json *json, const char *key, double number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif /* TOOL_JSON_H */
