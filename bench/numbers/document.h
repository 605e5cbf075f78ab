/* SPDX-License-Identifier: MIT */
/* The file of numbers, which is made of the programs' own. */
#ifndef BENCH_NUMBERS_DOCUMENT_H
#define BENCH_NUMBERS_DOCUMENT_H

#include <cjson/cJSON.h>

#define SCHEMA "percpu-numbers-1"

/* Reads a file of numbers, and holds it to its form; exits after a message. */
cJSON *numbers_read(const char *path);

#endif
