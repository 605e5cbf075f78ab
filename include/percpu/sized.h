/* SPDX-License-Identifier: MIT */
/*
 * sized.h - the sized forms of the operations: this_cpu_add_8() and the like.
 *
 * Names and nothing else: what an operation does on n bytes is defined once, in ops.h, and how a
 * value gets there and back is in __pcpu_op_get() and its like. Each works on the given number of
 * bytes at its variable, whatever the variable's type.
 */
#ifndef PERCPU_SIZED_H
#define PERCPU_SIZED_H

#include <percpu/ops.h>

#define raw_cpu_read_1(pcp) __pcpu_op_get(__pcpu_raw_read_1, pcp)
#define raw_cpu_write_1(pcp, val) __pcpu_op_put(__pcpu_raw_write_1, pcp, val)
#define raw_cpu_add_1(pcp, val) __pcpu_op_put(__pcpu_raw_add_1, pcp, val)
#define raw_cpu_and_1(pcp, val) __pcpu_op_put(__pcpu_raw_and_1, pcp, val)
#define raw_cpu_or_1(pcp, val) __pcpu_op_put(__pcpu_raw_or_1, pcp, val)
#define raw_cpu_add_return_1(pcp, val) __pcpu_op_swap(__pcpu_raw_add_return_1, pcp, val)
#define raw_cpu_xchg_1(pcp, val) __pcpu_op_swap(__pcpu_raw_xchg_1, pcp, val)
#define raw_cpu_cmpxchg_1(pcp, oval, nval) __pcpu_op_cas(__pcpu_raw_cmpxchg_1, pcp, oval, nval)
#define raw_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_raw_cmpxchg_double_1, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_read_2(pcp) __pcpu_op_get(__pcpu_raw_read_2, pcp)
#define raw_cpu_write_2(pcp, val) __pcpu_op_put(__pcpu_raw_write_2, pcp, val)
#define raw_cpu_add_2(pcp, val) __pcpu_op_put(__pcpu_raw_add_2, pcp, val)
#define raw_cpu_and_2(pcp, val) __pcpu_op_put(__pcpu_raw_and_2, pcp, val)
#define raw_cpu_or_2(pcp, val) __pcpu_op_put(__pcpu_raw_or_2, pcp, val)
#define raw_cpu_add_return_2(pcp, val) __pcpu_op_swap(__pcpu_raw_add_return_2, pcp, val)
#define raw_cpu_xchg_2(pcp, val) __pcpu_op_swap(__pcpu_raw_xchg_2, pcp, val)
#define raw_cpu_cmpxchg_2(pcp, oval, nval) __pcpu_op_cas(__pcpu_raw_cmpxchg_2, pcp, oval, nval)
#define raw_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_raw_cmpxchg_double_2, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_read_4(pcp) __pcpu_op_get(__pcpu_raw_read_4, pcp)
#define raw_cpu_write_4(pcp, val) __pcpu_op_put(__pcpu_raw_write_4, pcp, val)
#define raw_cpu_add_4(pcp, val) __pcpu_op_put(__pcpu_raw_add_4, pcp, val)
#define raw_cpu_and_4(pcp, val) __pcpu_op_put(__pcpu_raw_and_4, pcp, val)
#define raw_cpu_or_4(pcp, val) __pcpu_op_put(__pcpu_raw_or_4, pcp, val)
#define raw_cpu_add_return_4(pcp, val) __pcpu_op_swap(__pcpu_raw_add_return_4, pcp, val)
#define raw_cpu_xchg_4(pcp, val) __pcpu_op_swap(__pcpu_raw_xchg_4, pcp, val)
#define raw_cpu_cmpxchg_4(pcp, oval, nval) __pcpu_op_cas(__pcpu_raw_cmpxchg_4, pcp, oval, nval)
#define raw_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_raw_cmpxchg_double_4, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_read_8(pcp) __pcpu_op_get(__pcpu_raw_read_8, pcp)
#define raw_cpu_write_8(pcp, val) __pcpu_op_put(__pcpu_raw_write_8, pcp, val)
#define raw_cpu_add_8(pcp, val) __pcpu_op_put(__pcpu_raw_add_8, pcp, val)
#define raw_cpu_and_8(pcp, val) __pcpu_op_put(__pcpu_raw_and_8, pcp, val)
#define raw_cpu_or_8(pcp, val) __pcpu_op_put(__pcpu_raw_or_8, pcp, val)
#define raw_cpu_add_return_8(pcp, val) __pcpu_op_swap(__pcpu_raw_add_return_8, pcp, val)
#define raw_cpu_xchg_8(pcp, val) __pcpu_op_swap(__pcpu_raw_xchg_8, pcp, val)
#define raw_cpu_cmpxchg_8(pcp, oval, nval) __pcpu_op_cas(__pcpu_raw_cmpxchg_8, pcp, oval, nval)
#define raw_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_raw_cmpxchg_double_8, pcp1, pcp2, oval1, oval2, nval1, nval2)

#define this_cpu_read_1(pcp) __pcpu_op_get(__PCPU_THIS(read_1), pcp)
#define this_cpu_write_1(pcp, val) __pcpu_op_put(__PCPU_THIS(write_1), pcp, val)
#define this_cpu_add_1(pcp, val) __pcpu_op_put(__PCPU_THIS(add_1), pcp, val)
#define this_cpu_and_1(pcp, val) __pcpu_op_put(__PCPU_THIS(and_1), pcp, val)
#define this_cpu_or_1(pcp, val) __pcpu_op_put(__PCPU_THIS(or_1), pcp, val)
#define this_cpu_add_return_1(pcp, val) __pcpu_op_swap(__PCPU_THIS(add_return_1), pcp, val)
#define this_cpu_xchg_1(pcp, val) __pcpu_op_swap(__PCPU_THIS(xchg_1), pcp, val)
#define this_cpu_cmpxchg_1(pcp, oval, nval) __pcpu_op_cas(__PCPU_THIS(cmpxchg_1), pcp, oval, nval)
#define this_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__PCPU_THIS(cmpxchg_double_1), pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_read_2(pcp) __pcpu_op_get(__PCPU_THIS(read_2), pcp)
#define this_cpu_write_2(pcp, val) __pcpu_op_put(__PCPU_THIS(write_2), pcp, val)
#define this_cpu_add_2(pcp, val) __pcpu_op_put(__PCPU_THIS(add_2), pcp, val)
#define this_cpu_and_2(pcp, val) __pcpu_op_put(__PCPU_THIS(and_2), pcp, val)
#define this_cpu_or_2(pcp, val) __pcpu_op_put(__PCPU_THIS(or_2), pcp, val)
#define this_cpu_add_return_2(pcp, val) __pcpu_op_swap(__PCPU_THIS(add_return_2), pcp, val)
#define this_cpu_xchg_2(pcp, val) __pcpu_op_swap(__PCPU_THIS(xchg_2), pcp, val)
#define this_cpu_cmpxchg_2(pcp, oval, nval) __pcpu_op_cas(__PCPU_THIS(cmpxchg_2), pcp, oval, nval)
#define this_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__PCPU_THIS(cmpxchg_double_2), pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_read_4(pcp) __pcpu_op_get(__PCPU_THIS(read_4), pcp)
#define this_cpu_write_4(pcp, val) __pcpu_op_put(__PCPU_THIS(write_4), pcp, val)
#define this_cpu_add_4(pcp, val) __pcpu_op_put(__PCPU_THIS(add_4), pcp, val)
#define this_cpu_and_4(pcp, val) __pcpu_op_put(__PCPU_THIS(and_4), pcp, val)
#define this_cpu_or_4(pcp, val) __pcpu_op_put(__PCPU_THIS(or_4), pcp, val)
#define this_cpu_add_return_4(pcp, val) __pcpu_op_swap(__PCPU_THIS(add_return_4), pcp, val)
#define this_cpu_xchg_4(pcp, val) __pcpu_op_swap(__PCPU_THIS(xchg_4), pcp, val)
#define this_cpu_cmpxchg_4(pcp, oval, nval) __pcpu_op_cas(__PCPU_THIS(cmpxchg_4), pcp, oval, nval)
#define this_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__PCPU_THIS(cmpxchg_double_4), pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_read_8(pcp) __pcpu_op_get(__PCPU_THIS(read_8), pcp)
#define this_cpu_write_8(pcp, val) __pcpu_op_put(__PCPU_THIS(write_8), pcp, val)
#define this_cpu_add_8(pcp, val) __pcpu_op_put(__PCPU_THIS(add_8), pcp, val)
#define this_cpu_and_8(pcp, val) __pcpu_op_put(__PCPU_THIS(and_8), pcp, val)
#define this_cpu_or_8(pcp, val) __pcpu_op_put(__PCPU_THIS(or_8), pcp, val)
#define this_cpu_add_return_8(pcp, val) __pcpu_op_swap(__PCPU_THIS(add_return_8), pcp, val)
#define this_cpu_xchg_8(pcp, val) __pcpu_op_swap(__PCPU_THIS(xchg_8), pcp, val)
#define this_cpu_cmpxchg_8(pcp, oval, nval) __pcpu_op_cas(__PCPU_THIS(cmpxchg_8), pcp, oval, nval)
#define this_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__PCPU_THIS(cmpxchg_double_8), pcp1, pcp2, oval1, oval2, nval1, nval2)

#define pinned_cpu_read_1(pcp) __pcpu_op_get(__pcpu_pinned_read_1, pcp)
#define pinned_cpu_write_1(pcp, val) __pcpu_op_put(__pcpu_pinned_write_1, pcp, val)
#define pinned_cpu_add_1(pcp, val) __pcpu_op_put(__pcpu_pinned_add_1, pcp, val)
#define pinned_cpu_and_1(pcp, val) __pcpu_op_put(__pcpu_pinned_and_1, pcp, val)
#define pinned_cpu_or_1(pcp, val) __pcpu_op_put(__pcpu_pinned_or_1, pcp, val)
#define pinned_cpu_add_return_1(pcp, val) __pcpu_op_swap(__pcpu_pinned_add_return_1, pcp, val)
#define pinned_cpu_xchg_1(pcp, val) __pcpu_op_swap(__pcpu_pinned_xchg_1, pcp, val)
#define pinned_cpu_cmpxchg_1(pcp, oval, nval) \
	__pcpu_op_cas(__pcpu_pinned_cmpxchg_1, pcp, oval, nval)
#define pinned_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_pinned_cmpxchg_double_1, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_read_2(pcp) __pcpu_op_get(__pcpu_pinned_read_2, pcp)
#define pinned_cpu_write_2(pcp, val) __pcpu_op_put(__pcpu_pinned_write_2, pcp, val)
#define pinned_cpu_add_2(pcp, val) __pcpu_op_put(__pcpu_pinned_add_2, pcp, val)
#define pinned_cpu_and_2(pcp, val) __pcpu_op_put(__pcpu_pinned_and_2, pcp, val)
#define pinned_cpu_or_2(pcp, val) __pcpu_op_put(__pcpu_pinned_or_2, pcp, val)
#define pinned_cpu_add_return_2(pcp, val) __pcpu_op_swap(__pcpu_pinned_add_return_2, pcp, val)
#define pinned_cpu_xchg_2(pcp, val) __pcpu_op_swap(__pcpu_pinned_xchg_2, pcp, val)
#define pinned_cpu_cmpxchg_2(pcp, oval, nval) \
	__pcpu_op_cas(__pcpu_pinned_cmpxchg_2, pcp, oval, nval)
#define pinned_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_pinned_cmpxchg_double_2, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_read_4(pcp) __pcpu_op_get(__pcpu_pinned_read_4, pcp)
#define pinned_cpu_write_4(pcp, val) __pcpu_op_put(__pcpu_pinned_write_4, pcp, val)
#define pinned_cpu_add_4(pcp, val) __pcpu_op_put(__pcpu_pinned_add_4, pcp, val)
#define pinned_cpu_and_4(pcp, val) __pcpu_op_put(__pcpu_pinned_and_4, pcp, val)
#define pinned_cpu_or_4(pcp, val) __pcpu_op_put(__pcpu_pinned_or_4, pcp, val)
#define pinned_cpu_add_return_4(pcp, val) __pcpu_op_swap(__pcpu_pinned_add_return_4, pcp, val)
#define pinned_cpu_xchg_4(pcp, val) __pcpu_op_swap(__pcpu_pinned_xchg_4, pcp, val)
#define pinned_cpu_cmpxchg_4(pcp, oval, nval) \
	__pcpu_op_cas(__pcpu_pinned_cmpxchg_4, pcp, oval, nval)
#define pinned_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_pinned_cmpxchg_double_4, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_read_8(pcp) __pcpu_op_get(__pcpu_pinned_read_8, pcp)
#define pinned_cpu_write_8(pcp, val) __pcpu_op_put(__pcpu_pinned_write_8, pcp, val)
#define pinned_cpu_add_8(pcp, val) __pcpu_op_put(__pcpu_pinned_add_8, pcp, val)
#define pinned_cpu_and_8(pcp, val) __pcpu_op_put(__pcpu_pinned_and_8, pcp, val)
#define pinned_cpu_or_8(pcp, val) __pcpu_op_put(__pcpu_pinned_or_8, pcp, val)
#define pinned_cpu_add_return_8(pcp, val) __pcpu_op_swap(__pcpu_pinned_add_return_8, pcp, val)
#define pinned_cpu_xchg_8(pcp, val) __pcpu_op_swap(__pcpu_pinned_xchg_8, pcp, val)
#define pinned_cpu_cmpxchg_8(pcp, oval, nval) \
	__pcpu_op_cas(__pcpu_pinned_cmpxchg_8, pcp, oval, nval)
#define pinned_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_op_cas2(__pcpu_pinned_cmpxchg_double_8, pcp1, pcp2, oval1, oval2, nval1, nval2)

#endif /* PERCPU_SIZED_H */
