/* SPDX-License-Identifier: MIT */
/* linux/percpu-rwsem.h - readers a CPU, and writers who wait for them: percpu/rwsem.h. */
#ifndef PERCPU_LINUX_PERCPU_RWSEM_H
#define PERCPU_LINUX_PERCPU_RWSEM_H

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/rcuwait.h>
#include <linux/wait.h>

#include <percpu/rwsem.h>

/* Nobody is told who has it. */
#define percpu_rwsem_release(sem, ip) ((void)(sem), (void)(ip))
#define percpu_rwsem_acquire(sem, read, ip) ((void)(sem), (void)(read), (void)(ip))

DEFINE_GUARD(percpu_read, struct percpu_rw_semaphore *, percpu_down_read(_T), percpu_up_read(_T))
DEFINE_GUARD_COND(percpu_read, _try, percpu_down_read_trylock(_T))
DEFINE_GUARD(percpu_write, struct percpu_rw_semaphore *, percpu_down_write(_T), percpu_up_write(_T))

#endif /* PERCPU_LINUX_PERCPU_RWSEM_H */
