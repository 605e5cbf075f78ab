/* SPDX-License-Identifier: MIT */
/*
 * ops.h - operations on this CPU's copy: this_cpu_inc() and the rest.
 *
 * Each operation exists in four families. @pcp is a per-CPU variable, an lvalue in template
 * coordinates: x, s.field, xs[3], or *p and p->field for a per-CPU pointer p. It is an integer, an
 * enum, a _Bool (no arithmetic), a pointer or a floating type (neither arithmetic, nor and, nor or)
 * of 1, 2, 4 or 8 bytes (cmpxchg128 takes 16), and may be volatile; what is const is for reading.
 * Values are converted to the type of @pcp, and arithmetic wraps in it. Results have its type
 * without const and volatile. Everything else is a compile-time error.
 *
 * @pcp is aligned to its size, as the language has it: a member of a packed structure that is given
 * no alignment is a compile-time error too. What no type tells (a member of an ordinary structure
 * inside of a packed one, an element of an array there, a pointer that was cast) takes microseconds
 * wherever it is no sequence, because the CPU is held for it (docs/operations.md).
 *
 *	this_cpu_X	 the whole operation happens on one CPU's copy, however the thread is
 *			 preempted, migrated or interrupted by a signal; no update is ever lost
 *			 among them. The family to use.
 *	raw_cpu_X	 plain C on the copy of the CPU that the thread runs on when the address is
 *			 taken. Correct only under other protection: without it a read-modify-write
 *			 may hit the wrong CPU's copy or lose an update of any family.
 *	__this_cpu_X	 the same as raw_cpu_X, for callers that are protected already.
 *	pinned_cpu_X	 this_cpu_X of threads that are pinned to a CPU, and of no others: pinned.h.
 *
 * this_cpu_X is thread- and signal-safe, takes no lock on the fast path, and never fails. It waits
 * only where another thread has a section on the CPU (section.h), and opens the CPU's unit if this
 * is its first use. It orders nothing between CPUs: another CPU's copy is read with per_cpu() or
 * per_cpu_sum(), and such a reader sees each value whole.
 *
 * A handler of a signal needs stack for it: beside what the kernel takes (AT_MINSIGSTKSZ; 3.6 KiB
 * with AVX-512) and the handler itself, 4 KiB, and 6,400 bytes where a message has to be given. So
 * an alternate stack of 10 KiB suffices. (A program that is not linked with -z now takes 3 KiB more
 * when it calls a function of counter.h or section.h for the first time in a handler: the
 * loader's.)
 *
 * NOT IN A CHILD OF vfork(), nor in one of clone() with CLONE_VM and without CLONE_THREAD, before
 * it has called exec(): it has its parent's memory, and its parent's thread-local storage, in which
 * the kernel's number of the CPU is the parent's. It has no rseq, and no inlined instruction can
 * see that. Its updates, and those of its parent's threads on that CPU, can be lost. (The fallback
 * tier loses none.) In practice that is a handler that counts and comes to run in such a child:
 * block signals around vfork(), as posix_spawn() and system() do. Children of fork() and _Fork()
 * may operate, also in handlers.
 *
 * Nor before the library has been set up, which is before the first constructor: in .preinit_array,
 * and in resolvers of IFUNC. That is fatal (on x86-64 with glibc; elsewhere it faults).
 *
 * A handler that interrupts an operation may be left by siglongjmp(): the operation has been done,
 * or it has not. (In the fallback tier, who wants to hold the CPU then waits until that thread
 * sleeps.)
 *
 * The sized forms (this_cpu_add_8 and so on) work on the given number of bytes at @pcp, whatever
 * its type; those of cmpxchg_double do not check the pair. The kernel's functions of the same names
 * are mirrored throughout, except that raw_cpu_sub() too converts the value before it negates it.
 *
 * Below, what this_cpu_X does and returns stands above the four names of each operation.
 */
#ifndef PERCPU_OPS_H
#define PERCPU_OPS_H

#include <percpu/access.h>

/** this_cpu_read() - the value */
#define this_cpu_read(pcp) __pcpu_this(get, read, pcp)
#define raw_cpu_read(pcp) __pcpu_raw(get, read, pcp)
#define __this_cpu_read(pcp) __pcpu_protected(get, read, pcp)
#define pinned_cpu_read(pcp) __pcpu_pinned(get, read, pcp)

/** this_cpu_write() - store @val */
#define this_cpu_write(pcp, val) __pcpu_this(put, write, pcp, val)
#define raw_cpu_write(pcp, val) __pcpu_raw(put, write, pcp, val)
#define __this_cpu_write(pcp, val) __pcpu_protected(put, write, pcp, val)
#define pinned_cpu_write(pcp, val) __pcpu_pinned(put, write, pcp, val)

/** this_cpu_add() - add @val; nothing is returned */
#define this_cpu_add(pcp, val) __pcpu_this(count, add, pcp, val)
#define raw_cpu_add(pcp, val) __pcpu_raw(count, add, pcp, val)
#define __this_cpu_add(pcp, val) __pcpu_protected(count, add, pcp, val)
#define pinned_cpu_add(pcp, val) __pcpu_pinned(count, add, pcp, val)

/** this_cpu_sub() - subtract @val, which is converted to the type of @pcp first */
#define this_cpu_sub(pcp, val) __pcpu_this(count, add, pcp, __pcpu_negate(pcp, val))
#define raw_cpu_sub(pcp, val) __pcpu_raw(count, add, pcp, __pcpu_negate(pcp, val))
#define __this_cpu_sub(pcp, val) __pcpu_protected(count, add, pcp, __pcpu_negate(pcp, val))
#define pinned_cpu_sub(pcp, val) __pcpu_pinned(count, add, pcp, __pcpu_negate(pcp, val))

/** this_cpu_inc() - add 1 */
#define this_cpu_inc(pcp) __pcpu_this(count, add, pcp, 1)
#define raw_cpu_inc(pcp) __pcpu_raw(count, add, pcp, 1)
#define __this_cpu_inc(pcp) __pcpu_protected(count, add, pcp, 1)
#define pinned_cpu_inc(pcp) __pcpu_pinned(count, add, pcp, 1)

/** this_cpu_dec() - subtract 1 */
#define this_cpu_dec(pcp) __pcpu_this(count, add, pcp, __pcpu_negate(pcp, 1))
#define raw_cpu_dec(pcp) __pcpu_raw(count, add, pcp, __pcpu_negate(pcp, 1))
#define __this_cpu_dec(pcp) __pcpu_protected(count, add, pcp, __pcpu_negate(pcp, 1))
#define pinned_cpu_dec(pcp) __pcpu_pinned(count, add, pcp, __pcpu_negate(pcp, 1))

/** this_cpu_and() - clear the bits that are not in @val */
#define this_cpu_and(pcp, val) __pcpu_this(mask, and, pcp, val)
#define raw_cpu_and(pcp, val) __pcpu_raw(mask, and, pcp, val)
#define __this_cpu_and(pcp, val) __pcpu_protected(mask, and, pcp, val)
#define pinned_cpu_and(pcp, val) __pcpu_pinned(mask, and, pcp, val)

/** this_cpu_or() - set the bits that are in @val */
#define this_cpu_or(pcp, val) __pcpu_this(change, or, pcp, val)
#define raw_cpu_or(pcp, val) __pcpu_raw(change, or, pcp, val)
#define __this_cpu_or(pcp, val) __pcpu_protected(change, or, pcp, val)
#define pinned_cpu_or(pcp, val) __pcpu_pinned(change, or, pcp, val)

/** this_cpu_add_return() - add @val; the new value */
#define this_cpu_add_return(pcp, val) __pcpu_this(count_return, add_return, pcp, val)
#define raw_cpu_add_return(pcp, val) __pcpu_raw(count_return, add_return, pcp, val)
#define __this_cpu_add_return(pcp, val) __pcpu_protected(count_return, add_return, pcp, val)
#define pinned_cpu_add_return(pcp, val) __pcpu_pinned(count_return, add_return, pcp, val)

/** this_cpu_sub_return() - subtract @val, as this_cpu_sub(); the new value */
#define this_cpu_sub_return(pcp, val) \
	__pcpu_this(count_return, add_return, pcp, __pcpu_negate(pcp, val))
#define raw_cpu_sub_return(pcp, val) \
	__pcpu_raw(count_return, add_return, pcp, __pcpu_negate(pcp, val))
#define __this_cpu_sub_return(pcp, val) \
	__pcpu_protected(count_return, add_return, pcp, __pcpu_negate(pcp, val))
#define pinned_cpu_sub_return(pcp, val) \
	__pcpu_pinned(count_return, add_return, pcp, __pcpu_negate(pcp, val))

/** this_cpu_inc_return() - add 1; the new value */
#define this_cpu_inc_return(pcp) __pcpu_this(count_return, add_return, pcp, 1)
#define raw_cpu_inc_return(pcp) __pcpu_raw(count_return, add_return, pcp, 1)
#define __this_cpu_inc_return(pcp) __pcpu_protected(count_return, add_return, pcp, 1)
#define pinned_cpu_inc_return(pcp) __pcpu_pinned(count_return, add_return, pcp, 1)

/** this_cpu_dec_return() - subtract 1; the new value */
#define this_cpu_dec_return(pcp) __pcpu_this(count_return, add_return, pcp, -1)
#define raw_cpu_dec_return(pcp) __pcpu_raw(count_return, add_return, pcp, -1)
#define __this_cpu_dec_return(pcp) __pcpu_protected(count_return, add_return, pcp, -1)
#define pinned_cpu_dec_return(pcp) __pcpu_pinned(count_return, add_return, pcp, -1)

/** this_cpu_xchg() - store @nval; the old value */
#define this_cpu_xchg(pcp, nval) __pcpu_this(swap, xchg, pcp, nval)
#define raw_cpu_xchg(pcp, nval) __pcpu_raw(swap, xchg, pcp, nval)
#define __this_cpu_xchg(pcp, nval) __pcpu_protected(swap, xchg, pcp, nval)
#define pinned_cpu_xchg(pcp, nval) __pcpu_pinned(swap, xchg, pcp, nval)

/** this_cpu_cmpxchg() - store @nval if the value is @oval; the old value in either case */
#define this_cpu_cmpxchg(pcp, oval, nval) __pcpu_this(cas, cmpxchg, pcp, oval, nval)
#define raw_cpu_cmpxchg(pcp, oval, nval) __pcpu_raw(cas, cmpxchg, pcp, oval, nval)
#define __this_cpu_cmpxchg(pcp, oval, nval) __pcpu_protected(cas, cmpxchg, pcp, oval, nval)
#define pinned_cpu_cmpxchg(pcp, oval, nval) __pcpu_pinned(cas, cmpxchg, pcp, oval, nval)

/**
 * this_cpu_try_cmpxchg() - store @nval if the value is *@ovalp
 *
 * True if it is stored; if not, *@ovalp is now the value. What is at @ovalp may have another type:
 * it is converted to the type of @pcp, and what was seen back to it. Bits are compared: a NaN
 * equals itself.
 */
#define this_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_this(try, cmpxchg, pcp, ovalp, nval)
#define raw_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_raw(try, cmpxchg, pcp, ovalp, nval)
#define __this_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_protected(try, cmpxchg, pcp, ovalp, nval)
#define pinned_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_pinned(try, cmpxchg, pcp, ovalp, nval)

/**
 * this_cpu_cmpxchg128() - cmpxchg of a variable of any type of 16 bytes; the old value
 *
 * A variable that is not aligned to 16 is fatal.
 */
#define this_cpu_cmpxchg128(pcp, oval, nval) __pcpu_this(wide, cmpxchg128, pcp, oval, nval)
#define raw_cpu_cmpxchg128(pcp, oval, nval) __pcpu_raw(wide, cmpxchg128, pcp, oval, nval)
#define __this_cpu_cmpxchg128(pcp, oval, nval) __pcpu_protected(wide, cmpxchg128, pcp, oval, nval)
#define pinned_cpu_cmpxchg128(pcp, oval, nval) __pcpu_pinned(wide, cmpxchg128, pcp, oval, nval)

/**
 * this_cpu_cmpxchg_double() - store @nval1 and @nval2 if the values are @oval1 and @oval2
 *
 * True if both were equal, and then both are stored. The two have one size, @pcp2 follows @pcp1,
 * and @pcp1 is aligned to twice the size; any other pair is fatal.
 */
#define this_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_this(pair, cmpxchg_double, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_raw(pair, cmpxchg_double, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define __this_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_protected(pair, cmpxchg_double, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_pinned(pair, cmpxchg_double, pcp1, pcp2, oval1, oval2, nval1, nval2)

/* What they expand to, and the sized forms. */
#include <percpu/impl/ops.h>
#include <percpu/impl/sized.h>

#endif /* PERCPU_OPS_H */
