/* SPDX-License-Identifier: MIT */
/*
 * linux/rculist.h - lists that are read between rcu_read_lock() and its end while one thread at a
 * time changes them. What is taken off keeps its way forward: who stands there goes on.
 */
#ifndef PERCPU_LINUX_RCULIST_H
#define PERCPU_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

static inline void __pcpu_list_add_rcu(struct list_head *entry, struct list_head *prev,
				       struct list_head *next)
{
	entry->next = next;
	entry->prev = prev;
	smp_store_release(&prev->next, entry);
	next->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	__pcpu_list_add_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	__pcpu_list_add_rcu(entry, head->prev, head);
}

static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	smp_store_release(&entry->prev->next, entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}
#define list_next_rcu(list) ((list)->next)
#define list_entry_rcu(ptr, type, member) container_of(rcu_dereference(ptr), type, member)
#define list_first_or_null_rcu(ptr, type, member)                                              \
	__extension__({                                                                        \
		struct list_head *__pcpu_head = (ptr);                                         \
		struct list_head *__pcpu_first = rcu_dereference(__pcpu_head->next);           \
		__pcpu_first != __pcpu_head ? container_of(__pcpu_first, type, member) : NULL; \
	})
#define list_for_each_entry_rcu(pos, head, member, ...)                        \
	for ((pos) = list_entry_rcu((head)->next, __typeof__(*(pos)), member); \
	     &(pos)->member != (head);                                         \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	node->pprev = &head->first;
	smp_store_release(&head->first, node);
	if (first)
		first->pprev = &node->next;
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	__hlist_del(node);
	node->pprev = LIST_POISON2;
}

static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	node->pprev = NULL;
}
#define hlist_for_each_entry_rcu(pos, head, member, ...)                                           \
	for ((pos) = hlist_entry_safe(rcu_dereference((head)->first), __typeof__(*(pos)), member); \
	     (pos); (pos) = hlist_entry_safe(rcu_dereference((pos)->member.next),                  \
					     __typeof__(*(pos)), member))

#endif /* PERCPU_LINUX_RCULIST_H */
