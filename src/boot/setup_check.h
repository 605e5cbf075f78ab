/* SPDX-License-Identifier: MIT */
/* setup_check.h - what the boot cannot do without is fatal. */
#ifndef PCPU_SETUP_CHECK_H
#define PCPU_SETUP_CHECK_H

#include "ground/log.h"

/* Goes on if @err is 0; else it is a negative errno, and @what is what is wrong. */
static inline void pcpu_setup_check(const char *what, int err)
{
	if (err)
		pcpu_fatal("cannot set up per-CPU areas: %s (errno %d)", what, -err);
}

#endif /* PCPU_SETUP_CHECK_H */
