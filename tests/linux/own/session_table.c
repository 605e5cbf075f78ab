// SPDX-License-Identifier: MIT
/*
 * session_table.c - sessions in lists that are read without a lock, each with a reference count
 * that CPUs do not share: who looks one up holds it while it is used; who closes it takes it off,
 * kills its count, and it is freed a grace period after the last one let go.
 */
#define pr_fmt(fmt) "session_table: " fmt

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#define BUCKETS 16
#define KEYS 64
#define ALIVE 0x5e5510u

struct session {
	struct hlist_node link;
	struct percpu_ref ref;
	struct rcu_head rcu;
	unsigned int key;
	unsigned int alive;
	atomic_t users;
};

static unsigned long lookups = 30000;
module_param(lookups, ulong, 0444);
static unsigned long changes = 1500;
module_param(changes, ulong, 0444);

static struct hlist_head table[BUCKETS];
static DEFINE_MUTEX(table_lock);
static DEFINE_PER_CPU(unsigned long, found);
static DEFINE_PER_CPU(unsigned long, missed);
static atomic_t opened = ATOMIC_INIT(0), closed = ATOMIC_INIT(0), freed = ATOMIC_INIT(0);
static atomic_t wrong = ATOMIC_INIT(0);
static struct task_struct *readers[3], *changer;
static atomic_t running = ATOMIC_INIT(4);
static DECLARE_COMPLETION(all_done);

static void session_free(struct rcu_head *rcu)
{
	struct session *session = container_of(rcu, struct session, rcu);

	WRITE_ONCE(session->alive, 0);
	percpu_ref_exit(&session->ref);
	kfree(session);
	atomic_inc(&freed);
}

/* Nobody has it any more; who still looks at its links is waited for. */
static void session_release(struct percpu_ref *ref)
{
	struct session *session = container_of(ref, struct session, ref);

	if (atomic_read(&session->users) != 0 || !hlist_unhashed(&session->link))
		atomic_inc(&wrong);
	call_rcu(&session->rcu, session_free);
}

static struct session *session_find(unsigned int key)
{
	struct session *session, *got = NULL;

	guard(rcu)();
	hlist_for_each_entry_rcu(session, &table[key % BUCKETS], link)
	{
		if (READ_ONCE(session->alive) != ALIVE)
			atomic_inc(&wrong);
		if (session->key == key && percpu_ref_tryget_live(&session->ref)) {
			got = session;
			break;
		}
	}
	return got;
}

static int session_open(unsigned int key)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);
	int error;

	if (!session)
		return -ENOMEM;
	error = percpu_ref_init(&session->ref, session_release, 0, GFP_KERNEL);
	if (error) {
		kfree(session);
		return error;
	}
	session->key = key;
	session->alive = ALIVE;
	atomic_inc(&opened);
	hlist_add_head_rcu(&session->link, &table[key % BUCKETS]);
	return 0;
}

/* Opens it if it is not there, and closes it if it is. */
static int session_change(unsigned int key)
{
	struct session *session;
	struct hlist_node *next;

	guard(mutex)(&table_lock);
	hlist_for_each_entry_safe(session, next, &table[key % BUCKETS], link)
	{
		if (session->key != key)
			continue;
		hlist_del_init_rcu(&session->link);
		atomic_inc(&closed);
		percpu_ref_kill(&session->ref);
		return 0;
	}
	return session_open(key);
}

static int reader(void *data)
{
	struct rnd_state state;

	prandom_seed_state(&state, (unsigned long)data);
	for (unsigned long i = 0; i < lookups; i++) {
		struct session *session = session_find(prandom_u32_state(&state) % KEYS);

		if (!session) {
			this_cpu_inc(missed);
			continue;
		}
		atomic_inc(&session->users);
		if (i % 32 == 0)
			yield();
		if (READ_ONCE(session->alive) != ALIVE)
			atomic_inc(&wrong);
		atomic_dec(&session->users);
		this_cpu_inc(found);
		percpu_ref_put(&session->ref);
	}
	if (atomic_dec_and_test(&running))
		complete(&all_done);
	return 0;
}

static int change(void *data)
{
	struct rnd_state state;

	(void)data;
	prandom_seed_state(&state, 99);
	for (unsigned long i = 0; i < changes; i++)
		WARN_ON(session_change(prandom_u32_state(&state) % KEYS) != 0);
	if (atomic_dec_and_test(&running))
		complete(&all_done);
	return 0;
}

static struct task_struct *__init start(int (*fn)(void *), unsigned long nr)
{
	struct task_struct *task = kthread_create(fn, (void *)nr, "session/%lu", nr);

	BUG_ON(IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	return task;
}

static int __init session_table_init(void)
{
	for (unsigned int key = 0; key < KEYS; key += 2) {
		int error = session_change(key);

		if (error)
			return error;
	}
	for (unsigned long i = 0; i < ARRAY_SIZE(readers); i++)
		readers[i] = start(reader, i);
	changer = start(change, ARRAY_SIZE(readers));
	wait_for_completion(&all_done);
	pr_info("ready\n");
	return 0;
}

static void __exit session_table_exit(void)
{
	struct session *session;
	struct hlist_node *next;
	unsigned long looked_up = 0;
	unsigned int cpu;

	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++)
		kthread_stop_put(readers[i]);
	kthread_stop_put(changer);
	for (unsigned int i = 0; i < BUCKETS; i++)
		hlist_for_each_entry_safe(session, next, &table[i], link)
			session_change(session->key);
	rcu_barrier();
	for_each_possible_cpu(cpu)
		looked_up += per_cpu(found, cpu) + per_cpu(missed, cpu);
	pr_info("%d sessions, %lu lookups\n", atomic_read(&opened), looked_up);
	if (atomic_read(&opened) == atomic_read(&closed) &&
	    atomic_read(&closed) == atomic_read(&freed) && atomic_read(&wrong) == 0 &&
	    looked_up == ARRAY_SIZE(readers) * lookups)
		pr_info("passed\n");
}

module_init(session_table_init);
module_exit(session_table_exit);
MODULE_LICENSE("Dual MIT/GPL");
