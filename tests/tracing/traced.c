/* SPDX-License-Identifier: MIT */
/*
 * traced.c - does once whatever there is a probe for, for a tracer to see, and says what that has
 * to be: lines that begin with "expect". It begins when it reads a line, so that a tracer can come
 * first.
 *
 * Usage: traced [PLUGIN], a shared object with a per-CPU variable. With PERCPU_CONF=possible:4 or
 * more CPUs, of which the last is one that no thread runs on.
 */
#include <percpu/percpu.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define AREAS 5
#define LARGE 32768

static DEFINE_PER_CPU(long, counted);
static unsigned int last_cpu;

/* As bpftrace has it, in two lines; and as perf has all of it. */
static void expect_alloc(int reserved, int atomic, size_t size, size_t align,
			 const char __percpu *ptr)
{
	printf("expect alloc ptr=%p size=%zu align=%zu\n", (const void *)ptr, size, align);
	printf("expect percpu_alloc_percpu reserved=%d atomic=%d size=%zu align=%zu\n", reserved,
	       atomic, size, align);
	printf("perf %d %d %zu %zu %lu %lu %zu\n", reserved, atomic, size, align,
	       (unsigned long)per_cpu_ptr(ptr, 0), (unsigned long)ptr, size * num_possible_cpus());
}

static void expect_free(const void __percpu *ptr)
{
	printf("expect percpu_free_percpu ptr=%p\n", (const void *)ptr);
}

static void allocate(void)
{
	void __percpu *areas[AREAS], __percpu *other;

	/* from a cache, but for the first one */
	for (int i = 0; i < AREAS; i++) {
		areas[i] = alloc_percpu(long);
		expect_alloc(0, 0, sizeof(long), _Alignof(long), areas[i]);
	}
	for (int i = 0; i < AREAS; i++) {
		expect_free(areas[i]);
		free_percpu(areas[i]);
	}
	other = __alloc_reserved_percpu(24, 8);
	expect_alloc(1, 0, 24, 8, other);
	expect_free(other);
	free_percpu(other);
	other = __alloc_percpu_gfp(1000, 64, GFP_ATOMIC);
	expect_alloc(0, 1, 1000, 64, other);
	expect_free(other);
	free_percpu(other);
	free_percpu(NULL);
	if (__alloc_reserved_percpu(LARGE, 16))
		exit(1);
	printf("expect percpu_alloc_percpu_fail reserved=1 atomic=0 size=%d align=16\n", LARGE);
}

/* Its area is the first of its chunk, which is where the kernel says that chunks are. */
static void make_chunk(void)
{
	const char __percpu *area = __alloc_percpu(LARGE, 4096);
	const void *at = per_cpu_ptr(area, 0);

	free_percpu(area);
	percpu_trim();
	printf("more alloc\nmore percpu_free_percpu\n");
	printf("expect percpu_create_chunk base_addr=%p\n", at);
	printf("expect percpu_destroy_chunk base_addr=%p\n", at);
}

static bool is_asleep(int thread)
{
	char path[64], stat[512] = "", *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	file = fopen(path, "r");
	if (!file)
		return false;
	state = fgets(stat, sizeof(stat), file) ? strrchr(stat, ')') : NULL;
	fclose(file);
	return state && state[2] == 'S';
}

static int waiter;

static void *wait_for_cpu(void *arg)
{
	__atomic_store_n(&waiter, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	if (percpu_remote_begin(last_cpu) != 0)
		exit(1);
	percpu_remote_end(last_cpu);
	return arg;
}

static void hold(void)
{
	pthread_t thread;
	int number;

	if (percpu_remote_begin(last_cpu) != 0)
		exit(1);
	printf("expect hold cpu=%u\n", last_cpu);
	if (pthread_create(&thread, NULL, wait_for_cpu, NULL) != 0)
		exit(1);
	while ((number = __atomic_load_n(&waiter, __ATOMIC_ACQUIRE)) == 0 || !is_asleep(number))
		usleep(1000);
	printf("expect wait_begin cpu=%u holder=%d\n", last_cpu, (int)syscall(SYS_gettid));
	percpu_remote_end(last_cpu);
	printf("expect release cpu=%u\n", last_cpu);
	pthread_join(thread, NULL);
	printf("expect wait_end cpu=%u\n", last_cpu);
}

/* A child frees what is free already. */
static void die(void)
{
	void __percpu *area = __alloc_percpu(4096, 8);
	const struct rlimit no_core = {0, 0};
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		free_percpu(area);
		free_percpu(area);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	printf("more alloc\nmore percpu_free_percpu\n");
	printf("expect fatal free_percpu(%p): the pointer is free\n", (void *)area);
}

int main(int argc, char **argv)
{
	char line[16];

	last_cpu = nr_cpu_ids - 1;
	this_cpu_inc(counted);
	printf("ready %d\n", (int)getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	per_cpu(counted, last_cpu) = 1;
	printf("expect unit_open cpu=%u\n", last_cpu);
	allocate();
	make_chunk();
	hold();
	if (argc > 1 && !dlopen(argv[1], RTLD_NOW))
		return 1;
	if (argc > 1)
		printf("expect module_add %s\n", argv[1]);
	percpu_log(PERCPU_LOG_WARNING, "for the tracer");
	printf("expect log level=%d for the tracer\n", PERCPU_LOG_WARNING);
	die();
	return per_cpu_sum(counted) == 2 ? 0 : 1;
}
