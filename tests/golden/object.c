/* SPDX-License-Identifier: MIT */
/* object.c - a shared object that uses per-CPU variables of its own, and dynamic ones of others. */
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, golden_object_count);
static DEFINE_PER_CPU(unsigned long[4], golden_object_counts);

#define COUNT golden_object_count
#define COUNTS golden_object_counts

#define NAME(operation) golden_object_this_##operation
#define OP(operation) this_cpu_##operation
#include "operations.h"
#undef NAME
#undef OP

#define NAME(operation) golden_object_pinned_##operation
#define OP(operation) pinned_cpu_##operation
#include "operations.h"
#undef NAME
#undef OP

/* A variable that others may use: its address goes through the global offset table. */
DEFINE_PER_CPU(unsigned long, golden_object_public);

GOLDEN void golden_object_this_inc_public(void)
{
	this_cpu_inc(golden_object_public);
}

GOLDEN void golden_object_pinned_inc_public(void)
{
	pinned_cpu_inc(golden_object_public);
}
