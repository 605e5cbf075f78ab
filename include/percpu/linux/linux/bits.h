/* SPDX-License-Identifier: MIT */
/* bits.h - masks of bits, and the sizes of types in bits. */
#ifndef PERCPU_LINUX_BITS_H
#define PERCPU_LINUX_BITS_H

#include <linux/types.h>

#define BITS_PER_LONG_LONG 64
#define BITS_PER_BYTE 8
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_U64(nr) (((nr) + 63) / 64)
#define BITS_TO_U32(nr) (((nr) + 31) / 32)
#define BITS_TO_BYTES(nr) (((nr) + 7) / 8)
#define BYTES_TO_BITS(nb) ((nb)*BITS_PER_BYTE)

/** BIT(), BIT_ULL() - the word with bit @nr alone. */
#define BIT(nr) (1UL << (nr))
#define BIT_ULL(nr) (1ULL << (nr))
/** BIT_MASK(), BIT_WORD() - of a bitmap's bit: its mask in its word, and which word that is. */
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (1ULL << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)

/** GENMASK() - bits @l to @h of a word, both of them too; with constants in the wrong order: 0. */
#define GENMASK(h, l) (((~0UL) << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) (((~0ULL) << (l)) & (~0ULL >> (BITS_PER_LONG_LONG - 1 - (h))))

#endif /* PERCPU_LINUX_BITS_H */
