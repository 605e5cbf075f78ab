/* SPDX-License-Identifier: MIT */
/*
 * linux/errno.h - the errors of system calls, and those that only the kernel's own code knows. The
 * C library includes this for its own <errno.h>, so nothing else is here.
 */
#ifndef PERCPU_LINUX_ERRNO_H
#define PERCPU_LINUX_ERRNO_H

#if __has_include_next(<linux/errno.h>)
#include_next <linux/errno.h>
#else
#include <errno.h>
#endif

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ENOIOCTLCMD 515
#define EPROBE_DEFER 517
#define EOPENSTALE 518
#ifndef ENOTSUPP
#define ENOTSUPP 524
#endif

#endif /* PERCPU_LINUX_ERRNO_H */
