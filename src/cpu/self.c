/* SPDX-License-Identifier: MIT */
/* self.c - see self.h. */
#include "cpu/self.h"
#include "arch_constants.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "ground/system/new_process.h"
#include "ground/system/thread_life.h"
#include "machine/slice.h"
#include "machine/tier.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Less than __PCPU_NO_CPU: the first section of a thread comes to the slow path. */
__thread struct percpu_self pcpu_self = {.cpu = __PCPU_NO_CPU - 1, PCPU_SELF_OF_ARCH};

/* Whether end() is going to be called. */
static __thread bool will_end __attribute__((__tls_model__("initial-exec")));

static struct {
	pthread_key_t key;
	void (*fn)(void);
} at_end;

ptrdiff_t pcpu_self_offset(void)
{
	return (ptrdiff_t)((uintptr_t)&pcpu_self - __pcpu_thread_pointer());
}

static void end(void *arg)
{
	(void)arg;
	at_end.fn();
	/*
	 * Another destructor may begin anew; then this one is called again. The word stays: a
	 * signal's handler must find one wherever cpu says that the thread has begun.
	 */
	will_end = false;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	pcpu_self.cpu = __PCPU_NO_CPU - 1;
}

int pcpu_self_init(void (*fn)(void))
{
	pcpu_assert(!at_end.fn);
	at_end.fn = fn;
	return -pthread_key_create(&at_end.key, end);
}

static intptr_t make_word(void)
{
	const intptr_t thread = syscall(SYS_gettid);
	intptr_t birth;

	if (thread <= 0)
		pcpu_fatal("gettid fails with errno %d: threads cannot be told apart", errno);
	birth = pcpu_tier.shared ? (intptr_t)pcpu_thread_birth((int)thread) : 0;
	return PCPU_SLOW_ONLY | birth << PCPU_WORD_BIRTH | thread << 1 | PCPU_WORD_HELD;
}

/* A thread that has no rseq yet, because it is in a handler, asks in vain. */
static void enable_slices(void)
{
	if (pcpu_tier.slices && pcpu_thread_ensure_rseq())
		pcpu_slice_enable();
}

static void begin(void)
{
	int saved = errno;

	/* any pointer but NULL; without memory for it nothing is released when the thread ends */
	pthread_setspecific(at_end.key, &pcpu_self);
	__atomic_store_n(&pcpu_self.word, make_word(), __ATOMIC_RELAXED);
	if (!pcpu_self.lock_word)
		pcpu_self.lock_word = (unsigned int)pcpu_self.word;
	enable_slices();
	/* in this order, for handlers of signals */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	will_end = true;
	if (pcpu_self.cpu < __PCPU_NO_CPU)
		pcpu_self.cpu = __PCPU_NO_CPU;
	errno = saved;
}

void pcpu_self_begin(void)
{
	pcpu_check_booted();
	if (pcpu_process_is_new())
		pcpu_mend_new_process();
	if (!will_end)
		begin();
}

bool pcpu_word_is_of_gone(intptr_t word)
{
	return pcpu_thread_is_gone(pcpu_word_thread(word), pcpu_word_birth(word));
}

void pcpu_self_after_fork(bool shared)
{
	if (!pcpu_self.word)
		return;
	pcpu_self.word = make_word();
	enable_slices();
	/* the locks that the thread has are in the child too, unless they are the parent's still */
	if (shared || !pcpu_self_has_local_locks())
		pcpu_self.lock_word = (unsigned int)pcpu_self.word;
}
