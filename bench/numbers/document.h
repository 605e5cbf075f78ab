/* SPDX-License-Identifier: MIT */
/* Files of JSON: those of the programs, and the one that is made of them. */
#ifndef BENCH_NUMBERS_DOCUMENT_H
#define BENCH_NUMBERS_DOCUMENT_H

#include <cjson/cJSON.h>

#define SCHEMA "percpu-numbers-1"

/* Reads a file; exits after a message where it is not there, or no JSON. */
cJSON *document_read(const char *path);

/* The whole file at @path, which the caller frees; exits after a message where there is none. */
char *document_text(const char *path);

/* Reads a file of numbers, and holds it to its form; exits after a message. */
cJSON *numbers_read(const char *path);

/* What of @path is called @key in @object; exits after a message where there is none. */
const cJSON *member(const char *path, const cJSON *object, const char *key);
const char *text_of(const char *path, const cJSON *object, const char *key);
double number_of(const char *path, const cJSON *object, const char *key);

#endif
