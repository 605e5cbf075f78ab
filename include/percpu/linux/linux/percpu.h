/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - per-CPU variables as kernel files include them: percpu/percpu.h and percpu/boot.h, and
 * the headers that <linux/percpu.h> has in it there.
 */
#ifndef PERCPU_LINUX_PERCPU_H
#define PERCPU_LINUX_PERCPU_H

#include <linux/types.h>

#include <asm/percpu.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include <percpu/boot.h>

#define PERCPU_DYNAMIC_SIZE_SHIFT 0

/** alloc_percpu_noprof() - nobody profiles allocations by their places here. */
#define alloc_percpu_noprof(type) alloc_percpu(type)
#define __alloc_percpu_noprof(size, align) __alloc_percpu(size, align)

#ifndef PERCPU_UP
/**
 * __is_kernel_percpu_address() - whether @addr lies in a CPU's copies of the program's variables
 * @can_addr: if it is not NULL, the place of the same byte in the first possible CPU's copies
 */
static inline __attribute__((__unused__)) bool __is_kernel_percpu_address(unsigned long addr,
									  unsigned long *can_addr)
{
	const volatile char __percpu *image;
	size_t offset;

	if (!is_kernel_percpu_address(addr))
		return false;
	image = (const volatile char __percpu *)percpu_address_of((const void *)(uintptr_t)addr,
								  NULL, &offset);
	if (image && can_addr)
		*can_addr = (unsigned long)(uintptr_t)per_cpu_ptr(image + offset,
								  cpumask_first(cpu_possible_mask));
	return image != NULL;
}
#endif

/** per_cpu_ptr_to_phys() - an error where it is used: a process knows no physical addresses. */
#if !defined(__clang__) || __clang_major__ >= 14
extern phys_addr_t per_cpu_ptr_to_phys(const volatile void *addr)
	__attribute__((__error__("per_cpu_ptr_to_phys(): a process knows no physical addresses")));
#endif

#endif /* PERCPU_LINUX_PERCPU_H */
