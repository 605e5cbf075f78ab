// SPDX-License-Identifier: MIT
/* llist.c - lib/llist.c: what many threads add, others take, each once. */
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "check.h"

#define NODES 50000

struct item {
	struct llist_node node;
	unsigned int taken;
};

static LLIST_HEAD(list);
static struct item *items[3];
static atomic_t nr_taken = ATOMIC_INIT(0);

static void take(struct llist_node *node)
{
	struct item *item = llist_entry(node, struct item, node);

	item->taken++;
	atomic_inc(&nr_taken);
}

static void use(unsigned int nr)
{
	struct llist_node *node, *next;

	if (nr < 3) {
		for (unsigned int i = 0; i < NODES; i += 2) {
			items[nr][i].node.next = &items[nr][i + 1].node;
			llist_add_batch(&items[nr][i].node, &items[nr][i + 1].node, &list);
		}
		return;
	}
	while (atomic_read(&nr_taken) < 3 * NODES) {
		node = llist_del_first(&list);
		if (node)
			take(node);
		if (atomic_read(&nr_taken) % 64 == 0)
			llist_for_each_safe(node, next, llist_reverse_order(llist_del_all(&list)))
				take(node);
		if (!node)
			cond_resched();
	}
}

int main(void)
{
	for (int i = 0; i < 3; i++)
		items[i] = kcalloc(NODES, sizeof(*items[i]), GFP_KERNEL | __GFP_NOFAIL);
	check_at_once(4, use);
	CHECK_THAT(llist_empty(&list) && atomic_read(&nr_taken) == 3 * NODES);
	for (int i = 0; i < 3; i++) {
		for (int n = 0; n < NODES; n++)
			if (items[i][n].taken != 1)
				CHECK_THAT(!"taken once");
		kfree(items[i]);
	}
	return check_result();
}
