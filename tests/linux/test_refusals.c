// SPDX-License-Identifier: MIT
/*
 * test_refusals.c - what linux/ headers do when the system gives nothing: no thread, no memory, no
 * numbers; and what is not to be done where nothing may wait.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

/* The C library's, which fail when they are told to. */
static bool no_threads, no_memory, no_numbers;

static int refusing_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
			   void *arg)
{
	return no_threads ? EAGAIN : pthread_create(thread, attr, fn, arg);
}

static void *refusing_malloc(size_t size)
{
	return no_memory ? NULL : malloc(size);
}

static void *refusing_aligned_alloc(size_t align, size_t size)
{
	return no_memory ? NULL : aligned_alloc(align, size);
}

static void *refusing_calloc(size_t nr, size_t size)
{
	return no_memory ? NULL : calloc(nr, size);
}

/* Bit by bit, and interrupted every other time. */
static ssize_t refusing_getrandom(void *buf, size_t size, unsigned int flags)
{
	static unsigned int calls;

	if (no_numbers) {
		errno = ENOSYS;
		return -1;
	}
	if (calls++ % 2) {
		errno = EINTR;
		return -1;
	}
	return getrandom(buf, size < 3 ? size : 3, flags);
}
#define pthread_create refusing_create
#define malloc(size) refusing_malloc(size)
#define aligned_alloc(align, size) refusing_aligned_alloc(align, size)
#define calloc(nr, size) refusing_calloc(nr, size)
#define getrandom refusing_getrandom

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#undef pthread_create
#include "check.h"

static char last_words[256];

static void die(const char *message)
{
	_exit(strstr(message, last_words) ? 42 : 43);
}

/* Whether @what ends the process, with @words in what is said. */
static bool is_fatal(void (*what)(void), const char *words)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		strscpy(last_words, words);
		percpu_set_log_handler(NULL, PERCPU_LOG_EMERG);
		percpu_set_fatal_handler(die);
		what();
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 42;
}

static int nothing(void *data)
{
	(void)data;
	return 0;
}

static void without_threads(void)
{
	no_threads = true;
	CHECK_THAT(PTR_ERR(kthread_run(nothing, NULL, "none")) == -EAGAIN);
	CHECK_THAT(PTR_ERR(kthread_create_on_cpu(nothing, NULL, 0, "none/%u")) == -EAGAIN);
	no_threads = false;
}

static struct rcu_head head;
static void never(struct rcu_head *rcu)
{
	(void)rcu;
}

static void call_without_a_thread(void)
{
	no_threads = true;
	call_rcu(&head, never);
}

static void without_memory(void)
{
	struct kmem_cache *cache = kmem_cache_create("refusals", 64, 64, 0, NULL);
	char *kept = kstrdup("kept", GFP_KERNEL);

	no_memory = true;
	CHECK_THAT(!kmalloc(8, GFP_KERNEL) && !kzalloc(4096, GFP_ATOMIC) && !vmalloc(1));
	CHECK_THAT(!kmem_cache_alloc(cache, GFP_KERNEL) && !kmem_cache_create("no", 8, 0, 0, NULL));
	CHECK_THAT(!kstrdup("x", GFP_KERNEL) && !kmemdup("x", 1, GFP_KERNEL));
	CHECK_THAT(!krealloc(kept, 1000, GFP_KERNEL) && strcmp(kept, "kept") == 0);
	CHECK_THAT(__get_free_pages(GFP_KERNEL, 0) == 0 && kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
	no_memory = false;
	CHECK_THAT(!kmalloc(PTRDIFF_MAX, GFP_KERNEL) && !__get_free_pages(GFP_KERNEL, 40));
	kfree(kept);
	kmem_cache_destroy(cache);
}

static void insist_on_memory(void)
{
	no_memory = true;
	kmalloc(8, GFP_KERNEL | __GFP_NOFAIL);
}

static void ask_who_is_current(void)
{
	no_memory = true;
	(void)current;
}

static void numbers_come_in_pieces(void)
{
	u64 one = get_random_u64(), two = get_random_u64();

	CHECK_THAT(one != two && one >> 32 && (u32)one);
}

static void ask_for_numbers(void)
{
	no_numbers = true;
	get_random_u32();
}

static void sleep_in_a_section(void)
{
	preempt_disable();
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
}

static void sleep_with_interrupts_off(void)
{
	local_irq_disable();
	schedule_timeout(1);
}

static void unlock_what_is_not_locked(void)
{
	static DEFINE_MUTEX(mutex);

	/* one that says so: the plain kind does not notice */
	pthread_mutexattr_t attr;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&mutex.lock, &attr);
	mutex_unlock(&mutex);
}

static int warnings;
static void count_warnings(enum percpu_log_level level, const char *message)
{
	if (level == PERCPU_LOG_WARNING && strstr(message, "test_refusals.c"))
		warnings++;
}

static void waiting_in_a_section_is_said(void)
{
	percpu_log_handler_t before = percpu_set_log_handler(count_warnings, PERCPU_LOG_WARNING);
	DECLARE_COMPLETION_ONSTACK(done);

	complete(&done);
	preempt_disable();
	for (int i = 0; i < 2; i++)
		might_sleep();
	wait_for_completion(&done); /* it need not wait, and is told all the same */
	preempt_enable();
	CHECK_THAT(warnings == 2);
	percpu_set_log_handler(before, PERCPU_LOG_WARNING);
}

/* A thread that reads at the moment of a fork() is none of the child's. */
static unsigned int reads;
static void read_while_forked(unsigned int nr)
{
	if (nr == 0) {
		rcu_read_lock();
		smp_store_release(&reads, 1u);
		while (smp_load_acquire(&reads) == 1)
			sched_yield();
		rcu_read_unlock();
	} else {
		pid_t child;
		int status;

		while (!smp_load_acquire(&reads))
			sched_yield();
		child = fork();
		if (child == 0) {
			synchronize_rcu();
			rcu_barrier();
			_exit(0);
		}
		CHECK_THAT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
		smp_store_release(&reads, 2u);
	}
}

int main(void)
{
	CHECK_THAT(is_fatal(ask_who_is_current, "no memory for a thread's task_struct"));
	without_threads();
	CHECK_THAT(is_fatal(call_without_a_thread, "no thread for callbacks"));
	without_memory();
	CHECK_THAT(is_fatal(insist_on_memory, "no memory for 8 bytes"));
	CHECK_THAT(is_fatal(ask_for_numbers, "getrandom() fails"));
	numbers_come_in_pieces();
	CHECK_THAT(is_fatal(sleep_in_a_section, "schedule() in a section"));
	CHECK_THAT(is_fatal(sleep_with_interrupts_off, "schedule() in a section"));
	CHECK_THAT(is_fatal(unlock_what_is_not_locked, "mutex_unlock() of a mutex"));
	waiting_in_a_section_is_said();
	check_at_once(2, read_while_forked);
	return check_result();
}
