/* SPDX-License-Identifier: MIT */
/* Writing a JSON document to a file or to standard output. */
#ifndef BENCH_JSON_FILE_H
#define BENCH_JSON_FILE_H

#include <cjson/cJSON.h>

/*
 * Writes @root and frees it.  @path NULL or "-" is standard output.
 * Returns 0, or -1 after a message on standard error.
 */
int json_write(cJSON *root, const char *path);

#endif
