/* SPDX-License-Identifier: MIT */
/* names.h - what the lines of the tables in docs/misuse.md name; misuse.sh includes it. */
#include <percpu/percpu.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct object {
	long number, array[3];
	local_lock_t lock;
};
struct fixed {
	const long word;
};
struct __attribute__((__packed__)) packed {
	char first;
	long second;
};

static DEFINE_PER_CPU(long, number);
static DEFINE_PER_CPU(long[3], array);
static DEFINE_PER_CPU(struct object, object);
static DEFINE_PER_CPU(double, real);
static DEFINE_PER_CPU(bool, flag);
static DEFINE_PER_CPU(long *, pointer);
static DEFINE_PER_CPU(struct packed, packed);
static DEFINE_PER_CPU(__pcpu_u128, wide);
DECLARE_PER_CPU(long, shared);

void take_ordinary(long *pointer);
void take_percpu(long __percpu *pointer);

/* For each line of a table, as the arguments of a function of its own. */
#define NAMES                                                                      \
	struct object __percpu *p, long __percpu *q, struct fixed __percpu *fixed, \
		struct object *ordinary, long *plain, long local, int cpu
