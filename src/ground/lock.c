/* SPDX-License-Identifier: MIT */
/* lock.c - see lock.h. */
#include "ground/lock.h"

struct pcpu_mutex pcpu_alloc_mutex = PCPU_MUTEX_INITIALIZER;
