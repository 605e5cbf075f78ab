/* SPDX-License-Identifier: MIT */
/*
 * linux/list.h - lists with links in both directions: those of percpu/kernel/list.h, the rest of
 * their functions, and lists whose head is one pointer (hlist). They take no lock.
 */
#ifndef PERCPU_LINUX_LIST_H
#define PERCPU_LINUX_LIST_H

#include <linux/container_of.h>
#include <linux/poison.h>
#include <linux/types.h>

static inline void __list_add(struct list_head *entry, struct list_head *prev,
			      struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	WRITE_ONCE(prev->next, entry);
}

static inline void __list_del(struct list_head *prev, struct list_head *next)
{
	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

static inline void __list_del_entry(struct list_head *entry)
{
	__list_del(entry->prev, entry->next);
}

/** list_del_init() - takes @entry off, and makes it an empty list. */
static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

/**
 * list_del_init_careful() - the same, for who looks by list_empty_careful() without the lock
 *
 * Whoever finds it empty sees all that was written before, and may have its memory back.
 */
static inline void list_del_init_careful(struct list_head *entry)
{
	__list_del_entry(entry);
	WRITE_ONCE(entry->prev, entry);
	__atomic_store_n(&entry->next, entry, __ATOMIC_RELEASE);
}

static inline int list_empty_careful(const struct list_head *head)
{
	struct list_head *next = __atomic_load_n(&head->next, __ATOMIC_ACQUIRE);

	return next == head && next == READ_ONCE(head->prev);
}

/** list_replace() - @entry stands where @old stood. */
static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->next->prev = entry;
	entry->prev = old->prev;
	entry->prev->next = entry;
}

static inline void list_replace_init(struct list_head *old, struct list_head *entry)
{
	list_replace(old, entry);
	INIT_LIST_HEAD(old);
}

static inline void list_swap(struct list_head *one, struct list_head *two)
{
	struct list_head *place = two->prev;

	list_del(two);
	list_replace(one, two);
	if (place == one)
		place = two;
	list_add(one, place);
}

/** list_bulk_move_tail() - what is from @first to @last goes to the end of @head's list. */
static inline void list_bulk_move_tail(struct list_head *head, struct list_head *first,
				       struct list_head *last)
{
	first->prev->next = last->next;
	last->next->prev = first->prev;
	head->prev->next = first;
	first->prev = head->prev;
	last->next = head;
	head->prev = last;
}

static inline int list_is_first(const struct list_head *entry, const struct list_head *head)
{
	return entry->prev == head;
}

static inline int list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}

static inline int list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}

static inline int list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

/** list_rotate_left() - the first becomes the last. */
static inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

/** list_rotate_to_front() - @entry becomes the first, the order is the same. */
static inline void list_rotate_to_front(struct list_head *entry, struct list_head *head)
{
	list_move_tail(head, entry);
}

/* Puts all of @list between two that are neighbours. */
static inline void __list_splice(const struct list_head *list, struct list_head *prev,
				 struct list_head *next)
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;

	first->prev = prev;
	prev->next = first;
	last->next = next;
	next->prev = last;
}

/**
 * list_splice() - all of @list to the front of @head's; _tail: to the end; _init: @list is empty.
 */
static inline void list_splice(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}

static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

/** list_cut_position() - from the front up to @entry, which may be @head, onto @list. */
static inline void list_cut_position(struct list_head *list, struct list_head *head,
				     struct list_head *entry)
{
	struct list_head *rest = entry->next;

	INIT_LIST_HEAD(list);
	if (list_empty(head) || entry == head)
		return;
	list->next = head->next;
	list->next->prev = list;
	list->prev = entry;
	entry->next = list;
	head->next = rest;
	rest->prev = head;
}

/** list_cut_before() - from the front up to the one before @entry. */
static inline void list_cut_before(struct list_head *list, struct list_head *head,
				   struct list_head *entry)
{
	list_cut_position(list, head, entry->prev);
}

static inline size_t list_count_nodes(struct list_head *head)
{
	size_t count = 0;

	for (struct list_head *pos = head->next; pos != head; pos = pos->next)
		count++;
	return count;
}

/* --- elements --- */

#undef list_entry
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
#define list_first_entry_or_null(ptr, type, member)                                          \
	__extension__({                                                                      \
		struct list_head *__pcpu_head = (ptr);                                       \
		struct list_head *__pcpu_first = READ_ONCE(__pcpu_head->next);               \
		__pcpu_first != __pcpu_head ? list_entry(__pcpu_first, type, member) : NULL; \
	})
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))

#define list_for_each(pos, head) for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)
#define list_for_each_prev(pos, head) \
	for ((pos) = (head)->prev; (pos) != (head); (pos) = (pos)->prev)
#define list_for_each_continue(pos, head) \
	for ((pos) = (pos)->next; (pos) != (head); (pos) = (pos)->next)
#define list_for_each_safe(pos, n, head)                               \
	for ((pos) = (head)->next, (n) = (pos)->next; (pos) != (head); \
	     (pos) = (n), (n) = (pos)->next)
#define list_for_each_prev_safe(pos, n, head)                          \
	for ((pos) = (head)->prev, (n) = (pos)->prev; (pos) != (head); \
	     (pos) = (n), (n) = (pos)->prev)

/* From a first element on, to the head; forwards, or backwards. _safe: @pos may be taken off. */
#define __pcpu_list_walk(pos, first, head, member, step) \
	for ((pos) = (first); !list_entry_is_head(pos, head, member); (pos) = step(pos, member))
#define __pcpu_list_walk_safe(pos, n, first, head, member, step)                               \
	for ((pos) = (first), (n) = step(pos, member); !list_entry_is_head(pos, head, member); \
	     (pos) = (n), (n) = step(n, member))

#undef list_for_each_entry
#define list_for_each_entry(pos, head, member)                                                  \
	__pcpu_list_walk(pos, list_first_entry(head, __typeof__(*(pos)), member), head, member, \
			 list_next_entry)
#define list_for_each_entry_reverse(pos, head, member)                                         \
	__pcpu_list_walk(pos, list_last_entry(head, __typeof__(*(pos)), member), head, member, \
			 list_prev_entry)
#define list_prepare_entry(pos, head, member) \
	((pos) ?: list_entry(head, __typeof__(*(pos)), member))
#define list_for_each_entry_continue(pos, head, member) \
	__pcpu_list_walk(pos, list_next_entry(pos, member), head, member, list_next_entry)
#define list_for_each_entry_continue_reverse(pos, head, member) \
	__pcpu_list_walk(pos, list_prev_entry(pos, member), head, member, list_prev_entry)
#define list_for_each_entry_from(pos, head, member) \
	__pcpu_list_walk(pos, pos, head, member, list_next_entry)
#define list_for_each_entry_safe(pos, n, head, member)                                          \
	__pcpu_list_walk_safe(pos, n, list_first_entry(head, __typeof__(*(pos)), member), head, \
			      member, list_next_entry)
#define list_for_each_entry_safe_reverse(pos, n, head, member)                                 \
	__pcpu_list_walk_safe(pos, n, list_last_entry(head, __typeof__(*(pos)), member), head, \
			      member, list_prev_entry)
#define list_for_each_entry_safe_continue(pos, n, head, member) \
	__pcpu_list_walk_safe(pos, n, list_next_entry(pos, member), head, member, list_next_entry)
#define list_for_each_entry_safe_from(pos, n, head, member) \
	__pcpu_list_walk_safe(pos, n, pos, head, member, list_next_entry)
#define list_safe_reset_next(pos, n, member) ((n) = list_next_entry(pos, member))

/* --- lists whose head is one pointer --- */

#define HLIST_HEAD_INIT \
	{               \
		NULL    \
	}
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(ptr) ((ptr)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline int hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline int hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline void __hlist_del(struct hlist_node *node)
{
	WRITE_ONCE(*node->pprev, node->next);
	if (node->next)
		node->next->pprev = node->pprev;
}

static inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	INIT_HLIST_NODE(node);
}

/* Puts @node where @place points to what is next. */
static inline void __pcpu_hlist_insert(struct hlist_node *node, struct hlist_node **place)
{
	node->next = *place;
	if (node->next)
		node->next->pprev = &node->next;
	node->pprev = place;
	WRITE_ONCE(*place, node);
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	__pcpu_hlist_insert(node, &head->first);
}

static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	__pcpu_hlist_insert(node, next->pprev);
}

static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *prev)
{
	__pcpu_hlist_insert(node, &prev->next);
}

/** hlist_move_list() - all of @old is @head's, which was none's. */
static inline void hlist_move_list(struct hlist_head *old, struct hlist_head *head)
{
	head->first = old->first;
	if (head->first)
		head->first->pprev = &head->first;
	old->first = NULL;
}

#undef hlist_entry
#undef hlist_entry_safe
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                                  \
	__extension__({                                                      \
		struct hlist_node *__pcpu_node = (ptr);                      \
		__pcpu_node ? hlist_entry(__pcpu_node, type, member) : NULL; \
	})
#define hlist_for_each(pos, head) for ((pos) = (head)->first; (pos); (pos) = (pos)->next)
#define hlist_for_each_safe(pos, n, head) \
	for ((pos) = (head)->first; (pos) && ((n) = (pos)->next, 1); (pos) = (n))
#define hlist_for_each_entry(pos, head, member)                                          \
	for ((pos) = hlist_entry_safe((head)->first, __typeof__(*(pos)), member); (pos); \
	     (pos) = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member))
#define hlist_for_each_entry_from(pos, member) \
	for (; (pos); (pos) = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member))
#define hlist_for_each_entry_continue(pos, member)                                            \
	for ((pos) = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member); (pos); \
	     (pos) = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member))
#define hlist_for_each_entry_safe(pos, n, head, member)                           \
	for ((pos) = hlist_entry_safe((head)->first, __typeof__(*(pos)), member); \
	     (pos) && ((n) = (pos)->member.next, 1);                              \
	     (pos) = hlist_entry_safe(n, __typeof__(*(pos)), member))

#endif /* PERCPU_LINUX_LIST_H */
