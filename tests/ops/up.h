/* SPDX-License-Identifier: MIT */
/* up.h - what the two files of the test of PERCPU_UP have of each other. */
#ifndef OPS_UP_H
#define OPS_UP_H

#include <percpu/percpu.h>

DECLARE_PER_CPU(long, up_number);

void up_other_file_adds(long value);
bool up_other_file_allocates(size_t size);

#endif /* OPS_UP_H */
