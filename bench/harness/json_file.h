/* SPDX-License-Identifier: MIT */
/*
 * Files of JSON that are read. What is not as it should be ends the program, and a message says
 * where.
 */
#ifndef BENCH_HARNESS_JSON_FILE_H
#define BENCH_HARNESS_JSON_FILE_H

#include <cjson/cJSON.h>

/* The whole file at @path, which the caller frees. */
char *json_file_text(const char *path);

/* What the file says, which the caller frees by cJSON_Delete(). */
cJSON *json_file_read(const char *path);

/* What is called @key in @object, which is a part of the file at @path; as a text, as a number. */
const cJSON *json_member(const char *path, const cJSON *object, const char *key);
const char *json_text(const char *path, const cJSON *object, const char *key);
double json_number(const char *path, const cJSON *object, const char *key);

#endif
