/* SPDX-License-Identifier: MIT */
/* conf.c - see conf.h. */
#include "ground/conf.h"

struct pcpu_conf pcpu_conf;
