/* SPDX-License-Identifier: MIT */
/* cpumask.h - what cpumask.h has of the library. */
#ifndef PERCPU_IMPL_CPUMASK_H
#define PERCPU_IMPL_CPUMASK_H

#include <percpu/alloc.h>
#include <percpu/impl/bits.h>
#include <percpu/impl/system_masks.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

#ifndef PERCPU_UP
/* By the words of the largest masks: a program with smaller ones looks at the first. */
extern const unsigned long __percpu_cpu_all_bits[] PERCPU_API;
extern const unsigned long __percpu_cpu_none_bits[] PERCPU_API;
#endif
/* Asked for, and not named: of data that is named executables get a copy, and these are 65 KiB. */
typedef const unsigned long __pcpu_mask_row[__PCPU_BITS_TO_LONGS(__PCPU_MASK_CPUS)];
PERCPU_API __pcpu_mask_row *__percpu_bit_bitmap(void) __attribute__((__const__));

/* Once: that @cpu is out of range. */
PERCPU_API void __percpu_cpumask_warn(unsigned int cpu, unsigned int nbits);

PERCPU_API unsigned int __percpu_any_distribute(const unsigned long *a, const unsigned long *b,
						unsigned int nbits);
PERCPU_API unsigned int __percpu_local_spread(unsigned int i, int node);

/* Zeroed if @gfp says so. NULL: no memory. */
PERCPU_API void *__percpu_alloc_cpumask(unsigned int size, gfp_t gfp);
PERCPU_API void *__percpu_alloc_cpumask_or_die(unsigned int size);
PERCPU_API void __percpu_free_cpumask(void *mask);

/* 0, or a negative errno and nothing has changed. */
PERCPU_API int __percpu_affinity(unsigned long *bits, unsigned int nbits);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/cpumask.h>
#endif

#endif /* PERCPU_IMPL_CPUMASK_H */
