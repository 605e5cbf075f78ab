/* SPDX-License-Identifier: MIT */
/* copy_op.c - see copy_op.h. */
#include "cpu/ops/copy_op.h"
#include "replace.h"

#include <percpu/impl/operations.h>

#define CASE_GET(name, n, type) \
	case __PCPU_OP_##name:  \
		return __atomic_load_n(copy, __ATOMIC_RELAXED);
#define CASE_PUT(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                 \
		locked;                        \
		return 0;
#define CASE_SWAP(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                  \
		return locked;
#define CASE_CAS(name, n, type)                                                        \
	case __PCPU_OP_##name:                                                         \
		__atomic_compare_exchange_n(copy, &val, nval, false, __ATOMIC_ACQ_REL, \
					    __ATOMIC_ACQUIRE);                         \
		return val;
#define DEFINE_LOCKED(n, type)                                                              \
	static uint64_t locked_##n(const struct pcpu_op *op, type *copy)                    \
	{                                                                                   \
		type val = (type)op->a, nval = (type)op->b;                                 \
                                                                                            \
		switch (op->op) {                                                           \
			__PCPU_OPERATIONS(CASE_GET, CASE_PUT, CASE_SWAP, CASE_CAS, n, type) \
		default:                                                                    \
			__builtin_unreachable();                                            \
		}                                                                           \
	}

DEFINE_LOCKED(1, uint8_t)
DEFINE_LOCKED(2, uint16_t)
DEFINE_LOCKED(4, uint32_t)
DEFINE_LOCKED(8, uint64_t)

static uint64_t locked_16(struct pcpu_op *op, __pcpu_u128 *copy)
{
	__pcpu_u128 expect = op->a | (__pcpu_u128)op->a2 << 64;
	__pcpu_u128 val = op->b | (__pcpu_u128)op->b2 << 64;
	__pcpu_u128 old = __sync_val_compare_and_swap(copy, expect, val);

	op->a2 = (uint64_t)(old >> 64);
	return (uint64_t)old;
}

uint64_t pcpu_op_locked(struct pcpu_op *op, uintptr_t address)
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
		return locked_16(op, (__pcpu_u128 *)address);
	}
}

/* --- alone --- */

#define PLAIN_GET(name, n, type) \
	case __PCPU_OP_##name:   \
		return old;
#define PLAIN_PUT(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                  \
		plain;                          \
		return 0;
#define PLAIN_SWAP(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                   \
		return (type)(plain);
#define PLAIN_CAS(name, n, type)                 \
	case __PCPU_OP_##name:                   \
		*copy = old == val ? nval : old; \
		return old;
/* Of a value, then with the value in its place. */
#define DEFINE_ALONE(n, type)                                                                   \
	static uint64_t plain_##n(const struct pcpu_op *op, type *copy)                         \
	{                                                                                       \
		const type val = (type)op->a, nval = (type)op->b, old = *copy;                  \
                                                                                                \
		switch (op->op) {                                                               \
			__PCPU_OPERATIONS(PLAIN_GET, PLAIN_PUT, PLAIN_SWAP, PLAIN_CAS, n, type) \
		default:                                                                        \
			__builtin_unreachable();                                                \
		}                                                                               \
	}                                                                                       \
	static uint64_t alone_##n(const struct pcpu_op *op, uintptr_t address)                  \
	{                                                                                       \
		type before, after;                                                             \
		uint64_t result;                                                                \
                                                                                                \
		do {                                                                            \
			__builtin_memcpy(&before, (const void *)address, sizeof(before));       \
			after = before;                                                         \
			result = plain_##n(op, &after);                                         \
		} while (!pcpu_replace_##n(address, before, after));                            \
		return result;                                                                  \
	}

DEFINE_ALONE(2, uint16_t)
DEFINE_ALONE(4, uint32_t)
DEFINE_ALONE(8, uint64_t)

uint64_t pcpu_op_alone(const struct pcpu_op *op, uintptr_t address)
{
	switch (op->size) {
	case 2:
		return alone_2(op, address);
	case 4:
		return alone_4(op, address);
	default:
		return alone_8(op, address);
	}
}
