/* SPDX-License-Identifier: MIT */
/*
 * Reading the JSON documents of percpu_bench, percpu_bench_alloc, percpu_bench_around and
 * percpu_bench_toolkit.
 */
#ifndef BENCH_COMPARE_DOCUMENT_H
#define BENCH_COMPARE_DOCUMENT_H

#include "compare/figures.h"

/*
 * Books what the run that wrote the file @path has measured: of each case or line its median CPU
 * time, of several threads that by the clock too, or its median size in memory; what each target
 * was measured as; and the figures of the last two as they are.  Exits, after a message that names
 * the file, where it is not such a document.
 */
void document_read(const char *path, enum side side, struct figures *figures);

#endif
