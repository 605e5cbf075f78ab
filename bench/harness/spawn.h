/* SPDX-License-Identifier: MIT */
/* Small programs that lie beside this one, from before their start to after their end. */
#ifndef BENCH_SPAWN_H
#define BENCH_SPAWN_H

/* The path of the program @name beside this one, wherever that is; the caller frees it. */
char *spawn_path(const char *name);

/* Runs the program at @path once, and returns how many nanoseconds that took; exits if it fails. */
double spawn_ns(char *path);

#endif
