/* SPDX-License-Identifier: MIT */
/*
 * entry.h - the table of the CPUs' entries (struct percpu_entry), and what stands in the window of
 * one when it is no address.
 */
#ifndef PCPU_ENTRY_H
#define PCPU_ENTRY_H

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Words of an entry's window, which are all negative. Two bits: no sequences, and no way around
 * them either (the short way of the fallback tier, percpu/impl/arch/x86_64/fallback.h, goes by the
 * first alone).
 */
#define PCPU_NO_SEQUENCES (INTPTR_MIN)
#define PCPU_SLOW_ONLY ((intptr_t)((uintptr_t)3 << 62))
_Static_assert(PCPU_NO_SEQUENCES == (intptr_t)((uintptr_t)2 << 62), "as in that file");
/*
 * In a word at rest of the fallback tier: operations on the CPU fence themselves, so that who takes
 * it need not (cpu/fenced.h).
 */
#define PCPU_FENCED ((intptr_t)1 << 61)
/* Of a unit that is not open; and the base of one. */
#define PCPU_CLOSED PCPU_SLOW_ONLY
#define PCPU_NO_BASE ((intptr_t)-1)

/* In the base of a unit that is open: pointers have to be looked up (displaced.h). */
#define PCPU_LOOK_UP (INTPTR_MIN)

/*
 * The word of a CPU's holder: its thread number, and a bit that no window's address has; and above
 * the low half, with shared copies, when the thread began (ground/system/thread_life.h): its number
 * may have been another's before, who was killed.
 */
#define PCPU_WORD_HELD 1
#define PCPU_WORD_BIRTH 32
static inline bool pcpu_word_is_held(intptr_t word)
{
	return word < 0 && (word & PCPU_WORD_HELD);
}
static inline int pcpu_word_thread(intptr_t word)
{
	return (int)((uint32_t)word >> 1);
}

static inline unsigned int pcpu_word_birth(intptr_t word)
{
	return (unsigned int)((uint64_t)(word & ~PCPU_SLOW_ONLY) >> PCPU_WORD_BIRTH);
}

/* The table, for __percpu_rt: index 0 is CPU 0. */
extern struct percpu_entry *pcpu_entries;
static inline struct percpu_entry *pcpu_unit_entries(void)
{
	return pcpu_entries;
}

/* Fatal before the boot: whoever comes to the slow side asks here first. */
void __attribute__((__noreturn__, __cold__)) pcpu_entries_missing(void);
static inline void pcpu_check_booted(void)
{
	if (__builtin_expect(!pcpu_entries, 0))
		pcpu_entries_missing();
}

static inline struct percpu_entry *pcpu_unit_entry(unsigned int cpu)
{
	return &pcpu_entries[cpu];
}

static inline bool pcpu_entry_is_open(const struct percpu_entry *entry)
{
	return __atomic_load_n(&entry->base, __ATOMIC_ACQUIRE) != PCPU_NO_BASE;
}

/*
 * Whether operations find their way by it. Between being open and that an entry is while it is
 * published, or for good if who did that was killed in between, in a process that shares it.
 */
static inline bool pcpu_entry_is_ready(const struct percpu_entry *entry)
{
	return pcpu_entry_is_open(entry) &&
	       __atomic_load_n(&entry->window, __ATOMIC_ACQUIRE) != PCPU_CLOSED;
}

/* Where the window of an entry is whose unit is open. */
static inline uintptr_t pcpu_entry_copies(const struct percpu_entry *entry)
{
	return (uintptr_t)(entry->base & ~PCPU_LOOK_UP);
}

/*
 * Makes the entries of @nr CPUs, of which no unit is open; @attention is theirs. An index out of
 * range, but within that of 65,536 CPUs, faults or is sent away. 0 or -ENOMEM. Once.
 */
int pcpu_entries_init(unsigned int nr, unsigned int attention);

/* Has them shared with the children of the process. 0 or a negative errno; nothing has changed. */
int pcpu_entries_share(void);

/* Whether nobody holds a CPU, waits for one, or is pinned to one. */
bool pcpu_entries_are_at_rest(void);

/* How many bytes the table has: whole pages. */
size_t pcpu_entries_size(void);

/*
 * Has the table be that of other processes, at @at of @file. @fresh: it is nobody's yet, and @fill
 * says what each entry starts with. Until the last step an error leaves all as it was. 0 or a
 * negative errno.
 */
int pcpu_entries_join(int file, uint64_t at, bool fresh,
		      void (*fill)(unsigned int cpu, struct percpu_entry *entry));

/* Has @rest be what the window is while nobody holds the CPU; nobody uses it meanwhile. */
void pcpu_entry_set_rest(struct percpu_entry *entry, intptr_t rest);

/* The attention of all of them, while nobody uses any. */
void pcpu_entries_set_attention(unsigned int attention);

#endif /* PCPU_ENTRY_H */
