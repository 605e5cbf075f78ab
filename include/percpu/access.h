/* SPDX-License-Identifier: MIT */
/*
 * access.h - from a per-CPU pointer or variable to the memory of one CPU's copy.
 *
 * All of these are safe in any thread and in signal handlers, and never block for long: the first
 * use of a CPU opens its unit, with a few system calls. They yield lvalues and typed pointers, not
 * values. None of them protects the copy: by the time a pointer from this_cpu_ptr() is used, the
 * thread may run on another CPU. To change this CPU's copy use the operations of ops.h.
 */
#ifndef PERCPU_ACCESS_H
#define PERCPU_ACCESS_H

#include <percpu/impl/possible.h>
#include <percpu/impl/copies.h>
#include <percpu/impl/misuse.h>
#include <percpu/impl/race.h>
#include <percpu/impl/runtime.h>
#include <percpu/impl/value.h>

#include <percpu/impl/begin.h>

/**
 * __verify_pcpu_ptr() - reject at compile time what is not a pointer
 * @ptr: a per-CPU pointer; not evaluated. A checker (impl/checker.h) rejects other pointers too
 */
#define __verify_pcpu_ptr(ptr) ((void)sizeof(__pcpu_is_percpu(ptr)))

/** RELOC_HIDE() - @ptr plus @off bytes, as one of its type; a compiler does not know of what. */
#define RELOC_HIDE(ptr, off) __pcpu_reloc_hide(ptr, off, __COUNTER__)
#define __pcpu_reloc_hide(ptr, off, id)                                                            \
	__extension__({                                                                            \
		uintptr_t __pcpu_local(hidden, id);                                                \
		__asm__("" : "=r"(__pcpu_local(hidden, id)) : "0"(__pcpu_cast(uintptr_t, (ptr)))); \
		__pcpu_pointer_at(__typeof__(ptr),                                                 \
				  __pcpu_local(hidden, id) + __pcpu_cast(uintptr_t, (off)));       \
	})

/** SHIFT_PERCPU_PTR() - the copy of @ptr in the window that starts at @base. */
#define SHIFT_PERCPU_PTR(ptr, base) \
	__pcpu_pointer_at(__pcpu_copy_pointer(ptr), __pcpu_copy_in(__pcpu_address(ptr), (base)))

#ifdef PERCPU_UP
/** VERIFY_PERCPU_PTR() - @ptr as an ordinary pointer: with one CPU that is its copy. */
#define VERIFY_PERCPU_PTR(ptr) per_cpu_ptr(ptr, 0)
#else
/** __per_cpu_offset[cpu] - start of @cpu's window: what low32 of a per-CPU pointer is added to. */
#define __per_cpu_offset (__percpu_rt.cpu_offset)
/** per_cpu_offset() - __per_cpu_offset[@cpu]; the CPU's unit is open when it returns. */
#define per_cpu_offset(cpu) __pcpu_cpu_base(__pcpu_cpu_number(cpu))
/** __my_cpu_offset - per_cpu_offset() of the CPU that the caller runs on, now; an rvalue. */
#define __my_cpu_offset __pcpu_this_base()
/** my_cpu_offset - as __my_cpu_offset; checked in a debug build. */
#define my_cpu_offset (__pcpu_preempt_check("my_cpu_offset"), __my_cpu_offset)
/** pcpu_base_addr - the first chunk's address: unit offset 0, at the start of the static area. */
#define pcpu_base_addr (__percpu_rt.base_addr)
/** pcpu_unit_offsets[cpu] - from pcpu_base_addr to @cpu's unit, bytes. */
#define pcpu_unit_offsets (__percpu_rt.unit_offsets)
#endif

/**
 * per_cpu_ptr() - one CPU's copy of a per-CPU object
 * @ptr: per-CPU pointer, static or dynamic
 * @cpu: a possible CPU; any other number is fatal (or faults), and a constant that no machine has
 *	does not compile
 *
 * Opens the CPU's unit if this is its first use. To read what may never have been used, without
 * making memory for it, see per_cpu_sum() and percpu_unit_is_open().
 */
#define per_cpu_ptr(ptr, cpu)                                                   \
	__extension__({                                                         \
		__verify_pcpu_ptr(ptr);                                         \
		SHIFT_PERCPU_PTR(ptr, __pcpu_cpu_base(__pcpu_cpu_number(cpu))); \
	})

/** per_cpu() - lvalue: the copy of variable @var of the possible CPU @cpu. */
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))

/** arch_raw_cpu_ptr() - as raw_cpu_ptr(), which is made of it; it verifies nothing. */
#define arch_raw_cpu_ptr(ptr) SHIFT_PERCPU_PTR(ptr, __pcpu_this_base())

/** raw_cpu_ptr() - the copy of @ptr of the CPU that the caller runs on, now. */
#define raw_cpu_ptr(ptr)                \
	__extension__({                 \
		__verify_pcpu_ptr(ptr); \
		arch_raw_cpu_ptr(ptr);  \
	})

/*
 * With PERCPU_DEBUG_PREEMPT defined before the first include (the kernel's CONFIG_DEBUG_PREEMPT),
 * this_cpu_ptr(), smp_processor_id() and __this_cpu_X() of ops.h report their use where another
 * thread can come in between: outside of sections (section.h), in a thread that may run on more
 * than one CPU. The report is an error in the log (log.h), with the caller's address.
 */
#if defined(PERCPU_DEBUG_PREEMPT) && !defined(PERCPU_UP)
#define __pcpu_preempt_check(name) __percpu_preempt_check(name)
#else
#define __pcpu_preempt_check(name) ((void)0)
#endif
/** __this_cpu_preempt_check() - that check, for an operation called "__this_cpu_@op". */
#define __this_cpu_preempt_check(op) __pcpu_preempt_check("__this_cpu_" op "()")

/** this_cpu_ptr() - as raw_cpu_ptr(); checked in a debug build. */
#define this_cpu_ptr(ptr) (__pcpu_preempt_check("this_cpu_ptr()"), raw_cpu_ptr(ptr))

/** __this_cpu_ptr() - raw_cpu_ptr(), by the name that it had in kernels before 3.18. */
#define __this_cpu_ptr(ptr) raw_cpu_ptr(ptr)
/** __get_cpu_var(), __raw_get_cpu_var() - lvalue: this CPU's copy of @var; names of that time. */
#define __get_cpu_var(var) (*this_cpu_ptr(&(var)))
#define __raw_get_cpu_var(var) (*raw_cpu_ptr(&(var)))

/**
 * raw_smp_processor_id() - this CPU, 0 .. nr_cpu_ids - 1
 *
 * The CPU that the caller runs on; inside a section (section.h) the one that it holds, wherever it
 * runs.
 */
#define raw_smp_processor_id() __pcpu_this_cpu()
/** smp_processor_id() - as raw_smp_processor_id(); checked in a debug build. */
#define smp_processor_id() (__pcpu_preempt_check("smp_processor_id()"), raw_smp_processor_id())

__PCPU_BEGIN_DECLS

#ifndef PERCPU_UP
/* Reports @name if the calling thread is not protected. */
PERCPU_API void __percpu_preempt_check(const char *name);
#endif

/**
 * percpu_unit_is_open() - whether CPU @cpu's copies have memory
 *
 * A unit that is not open was never used: its copies of static variables are the initial values
 * and those of dynamic areas are zero. False for a CPU that is not possible. Thread- and
 * signal-safe, never blocks.
 */
PERCPU_API bool percpu_unit_is_open(unsigned int cpu);

/* Of the object at @ptr: for per_cpu_sum(). */
PERCPU_API struct percpu_copies __percpu_copies(__pcpu_any_object *ptr);

__PCPU_END_DECLS

/**
 * per_cpu_sum() - the sum of all CPUs' copies of an arithmetic variable
 * @var: a static variable, or an object such as p->field where p is a dynamic per-CPU pointer
 *
 * The sum of an integer has 64 bits, whatever the variable's own width. Every copy is read once;
 * the sum is exact when nobody counts meanwhile, and otherwise lies between the sums before and
 * after the call if all additions have one sign. Costs what the CPUs used cost, and makes no unit
 * open. Thread- and signal-safe.
 */
#define per_cpu_sum(var) __pcpu_per_cpu_sum(var, __COUNTER__)
#define __pcpu_per_cpu_sum(var, id)                                                                \
	__extension__({                                                                            \
		__verify_pcpu_ptr(&(var));                                                         \
		__pcpu_check_summand(var);                                                         \
		const struct percpu_copies __pcpu_local(copies, id) = __percpu_copies(&(var));     \
		__typeof__((var) + 0L) __pcpu_local(sum, id) = 0;                                  \
		__pcpu_race_begin_reads();                                                         \
		if (__pcpu_local(copies, id).nr_closed)                                            \
			__pcpu_local(sum, id) +=                                                   \
				__pcpu_cast(__typeof__((var) + 0L),                                \
					    __pcpu_local(copies, id).nr_closed) *                  \
				*__pcpu_typed_pointer(const volatile __pcpu_value_type(var) *,     \
						      __pcpu_local(copies, id).initial);           \
		for (unsigned int __pcpu_local(i, id) = 0;                                         \
		     __pcpu_local(i, id) < __pcpu_local(copies, id).nr_open;                       \
		     __pcpu_local(i, id)++)                                                        \
			__pcpu_local(sum, id) += *__pcpu_typed_pointer(                            \
				const volatile __pcpu_value_type(var) *,                           \
				__pcpu_open_copy(&__pcpu_local(copies, id), __pcpu_local(i, id))); \
		__pcpu_race_end_reads();                                                           \
		__pcpu_local(sum, id);                                                             \
	})

#include <percpu/impl/end.h>

#endif /* PERCPU_ACCESS_H */
