/* SPDX-License-Identifier: MIT */
/*
 * refcount.h - percpu_ref: a reference count that CPUs do not share, until somebody wants the end.
 *
 *	static void free_pool(struct percpu_ref *ref) ...	// called once, after the last put
 *
 *	percpu_ref_init(&pool->ref, free_pool, 0, GFP_KERNEL);	// one reference: the initial one
 *	...
 *	percpu_ref_get(&pool->ref);	// by who has one already, or knows that it is alive
 *	percpu_ref_put(&pool->ref);
 *	...
 *	percpu_ref_kill(&pool->ref);		// gives the initial one back, once
 *
 * As long as the initial reference is there, nobody needs to know whether others are: so gets and
 * puts change this CPU's part of the count, by one restartable sequence each, and no line of memory
 * is written to by two CPUs. percpu_ref_kill() has the parts added up. From then on gets and puts
 * change one word, and the put that makes it 0 calls the release function.
 *
 * Which is where this differs from the kernel: it does not wait for readers, but has the sequences
 * of other CPUs aborted, by one membarrier(). So a switch of modes is over when the call returns,
 * and the functions to confirm it have been called by then, by the caller's own thread.
 *
 * The release function is called exactly once for each time that the count comes to 0: by the
 * thread that put the last reference, before that call returns (it may be percpu_ref_kill()), with
 * none of the library's locks. It may free what the ref is in, after percpu_ref_exit(). If the put
 * was in a handler of a signal, or inside a section (section.h), so is the release function: it may
 * do what may be done there.
 *
 * Where parts are not to be had, everything is counted in the one word, exact all the same: inside
 * of sections, in threads without rseq, and with shared copies (shared.h), where a ref is each
 * process's own. In the fallback tier CPUs have parts too, and a get is a locked instruction.
 *
 * A child of fork() has the ref as it was at that moment. References of threads that are not there
 * stay counted, so it comes to 0 only if the child puts them. What another thread was doing to the
 * mode, or to the end, is not done there: such a ref counts on exactly, in one word.
 *
 * Mistakes are an error in the log, and change nothing; but for more puts than gets, which have
 * changed the count when they are found. All functions but init and exit are thread-safe and
 * signal-safe.
 * The kernel's functions of the same names are mirrored.
 */
#ifndef PERCPU_REFCOUNT_H
#define PERCPU_REFCOUNT_H

#include <percpu/alloc.h>
#include <percpu/impl/split_count.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

struct percpu_ref;

/** percpu_ref_func_t - a function that is called about a ref: to release it, or to confirm. */
typedef void(percpu_ref_func_t)(struct percpu_ref *ref);

/** All fields are private. */
struct percpu_ref {
	struct percpu_split_count split; /* its lowest bit: killed */
	percpu_ref_func_t *release;
	bool force_atomic; /* it is not to be split, dead or alive */
	bool allow_reinit;
};

/* In the word of the split count: it has been killed. */
#define __PCPU_REF_DEAD INT64_C(1)

/** Flags of percpu_ref_init(). */
enum {
	/** The count is one word from the start, until percpu_ref_switch_to_percpu(). */
	PERCPU_REF_INIT_ATOMIC = 1 << 0,
	/** As if it had been killed, and come to 0: for percpu_ref_reinit(). */
	PERCPU_REF_INIT_DEAD = 1 << 1,
	/** It may come to life again and be split anew. The other two imply this. */
	PERCPU_REF_ALLOW_REINIT = 1 << 2,
};

/**
 * percpu_ref_init() - make a ref, with the initial reference
 * @release: called when the count has come to 0; see above
 * @flags: PERCPU_REF_..., combined with |, or 0
 * @gfp: as in __alloc_percpu_gfp()
 *
 * Takes 8 bytes a CPU. Returns 0; -EINVAL without a release function or with other flags; -ENOMEM.
 * After an error the ref is as after percpu_ref_exit(). Not safe in signal handlers.
 */
PERCPU_API int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
			       unsigned int flags, gfp_t gfp)
	__attribute__((__warn_unused_result__));

/**
 * percpu_ref_exit() - give back a ref's memory
 *
 * Nobody may use the ref any more, but for percpu_ref_is_zero() and percpu_ref_is_dying(). May be
 * called by the release function; in place of percpu_ref_kill() where nobody has had a reference;
 * and again, which does nothing. Not safe in signal handlers.
 */
PERCPU_API void percpu_ref_exit(struct percpu_ref *ref);

/**
 * percpu_ref_get_many() - take @nr references, at least 1
 *
 * The caller knows that the count is not 0: it has a reference itself, or the ref is alive.
 */
__pcpu_inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr);
/** percpu_ref_get() - percpu_ref_get_many() of one. */
__pcpu_inline void percpu_ref_get(struct percpu_ref *ref);

/**
 * percpu_ref_tryget_many() - take @nr references, at least 1, unless the count has come to 0
 *
 * Returns true if they have been taken. A ref that was killed still has them to give, as long as
 * others have one.
 */
__pcpu_inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr);
/** percpu_ref_tryget() - percpu_ref_tryget_many() of one. */
__pcpu_inline bool percpu_ref_tryget(struct percpu_ref *ref);

/**
 * percpu_ref_tryget_live() - take a reference, unless the ref has been killed
 *
 * False from the moment when percpu_ref_kill_and_confirm() calls its function, for all threads.
 */
__pcpu_inline bool percpu_ref_tryget_live(struct percpu_ref *ref);
/** percpu_ref_tryget_live_rcu() - the same: there is nothing that a reader's section would add. */
__pcpu_inline bool percpu_ref_tryget_live_rcu(struct percpu_ref *ref);

/**
 * percpu_ref_put_many() - give @nr references back, at least 1
 *
 * The last one calls the release function. What a thread has done before is seen there.
 */
__pcpu_inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr);
/** percpu_ref_put() - percpu_ref_put_many() of one. */
__pcpu_inline void percpu_ref_put(struct percpu_ref *ref);

/**
 * percpu_ref_kill_and_confirm() - have the ref die: join its parts, and put the initial reference
 * @confirm: NULL, or a function that is called when no percpu_ref_tryget_live() succeeds any more,
 *	by this thread, before the initial reference is put
 *
 * A system call, membarrier(), and a look at each CPU that the process has used. Killing a dying
 * ref is an error in the log.
 */
PERCPU_API void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm);
/** percpu_ref_kill() - the same without a function. */
__pcpu_inline void percpu_ref_kill(struct percpu_ref *ref);

/**
 * percpu_ref_reinit() - have a ref whose count has come to 0 live again, as after percpu_ref_init()
 *
 * Not before the release function is done with it. One that is not 0 is an error in the log.
 */
PERCPU_API void percpu_ref_reinit(struct percpu_ref *ref);

/**
 * percpu_ref_resurrect() - take back percpu_ref_kill(), whatever the count is by now
 *
 * The caller knows that the ref is not being released, or not freed by that. One that is not dying
 * is an error in the log. Without PERCPU_REF_ALLOW_REINIT the count stays one word, and the log has
 * a warning.
 */
PERCPU_API void percpu_ref_resurrect(struct percpu_ref *ref);

/**
 * percpu_ref_switch_to_atomic() - have the count in one word, until percpu_ref_switch_to_percpu()
 * @confirm: NULL, or a function that is called when it is, by this thread
 *
 * Then percpu_ref_put() of the last reference is found at once. Whether the ref lives or dies is
 * another matter: percpu_ref_reinit() does not split such a count.
 */
PERCPU_API void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm);
/** percpu_ref_switch_to_atomic_sync() - the same without a function: it never takes longer here. */
PERCPU_API void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref);

/**
 * percpu_ref_switch_to_percpu() - split the count again
 *
 * Of a dying ref when it lives again. A warning in the log, and no change, without
 * PERCPU_REF_ALLOW_REINIT.
 */
PERCPU_API void percpu_ref_switch_to_percpu(struct percpu_ref *ref);

/** percpu_ref_is_dying() - whether it has been killed, and not come to life again. */
__pcpu_inline bool percpu_ref_is_dying(const struct percpu_ref *ref);

/** percpu_ref_is_zero() - whether the count has come to 0; also after percpu_ref_exit(). */
__pcpu_inline bool percpu_ref_is_zero(const struct percpu_ref *ref);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* How. */
#ifdef PERCPU_UP
#include <percpu/impl/up/refcount.h>
#else
#include <percpu/impl/refcount.h>
#endif

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* The same in both. */
__pcpu_inline void percpu_ref_get(struct percpu_ref *ref)
{
	percpu_ref_get_many(ref, 1);
}

__pcpu_inline bool percpu_ref_tryget(struct percpu_ref *ref)
{
	return percpu_ref_tryget_many(ref, 1);
}

__pcpu_inline bool percpu_ref_tryget_live_rcu(struct percpu_ref *ref)
{
	return percpu_ref_tryget_live(ref);
}

__pcpu_inline void percpu_ref_put(struct percpu_ref *ref)
{
	percpu_ref_put_many(ref, 1);
}

__pcpu_inline void percpu_ref_kill(struct percpu_ref *ref)
{
	percpu_ref_kill_and_confirm(ref, NULL);
}

__pcpu_inline bool percpu_ref_is_dying(const struct percpu_ref *ref)
{
	return (__atomic_load_n(&ref->split.count, __ATOMIC_ACQUIRE) & __PCPU_REF_DEAD) != 0;
}

__pcpu_inline bool percpu_ref_is_zero(const struct percpu_ref *ref)
{
	return (__atomic_load_n(&ref->split.count, __ATOMIC_ACQUIRE) & ~__PCPU_REF_DEAD) == 0;
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_REFCOUNT_H */
