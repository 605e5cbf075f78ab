/* SPDX-License-Identifier: MIT */
/* object.h - the variables and functions of object.c. */
#ifndef OBJECT_H
#define OBJECT_H

#include <percpu/percpu.h>

DECLARE_PER_CPU(unsigned long, object_hits);
DECLARE_PER_CPU(unsigned short[3], object_votes);

void object_count(void);
unsigned long object_sum(void);

#endif /* OBJECT_H */
