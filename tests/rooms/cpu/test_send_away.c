/* SPDX-License-Identifier: MIT */
/*
 * test_send_away.c - variables that are displaced while everybody counts: what an object does that
 * comes by dlopen() and lies where another one's variables are. Each time in a child, because there
 * is no way back.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/send_away.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/displaced.h"

#include <percpu/percpu.h>

#include <errno.h>

#define WORKERS 4
#define ROUNDS 6

static DEFINE_PER_CPU(unsigned long, counted);
static DEFINE_PER_CPU(unsigned long, guarded);
static DEFINE_PER_CPU(unsigned long, by_handlers);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);

/* The variables of an object that is displaced: memory of which nobody has said that it is one. */
static struct {
	unsigned long count, guarded, other[100];
} __attribute__((__aligned__(PERCPU_PAGE_SIZE))) template;

/* Where its copies are. */
static typeof(template) __percpu *copies;

static bool is_displaced(void)
{
	return __atomic_load_n(&pcpu_nr_displaced, __ATOMIC_ACQUIRE);
}

struct worker {
	uint64_t counted, guarded, of_object, signals;
};

static __thread struct worker *self;

static void count_in_handler(int sig)
{
	(void)sig;
	this_cpu_inc(by_handlers);
	tell(&self->signals, self->signals + 1);
}

static void count_once(struct worker *worker)
{
	this_cpu_inc(counted);
	get_cpu_var(guarded)++;
	put_cpu_var(guarded);
	if (worker->counted % 16 == 0) {
		local_lock(&lock);
		*this_cpu_ptr(&guarded) += 0;
		local_unlock(&lock);
	}
	tell(&worker->guarded, worker->guarded + 1);
	tell(&worker->counted, worker->counted + 1);
}

/* As a thread that has been given a pointer of the object. */
static void count_in_object(struct worker *worker)
{
	this_cpu_inc(template.count);
	++*get_cpu_ptr(&template.guarded);
	put_cpu_ptr(&template.guarded);
	tell(&worker->of_object, worker->of_object + 1);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	timer_t timer;

	self = worker;
	timer = start_storm(count_in_handler);
	while (!must_stop()) {
		count_once(worker);
		if (is_reached(1))
			count_in_object(worker);
	}
	end_storm(timer);
	return NULL;
}

static void displace(void)
{
	copies = __alloc_percpu(sizeof(template), PERCPU_PAGE_SIZE);
	child_expect(copies != NULL);
	pcpu_alloc_lock();
	child_expect(pcpu_displaced_add((uintptr_t) & template, sizeof(template),
					(uint32_t)(uintptr_t)copies) == 0);
	pcpu_alloc_unlock();
	pcpu_send_away();
	reach(1);
}

static void check(const struct worker *workers)
{
	struct worker sum = {0};

	for (int i = 0; i < WORKERS; i++) {
		sum.counted += workers[i].counted;
		sum.guarded += workers[i].guarded;
		sum.of_object += workers[i].of_object;
		sum.signals += workers[i].signals;
	}
	child_expect(per_cpu_sum(counted) == sum.counted);
	child_expect(per_cpu_sum(guarded) == sum.guarded);
	child_expect(per_cpu_sum(by_handlers) == sum.signals);
	child_expect(per_cpu_sum(copies->count) == sum.of_object);
	child_expect(per_cpu_sum(copies->guarded) == sum.of_object);
	child_expect(per_cpu_sum(template.guarded) == sum.of_object);
	child_expect(template.count == 0 && template.guarded == 0);
}

static void displace_while_others_count(void *arg)
{
	struct worker workers[WORKERS] = {{0}};
	pthread_t threads[WORKERS];

	(void)arg;
	start_all(threads, WORKERS, work, workers, sizeof(workers[0]));
	for (int i = 0; i < WORKERS; i++)
		child_expect(await_told(&workers[i].counted, 1, 500));
	displace();
	for (int i = 0; i < WORKERS; i++)
		child_expect(await_told(&workers[i].of_object, 1, 300));
	set_stop(true);
	join_all(threads, WORKERS);
	check(workers);
}

static void nothing_is_lost_while_everybody_is_sent_away(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		assert_content(displace_while_others_count, NULL);
}

static void look_at_every_way(void *arg)
{
	unsigned int cpu;

	(void)arg;
	child_expect(!is_displaced());
	displace();
	for_each_possible_cpu(cpu) {
		child_expect(per_cpu_ptr(&template.other[7], cpu) ==
			     per_cpu_ptr(&copies->other[7], cpu));
		child_expect(SHIFT_PERCPU_PTR(&template.count, __per_cpu_offset[cpu]) ==
			     &per_cpu(copies->count, cpu));
		child_expect(SHIFT_PERCPU_PTR(&counted, per_cpu_offset(cpu)) ==
			     per_cpu_ptr(&counted, cpu));
		child_expect(per_cpu_xchg(template.count, cpu, 5) == 0);
	}
	child_expect(per_cpu_sum(copies->count) == 5 * num_possible_cpus());
	this_cpu_write(template.other[3], 9);
	child_expect(per_cpu_sum(copies->other[3]) == 9);
	raw_cpu_add(template.other[3], 1);
	child_expect(per_cpu_sum(template.other[3]) == 10);
	child_expect(this_cpu_cmpxchg(template.other[4], 0, 3) == 0);
	child_expect(this_cpu_add_return(template.other[4], 4) == 7);
	child_expect(*this_cpu_ptr(&copies->other[4]) == 7 || num_possible_cpus() > 1);
	child_expect(percpu_thread_pin(cpus[0]) == -EOPNOTSUPP);
	free_percpu(copies);
}

static void every_way_to_a_copy_is_looked_up(void **state)
{
	(void)state;
	assert_content(look_at_every_way, NULL);
}

static void displace_in_a_section(void *arg)
{
	(void)arg;
	get_cpu();
	displace();
}

static void displace_beside_a_pinned_thread(void *arg)
{
	(void)arg;
	child_expect(percpu_thread_pin(cpus[0]) == 0);
	displace();
}

static void assert_fatal(void (*body)(void *arg), const char *message)
{
	struct child_end end = child_run(body, NULL);

	if (!child_died_of(&end, SIGABRT) || !strstr(end.output, message))
		fail_msg("child's status %#x: %s", (unsigned int)end.status, end.output);
}

static void who_cannot_be_sent_away_is_told(void **state)
{
	(void)state;
	assert_fatal(displace_in_a_section, "inside of a section");
	if (can_pin())
		assert_fatal(displace_beside_a_pinned_thread, "threads are pinned to CPU");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_while_everybody_is_sent_away),
		cmocka_unit_test(every_way_to_a_copy_is_looked_up),
		cmocka_unit_test(who_cannot_be_sent_away_is_told),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
