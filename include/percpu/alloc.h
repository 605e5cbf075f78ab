/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - dynamic per-CPU areas: alloc_percpu() and free_percpu().
 *
 *	struct stats __percpu *s = alloc_percpu(struct stats);
 *	this_cpu_inc(s->hits);
 *	per_cpu_ptr(s, cpu)->hits;
 *	free_percpu(s);
 */
#ifndef PERCPU_ALLOC_H
#define PERCPU_ALLOC_H

#include <percpu/impl/value.h>

#include <stddef.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** Allocation flags. Numbers are the library's own; combine with |. */
typedef unsigned int gfp_t;
#define __GFP_DIRECT_RECLAIM 1u /* may block */
#define __GFP_NOWARN 2u         /* says nothing about a failure */
#define __GFP_ZERO 4u           /* no effect: per-CPU memory is always zero */
#define GFP_KERNEL __GFP_DIRECT_RECLAIM
#define GFP_NOWAIT 0u
#define GFP_ATOMIC 0u

/**
 * __alloc_percpu_gfp() - allocate an area in every possible CPU's unit
 * @size: bytes, 1 .. 32768, or up to what PERCPU_CONF=max_size says
 * @align: bytes, a power of two, 1 .. 4096
 * @gfp: with GFP_KERNEL the call may block. Without it, it waits for no lock, and fails
 *	much more easily: it only uses space that is there already. It makes no system call but to
 *	wake somebody who has begun to wait for the allocator, and to report a failure.
 *
 * Returns a per-CPU pointer whose every copy is zero, or NULL: bad arguments, or no memory. The
 * reason goes to the log handler, the first ten times. A dynamic per-CPU pointer is no address of
 * anything; dereferencing it faults.
 *
 * Thread-safe; not safe in signal handlers. Mirrors the kernel function of the same name.
 */
PERCPU_API void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);

/** __alloc_percpu() - __alloc_percpu_gfp() with GFP_KERNEL. */
PERCPU_API void __percpu *__alloc_percpu(size_t size, size_t align);

/**
 * __alloc_reserved_percpu() - as __alloc_percpu(), from the reserved area of the first chunk
 *
 * The reserved area has 8 KiB in all.
 */
PERCPU_API void __percpu *__alloc_reserved_percpu(size_t size, size_t align);

/**
 * free_percpu() - give an area back
 * @ptr: what an allocation returned, or NULL, which does nothing
 *
 * Whoever may still use the area must have stopped. A pointer that was never allocated, lies
 * inside an area, is freed already or belongs to a static variable is fatal: one message, then the
 * fatal handler or abort(). Thread-safe; may block; not safe in signal handlers.
 */
PERCPU_API void free_percpu(__pcpu_any_object *ptr);

/**
 * percpu_trim() - give back memory that is not needed
 *
 * Empties the allocator's caches, gives back the memory of every page of free space, and destroys
 * chunks that are wholly free. Nothing that is allocated is touched. It happens by itself where a
 * second chunk becomes wholly free, and where frees have left few areas for many pages; this call
 * is for a process that knows that it has freed a lot.
 *
 * Returns by how many bytes memory has become less, of the units and of the library's own records;
 * what others write meanwhile counts against it. Thread-safe; may block; not safe in signal
 * handlers. The kernel has no such function; its reclaim work does the like in the background.
 */
PERCPU_API size_t percpu_trim(void);

/* As the kernel's array_size(): SIZE_MAX, which is refused, if the product is more than that. */
__pcpu_inline size_t __pcpu_array_size(size_t nr, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(nr, size, &bytes) ? SIZE_MAX : bytes;
}

__PCPU_END_DECLS

/** alloc_percpu_gfp() - an area for one object of @type a CPU, typed; as __alloc_percpu_gfp(). */
#define alloc_percpu_gfp(type, gfp)                       \
	__pcpu_typed_pointer(__typeof__(type) __percpu *, \
			     __alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))
/** alloc_percpu() - an area for one object of @type a CPU, typed; may block. */
#define alloc_percpu(type)                                \
	__pcpu_typed_pointer(__typeof__(type) __percpu *, \
			     __alloc_percpu(sizeof(type), __alignof__(type)))

/**
 * alloc_percpu_array() - an area for @nr objects of @type in a row a CPU, typed; may block
 * @nr: 1 and more, as long as all of them fit into an area (__alloc_percpu_gfp())
 *
 * Each CPU has an array of its own: this_cpu_inc(array[i]), per_cpu_ptr(array, cpu)[i]. None, and
 * more than there is room for, are refused as any such size: NULL, and a warning; a number of bytes
 * that is no size_t does not come out as a smaller one. free_percpu() gives it back. Thread-safe;
 * not safe in signal handlers. The kernel has kmalloc_array() for ordinary memory, and no such name
 * here.
 */
#define alloc_percpu_array(type, nr) alloc_percpu_array_gfp(type, nr, GFP_KERNEL)
#define alloc_percpu_array_gfp(type, nr, gfp) \
	__pcpu_typed_pointer(                 \
		__typeof__(type) __percpu *,  \
		__alloc_percpu_gfp(__pcpu_array_size(nr, sizeof(type)), __alignof__(type), gfp))

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/alloc.h>
#endif

#endif /* PERCPU_ALLOC_H */
