/* SPDX-License-Identifier: MIT */
/*
 * sized.h - the sized forms of the operations: this_cpu_add_8() and the like.
 *
 * Names and nothing else, a line each. Each works on the given number of bytes at its variable,
 * whatever the variable's type.
 */
#ifndef PERCPU_SIZED_H
#define PERCPU_SIZED_H

#include <percpu/impl/ops.h>

#define this_cpu_read_1(pcp) __pcpu_sized(get, __PCPU_THIS(read), 1, pcp)
#define this_cpu_read_2(pcp) __pcpu_sized(get, __PCPU_THIS(read), 2, pcp)
#define this_cpu_read_4(pcp) __pcpu_sized(get, __PCPU_THIS(read), 4, pcp)
#define this_cpu_read_8(pcp) __pcpu_sized(get, __PCPU_THIS(read), 8, pcp)
#define raw_cpu_read_1(pcp) __pcpu_sized(get, __pcpu_raw_read, 1, pcp)
#define raw_cpu_read_2(pcp) __pcpu_sized(get, __pcpu_raw_read, 2, pcp)
#define raw_cpu_read_4(pcp) __pcpu_sized(get, __pcpu_raw_read, 4, pcp)
#define raw_cpu_read_8(pcp) __pcpu_sized(get, __pcpu_raw_read, 8, pcp)
#define pinned_cpu_read_1(pcp) __pcpu_sized(get, __pcpu_pinned_read, 1, pcp)
#define pinned_cpu_read_2(pcp) __pcpu_sized(get, __pcpu_pinned_read, 2, pcp)
#define pinned_cpu_read_4(pcp) __pcpu_sized(get, __pcpu_pinned_read, 4, pcp)
#define pinned_cpu_read_8(pcp) __pcpu_sized(get, __pcpu_pinned_read, 8, pcp)

#define this_cpu_write_1(pcp, val) __pcpu_sized(put, __PCPU_THIS(write), 1, pcp, val)
#define this_cpu_write_2(pcp, val) __pcpu_sized(put, __PCPU_THIS(write), 2, pcp, val)
#define this_cpu_write_4(pcp, val) __pcpu_sized(put, __PCPU_THIS(write), 4, pcp, val)
#define this_cpu_write_8(pcp, val) __pcpu_sized(put, __PCPU_THIS(write), 8, pcp, val)
#define raw_cpu_write_1(pcp, val) __pcpu_sized(put, __pcpu_raw_write, 1, pcp, val)
#define raw_cpu_write_2(pcp, val) __pcpu_sized(put, __pcpu_raw_write, 2, pcp, val)
#define raw_cpu_write_4(pcp, val) __pcpu_sized(put, __pcpu_raw_write, 4, pcp, val)
#define raw_cpu_write_8(pcp, val) __pcpu_sized(put, __pcpu_raw_write, 8, pcp, val)
#define pinned_cpu_write_1(pcp, val) __pcpu_sized(put, __pcpu_pinned_write, 1, pcp, val)
#define pinned_cpu_write_2(pcp, val) __pcpu_sized(put, __pcpu_pinned_write, 2, pcp, val)
#define pinned_cpu_write_4(pcp, val) __pcpu_sized(put, __pcpu_pinned_write, 4, pcp, val)
#define pinned_cpu_write_8(pcp, val) __pcpu_sized(put, __pcpu_pinned_write, 8, pcp, val)

#define this_cpu_add_1(pcp, val) __pcpu_sized(count, __PCPU_THIS(add), 1, pcp, val)
#define this_cpu_add_2(pcp, val) __pcpu_sized(count, __PCPU_THIS(add), 2, pcp, val)
#define this_cpu_add_4(pcp, val) __pcpu_sized(count, __PCPU_THIS(add), 4, pcp, val)
#define this_cpu_add_8(pcp, val) __pcpu_sized(count, __PCPU_THIS(add), 8, pcp, val)
#define raw_cpu_add_1(pcp, val) __pcpu_sized(count, __pcpu_raw_add, 1, pcp, val)
#define raw_cpu_add_2(pcp, val) __pcpu_sized(count, __pcpu_raw_add, 2, pcp, val)
#define raw_cpu_add_4(pcp, val) __pcpu_sized(count, __pcpu_raw_add, 4, pcp, val)
#define raw_cpu_add_8(pcp, val) __pcpu_sized(count, __pcpu_raw_add, 8, pcp, val)
#define pinned_cpu_add_1(pcp, val) __pcpu_sized(count, __pcpu_pinned_add, 1, pcp, val)
#define pinned_cpu_add_2(pcp, val) __pcpu_sized(count, __pcpu_pinned_add, 2, pcp, val)
#define pinned_cpu_add_4(pcp, val) __pcpu_sized(count, __pcpu_pinned_add, 4, pcp, val)
#define pinned_cpu_add_8(pcp, val) __pcpu_sized(count, __pcpu_pinned_add, 8, pcp, val)

#define this_cpu_and_1(pcp, val) __pcpu_sized(mask, __PCPU_THIS(and), 1, pcp, val)
#define this_cpu_and_2(pcp, val) __pcpu_sized(mask, __PCPU_THIS(and), 2, pcp, val)
#define this_cpu_and_4(pcp, val) __pcpu_sized(mask, __PCPU_THIS(and), 4, pcp, val)
#define this_cpu_and_8(pcp, val) __pcpu_sized(mask, __PCPU_THIS(and), 8, pcp, val)
#define raw_cpu_and_1(pcp, val) __pcpu_sized(mask, __pcpu_raw_and, 1, pcp, val)
#define raw_cpu_and_2(pcp, val) __pcpu_sized(mask, __pcpu_raw_and, 2, pcp, val)
#define raw_cpu_and_4(pcp, val) __pcpu_sized(mask, __pcpu_raw_and, 4, pcp, val)
#define raw_cpu_and_8(pcp, val) __pcpu_sized(mask, __pcpu_raw_and, 8, pcp, val)
#define pinned_cpu_and_1(pcp, val) __pcpu_sized(mask, __pcpu_pinned_and, 1, pcp, val)
#define pinned_cpu_and_2(pcp, val) __pcpu_sized(mask, __pcpu_pinned_and, 2, pcp, val)
#define pinned_cpu_and_4(pcp, val) __pcpu_sized(mask, __pcpu_pinned_and, 4, pcp, val)
#define pinned_cpu_and_8(pcp, val) __pcpu_sized(mask, __pcpu_pinned_and, 8, pcp, val)

#define this_cpu_or_1(pcp, val) __pcpu_sized(put, __PCPU_THIS(or), 1, pcp, val)
#define this_cpu_or_2(pcp, val) __pcpu_sized(put, __PCPU_THIS(or), 2, pcp, val)
#define this_cpu_or_4(pcp, val) __pcpu_sized(put, __PCPU_THIS(or), 4, pcp, val)
#define this_cpu_or_8(pcp, val) __pcpu_sized(put, __PCPU_THIS(or), 8, pcp, val)
#define raw_cpu_or_1(pcp, val) __pcpu_sized(put, __pcpu_raw_or, 1, pcp, val)
#define raw_cpu_or_2(pcp, val) __pcpu_sized(put, __pcpu_raw_or, 2, pcp, val)
#define raw_cpu_or_4(pcp, val) __pcpu_sized(put, __pcpu_raw_or, 4, pcp, val)
#define raw_cpu_or_8(pcp, val) __pcpu_sized(put, __pcpu_raw_or, 8, pcp, val)
#define pinned_cpu_or_1(pcp, val) __pcpu_sized(put, __pcpu_pinned_or, 1, pcp, val)
#define pinned_cpu_or_2(pcp, val) __pcpu_sized(put, __pcpu_pinned_or, 2, pcp, val)
#define pinned_cpu_or_4(pcp, val) __pcpu_sized(put, __pcpu_pinned_or, 4, pcp, val)
#define pinned_cpu_or_8(pcp, val) __pcpu_sized(put, __pcpu_pinned_or, 8, pcp, val)

#define this_cpu_add_return_1(pcp, val) \
	__pcpu_sized(count_return, __PCPU_THIS(add_return), 1, pcp, val)
#define this_cpu_add_return_2(pcp, val) \
	__pcpu_sized(count_return, __PCPU_THIS(add_return), 2, pcp, val)
#define this_cpu_add_return_4(pcp, val) \
	__pcpu_sized(count_return, __PCPU_THIS(add_return), 4, pcp, val)
#define this_cpu_add_return_8(pcp, val) \
	__pcpu_sized(count_return, __PCPU_THIS(add_return), 8, pcp, val)
#define raw_cpu_add_return_1(pcp, val) \
	__pcpu_sized(count_return, __pcpu_raw_add_return, 1, pcp, val)
#define raw_cpu_add_return_2(pcp, val) \
	__pcpu_sized(count_return, __pcpu_raw_add_return, 2, pcp, val)
#define raw_cpu_add_return_4(pcp, val) \
	__pcpu_sized(count_return, __pcpu_raw_add_return, 4, pcp, val)
#define raw_cpu_add_return_8(pcp, val) \
	__pcpu_sized(count_return, __pcpu_raw_add_return, 8, pcp, val)
#define pinned_cpu_add_return_1(pcp, val) \
	__pcpu_sized(count_return, __pcpu_pinned_add_return, 1, pcp, val)
#define pinned_cpu_add_return_2(pcp, val) \
	__pcpu_sized(count_return, __pcpu_pinned_add_return, 2, pcp, val)
#define pinned_cpu_add_return_4(pcp, val) \
	__pcpu_sized(count_return, __pcpu_pinned_add_return, 4, pcp, val)
#define pinned_cpu_add_return_8(pcp, val) \
	__pcpu_sized(count_return, __pcpu_pinned_add_return, 8, pcp, val)

#define this_cpu_xchg_1(pcp, val) __pcpu_sized(swap, __PCPU_THIS(xchg), 1, pcp, val)
#define this_cpu_xchg_2(pcp, val) __pcpu_sized(swap, __PCPU_THIS(xchg), 2, pcp, val)
#define this_cpu_xchg_4(pcp, val) __pcpu_sized(swap, __PCPU_THIS(xchg), 4, pcp, val)
#define this_cpu_xchg_8(pcp, val) __pcpu_sized(swap, __PCPU_THIS(xchg), 8, pcp, val)
#define raw_cpu_xchg_1(pcp, val) __pcpu_sized(swap, __pcpu_raw_xchg, 1, pcp, val)
#define raw_cpu_xchg_2(pcp, val) __pcpu_sized(swap, __pcpu_raw_xchg, 2, pcp, val)
#define raw_cpu_xchg_4(pcp, val) __pcpu_sized(swap, __pcpu_raw_xchg, 4, pcp, val)
#define raw_cpu_xchg_8(pcp, val) __pcpu_sized(swap, __pcpu_raw_xchg, 8, pcp, val)
#define pinned_cpu_xchg_1(pcp, val) __pcpu_sized(swap, __pcpu_pinned_xchg, 1, pcp, val)
#define pinned_cpu_xchg_2(pcp, val) __pcpu_sized(swap, __pcpu_pinned_xchg, 2, pcp, val)
#define pinned_cpu_xchg_4(pcp, val) __pcpu_sized(swap, __pcpu_pinned_xchg, 4, pcp, val)
#define pinned_cpu_xchg_8(pcp, val) __pcpu_sized(swap, __pcpu_pinned_xchg, 8, pcp, val)

#define this_cpu_cmpxchg_1(pcp, oval, nval) \
	__pcpu_sized(cas, __PCPU_THIS(cmpxchg), 1, pcp, oval, nval)
#define this_cpu_cmpxchg_2(pcp, oval, nval) \
	__pcpu_sized(cas, __PCPU_THIS(cmpxchg), 2, pcp, oval, nval)
#define this_cpu_cmpxchg_4(pcp, oval, nval) \
	__pcpu_sized(cas, __PCPU_THIS(cmpxchg), 4, pcp, oval, nval)
#define this_cpu_cmpxchg_8(pcp, oval, nval) \
	__pcpu_sized(cas, __PCPU_THIS(cmpxchg), 8, pcp, oval, nval)
#define raw_cpu_cmpxchg_1(pcp, oval, nval) __pcpu_sized(cas, __pcpu_raw_cmpxchg, 1, pcp, oval, nval)
#define raw_cpu_cmpxchg_2(pcp, oval, nval) __pcpu_sized(cas, __pcpu_raw_cmpxchg, 2, pcp, oval, nval)
#define raw_cpu_cmpxchg_4(pcp, oval, nval) __pcpu_sized(cas, __pcpu_raw_cmpxchg, 4, pcp, oval, nval)
#define raw_cpu_cmpxchg_8(pcp, oval, nval) __pcpu_sized(cas, __pcpu_raw_cmpxchg, 8, pcp, oval, nval)
#define pinned_cpu_cmpxchg_1(pcp, oval, nval) \
	__pcpu_sized(cas, __pcpu_pinned_cmpxchg, 1, pcp, oval, nval)
#define pinned_cpu_cmpxchg_2(pcp, oval, nval) \
	__pcpu_sized(cas, __pcpu_pinned_cmpxchg, 2, pcp, oval, nval)
#define pinned_cpu_cmpxchg_4(pcp, oval, nval) \
	__pcpu_sized(cas, __pcpu_pinned_cmpxchg, 4, pcp, oval, nval)
#define pinned_cpu_cmpxchg_8(pcp, oval, nval) \
	__pcpu_sized(cas, __pcpu_pinned_cmpxchg, 8, pcp, oval, nval)

#define this_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __PCPU_THIS(cmpxchg_double), 1, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __PCPU_THIS(cmpxchg_double), 2, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __PCPU_THIS(cmpxchg_double), 4, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define this_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __PCPU_THIS(cmpxchg_double), 8, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_raw_cmpxchg_double, 1, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_raw_cmpxchg_double, 2, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_raw_cmpxchg_double, 4, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define raw_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_raw_cmpxchg_double, 8, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_cmpxchg_double_1(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_pinned_cmpxchg_double, 1, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_cmpxchg_double_2(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_pinned_cmpxchg_double, 2, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_cmpxchg_double_4(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_pinned_cmpxchg_double, 4, pcp1, pcp2, oval1, oval2, nval1, nval2)
#define pinned_cpu_cmpxchg_double_8(pcp1, pcp2, oval1, oval2, nval1, nval2) \
	__pcpu_sized(pair, __pcpu_pinned_cmpxchg_double, 8, pcp1, pcp2, oval1, oval2, nval1, nval2)

#endif /* PERCPU_SIZED_H */
