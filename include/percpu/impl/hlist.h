/* SPDX-License-Identifier: MIT */
/* hlist.h - lists whose heads are one word, for percpu/cpuhotplug.h: instances of a state. */
#ifndef PERCPU_HLIST_H
#define PERCPU_HLIST_H

/* A program that has the kernel's list.h includes that first. */
#if !defined(_LINUX_LIST_H) && !defined(_TOOLS_LINUX_LIST_H) && !defined(_TOOLS_LINUX_TYPES_H_)
/** struct hlist_node - a member of each instance; zero is one that is in no list. */
struct hlist_node {
	struct hlist_node *next, **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};
#endif

#endif /* PERCPU_HLIST_H */
