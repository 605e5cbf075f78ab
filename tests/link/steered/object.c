/* SPDX-License-Identifier: MIT */
/* object.c - an object with one page of variables, loaded twice under two names: host.c. */
#include <percpu/percpu.h>

DEFINE_PER_CPU_PAGE_ALIGNED(unsigned long[512], steered) = {3};
EXPORT_PER_CPU_SYMBOL(steered);
