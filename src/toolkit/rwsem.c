/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - percpu_rw_semaphore: readers are counted by CPU while there is no writer.
 *
 * The readers that are inside are a split count (split_count.h), whose lowest bit says that a
 * writer is there. Whoever has to wait does it by the queue: its low half is a phase, which is odd
 * from before the writer says that he is there until after he has said that he is not; its high
 * half is how many readers wait for the phase to end. Protocol (modelled in tests/model/rwsem.pml):
 *
 *	read	R1  readers: A1 or B of split_count.h; or the word: no writer, + 1, by compare and
 *		    swap
 *		R2  or, if the phase is odd, queue: + 1 waiting, by compare and swap. It sleeps
 *		    until the phase is another one; then the writer has counted it in (U2)
 *	unread	X1  readers: A1 or B; or the word - 1, released
 *		X2  if it is 0 but for the writer: wake him
 *	write	W1  his turn among the writers: writing, a mutex
 *		W2  phase + 1: odd
 *		W3  word: a writer. No R1 in the word any more
 *		W4  join: nor one in a part. Since membarrier, whoever R1 has let in is in the sum,
 *		    and what he reads he reads before the writer goes on, without a barrier
 *		W5  sleep while the word is not 0 but for the writer; X2 wakes
 *	unwrite	U1  split again; word: no writer. New readers come by R1
 *		U2  readers: + all that wait, in the word, before their phase ends
 *		U3  phase + 1: even, and nobody waits, by compare and swap from what U2 has counted;
 *		    or U2 for those that have come since. Wake all that sleep by the phase
 *		U4  the turn of the next writer. Those of U2 are inside: he waits for them
 *
 * So new readers wait for one writer at most, whose turn it was when they came, and a writer waits
 * for those readers alone that were there before W4.
 */
#include "toolkit/split_count.h"
#include "calls/alloc.h"
#include "cpu/holder.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/system/futex.h"
#include "ground/system/race.h"
#include "machine/tier.h"

#include <percpu/rwsem.h>

#include <errno.h>

#define WRITER ((int64_t)1)
#define ONE ((int64_t)2)

#define ONE_WAITS ((uint64_t)1 << 32)

/* --- life --- */

PERCPU_API int percpu_init_rwsem(struct percpu_rw_semaphore *sem)
{
	int64_t __percpu *parts = NULL;

	*sem = (struct percpu_rw_semaphore){.readers = {.joined = 1}};
	/* parts would be other processes' too */
	if (!pcpu_tier.shared) {
		parts = pcpu_alloc_for(sizeof(int64_t), __alignof__(int64_t), GFP_KERNEL,
				       __builtin_return_address(0));
		if (!parts)
			return -ENOMEM;
	}
	pcpu_split_init(&sem->readers, parts, 0, false);
	return 0;
}

PERCPU_API void percpu_free_rwsem(struct percpu_rw_semaphore *sem)
{
	int64_t __percpu *parts = sem->readers.parts;

	sem->readers.joined = 1;
	sem->readers.parts = NULL;
	free_percpu(parts);
}

/* --- who waits --- */

static void must_be_able_to_wait(const char *call)
{
	if (pcpu_held_cpu() >= 0)
		pcpu_fatal("%s inside of a section: who holds a CPU must not wait", call);
}

static uint64_t load_queue(const struct percpu_rw_semaphore *sem)
{
	return __atomic_load_n(&sem->queue, __ATOMIC_ACQUIRE);
}

/* The low halves, which are slept on, stand first. */
static uint32_t phase_of(uint64_t queue)
{
	return (uint32_t)queue;
}

static bool there_is_a_writer(uint64_t queue)
{
	return (phase_of(queue) & 1) != 0;
}

/* --- readers --- */

/* R1 in the word. */
static bool count_in_word(struct percpu_rw_semaphore *sem)
{
	int64_t word = __atomic_load_n(&sem->readers.count, __ATOMIC_RELAXED);

	while (!(word & WRITER))
		if (__atomic_compare_exchange_n(&sem->readers.count, &word, word + ONE, true,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	return false;
}

static bool count_in(struct percpu_rw_semaphore *sem)
{
	return pcpu_split_add(&sem->readers, ONE) || count_in_word(sem);
}

/* R2, if @queue is the queue still and there is a writer. False: R1 is to be tried again. */
static bool wait_for_phase(struct percpu_rw_semaphore *sem, uint64_t queue)
{
	if (!there_is_a_writer(queue) ||
	    !__atomic_compare_exchange_n(&sem->queue, &queue, queue + ONE_WAITS, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	while (phase_of(load_queue(sem)) == phase_of(queue))
		pcpu_futex_wait(&sem->queue, phase_of(queue), false);
	return true;
}

PERCPU_API void __percpu_down_read_slow(struct percpu_rw_semaphore *sem)
{
	must_be_able_to_wait("percpu_down_read()");
	while (!count_in(sem) && !wait_for_phase(sem, load_queue(sem)))
		;
	pcpu_race_acquire(sem);
}

PERCPU_API bool __percpu_down_read_trylock_slow(struct percpu_rw_semaphore *sem)
{
	if (!count_in(sem))
		return false;
	pcpu_race_acquire(sem);
	return true;
}

PERCPU_API void __percpu_up_read_slow(struct percpu_rw_semaphore *sem)
{
	pcpu_race_release(sem);
	if (pcpu_split_add(&sem->readers, -ONE))
		return;
	if (__atomic_sub_fetch(&sem->readers.count, ONE, __ATOMIC_ACQ_REL) == WRITER)
		pcpu_futex_wake(&sem->readers.count, false);
}

/* --- writers --- */

/* W1 */
static void take_turn(struct percpu_rw_semaphore *sem)
{
	uint32_t nobody = 0;

	if (__atomic_compare_exchange_n(&sem->writing, &nobody, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&sem->writing, 2, __ATOMIC_ACQUIRE) != 0)
		pcpu_futex_wait(&sem->writing, 2, false);
}

/* U4 */
static void give_turn(struct percpu_rw_semaphore *sem)
{
	if (__atomic_exchange_n(&sem->writing, 0, __ATOMIC_RELEASE) == 2)
		pcpu_futex_wake(&sem->writing, false);
}

/* W5 */
static void wait_for_readers(struct percpu_rw_semaphore *sem)
{
	int64_t word;

	while ((word = __atomic_load_n(&sem->readers.count, __ATOMIC_ACQUIRE)) != WRITER)
		pcpu_futex_wait(&sem->readers.count, (uint32_t)word, false);
}

PERCPU_API void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	sigset_t saved;

	must_be_able_to_wait("percpu_down_write()");
	take_turn(sem);
	/* from an even one: nothing gets into the high half */
	__atomic_fetch_add(&sem->queue, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&sem->readers.count, WRITER, __ATOMIC_SEQ_CST);
	pcpu_split_lock(&saved);
	pcpu_split_join(&sem->readers);
	pcpu_split_unlock(&saved);
	wait_for_readers(sem);
	pcpu_race_acquire(sem);
}

/* U2 and U3 */
static void end_phase(struct percpu_rw_semaphore *sem)
{
	uint64_t queue = load_queue(sem), counted = 0;

	do {
		const uint64_t waiting = queue / ONE_WAITS;

		__atomic_fetch_add(&sem->readers.count, ONE * (int64_t)(waiting - counted),
				   __ATOMIC_RELAXED);
		counted = waiting;
	} while (!__atomic_compare_exchange_n(&sem->queue, &queue, (uint32_t)(phase_of(queue) + 1),
					      false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	if (counted)
		pcpu_futex_wake(&sem->queue, false);
}

PERCPU_API void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	sigset_t saved;

	if (!percpu_is_write_locked(sem))
		pcpu_fatal("percpu_up_write() of a lock that no writer has");
	pcpu_race_release(sem);
	pcpu_split_lock(&saved);
	pcpu_split_again(&sem->readers);
	pcpu_split_unlock(&saved);
	__atomic_fetch_and(&sem->readers.count, ~WRITER, __ATOMIC_RELEASE);
	end_phase(sem);
	give_turn(sem);
}

/* --- looking --- */

PERCPU_API bool percpu_is_write_locked(const struct percpu_rw_semaphore *sem)
{
	return (__atomic_load_n(&sem->readers.count, __ATOMIC_ACQUIRE) & WRITER) != 0;
}

PERCPU_API bool percpu_rwsem_is_held(struct percpu_rw_semaphore *sem)
{
	return pcpu_split_value(&sem->readers) != 0;
}

PERCPU_API bool percpu_is_read_locked(struct percpu_rw_semaphore *sem)
{
	const int64_t value = pcpu_split_value(&sem->readers);

	return value != 0 && !(value & WRITER);
}

PERCPU_API void __percpu_rwsem_not_held(const char *file, int line)
{
	pcpu_log(PERCPU_LOG_WARNING, "%s:%d: nobody has the lock", file, line);
}
