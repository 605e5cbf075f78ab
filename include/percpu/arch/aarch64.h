/* SPDX-License-Identifier: MIT */
/*
 * aarch64.h - what aarch64 needs beside the portable code.
 *
 * There are no restartable sequences for this architecture: its operations always go to the
 * library, which uses the fallback tier.
 */
#ifndef PERCPU_ARCH_AARCH64_H
#define PERCPU_ARCH_AARCH64_H

#ifndef PERCPU_RUNTIME_H
#error "include <percpu/percpu.h>"
#endif

#ifndef __PCPU_NO_INLINE_SEQUENCE
#define __PCPU_NO_INLINE_SEQUENCE 1
#endif

__pcpu_always_inline uintptr_t __pcpu_thread_pointer(void)
{
	uintptr_t tp;

	__asm__("mrs %0, tpidr_el0" : "=r"(tp));
	return tp;
}

#endif /* PERCPU_ARCH_AARCH64_H */
