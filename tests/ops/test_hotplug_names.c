/* SPDX-License-Identifier: MIT */
/*
 * test_hotplug_names.c - names of hotplug that other tests reach by others: the writer's bracket, a
 * chain's element, and what a CPU that dies passes. Readers that a writer waits out, and a variable
 * of the weak form.
 */
#define ARCH_NEEDS_WEAK_PER_CPU
#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/kernel/barrier.h>
#include <percpu/kernel/rcu.h>
#include <percpu/percpu.h>
#include <percpu/smpboot.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

DECLARE_PER_CPU(int, weak_variable);
DEFINE_PER_CPU(int, weak_variable) = 7;
static __PCPU_DUMMY_ATTRS char nobody_reads_it;

static int failures, died, order[2], nr_heard;
static unsigned int other_cpu;

static void expect(bool holds, int line)
{
	if (holds)
		return;
	fprintf(stderr, "FAILED: line %d\n", line);
	failures++;
}
#define EXPECT(holds) expect(holds, __LINE__)

static void die(unsigned int cpu)
{
	died += cpu == other_cpu;
}

static int hear_first(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)cpu;
	if (event == CPU_DEAD && nr_heard < 2)
		order[nr_heard++] = nb->priority;
	return NOTIFY_OK;
}

static struct notifier_block early = {.notifier_call = hear_first, .priority = 5};
static struct notifier_block late = {.notifier_call = hear_first, .priority = -5};

static void chain_goes_by_priority_and_hooks_are_called(void)
{
	static const struct percpu_cpu_hooks hooks = {.__cpu_die = die};

	other_cpu = cpumask_next(0, cpu_online_mask);
	if (other_cpu >= nr_cpu_ids)
		return; /* there is one CPU */
	percpu_set_cpu_hooks(&hooks);
	EXPECT(register_cpu_notifier(&late) == 0 && register_cpu_notifier(&early) == 0);
	EXPECT(cpu_down(other_cpu) == 0);
	EXPECT(died == 1 && nr_heard == 2 && order[0] == 5 && order[1] == -5);
	EXPECT(cpu_up(other_cpu) == 0);
	unregister_cpu_notifier(&early);
	unregister_cpu_notifier(&late);
	percpu_set_cpu_hooks(NULL);
}

/* --- readers --- */

struct number {
	int value, again;
};

static struct number numbers[2] = {{1, 1}, {2, 2}};
static struct number *shared = &numbers[0];
static int stop, torn, nr_read;

static void *read_both(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		const volatile struct number *number;
		int value;

		rcu_read_lock();
		number = rcu_dereference(shared);
		value = number->value;
		for (int i = 0; i < 500; i++)
			cpu_relax();
		if (value == 0 || value != number->again)
			__atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
		rcu_read_unlock();
		__atomic_fetch_add(&nr_read, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

/* What nobody reads any more is written in two steps, which a reader would see. */
static void replace(int value)
{
	struct number *old = shared, *next = old == &numbers[0] ? &numbers[1] : &numbers[0];
	volatile struct number *unread = old;

	next->value = value;
	next->again = value;
	rcu_assign_pointer(shared, next);
	synchronize_rcu();
	unread->value = 0;
	unread->again = 1;
}

static void writer_waits_for_readers(void)
{
	pthread_t readers[2];

	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, read_both, NULL);
	/* each of them beside readers */
	for (int i = 0; i < 100; i++) {
		const int before = __atomic_load_n(&nr_read, __ATOMIC_RELAXED);

		while (__atomic_load_n(&nr_read, __ATOMIC_RELAXED) == before)
			sched_yield();
		replace(3 + i);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	EXPECT(torn == 0);
}

int main(void)
{
	unsigned int cpu;

	cpu_hotplug_begin();
	cpu_hotplug_done();
	EXPECT(CPU_STARTING_FROZEN == (CPU_STARTING | CPU_TASKS_FROZEN));
	chain_goes_by_priority_and_hooks_are_called();
	writer_waits_for_readers();
	for_each_possible_cpu(cpu)
		EXPECT(per_cpu(weak_variable, cpu) == 7);
	EXPECT(sizeof(nobody_reads_it) == 1);
	return failures != 0;
}
