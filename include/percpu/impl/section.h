/* SPDX-License-Identifier: MIT */
/*
 * section.h - the usual ways into and out of a section, for percpu/section.h. With PERCPU_UP they
 * are in up/runtime.h.
 */
#ifndef PERCPU_IMPL_SECTION_H
#define PERCPU_IMPL_SECTION_H

#include <percpu/impl/race.h>
#include <percpu/ops.h>

#ifndef PERCPU_UP

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* The rare ways into and out of a section. */
PERCPU_API uintptr_t __percpu_hold_slow(void);
PERCPU_API void __percpu_release_slow(void);
PERCPU_API void __percpu_wake(unsigned int cpu);
PERCPU_API void __percpu_slice_yield(void);

/* An operation of ops.h on the copy of @cpu, exact among operations of all families but raw. */
PERCPU_API uint64_t __percpu_op_on(unsigned int cpu, unsigned int op, unsigned int size,
				   uintptr_t ptr, uint64_t a);

__PCPU_END_DECLS

#ifdef PERCPU_SLICE_EXTENSION
/*
 * While a thread holds a CPU it asks the kernel for a little more time, should its own be over: who
 * is preempted in a section has others wait. If it was given some, it gives the rest back at the
 * end. Where there is nobody to ask, what is written here is read by nobody.
 */
__pcpu_always_inline volatile struct percpu_slice *__pcpu_slice(void)
{
	return (volatile struct percpu_slice *)(__pcpu_thread_pointer() +
						(uintptr_t)__percpu_rt.slice_offset);
}

__pcpu_always_inline void __pcpu_slice_begin(void)
{
	volatile struct percpu_slice *slice = __pcpu_slice();

	/* before the library's start the offset is 0, which is the C library's place */
	if (__builtin_expect(__percpu_rt.slice_offset != 0, 1))
		slice->request = 1;
}

__pcpu_always_inline void __pcpu_slice_end(void)
{
	volatile struct percpu_slice *slice = __pcpu_slice();

	if (__pcpu_unlikely(!__percpu_rt.slice_offset))
		return;
	slice->request = 0;
	if (__pcpu_unlikely(slice->granted))
		__percpu_slice_yield();
}

/* The end of a section inside of another one leaves the request to that. */
__pcpu_always_inline void __pcpu_slice_end_unless_inside(void)
{
	if (*(volatile int *)&__pcpu_self()->cpu < 0)
		__pcpu_slice_end();
}
#else
__pcpu_always_inline void __pcpu_slice_begin(void)
{
}

__pcpu_always_inline void __pcpu_slice_end(void)
{
}

__pcpu_always_inline void __pcpu_slice_end_unless_inside(void)
{
}
#endif

/* Takes this CPU, and returns its window. */
__pcpu_always_inline uintptr_t __pcpu_take(void)
{
	intptr_t base = -1;

#ifndef __PCPU_NO_INLINE_SEQUENCE
	struct percpu_self *self = __pcpu_self();

	if (__builtin_expect(*(volatile int *)&self->cpu == __PCPU_NO_CPU, 1))
		base = __pcpu_seq_hold(self);
#endif
	if (__pcpu_unlikely(base < 0))
		base = (intptr_t)__percpu_hold_slow();
	__pcpu_race_begin_section();
	return (uintptr_t)base;
}

__pcpu_always_inline uintptr_t __pcpu_hold(void)
{
	uintptr_t base = __pcpu_take();

	__pcpu_slice_begin();
	return base;
}

/*
 * Lets it go. The order of the last three steps matters: a thread that waits has made itself
 * noticed before it looks at the window for the last time (the library's hold.h has the protocol).
 */
__pcpu_always_inline void __pcpu_release(void)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	__pcpu_race_end_section();
	__percpu_release_slow();
	__pcpu_slice_end_unless_inside();
#else
	volatile struct percpu_self *self = __pcpu_self();
	volatile struct percpu_entry *entry;
	/*
	 * Not self->cpu, which was stored a moment ago, in the middle of other stores. Whoever has
	 * been migrated finds another word.
	 */
	const int cpu = __pcpu_running_cpu();

	entry = &__percpu_rt.entries[cpu];
	if (__pcpu_unlikely(entry->window != self->word || self->nested || entry->attention)) {
		__percpu_release_slow();
		__pcpu_slice_end_unless_inside();
		return;
	}
	__atomic_store_n(&entry->window, entry->rest, __ATOMIC_RELEASE);
	__asm__ volatile("" : : : "memory");
	if (__pcpu_unlikely(entry->attention))
		__percpu_wake((unsigned int)cpu);
	self->cpu = __PCPU_NO_CPU;
	__pcpu_slice_end();
#endif
}

/* __percpu_op_on(), as it is called. */
__pcpu_always_inline uint64_t __pcpu_op_on(unsigned int cpu, unsigned int op, unsigned int size,
					   uintptr_t ptr, uint64_t a)
{
	uint64_t result;

	__pcpu_race_begin_op(op, ptr);
	result = __percpu_op_on(cpu, op, size, ptr, a);
	__pcpu_race_end_op(op, ptr);
	return result;
}

/* The CPU that the caller holds. */
__pcpu_always_inline unsigned int __pcpu_held_cpu(void)
{
	return (unsigned int)__pcpu_self()->cpu;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#ifdef __cplusplus
extern "C++" { /* the header may be included inside of extern "C" */
/* Whether the character stands in a name: n::s<int>::var, in whatever letters. */
constexpr bool __pcpu_is_of_name(char c)
{
	return c < '\0' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '$' || c == ':' || c == ' ' || c == '<' ||
	       c == '>' || c == ',';
}
constexpr bool __pcpu_is_name(const char *text)
{
	return !*text || (__pcpu_is_of_name(*text) && __pcpu_is_name(text + 1));
}
}
#define __pcpu_check_name(var) \
	__pcpu_static_assert(__pcpu_is_name(#var), "get_cpu_var() is of a variable, by its name")
#else
/* Of a plain identifier, and nothing else, this makes a name. */
#define __pcpu_check_name(var) struct __pcpu_section_of_##var
#endif

#define __pcpu_get_cpu_var(var, id)                               \
	(*__extension__({                                         \
		__pcpu_check_name(var);                           \
		__verify_pcpu_ptr(&(var));                        \
		uintptr_t __pcpu_local(held, id) = __pcpu_hold(); \
		SHIFT_PERCPU_PTR(&(var), __pcpu_local(held, id)); \
	}))

#define __pcpu_get_cpu_ptr(ptr, id)                                                 \
	__extension__({                                                             \
		__typeof__((ptr) + 0) __pcpu_local(object, id) = (ptr);             \
		__verify_pcpu_ptr(ptr);                                             \
		uintptr_t __pcpu_local(held, id) = __pcpu_hold();                   \
		SHIFT_PERCPU_PTR(__pcpu_local(object, id), __pcpu_local(held, id)); \
	})

#ifdef PERCPU_UP
#define __pcpu_per_cpu_xchg(var, cpu, val, id) ((void)(cpu), this_cpu_xchg(var, val))
#else
#define __pcpu_per_cpu_xchg(var, cpu, val, id)                                                     \
	__extension__({                                                                            \
		__verify_pcpu_ptr(&(var));                                                         \
		__pcpu_check_variable(var);                                                        \
		__pcpu_check_writable(var);                                                        \
		__pcpu_from_bits(var,                                                              \
				 __pcpu_op_on(__pcpu_cpu_number(cpu), __PCPU_OP_xchg, sizeof(var), \
					      __pcpu_address(&(var)),                              \
					      __pcpu_to_bits(var, val, id)),                       \
				 id);                                                              \
	})
#endif

#endif /* PERCPU_IMPL_SECTION_H */
