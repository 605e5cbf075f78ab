/* SPDX-License-Identifier: MIT */
/*
 * barrier.h - barriers between threads, by the kernel's names. Include it where you want them. They
 * need no library; with PERCPU_UP those of the smp_ kind keep the compiler in order alone.
 */
#ifndef PERCPU_KERNEL_BARRIER_H
#define PERCPU_KERNEL_BARRIER_H

#include <percpu/impl/compiler.h>

/** barrier() - the compiler moves no access across it. */
#ifndef barrier
#define barrier() __asm__ volatile("" ::: "memory")
#endif

/** mb(), rmb(), wmb() - between all accesses, reads, writes, of memory that devices share too. */
#ifndef mb
#if defined(__x86_64__)
#define mb() __asm__ volatile("mfence" ::: "memory")
#define rmb() __asm__ volatile("lfence" ::: "memory")
#define wmb() __asm__ volatile("sfence" ::: "memory")
#else
#define mb() __asm__ volatile("dsb sy" ::: "memory")
#define rmb() __asm__ volatile("dsb ld" ::: "memory")
#define wmb() __asm__ volatile("dsb st" ::: "memory")
#endif
#endif

/** smp_mb(), smp_rmb(), smp_wmb() - the same between threads. */
#ifndef smp_mb
#ifdef PERCPU_UP
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#else
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif
#endif

/** READ_ONCE(), WRITE_ONCE() - one access, which the compiler neither doubles nor leaves out. */
#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, value) ((void)(*(volatile __typeof__(x) *)&(x) = (value)))
#endif

/** cpu_relax() - in a loop that waits for another CPU. */
#ifndef cpu_relax
#if defined(__x86_64__)
#define cpu_relax() __asm__ volatile("pause" ::: "memory")
#else
#define cpu_relax() __asm__ volatile("yield" ::: "memory")
#endif
#endif

#endif /* PERCPU_KERNEL_BARRIER_H */
