/* SPDX-License-Identifier: MIT */
/*
 * races.c - threads that do everything right, for tools that look for races: sections, local locks,
 * visits, areas that come and go, values that are passed on in variables, refs and reader-writer
 * locks. With an argument they do one thing wrong, which is to be found: they change what they
 * share outside of any section.
 *
 * The library is not built with the tool (tests/ops/races.sh).
 */
#include <percpu/percpu.h>
#include <percpu/refcount.h>
#include <percpu/rwsem.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define ROUNDS 2000

struct node {
	struct node *next;
	long value;
};

static DEFINE_PER_CPU(long, counted);
static DEFINE_PER_CPU(long, in_section) = 5;
static DEFINE_PER_CPU(long, locked);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static DEFINE_PER_CPU(struct node *, mailbox);
/* The same of two words: a mailbox, and a number that no two CPUs have, and none has twice. */
struct numbered {
	struct node *node;
	unsigned long number;
};
static DEFINE_PER_CPU_ALIGNED(struct numbered, numbered);
static struct percpu_counter counter;
static long visits, received, unprotected;
static int wrong;

/* What each thread that has a reference writes to, and the release function reads. */
static struct {
	struct percpu_ref ref;
	long by_thread[THREADS], at_release;
} shared;

DEFINE_STATIC_PERCPU_RWSEM(sem);
static long written;

static void release(struct percpu_ref *ref)
{
	(void)ref;
	for (int i = 0; i < THREADS; i++)
		shared.at_release += shared.by_thread[i];
}

static void use_ref(long *mine)
{
	percpu_ref_get(&shared.ref);
	++*mine;
	percpu_ref_put(&shared.ref);
}

static bool read_and_write(long i)
{
	bool right;

	percpu_down_read(&sem);
	right = written >= 0;
	percpu_up_read(&sem);
	if (i % 50 == 0) {
		percpu_down_write(&sem);
		written++;
		percpu_up_write(&sem);
	}
	return right;
}

/* Sends one node, and takes what there is; it belongs to whoever has it. */
static void pass_on(long value)
{
	struct node *node = malloc(sizeof(*node)), *got;

	node->value = value;
	got = this_cpu_xchg(mailbox, node);
	if (!got)
		return;
	__atomic_fetch_add(&received, got->value, __ATOMIC_RELAXED);
	free(got);
}

static void pass_on_numbered(long value)
{
	struct node *node = malloc(sizeof(*node)), *got;
	unsigned long number;

	node->value = value;
	do {
		number = this_cpu_read(numbered.number);
		got = this_cpu_read(numbered.node);
	} while (!this_cpu_cmpxchg_double(numbered.node, numbered.number, got, number, node,
					  number + nr_cpu_ids));
	__atomic_fetch_add(&received, got ? got->value : 0, __ATOMIC_RELAXED);
	free(got);
}

static void visit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (percpu_remote_begin(cpu) != 0)
			continue;
		per_cpu(in_section, cpu)++;
		percpu_remote_end(cpu);
		__atomic_fetch_add(&visits, 1, __ATOMIC_RELAXED);
	}
}

static void use_an_area(void)
{
	long __percpu *area = alloc_percpu(long);
	unsigned int cpu;

	/* all copies are the caller's, as long as nobody else knows of them */
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(area, cpu) = 1;
	*get_cpu_ptr(area) += 1;
	put_cpu_ptr(area);
	free_percpu(area);
}

/* Valgrind's tools take that for a race, and cannot be told (docs/operations.md). */
static long sum_while_others_count(void)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	return per_cpu_sum(in_section);
#else
	return 0;
#endif
}

/* The first of them has the machine asked. */
static bool change_masks(void)
{
	unsigned int cpu = raw_smp_processor_id();

	set_cpu_active(cpu, true);
	return cpumask_intersects(cpu_active_mask, cpu_online_mask) && num_active_cpus() > 0;
}

static void *work(void *arg)
{
	for (long i = 0; i < ROUNDS; i++) {
		this_cpu_inc(counted);
		get_cpu_var(in_section)++;
		put_cpu_var(in_section);
		local_lock(&lock);
		(*this_cpu_ptr(&locked))++;
		local_unlock(&lock);
		percpu_counter_inc(&counter);
		use_ref(arg);
		if (!read_and_write(i))
			return NULL;
		use_an_area();
		pass_on(1);
		pass_on_numbered(1);
		if (i % 100 == 0)
			visit();
		if (i % 100 == 25 && !change_masks())
			return NULL;
		if (i % 100 == 50 && sum_while_others_count() < 0)
			return NULL;
		if (wrong)
			unprotected++;
	}
	percpu_ref_put(&shared.ref);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	unsigned int cpu;
	long left = 0;

	(void)argv;
	wrong = argc > 1;
	if (percpu_counter_init(&counter, 0, GFP_KERNEL) != 0 ||
	    percpu_ref_init(&shared.ref, release, 0, GFP_KERNEL) != 0)
		return 1;
	for_each_possible_cpu(cpu)
		per_cpu(numbered, cpu).number = cpu;
	for (int i = 0; i < THREADS; i++) {
		percpu_ref_get(&shared.ref);
		if (pthread_create(&threads[i], NULL, work, &shared.by_thread[i]) != 0)
			return 1;
	}
	percpu_ref_kill(&shared.ref);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for_each_possible_cpu(cpu) {
		struct node *node = per_cpu_xchg(mailbox, cpu, NULL);

		left += node ? node->value : 0;
		free(node);
		node = per_cpu_xchg(numbered.node, cpu, NULL);
		left += node ? node->value : 0;
		free(node);
	}
	printf("%s counts: %d\n", percpu_backend(),
	       per_cpu_sum(counted) == THREADS * ROUNDS &&
		       per_cpu_sum(locked) == THREADS * ROUNDS &&
		       percpu_counter_sum(&counter) == THREADS * ROUNDS &&
		       received + left == 2 * THREADS * ROUNDS &&
		       shared.at_release == THREADS * ROUNDS && written == THREADS * ROUNDS / 50 &&
		       per_cpu_sum(in_section) ==
			       5L * num_possible_cpus() + THREADS * ROUNDS + visits);
	percpu_ref_exit(&shared.ref);
	percpu_counter_destroy(&counter);
	return 0;
}
