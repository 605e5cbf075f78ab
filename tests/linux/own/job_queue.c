// SPDX-License-Identifier: MIT
/*
 * job_queue.c - jobs with numbers from a bitmap, handed over without a lock, a list a CPU, and done
 * by workers that sleep on a wait queue.
 */
#define pr_fmt(fmt) "job_queue: " fmt

#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define JOBS 96
#define SUBMITTERS 3
#define WORKERS 3

struct job {
	struct llist_node link;
	struct list_head queued;
	unsigned int id;
	u64 value;
};

static unsigned long jobs = 9000;
module_param(jobs, ulong, 0444);

static struct job job[JOBS];
static DECLARE_BITMAP(busy, JOBS);
static DEFINE_PER_CPU(struct llist_head, submitted);
static DECLARE_WAIT_QUEUE_HEAD(free_queue);
static DECLARE_WAIT_QUEUE_HEAD(work_queue);
static LIST_HEAD(sorted);
static DEFINE_SPINLOCK(sorted_lock);
static atomic_long_t waiting = ATOMIC_LONG_INIT(0);
static atomic64_t sum_submitted, sum_done;
static atomic_long_t done = ATOMIC_LONG_INIT(0);
static atomic_t twice = ATOMIC_INIT(0);
static DECLARE_COMPLETION(all_done);
static struct task_struct *workers[WORKERS];

/* The number of a job that was nobody's; -1: there is none. */
static int take_id(void)
{
	unsigned long id = 0;

	for (;;) {
		id = find_next_zero_bit(busy, JOBS, id);
		if (id >= JOBS)
			return -1;
		if (!test_and_set_bit(id, busy))
			return (int)id;
		id++;
	}
}

static void submit(u64 value)
{
	struct job *mine;
	int id;

	wait_event(free_queue, (id = take_id()) >= 0);
	mine = &job[id];
	if (mine->value != 0)
		atomic_inc(&twice);
	mine->value = value;
	atomic64_add((s64)value, &sum_submitted);
	llist_add(&mine->link, get_cpu_ptr(&submitted));
	put_cpu_ptr(&submitted);
	atomic_long_inc(&waiting);
	wake_up(&work_queue);
}

static int submitter(void *data)
{
	for (unsigned long i = 0; i < jobs / SUBMITTERS; i++)
		submit(i * SUBMITTERS + (unsigned long)data + 1);
	return 0;
}

/* What has been submitted, on any CPU, to the list of all. */
static void collect(void)
{
	struct job *one, *next;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct llist_node *first = llist_del_all(per_cpu_ptr(&submitted, cpu));

		first = llist_reverse_order(first);
		llist_for_each_entry_safe(one, next, first, link)
		{
			guard(spinlock)(&sorted_lock);
			list_add_tail(&one->queued, &sorted);
		}
	}
}

static struct job *next_job(void)
{
	struct job *one;

	collect();
	spin_lock(&sorted_lock);
	one = list_first_entry_or_null(&sorted, struct job, queued);
	if (one)
		list_del(&one->queued);
	spin_unlock(&sorted_lock);
	return one;
}

static void finish(struct job *one)
{
	atomic64_add((s64)one->value, &sum_done);
	one->value = 0;
	clear_bit_unlock(one->id, busy);
	smp_mb__after_atomic();
	wake_up(&free_queue);
	if (atomic_long_inc_return(&done) == (long)(jobs / SUBMITTERS * SUBMITTERS))
		complete_all(&all_done);
}

static int worker(void *data)
{
	(void)data;
	for (;;) {
		struct job *one;

		wait_event_interruptible_exclusive(work_queue,
						   atomic_long_dec_if_positive(&waiting) >= 0 ||
							   kthread_should_stop());
		if (kthread_should_stop())
			return 0;
		/* what was counted is on a list, if nobody else has taken it to the other */
		while (!(one = next_job()))
			cond_resched();
		finish(one);
	}
}

static int __init job_queue_init(void)
{
	struct task_struct *task;

	for (unsigned int i = 0; i < JOBS; i++)
		job[i].id = i;
	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = kthread_run(worker, NULL, "worker/%u", i);
		BUG_ON(IS_ERR(workers[i]));
	}
	for (unsigned long i = 0; i < SUBMITTERS; i++) {
		task = kthread_run(submitter, (void *)i, "submit/%lu", i);
		BUG_ON(IS_ERR(task));
	}
	wait_for_completion(&all_done);
	pr_info("ready\n");
	return 0;
}

static void __exit job_queue_exit(void)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		get_task_struct(workers[i]);
		kthread_stop_put(workers[i]);
	}
	pr_info("%ld jobs, sum %lld\n", atomic_long_read(&done), atomic64_read(&sum_done));
	if (atomic64_read(&sum_done) == atomic64_read(&sum_submitted) && !atomic_read(&twice) &&
	    bitmap_empty(busy, JOBS) && list_empty(&sorted) && atomic_long_read(&waiting) == 0)
		pr_info("passed\n");
}

module_init(job_queue_init);
module_exit(job_queue_exit);
MODULE_LICENSE("Dual MIT/GPL");
