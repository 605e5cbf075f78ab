/* SPDX-License-Identifier: MIT */
/* alloc_info_dump.h - a layout in the records of the log. */
#ifndef PCPU_ALLOC_INFO_DUMP_H
#define PCPU_ALLOC_INFO_DUMP_H

#include "boot/first_chunk/alloc_info.h"

#include <percpu/log.h>

/**
 * pcpu_dump_alloc_info - log a layout
 * @level: level of the records
 * @ai: the layout. It need not be a valid one: this is what explains a failed check
 *
 * One header record: the static, reserved, dynamic and unit sizes after the letters s, r, d and u,
 * then alloc=<atoms>*<atom_size>. Then, in records of at most a terminal's width, each allocation
 * as its group's number in brackets and the CPUs of its units, with a dash for an unused unit.
 * Mirrors the kernel function of the same name.
 */
void pcpu_dump_alloc_info(enum percpu_log_level level, const struct pcpu_alloc_info *ai);

#endif /* PCPU_ALLOC_INFO_DUMP_H */
