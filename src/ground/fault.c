/* SPDX-License-Identifier: MIT */
/* fault.c - see fault.h. */
#include "ground/fault.h"

bool (*pcpu_fault_hook)(enum pcpu_fault_site site);
