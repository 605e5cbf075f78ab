/* SPDX-License-Identifier: MIT */
/* smpboot.h - threads of CPUs: percpu/smpboot.h. */
#ifndef PERCPU_LINUX_SMPBOOT_H
#define PERCPU_LINUX_SMPBOOT_H

#include <linux/types.h>

#include <percpu/smpboot.h>

#endif /* PERCPU_LINUX_SMPBOOT_H */
