/* SPDX-License-Identifier: MIT */
/*
 * replace.h - an exchange in memory at any address, which may be across two cache lines: no lock.
 */
#ifndef PCPU_REPLACE_H
#define PCPU_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

/* One instruction: no thread of this CPU, and no signal's handler, comes in between. */
#define PCPU_REPLACES_AT_ONCE 1

/*
 * pcpu_replace_8(address, before, after) - stores @after there if it finds @before; whether it did.
 * Exact among what runs on this CPU, and among nothing else.
 */
#define DEFINE_REPLACE(n, type, instruction)                                            \
	static inline bool pcpu_replace_##n(uintptr_t address, type before, type after) \
	{                                                                               \
		bool done;                                                              \
                                                                                        \
		__asm__ volatile(instruction " %[after], (%[address])"                  \
				 : "=@ccz"(done), "+a"(before)                          \
				 : [after] "r"(after), [address] "r"(address)           \
				 : "memory");                                           \
		return done;                                                            \
	}
DEFINE_REPLACE(2, uint16_t, "cmpxchgw")
DEFINE_REPLACE(4, uint32_t, "cmpxchgl")
DEFINE_REPLACE(8, uint64_t, "cmpxchgq")
#undef DEFINE_REPLACE

#endif /* PCPU_REPLACE_H */
