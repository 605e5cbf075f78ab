/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - what percpu/rwsem.h has in line: readers, while no writer is there. With PERCPU_UP they
 * are in up/rwsem.h.
 */
#ifndef PERCPU_IMPL_RWSEM_H
#define PERCPU_IMPL_RWSEM_H

#include <percpu/rwsem.h>

#ifndef PERCPU_UP

#define __DEFINE_PERCPU_RWSEM(name, is_static)                         \
	static DEFINE_PER_CPU(int64_t, __percpu_rwsem_readers_##name); \
	is_static struct percpu_rw_semaphore name = {                  \
		{&__percpu_rwsem_readers_##name, __PCPU_SPLIT, 0}, 0, 0}

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* Every other reader: a writer is there, or there was no sequence to be had. */
PERCPU_API void __percpu_down_read_slow(struct percpu_rw_semaphore *sem) __attribute__((__cold__));
PERCPU_API bool __percpu_down_read_trylock_slow(struct percpu_rw_semaphore *sem)
	__attribute__((__cold__));
PERCPU_API void __percpu_up_read_slow(struct percpu_rw_semaphore *sem) __attribute__((__cold__));

__pcpu_inline void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	if (__pcpu_unlikely(!__pcpu_split_add(&sem->readers, 2)))
		__percpu_down_read_slow(sem);
}

__pcpu_inline bool percpu_down_read_trylock(struct percpu_rw_semaphore *sem)
{
	return __pcpu_split_add(&sem->readers, 2) || __percpu_down_read_trylock_slow(sem);
}

__pcpu_inline void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	if (__pcpu_unlikely(!__pcpu_split_add(&sem->readers, -2)))
		__percpu_up_read_slow(sem);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_RWSEM_H */
