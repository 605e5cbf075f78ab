/* SPDX-License-Identifier: MIT */
/*
 * up/rwsem.h - rwsem.h with PERCPU_UP: there is nobody to wait for. What is left is who has the
 * lock, so that the mistakes are found that would wait for ever.
 */
#ifndef PERCPU_UP_RWSEM_H
#define PERCPU_UP_RWSEM_H

#include <percpu/rwsem.h>
#include <percpu/impl/up/log.h>

#include <percpu/impl/begin.h>

#define __DEFINE_PERCPU_RWSEM(name, is_static) \
	is_static struct percpu_rw_semaphore name = {{0, 1}, 0, 0}

#define __PCPU_RWSEM_WRITER 1u

__PCPU_BEGIN_DECLS

PERCPU_API int __attribute__((__warn_unused_result__))
percpu_init_rwsem(struct percpu_rw_semaphore *sem)
{
	sem->readers.count = 0;
	sem->readers.joined = 1;
	return 0;
}

PERCPU_API void percpu_free_rwsem(struct percpu_rw_semaphore *sem)
{
	(void)sem;
}

/* From @word, or not at all: a handler may come in between. */
__pcpu_always_inline bool __pcpu_rwsem_change(struct percpu_rw_semaphore *sem, uint64_t word,
					      uint64_t to)
{
	return __pcpu_direct_cmpxchg_8((uintptr_t)&sem->readers.count, word, to) == word;
}

__pcpu_always_inline uint64_t __pcpu_rwsem_word(const struct percpu_rw_semaphore *sem)
{
	return __pcpu_direct_read_8((uintptr_t)&sem->readers.count);
}

__pcpu_inline bool percpu_down_read_trylock(struct percpu_rw_semaphore *sem)
{
	uint64_t word;

	do {
		word = __pcpu_rwsem_word(sem);
		if (word & __PCPU_RWSEM_WRITER)
			return false;
	} while (!__pcpu_rwsem_change(sem, word, word + 2));
	return true;
}

__pcpu_inline void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	if (!percpu_down_read_trylock(sem))
		__percpu_up_fatal("percpu_down_read() of a lock that the caller has as a writer");
}

__pcpu_inline void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	__pcpu_direct_add_8((uintptr_t)&sem->readers.count, (uint64_t)-2);
}

PERCPU_API void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	if (!__pcpu_rwsem_change(sem, 0, __PCPU_RWSEM_WRITER))
		__percpu_up_fatal("percpu_down_write() of a lock that the caller has already");
}

PERCPU_API void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	if (!__pcpu_rwsem_change(sem, __PCPU_RWSEM_WRITER, 0))
		__percpu_up_fatal("percpu_up_write() of a lock that no writer has");
}

PERCPU_API bool percpu_is_write_locked(const struct percpu_rw_semaphore *sem)
{
	return (__pcpu_rwsem_word(sem) & __PCPU_RWSEM_WRITER) != 0;
}

PERCPU_API bool percpu_rwsem_is_held(struct percpu_rw_semaphore *sem)
{
	return __pcpu_rwsem_word(sem) != 0;
}

PERCPU_API bool percpu_is_read_locked(struct percpu_rw_semaphore *sem)
{
	return percpu_rwsem_is_held(sem) && !percpu_is_write_locked(sem);
}

PERCPU_API void __percpu_rwsem_not_held(const char *file, int line)
{
	percpu_log(PERCPU_LOG_WARNING, "%s:%d: nobody has the lock", file, line);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_RWSEM_H */
