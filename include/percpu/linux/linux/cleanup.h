/* SPDX-License-Identifier: MIT */
/*
 * linux/cleanup.h - what is undone at the end of the block: locks (guard()), memory (__free()), and
 * classes of one's own.
 *
 *	guard(spinlock)(&lock);			// until the end of the block
 *	scoped_guard(mutex, &mutex) { ... }	// one statement
 *	char *text __free(kfree) = kmalloc(9, GFP_KERNEL);
 *	return no_free_ptr(text);		// stays
 */
#ifndef PERCPU_LINUX_CLEANUP_H
#define PERCPU_LINUX_CLEANUP_H

#include <linux/compiler.h>

/* --- variables --- */

/**
 * DEFINE_FREE() - @free, a statement about _T, is what becomes of a variable with __free(@name).
 */
#define DEFINE_FREE(name, type, free)                                      \
	static inline __maybe_unused void __free_##name(void *__pcpu_kept) \
	{                                                                  \
		type _T = *(type *)__pcpu_kept;                            \
		free;                                                      \
	}
#define __free(name) __cleanup(__free_##name)
/** no_free_ptr() - the pointer, whose variable is NULL from here on. */
#define no_free_ptr(p)                            \
	__extension__({                           \
		__typeof__(p) __pcpu_taken = (p); \
		(p) = NULL;                       \
		__pcpu_taken;                     \
	})
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

/* --- classes: a type, what makes a value of it, and what is done with that at the end --- */

#define DEFINE_CLASS(name, type, exit, init, init_args...)                           \
	typedef type class_##name##_t;                                               \
	static inline __maybe_unused void class_##name##_destructor(type *__pcpu_of) \
	{                                                                            \
		type _T = *__pcpu_of;                                                \
		exit;                                                                \
	}                                                                            \
	static inline __maybe_unused type class_##name##_constructor(init_args)      \
	{                                                                            \
		type __pcpu_made = init;                                             \
		return __pcpu_made;                                                  \
	}
#define CLASS(name, variable)                                                           \
	class_##name##_t variable __cleanup(class_##name##_destructor) __maybe_unused = \
		class_##name##_constructor
/*
 * A block that is run once, with the variable @variable of it; @run is one that only the loop
 * knows.
 */
#define __pcpu_scope_of(name, variable, run, holds, args...) \
	for (CLASS(name, variable)(args), *run = (void *)1; run && (holds); run = NULL)
#define scoped_class(name, variable, args...) \
	__pcpu_scope_of(name, variable, __UNIQUE_ID(run), true, args)

/* --- guards: classes of locks --- */

/** DEFINE_GUARD() - a value of @type, which is the lock itself, _T; NULL is none. */
#define DEFINE_GUARD(name, type, lock, unlock)                                           \
	DEFINE_CLASS(                                                                    \
		name, type, if (_T) { unlock; }, __extension__({                         \
			lock;                                                            \
			_T;                                                              \
		}),                                                                      \
		type _T)                                                                 \
	static inline __maybe_unused void *class_##name##_lock_ptr(class_##name##_t *_T) \
	{                                                                                \
		return (void *)*_T;                                                      \
	}
/** DEFINE_GUARD_COND() - @name with @ext behind it, which may not get it: @condition, of _T. */
#define DEFINE_GUARD_COND(name, ext, condition)                                               \
	DEFINE_CLASS(name##ext, class_##name##_t, if (_T) class_##name##_destructor(&_T),     \
		     (condition) ? _T : NULL, class_##name##_t _T)                            \
	static inline __maybe_unused void *class_##name##ext##_lock_ptr(class_##name##_t *_T) \
	{                                                                                     \
		return class_##name##_lock_ptr(_T);                                           \
	}

/*
 * A guard that has more than the lock, as the flags before; _T points to it. And one of no lock at
 * all. @...: the members.
 */
#define __pcpu_guard_type(name, type, unlock, ...)                                        \
	typedef struct {                                                                  \
		type *lock;                                                               \
		__VA_ARGS__;                                                              \
	} class_##name##_t;                                                               \
	static inline __maybe_unused void class_##name##_destructor(class_##name##_t *_T) \
	{                                                                                 \
		if (_T->lock) {                                                           \
			unlock;                                                           \
		}                                                                         \
	}                                                                                 \
	static inline __maybe_unused void *class_##name##_lock_ptr(class_##name##_t *_T)  \
	{                                                                                 \
		return (void *)_T->lock;                                                  \
	}
#define DEFINE_LOCK_GUARD_1(name, type, take, unlock, ...)                                \
	__pcpu_guard_type(name, type, unlock, ##__VA_ARGS__) static inline __maybe_unused \
		class_##name##_t class_##name##_constructor(type *l)                      \
	{                                                                                 \
		class_##name##_t __pcpu_guard = {.lock = l}, *_T = &__pcpu_guard;         \
                                                                                          \
		take;                                                                     \
		return __pcpu_guard;                                                      \
	}
#define DEFINE_LOCK_GUARD_0(name, take, unlock, ...)                                      \
	__pcpu_guard_type(name, void, unlock, ##__VA_ARGS__) static inline __maybe_unused \
		class_##name##_t class_##name##_constructor(void)                         \
	{                                                                                 \
		class_##name##_t __pcpu_guard = {.lock = (void *)1},                      \
				 *_T __maybe_unused = &__pcpu_guard;                      \
                                                                                          \
		take;                                                                     \
		return __pcpu_guard;                                                      \
	}

/** guard() - the lock is held until the end of the block: guard(mutex)(&lock); */
#define guard(name) CLASS(name, __UNIQUE_ID(guard))
#define __guard_ptr(name) class_##name##_lock_ptr
/** scoped_guard() - the lock is held for the statement that follows. */
#define scoped_guard(name, args...) \
	__pcpu_scoped_guard(name, __UNIQUE_ID(scope), __UNIQUE_ID(run), args)
#define __pcpu_scoped_guard(name, scope, run, args...) \
	__pcpu_scope_of(name, scope, run, __guard_ptr(name)(&(scope)), args)
/** scoped_cond_guard() - the same with a guard that may not get it; then @fail is run. */
#define scoped_cond_guard(name, fail, args...) \
	__pcpu_scoped_cond_guard(name, fail, __UNIQUE_ID(scope), __UNIQUE_ID(run), args)
#define __pcpu_scoped_cond_guard(name, fail, scope, run, args...)                       \
	__pcpu_scope_of(name, scope, run, true, args) if (!__guard_ptr(name)(&(scope))) \
	{                                                                               \
		fail;                                                                   \
	}                                                                               \
	else

#endif /* PERCPU_LINUX_CLEANUP_H */
