/* SPDX-License-Identifier: MIT */
/*
 * operations.h - the operations that all others consist of: an entry each, in the order of their
 * numbers (__PCPU_OP_read and so on), which are part of the ABI.
 *
 * @get, @put, @swap and @cas are macros, one for each kind of operation:
 *
 *	get	no operand, and a result
 *	put	an operand, and no result
 *	swap	both
 *	cas	compares the first operand, stores the second, and the result is what was there
 *
 * Each is given the operation's name, @n and @type, which are the number of bytes and the unsigned
 * type of as many, and for put and swap the operation in C, on *copy and with the operand val:
 * plainly, where old is what a swap finds there, and with one locked instruction.
 *
 * For runtime.h and ops.h, which leave it to no program, and for the library's dispatch; so there
 * is no guard.
 */
/* clang-format off */
#define __PCPU_OPERATIONS(get, put, swap, cas, n, type)                                            \
	get(read, n, type)                                                                         \
	put(write, n, type, *copy = (type)val, __atomic_store_n(copy, val, __ATOMIC_RELAXED))      \
	put(add, n, type, *copy = (type)(*copy + (type)val),                                       \
	    __atomic_fetch_add(copy, val, __ATOMIC_RELAXED))                                       \
	put(and, n, type, *copy = (type)(*copy & (type)val),                                       \
	    __atomic_fetch_and(copy, val, __ATOMIC_RELAXED))                                       \
	put(or, n, type, *copy = (type)(*copy | (type)val),                                        \
	    __atomic_fetch_or(copy, val, __ATOMIC_RELAXED))                                        \
	swap(add_return, n, type, *copy = (type)(old + (type)val),                                 \
	     __atomic_add_fetch(copy, val, __ATOMIC_RELAXED))                                      \
	swap(xchg, n, type, (*copy = (type)val, old),                                              \
	     __atomic_exchange_n(copy, val, __ATOMIC_ACQ_REL))                                     \
	cas(cmpxchg, n, type)
/* clang-format on */
