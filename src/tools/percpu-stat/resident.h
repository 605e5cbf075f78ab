/* SPDX-License-Identifier: MIT */
/* resident.h - how much memory the copies of each CPU have, as the kernel counts it (smaps). */
#ifndef STAT_RESIDENT_H
#define STAT_RESIDENT_H

#include "percpu-stat/figures.h"

/* Sets RESIDENT of @cpus, which @page has, of the process with the @folder in /proc. */
void resident_read(int folder, const struct page *page, struct figures *cpus);

#endif /* STAT_RESIDENT_H */
