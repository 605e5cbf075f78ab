/* SPDX-License-Identifier: MIT */
/* counter_lock.c - see counter_lock.h. */
#include "memory/counter_lock.h"
#include "arch_constants.h"
#include "ground/assert.h"
#include "ground/system/new_process.h"
#include "memory/displaced.h"
#include "memory/open_units.h"

struct pcpu_counter_lock pcpu_counter_locks[1 << PCPU_COUNTER_LOCK_BITS];

/* The one that the thread has, or is about to try. */
static __thread struct pcpu_counter_lock *own __attribute__((__tls_model__("initial-exec")));

/* How often somebody looks before he takes the lock. */
#define LOOKS 16

static enum pcpu_counter_phase phase_of(uint64_t state)
{
	return (enum pcpu_counter_phase)(state % PCPU_COUNTER_PHASES);
}

static bool is_about(uint64_t state, const struct pcpu_counter_lock *lock,
		     const struct percpu_counter *fbc)
{
	return phase_of(state) == PCPU_COUNTER_NOTED &&
	       __atomic_load_n(&lock->counter, __ATOMIC_ACQUIRE) == fbc;
}

/* --- having it --- */

bool pcpu_counter_trylock(struct pcpu_counter_lock *lock)
{
	uint64_t state = __atomic_load_n(&lock->state, __ATOMIC_RELAXED);

	if (phase_of(state) != PCPU_COUNTER_FREE || own)
		return false;
	/* before, for a handler that forks */
	own = lock;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (__atomic_compare_exchange_n(&lock->state, &state, state + PCPU_COUNTER_TAKEN, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return true;
	own = NULL;
	return false;
}

/* With the next number. */
static uint64_t next_free(uint64_t state)
{
	return (state | (PCPU_COUNTER_PHASES - 1)) + 1;
}

static void set_free(struct pcpu_counter_lock *lock)
{
	const uint64_t state = __atomic_load_n(&lock->state, __ATOMIC_RELAXED);

	__atomic_store_n(&lock->state, next_free(state), __ATOMIC_RELEASE);
}

void pcpu_counter_unlock(struct pcpu_counter_lock *lock)
{
	pcpu_assert(own == lock);
	set_free(lock);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	own = NULL;
}

static void note(struct pcpu_counter_lock *lock, struct percpu_counter *fbc, int64_t count,
		 bool sets)
{
	pcpu_assert(own == lock && phase_of(lock->state) == PCPU_COUNTER_TAKEN);
	__atomic_store_n(&lock->counter, fbc, __ATOMIC_RELEASE);
	__atomic_store_n(&lock->count, count, __ATOMIC_RELEASE);
	__atomic_store_n(&lock->folds, fbc->folds, __ATOMIC_RELEASE);
	__atomic_store_n(&lock->sets, sets, __ATOMIC_RELEASE);
	__atomic_store_n(&lock->state, lock->state - PCPU_COUNTER_TAKEN + PCPU_COUNTER_NOTED,
			 __ATOMIC_RELEASE);
	/* L4 is a plain store */
	pcpu_store_fence();
}

void pcpu_counter_note_fold(struct pcpu_counter_lock *lock, struct percpu_counter *fbc,
			    int64_t amount)
{
	__atomic_store_n(&lock->amount, amount, __ATOMIC_RELEASE);
	note(lock, fbc, fbc->count, false);
}

void pcpu_counter_note_set(struct pcpu_counter_lock *lock, struct percpu_counter *fbc,
			   int64_t count)
{
	note(lock, fbc, count, true);
}

/* Not before the state of L3. */
static void set_count(struct percpu_counter *fbc, int64_t count, uint8_t folds)
{
	__atomic_store_n(&fbc->count, count, __ATOMIC_RELEASE);
	__atomic_store_n(&fbc->folds, folds, __ATOMIC_RELEASE);
}

void pcpu_counter_fold(struct pcpu_counter_lock *lock, int64_t amount)
{
	pcpu_assert(phase_of(lock->state) == PCPU_COUNTER_NOTED && !lock->sets);
	amount = pcpu_wrapping_add(amount, lock->amount);
	set_count(lock->counter, pcpu_wrapping_add(lock->count, amount),
		  (uint8_t)(lock->folds + 1));
}

/* --- the parts --- */

static int32_t *part_in(const struct percpu_counter *fbc, uintptr_t window)
{
	return (int32_t *)(window + pcpu_coordinate((uintptr_t)fbc->counters));
}

void pcpu_counter_clear(struct pcpu_counter_lock *lock)
{
	struct percpu_counter *fbc = lock->counter;

	pcpu_assert(phase_of(lock->state) == PCPU_COUNTER_NOTED && lock->sets);
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		__atomic_fetch_and(part_in(fbc, pcpu_open_windows[i]), 1, __ATOMIC_RELEASE);
	set_count(fbc, lock->count, lock->folds);
}

/* The amounts of all parts; and whether folds and flips differ. */
static int64_t sum_of_parts(const struct percpu_counter *fbc, uint32_t *folds)
{
	const unsigned int nr = pcpu_units_nr_open();
	const uint32_t coordinate = pcpu_coordinate((uintptr_t)fbc->counters);
	int64_t sum = 0;

	for (unsigned int i = 0; i < nr; i++) {
		int32_t part = __atomic_load_n((int32_t *)(pcpu_open_windows[i] + coordinate),
					       __ATOMIC_ACQUIRE);

		sum += pcpu_part_amount(part);
		*folds ^= (uint32_t)part;
	}
	*folds &= 1;
	return sum;
}

/* --- looking --- */

/* R2, where there is a note about it. */
static int64_t value_by_note(const struct pcpu_counter_lock *lock, const struct percpu_counter *fbc)
{
	int64_t value = __atomic_load_n(&lock->count, __ATOMIC_ACQUIRE);
	int64_t amount = __atomic_load_n(&lock->amount, __ATOMIC_ACQUIRE);
	uint32_t folds = __atomic_load_n(&lock->folds, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&lock->sets, __ATOMIC_ACQUIRE))
		return value;
	value = pcpu_wrapping_add(value, sum_of_parts(fbc, &folds));
	return folds ? pcpu_wrapping_add(value, amount) : value;
}

static int64_t value_at_rest(const struct percpu_counter *fbc)
{
	int64_t count = __atomic_load_n(&fbc->count, __ATOMIC_ACQUIRE);
	uint32_t folds = 0;

	return pcpu_wrapping_add(count, sum_of_parts(fbc, &folds));
}

/* R3: the last bit of the phase says whether the lock is only taken. */
static bool is_still(const struct pcpu_counter_lock *lock, uint64_t state)
{
	return __atomic_load_n(&lock->state, __ATOMIC_RELAXED) / 2 == state / 2;
}

/* R1 to R3, once. */
static bool look(const struct pcpu_counter_lock *lock, const struct percpu_counter *fbc,
		 int64_t *value)
{
	const uint64_t state = __atomic_load_n(&lock->state, __ATOMIC_ACQUIRE);

	*value = is_about(state, lock, fbc) ? value_by_note(lock, fbc) : value_at_rest(fbc);
	return is_still(lock, state);
}

/* While nobody folds. False: the lock is not to be had. */
static bool look_alone(struct pcpu_counter_lock *lock, const struct percpu_counter *fbc,
		       int64_t *value)
{
	if (!pcpu_counter_trylock(lock))
		return false;
	*value = value_at_rest(fbc);
	pcpu_counter_unlock(lock);
	return true;
}

int64_t pcpu_counter_count_and_parts(struct percpu_counter *fbc)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(fbc);
	int64_t value;

	pcpu_mend_new_process();
	for (unsigned int n = 0; !look(lock, fbc, &value); n++)
		if (n >= LOOKS && look_alone(lock, fbc, &value))
			break;
	return value;
}

/* A note's count lacks the amount, which is then a part's as far as anybody can tell. */
int64_t pcpu_counter_count(struct percpu_counter *fbc)
{
	const struct pcpu_counter_lock *lock = pcpu_counter_lock_of(fbc);
	uint64_t state;
	int64_t count;

	pcpu_mend_new_process();
	do {
		state = __atomic_load_n(&lock->state, __ATOMIC_ACQUIRE);
		count = __atomic_load_n(is_about(state, lock, fbc) ? &lock->count : &fbc->count,
					__ATOMIC_ACQUIRE);
	} while (!is_still(lock, state));
	return count;
}

/* --- who does not come back --- */

void pcpu_counter_forget(const struct percpu_counter *fbc, uint32_t nr)
{
	pcpu_mend_new_process();
	for (uint32_t i = 0; i < nr; i++) {
		struct pcpu_counter_lock *lock = pcpu_counter_lock_of(&fbc[i]);
		uint64_t state = __atomic_load_n(&lock->state, __ATOMIC_ACQUIRE);

		if (is_about(state, lock, &fbc[i]))
			__atomic_compare_exchange_n(&lock->state, &state, next_free(state), false,
						    __ATOMIC_RELEASE, __ATOMIC_RELAXED);
	}
}

/* As if the call, whose thread is not there, had not been made; a set, as if it had. */
static void mend(struct pcpu_counter_lock *lock)
{
	uint32_t folds = lock->folds;

	if (phase_of(lock->state) == PCPU_COUNTER_NOTED) {
		if (lock->sets)
			pcpu_counter_clear(lock);
		else if (sum_of_parts(lock->counter, &folds), folds)
			pcpu_counter_fold(lock, 0);
		else
			set_count(lock->counter, lock->count, lock->folds);
	}
	set_free(lock);
}

void pcpu_counter_locks_after_fork(void)
{
	struct pcpu_counter_lock *const end = pcpu_counter_locks + (1 << PCPU_COUNTER_LOCK_BITS);

	for (struct pcpu_counter_lock *lock = pcpu_counter_locks; lock != end; lock++)
		/* in a handler, the thread goes on with its own afterwards */
		if (lock != own && phase_of(lock->state) != PCPU_COUNTER_FREE)
			mend(lock);
}
