/* SPDX-License-Identifier: MIT */
/* alloc_info_dump.h - a layout in words: percpu/boot.h, and in the log. */
#ifndef PCPU_ALLOC_INFO_DUMP_H
#define PCPU_ALLOC_INFO_DUMP_H

#include "boot/first_chunk/alloc_info.h"

#include <percpu/log.h>

/*
 * Logs what pcpu_dump_alloc_info() prints, a record a line. @ai need not be a valid layout: this is
 * what explains a failed check.
 */
void pcpu_log_alloc_info(enum percpu_log_level level, const struct pcpu_alloc_info *ai);

#endif /* PCPU_ALLOC_INFO_DUMP_H */
