/* SPDX-License-Identifier: MIT */
/*
 * types.h - the kernel's words for numbers, and what its <linux/types.h> has beside them. Those
 * that user space shares (__u32, __le16 ...) are the system's header of this name.
 */
#ifndef PERCPU_LINUX_TYPES_H
#define PERCPU_LINUX_TYPES_H

#if defined(__has_include_next)
#if __has_include_next(<linux/types.h>)
#include_next <linux/types.h>
#endif
#endif
#include <linux/compiler.h>

#include <percpu/alloc.h>
#include <percpu/bitmap.h>
#include <percpu/impl/hlist.h>
#include <percpu/kernel/list.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* musl has it for who defines _GNU_SOURCE. */
#if !defined(__GLIBC__) && !defined(loff_t)
#define loff_t off_t
#endif

typedef signed char s8;
typedef unsigned char u8;
typedef signed short s16;
typedef unsigned short u16;
typedef signed int s32;
typedef unsigned int u32;
typedef signed long long s64;
typedef unsigned long long u64;

typedef u64 phys_addr_t;
typedef phys_addr_t resource_size_t;
typedef u64 dma_addr_t;
typedef u64 sector_t;
typedef unsigned long pgoff_t;
typedef unsigned int fmode_t;
typedef unsigned int slab_flags_t;
typedef unsigned long irq_hw_number_t;
typedef unsigned short umode_t;

typedef struct {
	s64 counter;
} atomic64_t;
typedef struct {
	long counter;
} atomic_long_t;

/** struct callback_head - what is called later, and the next one; rcu_head is another name. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
} __attribute__((__aligned__(sizeof(void *))));
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);

/** struct rcuwait - the one thread that waits for a condition, linux/rcuwait.h. */
struct task_struct;
struct rcuwait {
	struct task_struct *task;
};

typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef int (*cmp_func_t)(const void *a, const void *b);

#endif /* PERCPU_LINUX_TYPES_H */
