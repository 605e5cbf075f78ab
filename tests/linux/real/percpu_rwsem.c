// SPDX-License-Identifier: MIT
/*
 * percpu_rwsem.c - kernel/locking/percpu-rwsem.c with kernel/rcu/sync.c: readers share it, a writer
 * has it alone, nobody waits for ever.
 */
#include <linux/delay.h>
#include <linux/percpu-rwsem.h>
#include <linux/sched.h>

#include "check.h"

#define WRITES 150

DEFINE_STATIC_PERCPU_RWSEM(sem);
static unsigned long pair[2], reads[4], tries_failed;
static unsigned int readers, mixed, ended;

static void look(unsigned int nr)
{
	__atomic_fetch_add(&readers, 1, __ATOMIC_RELAXED);
	if (READ_ONCE(pair[0]) != READ_ONCE(pair[1]))
		__atomic_fetch_add(&mixed, 1, __ATOMIC_RELAXED);
	if (reads[nr]++ % 32 == 0)
		sched_yield();
	__atomic_fetch_sub(&readers, 1, __ATOMIC_RELAXED);
}

static void read_it(unsigned int nr)
{
	while (!READ_ONCE(ended)) {
		if (reads[nr] % 4 == 3 && !percpu_down_read_trylock(&sem)) {
			__atomic_fetch_add(&tries_failed, 1, __ATOMIC_RELAXED);
			reads[nr]++;
			sched_yield();
			continue;
		} else if (reads[nr] % 4 != 3) {
			percpu_down_read(&sem);
		}
		look(nr);
		percpu_up_read(&sem);
	}
}

static void write_it(unsigned int nr)
{
	for (int i = 0; i < WRITES; i++) {
		percpu_down_write(&sem);
		CHECK_THAT(percpu_is_write_locked(&sem));
		if (__atomic_load_n(&readers, __ATOMIC_RELAXED) != 0)
			__atomic_fetch_add(&mixed, 1, __ATOMIC_RELAXED);
		WRITE_ONCE(pair[0], pair[0] + 1);
		if (i % 8 == nr)
			sched_yield();
		WRITE_ONCE(pair[1], pair[1] + 1);
		percpu_up_write(&sem);
	}
	if (__atomic_add_fetch(&ended, 0, __ATOMIC_RELAXED) == 0 && pair[1] >= 2 * WRITES)
		WRITE_ONCE(ended, 1);
}

static void use(unsigned int nr)
{
	if (nr < 2)
		read_it(nr);
	else
		write_it(nr);
}

static unsigned int reader_in, writer_in;

/*
 * A reader that takes its time on the fast way, percpu_down_read() written out, between the look
 * and the count: the writer's grace period waits for it.
 */
static void be_slow(unsigned int nr)
{
	/* one CPU each, if there are two: on the same one the writer could not take a spinlock */
	set_cpus_allowed_ptr(current,
			     cpumask_of(cpumask_nth(nr % num_online_cpus(), cpu_online_mask)));
	if (nr == 0) {
		preempt_disable();
		CHECK_THAT(rcu_sync_is_idle(&sem.rss));
		smp_store_release(&reader_in, 1u);
		mdelay(20);
		this_cpu_inc(*sem.read_count);
		preempt_enable();
		mdelay(20);
		CHECK_THAT(!smp_load_acquire(&writer_in));
		percpu_up_read(&sem);
	} else {
		while (!smp_load_acquire(&reader_in))
			sched_yield();
		percpu_down_write(&sem);
		smp_store_release(&writer_in, 1u);
		percpu_up_write(&sem);
	}
}

int main(void)
{
	struct percpu_rw_semaphore own;

	check_at_once(4, use);
	CHECK_THAT(pair[0] == 2 * WRITES && pair[1] == 2 * WRITES && mixed == 0 && readers == 0);
	CHECK_THAT(!percpu_is_read_locked(&sem) && !percpu_is_write_locked(&sem));
	rcu_barrier();
	rcu_barrier();
	CHECK_THAT(sem.rss.gp_state == 0);
	check_at_once(2, be_slow);
	CHECK_THAT(writer_in == 1);
	CHECK_THAT(percpu_init_rwsem(&own) == 0);
	percpu_down_read(&own);
	percpu_down_read(&own);
	CHECK_THAT(percpu_is_read_locked(&own));
	percpu_up_read(&own);
	percpu_up_read(&own);
	percpu_down_write(&own);
	CHECK_THAT(!percpu_down_read_trylock(&own));
	percpu_up_write(&own);
	percpu_free_rwsem(&own);
	CHECK_THAT(own.read_count == NULL);
	return check_result();
}
