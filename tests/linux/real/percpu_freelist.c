// SPDX-License-Identifier: MIT
/* percpu_freelist.c - kernel/bpf/percpu_freelist.c: lists are whole, and a node is one thread's. */
#include <linux/atomic.h>
#include <linux/hardirq.h>
#include <linux/slab.h>

#include "check.h"
#include "percpu_freelist.h"

#define NODES 64
#define ROUNDS 100000

struct element {
	struct pcpu_freelist_node node;
	unsigned int owner;
};

static struct pcpu_freelist list;
static unsigned int wrong;

static void use(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct element *got[2];

		/* as a handler that nothing keeps out: it takes no lock that is taken */
		if (nr == 3 && i % 2)
			nmi_enter();
		for (int n = 0; n < 2; n++) {
			got[n] = (struct element *)pcpu_freelist_pop(&list);
			if (got[n] && xchg(&got[n]->owner, nr + 1) != 0)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		}
		for (int n = 0; n < 2; n++) {
			if (got[n] && xchg(&got[n]->owner, 0) != nr + 1)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			if (got[n])
				pcpu_freelist_push(&list, &got[n]->node);
		}
		if (nr == 3 && i % 2)
			nmi_exit();
	}
}

int main(void)
{
	struct element *elements = kcalloc(NODES, sizeof(*elements), GFP_KERNEL);
	struct pcpu_freelist_node *node;
	unsigned int nr = 0;

	CHECK_THAT(pcpu_freelist_init(&list) == 0 && !pcpu_freelist_pop(&list));
	pcpu_freelist_populate(&list, elements, sizeof(*elements), NODES);
	check_at_once(4, use);
	while ((node = pcpu_freelist_pop(&list))) {
		struct element *element = container_of(node, struct element, node);

		CHECK_THAT(element->owner == 0 && element >= elements &&
			   element < elements + NODES);
		element->owner = 100;
		nr++;
	}
	CHECK_THAT(nr == NODES && wrong == 0);
	pcpu_freelist_destroy(&list);
	kfree(elements);
	return check_result();
}
