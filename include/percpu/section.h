/* SPDX-License-Identifier: MIT */
/*
 * section.h - sections in which a CPU's copies are the caller's alone: get_cpu_var() and the rest.
 *
 *	struct stats *s = get_cpu_ptr(stats);		// this CPU is ours
 *	s->packets++;
 *	s->bytes += length;
 *	put_cpu_ptr(stats);
 *
 * The kernel switches preemption off. Here the caller takes the CPU: from get to put nobody else
 * has a section on it, and other threads' this_cpu_X() operations on its copies wait, even if the
 * holder is preempted or migrated meanwhile. They wait briefly by spinning, then asleep; so
 * sections are to be short, and do not wait for anything themselves.
 *
 * Inside of a section
 *  - this CPU is the one that is held, wherever the thread runs: smp_processor_id(),
 *    this_cpu_ptr(), raw_cpu_X() and __this_cpu_X() are about its copies;
 *  - this_cpu_X() never waits, and loses nothing, but it is done on the held CPU's copy or on that
 *    of the CPU that the thread runs on: sums are right, single copies may not be what one expects.
 *    Use __this_cpu_X();
 *  - sections nest. The inner ones are about the same CPU;
 *  - a signal's handler belongs to the same thread, and is not kept out, as interrupts are not in
 *    the kernel: its this_cpu_X() may come between an ordinary load and store of the section.
 *
 * raw_cpu_X(), __this_cpu_X(), pinned_cpu_X() and per_cpu() of other threads do not look whether a
 * CPU is held.
 *
 * A thread that ends inside of a section, or is cancelled there, is reported in the log and its CPU
 * is let go. In the child of a fork() nobody holds a CPU but the thread that forked, if it did.
 */
#ifndef PERCPU_SECTION_H
#define PERCPU_SECTION_H

#include <percpu/ops.h>

__PCPU_BEGIN_DECLS

#ifndef PERCPU_UP
/* The rare ways into and out of a section. */
PERCPU_API uintptr_t __percpu_hold_slow(void);
PERCPU_API void __percpu_release_slow(void);
PERCPU_API void __percpu_wake(unsigned int cpu);
#endif

/**
 * percpu_remote_begin() - have another CPU's copies to oneself
 * @cpu: a possible CPU
 *
 * As get_cpu(), but for the CPU that is named: until percpu_remote_end() nobody else has a section
 * on it, and this_cpu_X() there waits. "This CPU" is @cpu for the caller meanwhile. Costs a system
 * call that interrupts the CPU, if it runs a thread of the process. Inside of a section of the same
 * CPU it nests.
 *
 * Returns 0; -EINVAL: no such CPU; -EDEADLK: the caller holds another CPU, or local locks of one
 * (two threads that wait for each other's would wait for ever); -EBUSY: other threads are pinned to
 * the CPU, whose operations do not wait. May block. Thread-safe; in a signal handler only if that
 * cannot interrupt a section. There is nothing like it in the kernel.
 */
PERCPU_API int percpu_remote_begin(unsigned int cpu) __attribute__((__warn_unused_result__));

/**
 * percpu_remote_end() - the end of what percpu_remote_begin() of the same @cpu began
 *
 * Fatal if the caller does not hold @cpu.
 */
PERCPU_API void percpu_remote_end(unsigned int cpu);

#ifndef PERCPU_UP
/* An operation of ops.h on the copy of @cpu, exact among operations of all families but raw. */
PERCPU_API uint64_t __percpu_op_on(unsigned int cpu, unsigned int op, unsigned int size,
				   uintptr_t ptr, uint64_t a);
#endif

__PCPU_END_DECLS

#ifndef PERCPU_UP

/* Takes this CPU, and returns its window. */
__pcpu_always_inline uintptr_t __pcpu_hold(void)
{
	intptr_t base = -1;

#ifndef __PCPU_NO_INLINE_SEQUENCE
	struct percpu_self *self = __pcpu_self();

	if (__builtin_expect(*(volatile int *)&self->cpu == __PCPU_NO_CPU, 1))
		base = __pcpu_seq_hold(self);
#endif
	return __pcpu_unlikely(base < 0) ? __percpu_hold_slow() : (uintptr_t)base;
}

/*
 * Lets it go. The order of the last three steps matters: a thread that waits has made itself
 * noticed before it looks at the window for the last time (src/cpu/hold.h has the protocol).
 */
__pcpu_always_inline void __pcpu_release(void)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	__percpu_release_slow();
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
		return;
	}
	__atomic_store_n(&entry->window, entry->rest, __ATOMIC_RELEASE);
	__asm__ volatile("" : : : "memory");
	if (__pcpu_unlikely(entry->attention))
		__percpu_wake((unsigned int)cpu);
	self->cpu = __PCPU_NO_CPU;
#endif
}

/* The CPU that the caller holds. */
__pcpu_always_inline unsigned int __pcpu_held_cpu(void)
{
	return (unsigned int)__pcpu_self()->cpu;
}

#endif /* PERCPU_UP */

/* A plain identifier, and nothing else, makes a name of a structure. */
#define __pcpu_plain_identifier(var) struct __pcpu_section_of_##var

/**
 * get_cpu_var() - begin a section; lvalue: this CPU's copy of the static variable @var
 *
 * @var is a plain identifier. Waits while another thread holds the CPU. Thread-safe; safe in signal
 * handlers, where it waits for others but never for its own thread. Costs less than half of what
 * a mutex costs that nobody else wants; in the fallback tier, a microsecond or two.
 */
#define get_cpu_var(var) __pcpu_get_cpu_var(var, __COUNTER__)
#define __pcpu_get_cpu_var(var, id)                               \
	(*__extension__({                                         \
		__pcpu_plain_identifier(var);                     \
		__verify_pcpu_ptr(&(var));                        \
		uintptr_t __pcpu_local(held, id) = __pcpu_hold(); \
		SHIFT_PERCPU_PTR(&(var), __pcpu_local(held, id)); \
	}))

/** put_cpu_var() - the end of the section that get_cpu_var() of @var began. */
#define put_cpu_var(var)          \
	do {                      \
		(void)&(var);     \
		__pcpu_release(); \
	} while (0)

/** get_cpu_ptr() - begin a section; this CPU's copy of the object at the per-CPU pointer @ptr. */
#define get_cpu_ptr(ptr) __pcpu_get_cpu_ptr(ptr, __COUNTER__)
#define __pcpu_get_cpu_ptr(ptr, id)                                                 \
	__extension__({                                                             \
		__typeof__((ptr) + 0) __pcpu_local(object, id) = (ptr);             \
		__verify_pcpu_ptr(ptr);                                             \
		uintptr_t __pcpu_local(held, id) = __pcpu_hold();                   \
		SHIFT_PERCPU_PTR(__pcpu_local(object, id), __pcpu_local(held, id)); \
	})

/** put_cpu_ptr() - the end of the section that get_cpu_ptr() of @ptr began. */
#define put_cpu_ptr(ptr)          \
	do {                      \
		(void)(ptr);      \
		__pcpu_release(); \
	} while (0)

/** get_cpu() - begin a section; the number of this CPU. */
#define get_cpu() ((void)__pcpu_hold(), __pcpu_held_cpu())
/** put_cpu() - the end of the section that get_cpu() began. */
#define put_cpu() __pcpu_release()

/** preempt_disable(), preempt_enable() - a section for code that asks for neither of these. */
#define preempt_disable() ((void)__pcpu_hold())
#define preempt_enable() __pcpu_release()

/**
 * per_cpu_xchg() - take what is in one CPU's copy, and leave something else
 * @var: a variable as for this_cpu_xchg(), of 1, 2, 4 or 8 bytes
 * @cpu: a possible CPU, of which the caller needs to hold nothing
 * @val: the new value, converted to the type of @var
 *
 * Returns the old value. Nothing that any CPU adds meanwhile is lost: it is in the value returned,
 * or in the copy afterwards. Opens the CPU's unit if this is its first use. May block; thread-safe.
 * Inside of a section of another CPU it is fatal, as percpu_remote_begin() is refused there; so in
 * signal handlers only if these cannot interrupt a section.
 */
#ifdef PERCPU_UP
#define per_cpu_xchg(var, cpu, val) ((void)(cpu), this_cpu_xchg(var, val))
#else
#define per_cpu_xchg(var, cpu, val)                                                              \
	__extension__({                                                                          \
		__verify_pcpu_ptr(&(var));                                                       \
		__bad_size_call_parameter(var);                                                  \
		__pcpu_from_bits(var,                                                            \
				 __percpu_op_on(cpu, __PERCPU_OP_XCHG, sizeof(var),              \
						(uintptr_t) & (var), __pcpu_to_bits(var, val))); \
	})
#endif

#endif /* PERCPU_SECTION_H */
