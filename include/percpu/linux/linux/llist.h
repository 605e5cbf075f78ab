/* SPDX-License-Identifier: MIT */
/*
 * linux/llist.h - lists with one link, to which any number of threads and handlers of signals add
 * without a lock.
 *
 *	who adds		who takes			needs a lock
 *	llist_add() many	llist_del_all() many		none
 *	llist_add() many	llist_del_first() one		none
 *	llist_add() many	llist_del_first() many		among those who take
 *
 * An addition (1) publishes what was written to the node before; what is taken (2) is seen so.
 */
#ifndef PERCPU_LINUX_LLIST_H
#define PERCPU_LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/types.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) \
	{                     \
		NULL          \
	}
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

/** init_llist_node() - @node is on no list, as llist_on_list() says; it points to itself. */
static inline void init_llist_node(struct llist_node *node)
{
	node->next = node;
}

static inline bool llist_on_list(const struct llist_node *node)
{
	return node->next != node;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return READ_ONCE(head->first) == NULL;
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return node->next;
}

/** llist_add_batch() - (1) a chain from @new_first to @new_last; whether the list was empty. */
static inline bool llist_add_batch(struct llist_node *new_first, struct llist_node *new_last,
				   struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do
		new_last->next = first;
	while (!try_cmpxchg(&head->first, &first, new_first));
	return first == NULL;
}

/** llist_del_first() - (2) takes the newest one off; NULL: there is none. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first = smp_load_acquire(&head->first);

	while (first && !try_cmpxchg(&head->first, &first, READ_ONCE(first->next)))
		continue;
	return first;
}

/** llist_del_first_this() - takes @self off if it is the newest; whether it was. */
static inline bool llist_del_first_this(struct llist_head *head, struct llist_node *self)
{
	struct llist_node *first = smp_load_acquire(&head->first);

	while (first == self)
		if (try_cmpxchg(&head->first, &first, READ_ONCE(self->next)))
			return true;
	return false;
}

/** llist_reverse_order() - a chain that was taken, the oldest first. */
static inline struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}

static inline bool __llist_add_batch(struct llist_node *new_first, struct llist_node *new_last,
				     struct llist_head *head)
{
	new_last->next = head->first;
	head->first = new_first;
	return new_last->next == NULL;
}

/** llist_add() - whether the list was empty; __llist_add(): where nobody else adds meanwhile. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

static inline bool __llist_add(struct llist_node *node, struct llist_head *head)
{
	return __llist_add_batch(node, node, head);
}

/** llist_del_all() - (2) takes all, the newest first. */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, (struct llist_node *)NULL);
}

static inline struct llist_node *__llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

/** llist_del_first_init() - llist_del_first(), of a node that is then on no list. */
static inline struct llist_node *llist_del_first_init(struct llist_head *head)
{
	struct llist_node *node = llist_del_first(head);

	if (node)
		init_llist_node(node);
	return node;
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)
/* NULL stays NULL: of an entry one asks whether it is the one that NULL would be in. */
#define member_address_is_nonnull(ptr, member) \
	((uintptr_t)(ptr) + offsetof(__typeof__(*(ptr)), member) != 0)
#define llist_for_each(pos, node) for ((pos) = (node); (pos); (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))
#define llist_for_each_entry(pos, node, member)                       \
	for ((pos) = llist_entry((node), __typeof__(*(pos)), member); \
	     member_address_is_nonnull(pos, member);                  \
	     (pos) = llist_entry((pos)->member.next, __typeof__(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member)                               \
	for ((pos) = llist_entry((node), __typeof__(*(pos)), member);                 \
	     member_address_is_nonnull(pos, member) &&                                \
	     ((n) = llist_entry((pos)->member.next, __typeof__(*(n)), member), true); \
	     (pos) = (n))

#endif /* PERCPU_LINUX_LLIST_H */
