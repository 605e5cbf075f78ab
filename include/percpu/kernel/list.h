/* SPDX-License-Identifier: MIT */
/*
 * list.h - circular lists with links in both directions, by the kernel's names. Include it where
 * you want them. They need no library, and take no lock: two threads that change one list need one.
 *
 *	struct list_head	a link in each element, and the head, which is in none
 */
#ifndef PERCPU_KERNEL_LIST_H
#define PERCPU_KERNEL_LIST_H

#include <percpu/impl/value.h>

#include <percpu/impl/begin.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}
/** LIST_HEAD() - an empty list called @name. */
#ifndef LIST_HEAD
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#endif

/** INIT_LIST_HEAD() - makes @list empty. */
__pcpu_inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

/* Puts @entry between two that are neighbours. */
__pcpu_inline void __pcpu_list_insert(struct list_head *entry, struct list_head *prev,
				      struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}

/** list_add() - to the front; list_add_tail() - to the end. */
__pcpu_inline void list_add(struct list_head *entry, struct list_head *head)
{
	__pcpu_list_insert(entry, head, head->next);
}

__pcpu_inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__pcpu_list_insert(entry, head->prev, head);
}

/** list_del() - takes @entry off its list; its own links are not valid any more. */
__pcpu_inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = NULL;
	entry->prev = NULL;
}

/** list_move() - from its list to the front of another; list_move_tail() - to the end. */
__pcpu_inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add(entry, head);
}

__pcpu_inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add_tail(entry, head);
}

/** list_empty() - whether the list has no element. */
__pcpu_inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

/** list_entry() - the structure of @type whose @member is at @ptr. */
#ifndef list_entry
#define list_entry(ptr, type, member) \
	__pcpu_pointer_at(type *, __pcpu_cast(uintptr_t, (ptr)) - offsetof(type, member))
#endif
/** list_for_each_entry() - run a statement with @pos at each element; @pos may not be taken off. */
#ifndef list_for_each_entry
#define list_for_each_entry(pos, head, member)                             \
	for ((pos) = list_entry((head)->next, __typeof__(*(pos)), member); \
	     &(pos)->member != (head);                                     \
	     (pos) = list_entry((pos)->member.next, __typeof__(*(pos)), member))
#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_LIST_H */
