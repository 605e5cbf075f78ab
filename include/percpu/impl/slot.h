/* SPDX-License-Identifier: MIT */
/*
 * slot.h - which slot list of the allocator a chunk of so many free bytes is on; for boot.h, and
 * for the allocator, which goes by the same.
 *
 * Chunks are kept on lists by how much they can still give out, so that an allocation looks first
 * at the fullest chunk that may hold it. The lists double in width:
 *
 *	slot            free bytes
 *	0               as good as full: nothing to give that is worth looking for
 *	1               fewer than 16
 *	2               16 to 31
 *	3               32 to 63
 *	...
 *	nr_slots - 1    the whole unit: wholly free chunks, and no others
 *
 * An allocation of n bytes starts at the slot that n itself would have: every chunk in a lower
 * slot has fewer than n bytes free. All sizes are in bytes, 0 <= size <= unit_size. Pure
 * arithmetic: nothing here blocks or touches memory.
 */
#ifndef PERCPU_SLOT_H
#define PERCPU_SLOT_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

/** 2^5 bytes: sizes with an fls of 5 or less share the lowest slots (kernel name and value). */
#define PCPU_SLOT_BASE_SHIFT 5

/** __pcpu_size_to_slot() - by the formula alone, without the exception for wholly free chunks. */
__pcpu_inline int __pcpu_size_to_slot(int size)
{
	const int bits = size ? 32 - __builtin_clz((unsigned int)size) : 0;
	const int slot = bits - PCPU_SLOT_BASE_SHIFT + 2;

	return slot > 1 ? slot : 1;
}

/** pcpu_slot_count() - how many slots there are for units of @unit_size bytes. */
__pcpu_inline int pcpu_slot_count(int unit_size)
{
	return __pcpu_size_to_slot(unit_size) + 2;
}

/**
 * pcpu_size_to_slot() - the first slot to look at for @size bytes; in the kernel unit_size is its
 * own.
 */
__pcpu_inline int pcpu_size_to_slot(int size, int unit_size)
{
	if (size == unit_size)
		return pcpu_slot_count(unit_size) - 1;
	return __pcpu_size_to_slot(size);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_SLOT_H */
