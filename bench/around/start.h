/* SPDX-License-Identifier: MIT */
/* What linking the library adds to a program, from before its start to after its end. */
#ifndef BENCH_AROUND_START_H
#define BENCH_AROUND_START_H

#define START_EMPTY "percpu_around_empty"
#define START_ONE "percpu_around_one"

/* Microseconds: the fastest of many starts of @program, less that of an @empty one, in turn. */
double added_by_us(const char *program, const char *empty);

#endif
