// SPDX-License-Identifier: MIT
/*
 * bpf_lru_list.c - kernel/bpf/bpf_lru_list.c, in its two forms: a node is one thread's or the
 * list's, and nodes that are full of use are taken back when there are no free ones.
 */
#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "check.h"
#include "bpf_lru_list.h"

#define NODES 512
#define ROUNDS 20000

struct entry {
	struct bpf_lru_node node;
	u32 hash;
	unsigned int in_table; /* 1: somebody may look it up; taken away by who frees */
};

static struct bpf_lru lru;
static struct entry *entries;
static unsigned int wrong, evicted, none;

/* The table lets go of it, unless it is being changed. */
static bool leave_table(void *arg, struct bpf_lru_node *node)
{
	struct entry *entry = container_of(node, struct entry, node);

	(void)arg;
	if (xchg(&entry->in_table, 0) != 1)
		return false;
	__atomic_fetch_add(&evicted, 1, __ATOMIC_RELAXED);
	return true;
}

static void use(unsigned int nr)
{
	struct entry *held = NULL;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct bpf_lru_node *node = bpf_lru_pop_free(&lru, nr * ROUNDS + i);
		struct entry *entry = container_of(node, struct entry, node);

		if (!node) {
			__atomic_fetch_add(&none, 1, __ATOMIC_RELAXED);
			continue;
		}
		if (entry->hash != nr * ROUNDS + i || xchg(&entry->in_table, 1) != 0)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		if (i % 3 == 0)
			bpf_lru_node_set_ref(node);
		/* now and then the one before is deleted, if nobody has taken it back */
		if (held && i % 8 == 0 && xchg(&held->in_table, 0) == 1)
			bpf_lru_push_free(&lru, &held->node);
		held = entry;
	}
}

static unsigned int count_list(struct list_head *head)
{
	struct bpf_lru_node *node;
	unsigned int nr = 0;

	list_for_each_entry(node, head, list) nr++;
	return nr;
}

static unsigned int count_lru(struct bpf_lru_list *list)
{
	unsigned int nr = 0;

	for (int i = 0; i < NR_BPF_LRU_LIST_T; i++) {
		const unsigned int of_it = count_list(&list->lists[i]);

		if (i < NR_BPF_LRU_LIST_COUNT)
			CHECK_THAT(list->counts[i] == of_it);
		nr += of_it;
	}
	return nr;
}

/* All nodes are on lists, and no node on two. */
static unsigned int count_all(bool percpu)
{
	unsigned int nr = percpu ? 0 : count_lru(&lru.common_lru.lru_list), cpu;

	for_each_possible_cpu(cpu) {
		if (percpu) {
			nr += count_lru(per_cpu_ptr(lru.percpu_lru, cpu));
			continue;
		}
		for (int i = 0; i < NR_BPF_LRU_LOCAL_LIST_T; i++)
			nr += count_list(&per_cpu_ptr(lru.common_lru.local_list, cpu)->lists[i]);
	}
	return nr;
}

static void use_form(bool percpu)
{
	entries = kcalloc(NODES, sizeof(*entries), GFP_KERNEL);
	CHECK_THAT(bpf_lru_init(&lru, percpu, offsetof(struct entry, hash), leave_table, NULL) ==
		   0);
	bpf_lru_populate(&lru, entries, offsetof(struct entry, node), sizeof(*entries), NODES);
	CHECK_THAT(count_all(percpu) == NODES);
	evicted = none = 0;
	check_at_once(4, use);
	CHECK_THAT(wrong == 0 && count_all(percpu) == NODES && evicted > 0 && none < ROUNDS);
	bpf_lru_destroy(&lru);
	kfree(entries);
}

int main(void)
{
	use_form(false);
	use_form(true);
	return check_result();
}
