/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - percpu_rw_semaphore: a reader-writer lock whose readers share no memory.
 *
 *	DEFINE_STATIC_PERCPU_RWSEM(routes_lock);
 *
 *	percpu_down_read(&routes_lock);		// often, by many threads
 *	... look something up
 *	percpu_up_read(&routes_lock);
 *
 *	percpu_down_write(&routes_lock);	// seldom
 *	... change it
 *	percpu_up_write(&routes_lock);
 *
 * A reader that comes or goes adds to this CPU's part of a count, by one restartable sequence, with
 * no locked instruction and no barrier. A writer pays for both: it has the sequences of other CPUs
 * aborted by one membarrier(), adds up what each CPU has, and sleeps until the last reader has
 * gone. So it is for what is read far more often than it is changed: docs/toolkit.md has the
 * figures.
 *
 *  - A writer keeps new readers out from the moment when it has its turn among the writers: however
 *    many readers come, it waits for those alone that are inside. Readers that have come while a
 *    writer had the lock get it before the next writer.
 *  - A reader may sleep, be moved to another CPU, and let go on that; another thread may let go for
 *    it. What a thread has, nobody writes down: one that ends inside leaves the lock taken. A
 *    reader that takes the lock once more inside of itself waits for ever if a writer has come in
 *    between, as in the kernel.
 *  - Waiting inside of a section (section.h) is fatal. Letting go, and percpu_down_read_trylock(),
 *    are not.
 *  - In a handler of a signal percpu_down_read_trylock() and percpu_up_read() may be called. The
 *    others wait, perhaps for the thread that the handler has interrupted.
 *  - A child of fork() has the lock as it was at that moment: what the thread that forked has, it
 *    has there too, and lets go of. What other threads had stays taken, so a writer would wait for
 *    ever for a reader that is not there: initialise it anew.
 *  - With shared copies (shared.h) a lock is each process's own, and its count is one word: exact,
 *    and no faster than another.
 *
 * The calls are thread-safe. The kernel's functions of the same names are mirrored.
 */
#ifndef PERCPU_RWSEM_H
#define PERCPU_RWSEM_H

#include <percpu/alloc.h>
#include <percpu/impl/split_count.h>

#include <percpu/impl/begin.h>

/** All fields are private. */
struct percpu_rw_semaphore {
	struct percpu_split_count
		readers;  /* its lowest bit: a writer has it, or waits for readers */
	uint64_t queue;   /* the phase; and in the high half, how many readers wait for its end */
	uint32_t writing; /* whose turn it is among writers: 0 nobody's, 1, 2 and others wait */
};

/**
 * DEFINE_STATIC_PERCPU_RWSEM() - define a lock at file scope, with static storage; nobody has it
 *
 * At file scope, as DEFINE_PER_CPU(). It is not freed.
 */
#define DEFINE_STATIC_PERCPU_RWSEM(name) __DEFINE_PERCPU_RWSEM(name, static)

/** DEFINE_PERCPU_RWSEM() - the same, for other files to declare. */
#define DEFINE_PERCPU_RWSEM(name) __DEFINE_PERCPU_RWSEM(name, )

__PCPU_BEGIN_DECLS

/**
 * percpu_init_rwsem() - make a lock that nobody has
 *
 * Takes 8 bytes a CPU. Returns 0 or -ENOMEM, after which it is as if freed. Not safe in signal
 * handlers.
 */
PERCPU_API int percpu_init_rwsem(struct percpu_rw_semaphore *sem)
	__attribute__((__warn_unused_result__));

/**
 * percpu_free_rwsem() - give back the memory of percpu_init_rwsem(), if it has any
 *
 * Nobody has the lock, or wants it. May be called again, and for a structure of zeros: does
 * nothing. Not safe in signal handlers.
 */
PERCPU_API void percpu_free_rwsem(struct percpu_rw_semaphore *sem);

/** percpu_down_read() - take the lock as a reader; waits while a writer has or wants it. */
__pcpu_inline void percpu_down_read(struct percpu_rw_semaphore *sem);

/** percpu_down_read_trylock() - the same, or false at once where that would wait. Signal-safe. */
__pcpu_inline bool percpu_down_read_trylock(struct percpu_rw_semaphore *sem);

/** percpu_up_read() - let go of it, as a reader. Does not wait. Signal-safe. */
__pcpu_inline void percpu_up_read(struct percpu_rw_semaphore *sem);

/**
 * percpu_down_write() - take the lock alone
 *
 * Waits for the writers before it, and for the readers that are inside. A system call,
 * membarrier(), which interrupts the CPUs that run threads of the process; and a look at each CPU
 * that it has used.
 */
PERCPU_API void percpu_down_write(struct percpu_rw_semaphore *sem);

/** percpu_up_write() - let go of it, as the writer; lets in the readers that wait. */
PERCPU_API void percpu_up_write(struct percpu_rw_semaphore *sem);

/**
 * percpu_is_read_locked() - whether readers are inside, and no writer waits for them
 *
 * By the time that it returns it may be otherwise. Signal-safe, as the next one.
 */
PERCPU_API bool percpu_is_read_locked(struct percpu_rw_semaphore *sem);

/** percpu_is_write_locked() - whether a writer has the lock, or waits for readers to leave. */
PERCPU_API bool percpu_is_write_locked(const struct percpu_rw_semaphore *sem);

/** percpu_rwsem_is_held() - whether anybody has the lock, in either way. */
PERCPU_API bool percpu_rwsem_is_held(struct percpu_rw_semaphore *sem);

/** percpu_rwsem_assert_held() - say so in the log, once a place, where nobody has the lock. */
#define percpu_rwsem_assert_held(sem)                                                    \
	do {                                                                             \
		static bool __pcpu_warned;                                               \
		if (__builtin_expect(!percpu_rwsem_is_held(sem), 0) && !__pcpu_warned) { \
			__pcpu_warned = true;                                            \
			__percpu_rwsem_not_held(__FILE__, __LINE__);                     \
		}                                                                        \
	} while (0)
PERCPU_API void __percpu_rwsem_not_held(const char *file, int line);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* How. */
#ifdef PERCPU_UP
#include <percpu/impl/up/rwsem.h>
#else
#include <percpu/impl/rwsem.h>
#endif

#endif /* PERCPU_RWSEM_H */
