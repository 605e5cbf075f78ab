/* SPDX-License-Identifier: MIT */
/*
 * test_visit_stays.c - visits leave alone where their thread may run: with shared copies, and to a
 * CPU that another thread is pinned to. What somebody sets from outside meanwhile is not undone.
 *
 * Linked so that what sets an affinity comes to the test first.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"

#include "ground/system/affinity.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

int __real_pcpu_affinity_set(const struct pcpu_affinity *affinity);
int __wrap_pcpu_affinity_set(const struct pcpu_affinity *affinity);
int __real_pcpu_affinity_set_one(unsigned int cpu);
int __wrap_pcpu_affinity_set_one(unsigned int cpu);

static DEFINE_PER_CPU(long, counter);

static __thread unsigned int nr_set; /* by this thread */

int __wrap_pcpu_affinity_set(const struct pcpu_affinity *affinity)
{
	nr_set++;
	return __real_pcpu_affinity_set(affinity);
}

int __wrap_pcpu_affinity_set_one(unsigned int cpu)
{
	nr_set++;
	return __real_pcpu_affinity_set_one(cpu);
}

static void visit_all(int times)
{
	while (times--)
		for (unsigned int i = 0; i < nr_cpus; i++) {
			(void)per_cpu_xchg(counter, cpus[i], times);
			if (percpu_remote_begin(cpus[i]) == 0)
				percpu_remote_end(cpus[i]);
		}
}

static void visits_set_no_affinity(void)
{
	nr_set = 0;
	visit_all(100);
	assert_int_equal(nr_set, 0);
}

/* --- somebody from outside --- */

static struct {
	pid_t thread;
	bool stop, pause, paused;
} worker;

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

static void wait_until(const bool *flag, bool value)
{
	while (is_set(flag) != value)
		usleep(100);
}

static void *visit_until_stopped(void *arg)
{
	(void)arg;
	__atomic_store_n(&worker.thread, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	while (!is_set(&worker.stop)) {
		if (is_set(&worker.pause)) {
			set(&worker.paused, true);
			wait_until(&worker.pause, false);
			set(&worker.paused, false);
		}
		visit_all(1);
	}
	return NULL;
}

static void restrict_worker(cpu_set_t *to, unsigned int nr)
{
	CPU_ZERO(to);
	for (unsigned int i = 0; i < nr; i++)
		CPU_SET(cpus[i], to);
	assert_int_equal(sched_setaffinity(worker.thread, sizeof(*to), to), 0);
}

/* As by taskset -p: what was set last is what is. */
static unsigned int settings_undone(int times)
{
	unsigned int undone = 0;
	cpu_set_t wanted, now;

	for (int i = 0; i < times; i++) {
		restrict_worker(&wanted, nr_cpus);
		usleep(200 + (unsigned int)i * 7);
		restrict_worker(&wanted, 1);
		set(&worker.pause, true);
		wait_until(&worker.paused, true);
		sched_getaffinity(worker.thread, sizeof(now), &now);
		undone += !CPU_EQUAL(&now, &wanted);
		set(&worker.pause, false);
		wait_until(&worker.paused, false);
	}
	return undone;
}

static void settings_from_outside_stay(void)
{
	pthread_t thread;
	unsigned int undone;

	worker.thread = 0;
	set(&worker.stop, false);
	assert_int_equal(pthread_create(&thread, NULL, visit_until_stopped, NULL), 0);
	while (!__atomic_load_n(&worker.thread, __ATOMIC_ACQUIRE))
		usleep(100);
	undone = settings_undone(100);
	set(&worker.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(undone, 0);
}

/* --- the two kinds of visits --- */

static pthread_barrier_t there, done;

static void *stay_pinned(void *pinned)
{
	*(int *)pinned = percpu_thread_pin(cpus[nr_cpus - 1]);
	pthread_barrier_wait(&there);
	pthread_barrier_wait(&done);
	if (*(int *)pinned == 0)
		percpu_thread_unpin();
	return NULL;
}

static void visits_to_a_cpu_with_a_pinned_thread(void **state)
{
	int pinned = -1;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&there, NULL, 2);
	pthread_barrier_init(&done, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, stay_pinned, &pinned), 0);
	pthread_barrier_wait(&there);
	if (pinned == 0) {
		visits_set_no_affinity();
		settings_from_outside_stay();
	}
	pthread_barrier_wait(&done);
	pthread_join(thread, NULL);
	/* in the fallback tier there is no pinned thread */
	if (pinned != 0)
		skip();
}

static void visits_with_shared_copies(void **state)
{
	(void)state;
	assert_int_equal(percpu_share(), 0);
	visits_set_no_affinity();
	settings_from_outside_stay();
}

/* --- unpinning --- */

static void unpinning_leaves_alone_what_was_set_from_outside(void **state)
{
	cpu_set_t wanted, now;

	(void)state;
	find_cpus();
	if (nr_cpus < 2 || percpu_thread_pin(cpus[0]) != 0)
		skip();
	CPU_ZERO(&wanted);
	CPU_SET(cpus[1], &wanted);
	assert_int_equal(sched_setaffinity(0, sizeof(wanted), &wanted), 0);
	assert_int_equal(percpu_thread_unpin(), 0);
	sched_getaffinity(0, sizeof(now), &now);
	assert_true(CPU_EQUAL(&now, &wanted));
	go_anywhere();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_to_a_cpu_with_a_pinned_thread),
		cmocka_unit_test(visits_with_shared_copies),
		cmocka_unit_test(unpinning_leaves_alone_what_was_set_from_outside),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
