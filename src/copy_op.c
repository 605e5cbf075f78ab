/* SPDX-License-Identifier: MIT */
/* copy_op.c - see copy_op.h. */
#include "copy_op.h"

#define DEFINE_LOCKED(n, type)                                                            \
	static uint64_t locked_##n(const struct pcpu_op *op, type *copy)                  \
	{                                                                                 \
		type a = (type)op->a, b = (type)op->b;                                    \
                                                                                          \
		switch (op->op) {                                                         \
		case __PERCPU_OP_READ:                                                    \
			return __atomic_load_n(copy, __ATOMIC_RELAXED);                   \
		case __PERCPU_OP_WRITE:                                                   \
			__atomic_store_n(copy, a, __ATOMIC_RELAXED);                      \
			return 0;                                                         \
		case __PERCPU_OP_ADD:                                                     \
			__atomic_fetch_add(copy, a, __ATOMIC_RELAXED);                    \
			return 0;                                                         \
		case __PERCPU_OP_AND:                                                     \
			__atomic_fetch_and(copy, a, __ATOMIC_RELAXED);                    \
			return 0;                                                         \
		case __PERCPU_OP_OR:                                                      \
			__atomic_fetch_or(copy, a, __ATOMIC_RELAXED);                     \
			return 0;                                                         \
		case __PERCPU_OP_ADD_RETURN:                                              \
			return __atomic_add_fetch(copy, a, __ATOMIC_RELAXED);             \
		case __PERCPU_OP_XCHG:                                                    \
			return __atomic_exchange_n(copy, a, __ATOMIC_ACQ_REL);            \
		default:                                                                  \
			__atomic_compare_exchange_n(copy, &a, b, false, __ATOMIC_ACQ_REL, \
						    __ATOMIC_ACQUIRE);                    \
			return a;                                                         \
		}                                                                         \
	}

#define DEFINE_PLAIN(n, type)                                                    \
	static uint64_t plain_##n(const struct pcpu_op *op, volatile type *copy) \
	{                                                                        \
		type a = (type)op->a, old = *copy;                               \
                                                                                 \
		switch (op->op) {                                                \
		case __PERCPU_OP_READ:                                           \
			return old;                                              \
		case __PERCPU_OP_WRITE:                                          \
		case __PERCPU_OP_XCHG:                                           \
			*copy = a;                                               \
			return old;                                              \
		case __PERCPU_OP_ADD:                                            \
		case __PERCPU_OP_ADD_RETURN:                                     \
			return *copy = (type)(old + a);                          \
		case __PERCPU_OP_AND:                                            \
			return *copy = (type)(old & a);                          \
		case __PERCPU_OP_OR:                                             \
			return *copy = (type)(old | a);                          \
		default:                                                         \
			if (old == a)                                            \
				*copy = (type)op->b;                             \
			return old;                                              \
		}                                                                \
	}

#define DEFINE_ALL(n, type)    \
	DEFINE_LOCKED(n, type) \
	DEFINE_PLAIN(n, type)

DEFINE_ALL(1, uint8_t)
DEFINE_ALL(2, uint16_t)
DEFINE_ALL(4, uint32_t)
DEFINE_ALL(8, uint64_t)

static bool locked_pair(const struct pcpu_op *op, uint64_t *copy)
{
	unsigned __int128 expect = op->a | (unsigned __int128)op->a2 << 64;
	unsigned __int128 val = op->b | (unsigned __int128)op->b2 << 64;

	return __sync_bool_compare_and_swap((unsigned __int128 *)copy, expect, val);
}

static bool plain_pair(const struct pcpu_op *op, volatile uint64_t *copy)
{
	if (copy[0] != op->a || copy[1] != op->a2)
		return false;
	copy[0] = op->b;
	copy[1] = op->b2;
	return true;
}

uint64_t pcpu_op_locked(const struct pcpu_op *op, uintptr_t address)
{
	switch (op->size) {
	case 1:
		return locked_1(op, (uint8_t *)address);
	case 2:
		return locked_2(op, (uint16_t *)address);
	case 4:
		return locked_4(op, (uint32_t *)address);
	case 8:
		return locked_8(op, (uint64_t *)address);
	default:
		return locked_pair(op, (uint64_t *)address);
	}
}

uint64_t pcpu_op_plain(const struct pcpu_op *op, uintptr_t address)
{
	switch (op->size) {
	case 1:
		return plain_1(op, (uint8_t *)address);
	case 2:
		return plain_2(op, (uint16_t *)address);
	case 4:
		return plain_4(op, (uint32_t *)address);
	case 8:
		return plain_8(op, (uint64_t *)address);
	default:
		return plain_pair(op, (uint64_t *)address);
	}
}
