/* SPDX-License-Identifier: MIT */
/*
 * system_masks.h - the storage behind cpu_online_mask and its like.
 *
 * Nothing is read at the start. The first question finds no masks and asks the library, which reads
 * the machine's lists; so every macro costs one test more than the kernel's.
 */
#ifndef PERCPU_SYSTEM_MASKS_H
#define PERCPU_SYSTEM_MASKS_H

#include <percpu/impl/bits.h>
#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

/*
 * A mask has no room for CPUs from here on: no kernel is built for more. (A machine that is played
 * may have some; they are in no mask.)
 */
#ifdef PERCPU_UP
#define __PCPU_MASK_CPUS 1
#else
#define __PCPU_MASK_CPUS 8192
#endif

enum __pcpu_system_mask {
	__PCPU_MASK_POSSIBLE, /* for who wants it as a mask; it does not change */
	__PCPU_MASK_PRESENT,
	__PCPU_MASK_ONLINE,
	__PCPU_MASK_ACTIVE,
	__PCPU_NR_MASKS,
};

struct percpu_system_masks {
	unsigned long bits[__PCPU_NR_MASKS][__PCPU_BITS_TO_LONGS(__PCPU_MASK_CPUS)];
};

__PCPU_BEGIN_DECLS

#ifdef PERCPU_UP
/* Weak: every file defines it, the program has one. */
extern struct percpu_system_masks __percpu_up_masks;
__attribute__((__weak__)) struct percpu_system_masks __percpu_up_masks = {{{1}, {1}, {1}, {1}}};
#else
/* nr_cpu_ids, or __PCPU_MASK_CPUS where that is more. Constant as nr_cpu_ids is. */
extern const unsigned int __percpu_nr_cpumask_bits PERCPU_API;
/* NULL: nobody has asked yet. Set once. */
extern struct percpu_system_masks *__percpu_system_masks PERCPU_API;
PERCPU_API struct percpu_system_masks *__percpu_read_system_masks(void);
PERCPU_API void __percpu_set_system_cpu(enum __pcpu_system_mask which, unsigned int cpu,
					bool value);
PERCPU_API void __percpu_init_system_mask(enum __pcpu_system_mask which, const unsigned long *src);
/* Fatal: a file is compiled for @nr CPUs. */
PERCPU_API void __percpu_too_many_cpus(unsigned int nr);
#endif

__PCPU_END_DECLS

__pcpu_always_inline struct percpu_system_masks *__pcpu_system_masks(void)
{
#ifdef PERCPU_UP
	return &__percpu_up_masks;
#else
	struct percpu_system_masks *masks =
		__atomic_load_n(&__percpu_system_masks, __ATOMIC_ACQUIRE);

	return __pcpu_unlikely(!masks) ? __percpu_read_system_masks() : masks;
#endif
}

__pcpu_always_inline unsigned long *__pcpu_system_bits(enum __pcpu_system_mask which)
{
	return __pcpu_system_masks()->bits[which];
}

#ifdef PERCPU_UP

/* Placebos: nobody looks but who asks for the mask itself. */
__pcpu_inline void __percpu_set_system_cpu(enum __pcpu_system_mask which, unsigned int cpu,
					   bool value)
{
	if (cpu > 0 || which == __PCPU_MASK_POSSIBLE)
		return;
	if (value)
		__pcpu_set_bit(cpu, __percpu_up_masks.bits[which]);
	else
		__pcpu_clear_bit(cpu, __percpu_up_masks.bits[which]);
}

__pcpu_inline void __percpu_init_system_mask(enum __pcpu_system_mask which,
					     const unsigned long *src)
{
	__percpu_set_system_cpu(which, 0, __pcpu_test_bit(0, src));
}

#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_SYSTEM_MASKS_H */
