/* SPDX-License-Identifier: MIT */
/*
 * main.c - a program that knows nothing of the library, and loads it when it has threads already.
 *
 * Usage: late local|global LIBRARY OBJECT. OBJECT has per-CPU variables (object.c). Threads that
 * were there before and others that come later count in them and allocate, while the counts of one
 * variable are taken away from them; so does a child that is forked while others allocate.
 *
 * To load the library takes no fence, which in a process with threads would have the kernel wait.
 * The first one comes when something is taken.
 */
#include "object.h"

#include <dlfcn.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MEMBARRIER_CMD_GET_REGISTRATIONS
#define MEMBARRIER_CMD_GET_REGISTRATIONS (1 << 9)
#endif

#define NR_THREADS 4 /* of each kind */
#define ROUNDS 10000UL
#define NR_GENERATIONS 10
#define NR_CHILDREN 10

static const struct late_object *object;
static pthread_barrier_t loaded;
static bool stop;

static void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	fflush(stdout);
	_exit(1);
}

static void count_and_allocate(void)
{
	object->count(ROUNDS / 2);
	if (!object->allocate())
		give_up("a thread", "an area is not as it should be");
	object->count(ROUNDS / 2);
}

static void *early_thread(void *arg)
{
	pthread_barrier_wait(&loaded);
	count_and_allocate();
	return arg;
}

static void *later_thread(void *arg)
{
	count_and_allocate();
	return arg;
}

static void *allocating_thread(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		if (!object->allocate())
			give_up("a thread", "an area is not as it should be");
	return arg;
}

/* Whether the process has told the kernel that it is going to fence. False: nobody knows. */
static bool is_registered(void)
{
	const int mine = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
			 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;
	long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_GET_REGISTRATIONS, 0, 0);

	return commands > 0 && (commands & mine);
}

static void *taking_thread(void *taken)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		*(unsigned long *)taken += object->take();
	*(unsigned long *)taken += object->take();
	return NULL;
}

static void start(pthread_t threads[NR_THREADS], void *(*body)(void *))
{
	for (int i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, body, NULL))
			give_up("main", "no thread");
}

static void join(pthread_t threads[NR_THREADS])
{
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void *load(const char *path, int flags)
{
	void *handle = dlopen(path, RTLD_NOW | flags);

	if (!handle)
		give_up("dlopen", dlerror());
	return handle;
}

/* The child has a thread of its own, which allocates and counts. */
static void __attribute__((__noreturn__)) be_child(void)
{
	const unsigned long before = object->static_sum();
	pthread_t thread;

	alarm(240);
	count_and_allocate();
	if (pthread_create(&thread, NULL, later_thread, NULL) || pthread_join(thread, NULL))
		give_up("child", "no thread");
	if (object->static_sum() != before + 2 * ROUNDS ||
	    object->dynamic_sum() != before + 2 * ROUNDS)
		give_up("child", "counts were lost");
	_exit(0);
}

static void have_child(void)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		be_child();
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		give_up("fork", "no child");
	if (status != 0)
		give_up("child", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "failed");
}

static void have_children_while_others_allocate(void)
{
	pthread_t threads[NR_THREADS];

	start(threads, allocating_thread);
	for (int i = 0; i < NR_CHILDREN; i++)
		have_child();
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	join(threads);
}

int main(int argc, char **argv)
{
	pthread_t early[NR_THREADS], later[NR_THREADS], taking;
	unsigned long taken = 0;
	void *handle;

	if (argc != 4)
		return 2;
	if (dlsym(RTLD_DEFAULT, "__percpu_rt"))
		give_up("main", "the library is there already");
	pthread_barrier_init(&loaded, NULL, NR_THREADS + 1);
	start(early, early_thread);
	load(argv[2], strcmp(argv[1], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL);
	handle = load(argv[3], RTLD_LOCAL);
	object = dlsym(handle, "late_object");
	if (!object || is_registered() || !object->prepare())
		give_up("main", "the object cannot be used");
	pthread_create(&taking, NULL, taking_thread, &taken);
	pthread_barrier_wait(&loaded);
	for (int i = 0; i < NR_GENERATIONS; i++) {
		start(later, later_thread);
		join(later);
	}
	join(early);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(taking, NULL);
	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	have_children_while_others_allocate();
	printf("late: %lu static, %lu dynamic, %lu taken\n", object->static_sum(),
	       object->dynamic_sum(), taken);
	return 0;
}
