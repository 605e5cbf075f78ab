/* SPDX-License-Identifier: MIT */
/*
 * replace.h - an exchange in memory at any address: this processor has no instruction for it.
 */
#ifndef PCPU_REPLACE_H
#define PCPU_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

/* A load and a store: whoever does it is alone. */
#define PCPU_REPLACES_AT_ONCE 0

/* pcpu_replace_8(address, before, after) - stores @after there if it finds @before. */
#define DEFINE_REPLACE(n, type)                                                         \
	static inline bool pcpu_replace_##n(uintptr_t address, type before, type after) \
	{                                                                               \
		type found;                                                             \
                                                                                        \
		__builtin_memcpy(&found, (const void *)address, sizeof(found));         \
		if (found != before)                                                    \
			return false;                                                   \
		__builtin_memcpy((void *)address, &after, sizeof(after));               \
		return true;                                                            \
	}
DEFINE_REPLACE(2, uint16_t)
DEFINE_REPLACE(4, uint32_t)
DEFINE_REPLACE(8, uint64_t)
#undef DEFINE_REPLACE

#endif /* PCPU_REPLACE_H */
