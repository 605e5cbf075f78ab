/* SPDX-License-Identifier: MIT */
/*
 * up/runtime.h - one CPU: what PERCPU_UP, defined before the first include, makes of everything.
 *
 * The kernel's UP build. A per-CPU variable is an ordinary variable and its own only copy, a
 * per-CPU pointer is an ordinary address, and sections, visits and pinning have nobody to keep out.
 * There is no library to link to, and nothing happens at start.
 *
 * It is for programs with one thread. Everything that is safe in signal handlers otherwise is so
 * here, among the handlers of that thread: this_cpu_X() is pinned_cpu_X(), which is one instruction
 * that writes (on x86-64), or atomic. With more threads than one, counts are lost.
 *
 * Either all files of a program are compiled with it or none; a mixture is a link error. (A shared
 * object may differ from the program, as long as no per-CPU pointer and no structure of the
 * library's passes between them.)
 *
 * What is in these files replaces the library, function for function: what another header declares
 * and none of them defines is an error where that header is compiled. There are no CPU offsets
 * (__per_cpu_offset[] and the like), PERCPU_CONF is not read, and PERCPU_DEBUG_PREEMPT has no
 * effect.
 */
#ifndef PERCPU_UP_RUNTIME_H
#define PERCPU_UP_RUNTIME_H

#include <percpu/impl/copies.h>
#include <percpu/impl/runtime.h>

#include <errno.h>

#include <percpu/impl/begin.h>

#define nr_cpu_ids 1u

/* Every coordinate is an address, and the only window starts at 0. */
__pcpu_always_inline uintptr_t __pcpu_low32(uintptr_t ptr)
{
	return ptr;
}

__pcpu_always_inline uintptr_t __pcpu_copy_in(uintptr_t ptr, uintptr_t base)
{
	return base + ptr;
}

__pcpu_always_inline unsigned int __pcpu_this_cpu(void)
{
	return 0;
}

__pcpu_always_inline uintptr_t __pcpu_this_base(void)
{
#ifdef __CHECKER__
	/* Not known to be 0: sparse would follow an address into the sizes that it does not have.
	 */
	extern const uintptr_t __percpu_up_base;

	return __percpu_up_base;
#else
	return 0;
#endif
}

__pcpu_always_inline uintptr_t __pcpu_cpu_base(unsigned int cpu)
{
	(void)cpu;
	return 0;
}

__PCPU_BEGIN_DECLS

/* --- backend.h --- */

PERCPU_API const char *percpu_backend(void)
{
	return "up: compiled with PERCPU_UP, for one CPU";
}

/* --- access.h --- */

PERCPU_API bool percpu_unit_is_open(unsigned int cpu)
{
	return cpu == 0;
}

/* The one copy is where the address says. */
PERCPU_API struct percpu_copies __percpu_copies(__pcpu_any_object *ptr)
{
	static const uintptr_t window = 0;
	const struct percpu_copies copies = {&window, (uintptr_t)ptr, NULL, 1, 0};

	return copies;
}

/* --- section.h --- */

__pcpu_always_inline uintptr_t __pcpu_hold(void)
{
	return 0;
}

__pcpu_always_inline void __pcpu_release(void)
{
}

__pcpu_always_inline unsigned int __pcpu_held_cpu(void)
{
	return 0;
}

PERCPU_API int __attribute__((__warn_unused_result__)) percpu_remote_begin(unsigned int cpu)
{
	return cpu == 0 ? 0 : -EINVAL;
}

PERCPU_API void percpu_remote_end(unsigned int cpu)
{
	(void)cpu;
}

/* --- pinned.h: the thread is on CPU 0 in any case --- */

PERCPU_API int __attribute__((__warn_unused_result__)) percpu_thread_pin(unsigned int cpu)
{
	return cpu == 0 ? 0 : -EINVAL;
}

PERCPU_API int percpu_thread_unpin(void)
{
	return 0;
}

/* --- open.h: ordinary variables are there from the start --- */

PERCPU_API int __attribute__((__warn_unused_result__)) percpu_open(size_t size, const void *mask)
{
	return !mask || (size > 0 && (*(const unsigned char *)mask & 1)) ? 0 : -EINVAL;
}

/* --- shared.h: ordinary variables cannot be --- */

PERCPU_API int __attribute__((__warn_unused_result__)) percpu_share(void)
{
	return -EOPNOTSUPP;
}

PERCPU_API int __attribute__((__warn_unused_result__))
percpu_share_file(const char *path, unsigned int flags)
{
	(void)path;
	(void)flags;
	return -EOPNOTSUPP;
}

PERCPU_API int __attribute__((__warn_unused_result__)) percpu_share_fd(int fd)
{
	(void)fd;
	return -EOPNOTSUPP;
}

PERCPU_API int percpu_shared_fd(void)
{
	return -ENOENT;
}

PERCPU_API void __percpu *__attribute__((__warn_unused_result__))
__alloc_percpu_named(const char *name, size_t size, size_t align)
{
	(void)name;
	(void)size;
	(void)align;
	errno = EOPNOTSUPP;
	return NULL;
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_RUNTIME_H */
