// SPDX-License-Identifier: MIT
/*
 * node_pool.c - free nodes in a list of each CPU, with a depot for who has none, and a state of CPU
 * hotplug: what a CPU that goes leaves behind goes to the depot.
 */
#define pr_fmt(fmt) "node_pool: " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct node {
	struct list_head link;
	unsigned int owner; /* 0: nobody's */
	u8 payload[44];
};

struct local_nodes {
	raw_spinlock_t lock; /* its CPU's, and who empties it */
	struct list_head free;
	unsigned int nr;
};

#define NODES 512
#define REFILL 8u
#define LOCAL_MOST 32u

static unsigned int threads = 4;
module_param(threads, uint, 0444);
static unsigned long operations = 20000;
module_param(operations, ulong, 0444);

static DEFINE_PER_CPU(struct local_nodes, local_nodes);
static LIST_HEAD(depot);
static DEFINE_SPINLOCK(depot_lock);
static struct kmem_cache *node_cache;
static enum cpuhp_state pool_state;
static atomic_t wrong = ATOMIC_INIT(0);
static unsigned int came, went;

/* From one list to another, at most @nr; how many. */
static unsigned int move_nodes(struct list_head *from, struct list_head *to, unsigned int nr)
{
	unsigned int moved = 0;

	while (moved < nr && !list_empty(from)) {
		list_move(from->next, to);
		moved++;
	}
	return moved;
}

static struct node *node_get(unsigned int owner)
{
	struct local_nodes *local;
	struct node *node;
	unsigned long flags;

	local_irq_save(flags);
	local = this_cpu_ptr(&local_nodes);
	raw_spin_lock(&local->lock);
	if (list_empty(&local->free)) {
		spin_lock(&depot_lock);
		local->nr += move_nodes(&depot, &local->free, REFILL);
		spin_unlock(&depot_lock);
	}
	node = list_first_entry_or_null(&local->free, struct node, link);
	if (node) {
		list_del_init(&node->link);
		local->nr--;
	}
	raw_spin_unlock(&local->lock);
	local_irq_restore(flags);
	if (node && cmpxchg(&node->owner, 0, owner) != 0)
		atomic_inc(&wrong);
	return node;
}

static void node_put(struct node *node, unsigned int owner)
{
	struct local_nodes *local;
	unsigned long flags;

	if (cmpxchg(&node->owner, owner, 0) != owner)
		atomic_inc(&wrong);
	local_irq_save(flags);
	local = this_cpu_ptr(&local_nodes);
	raw_spin_lock(&local->lock);
	list_add(&node->link, &local->free);
	if (++local->nr > LOCAL_MOST) {
		scoped_guard(spinlock, &depot_lock) local->nr -=
			move_nodes(&local->free, &depot, LOCAL_MOST / 2);
	}
	raw_spin_unlock(&local->lock);
	local_irq_restore(flags);
}

static int pool_cpu_comes(unsigned int cpu)
{
	(void)cpu;
	came++;
	return 0;
}

static int pool_cpu_goes(unsigned int cpu)
{
	struct local_nodes *local = per_cpu_ptr(&local_nodes, cpu);

	guard(raw_spinlock_irqsave)(&local->lock);
	guard(spinlock)(&depot_lock);
	local->nr -= move_nodes(&local->free, &depot, UINT_MAX);
	went++;
	return 0;
}

static int user(void *data)
{
	const unsigned int owner = (unsigned int)(unsigned long)data;
	struct node *held[8] = {NULL};

	for (unsigned long i = 0; i < operations; i++) {
		struct node **place = &held[i * 5 % ARRAY_SIZE(held)];

		if (*place)
			node_put(*place, owner);
		*place = node_get(owner);
		if (*place)
			memset((*place)->payload, (int)owner, sizeof((*place)->payload));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		if (held[i])
			node_put(held[i], owner);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static unsigned int count_and_free(struct list_head *list)
{
	struct node *node, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(node, next, list, link)
	{
		nr++;
		if (node->owner)
			atomic_inc(&wrong);
		kmem_cache_free(node_cache, node);
	}
	return nr;
}

/* Users get and put while CPUs come and go. */
static void __init use_it(void)
{
	struct task_struct *users[16];
	const unsigned int nr = min(threads, 16u);
	unsigned int cpu;

	for (unsigned long i = 0; i < nr; i++) {
		users[i] = kthread_run(user, (void *)(i + 1), "user/%lu", i);
		BUG_ON(IS_ERR(users[i]));
	}
	for (int i = 0; i < 20; i++)
		for_each_present_cpu(cpu) if (cpu != cpumask_first(cpu_online_mask) &&
					      remove_cpu(cpu) == 0) WARN_ON(add_cpu(cpu) != 0);
	for (unsigned int i = 0; i < nr; i++)
		kthread_stop(users[i]);
}

static int __init node_pool_init(void)
{
	unsigned int cpu;
	int state;

	for_each_possible_cpu(cpu) {
		struct local_nodes *local = per_cpu_ptr(&local_nodes, cpu);

		raw_spin_lock_init(&local->lock);
		INIT_LIST_HEAD(&local->free);
	}
	node_cache = KMEM_CACHE(node, SLAB_HWCACHE_ALIGN);
	if (!node_cache)
		return -ENOMEM;
	for (int i = 0; i < NODES; i++) {
		struct node *node = kmem_cache_zalloc(node_cache, GFP_KERNEL | __GFP_NOFAIL);

		list_add(&node->link, &depot);
	}
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test/node_pool:online", pool_cpu_comes,
				  pool_cpu_goes);
	if (state < 0)
		return state;
	pool_state = (enum cpuhp_state)state;
	use_it();
	pr_info("ready\n");
	return 0;
}

static void __exit node_pool_exit(void)
{
	const unsigned int others = num_online_cpus() - 1;
	unsigned int nr;

	cpuhp_remove_state(pool_state); /* the CPUs that are there go, in its eyes */
	nr = count_and_free(&depot);
	pr_info("%u nodes, %u CPUs came, %u went\n", nr, came, went);
	if (nr == NODES && atomic_read(&wrong) == 0 && came == went && went == others * 21 + 1)
		pr_info("passed\n");
	kmem_cache_destroy(node_cache);
}

module_init(node_pool_init);
module_exit(node_pool_exit);
MODULE_LICENSE("Dual MIT/GPL");
