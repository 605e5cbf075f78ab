/* SPDX-License-Identifier: MIT */
/*
 * runtime.h - the few words that inlined operations read, and the address formula.
 *
 * A per-CPU pointer is a template address, not memory. CPU c's copy lives at
 *
 *	base(c) + low32(pointer)
 *
 * where base(c) is the start of the 4 GiB unit window of CPU c. Only the low 32 bits of the pointer
 * count, so that the same formula serves a variable of an executable, one of a shared object, and
 * a dynamic area, whose pointer is a made-up address that faults when it is dereferenced.
 *
 * Nothing in this header is meant to be used by name in programs, except nr_cpu_ids.
 */
#ifndef PERCPU_RUNTIME_H
#define PERCPU_RUNTIME_H

#include <percpu/impl/compiler.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/runtime.h>
#endif

/* what has sequences is kept in memory: see __percpu_module_register() */
#include <percpu/impl/module.h>
#include <percpu/impl/operations.h>
#include <percpu/impl/offsets.h>
#include <percpu/impl/begin.h>

#ifndef PERCPU_UP

/*
 * What a fast path needs to know of one CPU, in a cache line of its own, since it is rewritten
 * while other CPUs read theirs. There are entries for -1 and -2 too: the CPU numbers that the
 * kernel's rseq area holds in a thread that is not registered.
 */
struct percpu_entry {
	/*
	 * The CPU's window while sequences may touch its copies, else negative: the word in @rest
	 * while nobody holds the CPU, and while somebody does, that thread's word. One sign test
	 * sends everything unusual to the slow path: a unit that has not been opened, a CPU that
	 * is held, a thread without rseq, the fallback tier.
	 */
	intptr_t window;
	/*
	 * The CPU's window from the moment its unit is open, else negative. Never closed again; but
	 * negative again if pointers have to be looked up: see __pcpu_copy_in().
	 */
	intptr_t base;
	/* The library's own: guards what its allocator keeps for this CPU. NULL: nothing yet. */
	struct pcpu_cpu_lock *lock;
	/* What @window is when the unit is open and nobody holds the CPU. */
	intptr_t rest;
	/* The word of the thread that is to have the CPU next, wherever it runs; 0: none. */
	intptr_t successor;
	/*
	 * How many threads wait for the CPU; or PCPU_ATTENTION_ALWAYS, the highest bit. Whoever
	 * lets go looks.
	 */
	unsigned int attention;
	/* How many threads are pinned to the CPU. */
	unsigned int pinned;
	/* The library's own: whose operations may be going on here (fenced.h). NULL: nobody's. */
	struct pcpu_mark *marker;
	/* How often the CPU has been taken in the fallback tier. */
	unsigned int takes;
} __attribute__((__aligned__(64)));
__pcpu_static_assert(offsetof(struct percpu_entry, window) == 0, "read where the entry starts");
__pcpu_static_assert(offsetof(struct percpu_entry, base) == __PCPU_ENTRY_BASE &&
			     offsetof(struct percpu_entry, marker) == __PCPU_ENTRY_MARKER,
		     "as assembly has them");
__pcpu_static_assert(sizeof(struct percpu_entry) == 1 << __PCPU_ENTRY_SHIFT, "shifted to");
__pcpu_static_assert(offsetof(struct percpu_entry, rest) == __PCPU_ENTRY_REST &&
			     offsetof(struct percpu_entry, attention) == __PCPU_ENTRY_ATTENTION &&
			     offsetof(struct percpu_entry, pinned) == __PCPU_ENTRY_ATTENTION + 4,
		     "the last two are looked at in one");

/* Of a thread's rseq area: a request for more time, and whether the kernel has given it. */
struct percpu_slice {
	unsigned char request; /* the thread's to write */
	unsigned char granted; /* the kernel's */
};

/*
 * What a thread has of its own, in the library's thread-local storage.
 */
struct percpu_self {
	/*
	 * __PCPU_NO_CPU, or what this CPU is for the thread, wherever it runs: the CPU that it
	 * holds, or whose local locks. Less than that in a thread that never held any.
	 */
	int cpu;
	/* Sections that are inside of others; and local locks, in units of __PCPU_LOCAL_LOCK. */
	unsigned int nested;
	/* What the entry of a CPU holds while the thread holds the CPU; 0: not known yet. */
	intptr_t word;
	/* What others see of the thread's operations in the fallback tier; NULL: none yet. */
	struct pcpu_mark *mark;
	/* The CPU that the thread is pinned to, plus one; 0: it is not. And where it could run
	 * before. */
	unsigned int pinned;
	/* The owner of the local locks that the thread has. A forked child's thread keeps it. */
	unsigned int lock_word;
	struct pcpu_affinity *affinity;
	/* Where requests go that there is nobody to ask. */
	struct percpu_slice no_slice;
#ifdef __aarch64__
	/* What x86-64 has in a register: the window of that CPU, or PCPU_NO_WINDOW. */
	uintptr_t pinned_window;
#endif
};
__pcpu_static_assert(offsetof(struct percpu_self, cpu) == 0 &&
			     offsetof(struct percpu_self, word) == __PCPU_SELF_WORD &&
			     offsetof(struct percpu_self, mark) == __PCPU_SELF_MARK,
		     "as assembly has them");

enum { __PCPU_NEVER_SPLIT = 2 };
enum { __PCPU_NO_CPU = -1 };
enum { __PCPU_LOCAL_LOCK = 1 << 16 };

/*
 * Set once, before any constructor of the program runs, and constant from then on; hence const
 * here, so that compilers keep its fields in registers across operations.
 */
struct percpu_runtime {
	ptrdiff_t rseq_offset;             /* from the thread pointer to the rseq area, bytes */
	struct percpu_entry *entries;      /* by CPU number, -2 .. nr_cpu_ids - 1 */
	ptrdiff_t index_offset;            /* from the thread pointer to the CPU number */
	ptrdiff_t self_offset;             /* from the thread pointer to the percpu_self */
	const unsigned long *cpu_offset;   /* __per_cpu_offset[] */
	const unsigned long *unit_offsets; /* pcpu_unit_offsets[] */
	void *base_addr;                   /* pcpu_base_addr */
	const unsigned long *cpu_possible; /* bitmap, nr_cpu_ids bits */
	/* The processor's word for the CPU's number may be taken below this one; 0: never. */
	unsigned int rdpid_cpus;
	/*
	 * What a split count's word says while it is split (split_count.h): 0; with shared copies
	 * __PCPU_NEVER_SPLIT, which none says, and so they are told of too (counter.h). Not
	 * constant, but for percpu_share().
	 */
	unsigned int split;
	/* From the thread pointer to where a thread asks for more time, a struct percpu_slice. */
	ptrdiff_t slice_offset;
};
__pcpu_static_assert(offsetof(struct percpu_runtime, rseq_offset) == __PCPU_RT_RSEQ_OFFSET &&
			     offsetof(struct percpu_runtime, entries) == __PCPU_RT_ENTRIES &&
			     offsetof(struct percpu_runtime, index_offset) ==
				     __PCPU_RT_INDEX_OFFSET &&
			     offsetof(struct percpu_runtime, self_offset) ==
				     __PCPU_RT_SELF_OFFSET &&
			     offsetof(struct percpu_runtime, rdpid_cpus) == __PCPU_RT_RDPID_CPUS,
		     "as assembly has them");

__PCPU_BEGIN_DECLS

extern const struct percpu_runtime __percpu_rt PERCPU_API;

/**
 * nr_cpu_ids - the highest possible CPU number plus one; CPU numbers may have gaps
 *
 * A constant from before the program's first constructor. (In the library's symbol table it has a
 * name of the library's own.)
 */
extern const unsigned int nr_cpu_ids __asm__("__percpu_nr_cpu_ids") PERCPU_API;
extern const unsigned int __percpu_nr_possible PERCPU_API;

/*
 * base(cpu), opening the CPU's unit on its first use. A CPU that is not possible is fatal. All of
 * these may be negative: for __pcpu_copy_in().
 */
PERCPU_API uintptr_t __percpu_cpu_base_slow(unsigned int cpu);
/* base() of this CPU: the one that the caller holds or runs on, in any tier. */
PERCPU_API uintptr_t __percpu_this_base_slow(void);
/* The copy of @ptr in the window at @base, which is negative. */
PERCPU_API uintptr_t __percpu_copy_slow(uintptr_t ptr, uintptr_t base);
/* The CPU that the caller holds or runs on, for threads without rseq. */
PERCPU_API unsigned int __percpu_this_cpu_slow(void);

__PCPU_END_DECLS

/* Which operation is meant, where it is done out of line: __PCPU_OP_read and so on. */
#define __PCPU_NUMBER(op, ...) __PCPU_OP_##op,
enum { __PCPU_OPERATIONS(__PCPU_NUMBER, __PCPU_NUMBER, __PCPU_NUMBER, __PCPU_NUMBER, , ) };
#undef __PCPU_NUMBER

/* In a code (__PCPU_CODE), what the number of the operation is multiplied by. */
enum { __PCPU_CODE_OP = 32 };

__pcpu_always_inline uintptr_t __pcpu_low32(uintptr_t ptr)
{
	return (uint32_t)ptr;
}

#endif /* PERCPU_UP */

#if defined(__x86_64__)
#include <percpu/impl/arch/x86_64/ops.h>
#else
#include <percpu/impl/arch/aarch64/ops.h>
#endif

#ifndef PERCPU_UP

/*
 * The copy of @ptr in the window at @base. A negative base says that the low half of a pointer may
 * not be its coordinate: the loader has put two modules to the same place modulo 4 GiB.
 */
__pcpu_always_inline uintptr_t __pcpu_copy_in(uintptr_t ptr, uintptr_t base)
{
	if (__pcpu_unlikely((intptr_t)base < 0))
		return __percpu_copy_slow(ptr, base);
	return base + __pcpu_low32(ptr);
}

__pcpu_always_inline struct percpu_self *__pcpu_self(void)
{
	return (struct percpu_self *)(__pcpu_thread_pointer() + (uintptr_t)__percpu_rt.self_offset);
}

/* The number of the CPU that the caller runs on; negative in a thread that has no rseq. */
__pcpu_always_inline int __pcpu_running_cpu(void)
{
	uintptr_t index = __pcpu_thread_pointer() + (uintptr_t)__percpu_rt.index_offset;

	return *(const volatile int *)index;
}

/* The same, or the CPU that the caller holds. */
__pcpu_always_inline int __pcpu_this_cpu_or_none(void)
{
	int held = *(volatile int *)&__pcpu_self()->cpu;

	return __pcpu_unlikely(held >= 0) ? held : __pcpu_running_cpu();
}

__pcpu_always_inline unsigned int __pcpu_this_cpu(void)
{
	int cpu = __pcpu_this_cpu_or_none();

	return __pcpu_unlikely(cpu < 0) ? __percpu_this_cpu_slow() : (unsigned int)cpu;
}

__pcpu_always_inline uintptr_t __pcpu_this_base(void)
{
	intptr_t base =
		((volatile struct percpu_entry *)__percpu_rt.entries)[__pcpu_this_cpu_or_none()]
			.base;

	return __pcpu_unlikely(base < 0) ? __percpu_this_base_slow() : (uintptr_t)base;
}

__pcpu_always_inline uintptr_t __pcpu_cpu_base(unsigned int cpu)
{
	intptr_t base = __atomic_load_n(&__percpu_rt.entries[cpu].base, __ATOMIC_ACQUIRE);

	return __pcpu_unlikely(base < 0) ? __percpu_cpu_base_slow(cpu) : (uintptr_t)base;
}

#endif /* PERCPU_UP */

#undef __PCPU_OPERATIONS
#include <percpu/impl/offsets_end.h>
#include <percpu/impl/end.h>

#endif /* PERCPU_RUNTIME_H */
