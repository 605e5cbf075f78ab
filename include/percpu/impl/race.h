/* SPDX-License-Identifier: MIT */
/*
 * race.h - what ThreadSanitizer is told by code that is built with it: who has had a CPU, a local
 * lock or a value before whom. The library, which it may not have been built with, does the rest in
 * memory of its own. In other builds all of this is nothing.
 */
#ifndef PERCPU_IMPL_RACE_H
#define PERCPU_IMPL_RACE_H

#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

#if defined(__PCPU_NO_INLINE_SEQUENCE) && !defined(PERCPU_UP)

__PCPU_BEGIN_DECLS

/*
 * The sanitizer's runtime library. What was done before a release of the same @at has been done
 * after an acquire.
 */
void __tsan_acquire(void *at);
void __tsan_release(void *at);
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);

__PCPU_END_DECLS

/* The caller has a CPU from here on, and until there. */
__pcpu_always_inline void __pcpu_race_begin_section(void)
{
	__tsan_acquire(&__percpu_rt.entries[__pcpu_self()->cpu]);
}

__pcpu_always_inline void __pcpu_race_end_section(void)
{
	__tsan_release(&__percpu_rt.entries[__pcpu_self()->cpu]);
}

/* The same of the copy of the object at @ptr that belongs to the CPU whose locks the caller has. */
__pcpu_always_inline void *__pcpu_race_copy(uintptr_t ptr)
{
	const intptr_t base = __percpu_rt.entries[__pcpu_self()->cpu].base;
	const uintptr_t copy = __pcpu_copy_in(ptr, (uintptr_t)base);

	return (void *)copy;
}

__pcpu_always_inline void __pcpu_race_begin_lock(uintptr_t ptr)
{
	__tsan_acquire(__pcpu_race_copy(ptr));
}

__pcpu_always_inline void __pcpu_race_end_lock(uintptr_t ptr)
{
	__tsan_release(__pcpu_race_copy(ptr));
}

/* In between the thread reads what others may be writing. */
__pcpu_always_inline void __pcpu_race_begin_reads(void)
{
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}

__pcpu_always_inline void __pcpu_race_end_reads(void)
{
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

/*
 * For the values of the variable with the template address @ptr, which is nowhere itself: a word of
 * the table of entries. That two variables may share one hides a race, and makes up none.
 */
__pcpu_always_inline void *__pcpu_race_place(uintptr_t ptr)
{
	const uintptr_t words = nr_cpu_ids * sizeof(struct percpu_entry) / sizeof(uint64_t);
	const uintptr_t hash = (uintptr_t)(((uint64_t)ptr * 0x9e3779b97f4a7c15u) >> 32);

	return (uint64_t *)__percpu_rt.entries + hash % words;
}

/*
 * Around an operation on it: who finds a value in a variable has seen what was done before it was
 * put there. Not so sums: that two threads count is no order between them.
 */
__pcpu_always_inline void __pcpu_race_begin_op(unsigned int op, uintptr_t ptr)
{
	if (op == __PCPU_OP_xchg || op == __PCPU_OP_cmpxchg || op == __PCPU_OP_write)
		__tsan_release(__pcpu_race_place(ptr));
}

__pcpu_always_inline void __pcpu_race_end_op(unsigned int op, uintptr_t ptr)
{
	if (op == __PCPU_OP_xchg || op == __PCPU_OP_cmpxchg || op == __PCPU_OP_read)
		__tsan_acquire(__pcpu_race_place(ptr));
}

#else

__pcpu_always_inline void __pcpu_race_begin_section(void)
{
}

__pcpu_always_inline void __pcpu_race_end_section(void)
{
}

__pcpu_always_inline void __pcpu_race_begin_lock(uintptr_t ptr)
{
	(void)ptr;
}

__pcpu_always_inline void __pcpu_race_end_lock(uintptr_t ptr)
{
	(void)ptr;
}

__pcpu_always_inline void __pcpu_race_begin_reads(void)
{
}

__pcpu_always_inline void __pcpu_race_end_reads(void)
{
}

__pcpu_always_inline void __pcpu_race_begin_op(unsigned int op, uintptr_t ptr)
{
	(void)op;
	(void)ptr;
}

__pcpu_always_inline void __pcpu_race_end_op(unsigned int op, uintptr_t ptr)
{
	(void)op;
	(void)ptr;
}

#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_RACE_H */
