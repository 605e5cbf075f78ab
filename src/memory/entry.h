/* SPDX-License-Identifier: MIT */
/*
 * entry.h - what stands in the window of a CPU's entry (struct percpu_entry) when it is no address.
 */
#ifndef PCPU_ENTRY_H
#define PCPU_ENTRY_H

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Words of an entry's window, which are all negative. Two bits: no sequences, and no way around
 * them either (the short way of the fallback tier, percpu/impl/arch/x86_64/fallback.h, goes by the
 * first alone).
 */
#define PCPU_NO_SEQUENCES (INTPTR_MIN)
#define PCPU_SLOW_ONLY ((intptr_t)((uintptr_t)3 << 62))
/* Of a unit that is not open. */
#define PCPU_CLOSED PCPU_SLOW_ONLY

/* The word of a CPU's holder: its thread number, and a bit that no window's address has. */
#define PCPU_WORD_HELD 1
static inline bool pcpu_word_is_held(intptr_t word)
{
	return word < 0 && (word & PCPU_WORD_HELD);
}
static inline int pcpu_word_thread(intptr_t word)
{
	return (int)((uint32_t)word >> 1);
}

#endif /* PCPU_ENTRY_H */
