/* SPDX-License-Identifier: MIT */
/* linux/time.h - the system's header of this name is not part: <time.h> of the C library is. */
#ifndef PERCPU_LINUX_TIME_H
#define PERCPU_LINUX_TIME_H

#include <linux/time64.h>

#endif /* PERCPU_LINUX_TIME_H */
