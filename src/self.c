/* SPDX-License-Identifier: MIT */
/* self.c - see self.h. */
#include "self.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Less than __PCPU_NO_CPU: the first section of a thread comes to the slow path. */
__thread struct percpu_self pcpu_self = {
	.cpu = __PCPU_NO_CPU - 1,
#ifdef __aarch64__
	.pinned_window = __PCPU_NO_WINDOW,
#endif
};

static pthread_key_t key;
static void (*at_end)(void);

ptrdiff_t pcpu_self_offset(void)
{
	return (ptrdiff_t)((uintptr_t)&pcpu_self - __pcpu_thread_pointer());
}

static void end(void *arg)
{
	(void)arg;
	/* another destructor may begin anew; then this one is called again */
	pcpu_self.word = 0;
	pcpu_self.cpu = __PCPU_NO_CPU - 1;
}

static void end_holding(void *arg)
{
	at_end();
	end(arg);
}

int pcpu_self_init(void (*fn)(void))
{
	at_end = fn;
	return -pthread_key_create(&key, end_holding);
}

static intptr_t make_word(void)
{
	return PCPU_SLOW_ONLY | (intptr_t)syscall(SYS_gettid) << 1 | PCPU_HELD;
}

void pcpu_self_begin(void)
{
	int saved = errno;

	if (pcpu_self.word)
		return;
	/* any pointer but NULL; without memory for it nothing is released when the thread ends */
	pthread_setspecific(key, &pcpu_self);
	__atomic_store_n(&pcpu_self.word, make_word(), __ATOMIC_RELAXED);
	if (pcpu_self.cpu < __PCPU_NO_CPU)
		pcpu_self.cpu = __PCPU_NO_CPU;
	errno = saved;
}

void pcpu_self_after_fork(void)
{
	if (pcpu_self.word)
		pcpu_self.word = make_word();
}
