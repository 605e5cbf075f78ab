/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - per-CPU variables for userspace; includes everything a program needs that counts.
 *
 * CPU hotplug (cpu.h, cpuhotplug.h, notifier.h, smpboot.h, watch.h), interrupts (interrupt.h,
 * smp.h, migrate.h, topology.h), bitmap.h, boot.h, kernel/ and linux/ have names that programs have
 * too: who wants them includes them. So it is with the toolkit, which not everybody needs
 * (docs/toolkit.md).
 */
#ifndef PERCPU_PERCPU_H
#define PERCPU_PERCPU_H

#include <percpu/access.h>
#include <percpu/address.h>
#include <percpu/alloc.h>
#include <percpu/backend.h>
#include <percpu/counter.h>
#include <percpu/cpumask.h>
#include <percpu/debug.h>
#include <percpu/defs.h>
#include <percpu/export.h>
#include <percpu/local_lock.h>
#include <percpu/log.h>
#include <percpu/open.h>
#include <percpu/ops.h>
#include <percpu/pinned.h>
#include <percpu/print.h>
#include <percpu/section.h>
#include <percpu/shared.h>
#include <percpu/stats.h>
#include <percpu/version.h>

#endif /* PERCPU_PERCPU_H */
