/* SPDX-License-Identifier: MIT */
/*
 * operations.h - one function an operation and place, for golden.sh to disassemble.
 *
 * Included once a family, with
 *	NAME(operation)	the function's name
 *	OP(operation)	the operation's name in the family
 *	COUNT, COUNTS	a static variable, and an array of them; unsigned long
 *
 * Places are static variables, what a dynamic pointer points to, a field of that, and an element of
 * an array. NAME(wrong) does all of them and looks at what comes out.
 */
#ifndef GOLDEN_OPERATIONS_H
#define GOLDEN_OPERATIONS_H

#include <percpu/percpu.h>

#define GOLDEN __attribute__((__noinline__, __used__))

struct golden_pair {
	unsigned long first, second;
};

/* How many operations of a family went wrong, for a thread that stays on one CPU. */
unsigned int golden_this_wrong(struct golden_pair __percpu *pair);
unsigned int golden_pinned_wrong(struct golden_pair __percpu *pair);
unsigned int golden_defined_wrong(struct golden_pair __percpu *pair);
unsigned int golden_object_this_wrong(struct golden_pair __percpu *pair);
unsigned int golden_object_pinned_wrong(struct golden_pair __percpu *pair);

#endif /* GOLDEN_OPERATIONS_H */

GOLDEN void NAME(inc_static)(void)
{
	OP(inc)(COUNT);
}

GOLDEN void NAME(inc_dynamic)(unsigned long __percpu *p)
{
	OP(inc)(*p);
}

GOLDEN void NAME(inc_field)(struct golden_pair __percpu *pair)
{
	OP(inc)(pair->second);
}

GOLDEN void NAME(inc_element)(unsigned long i)
{
	OP(inc)(COUNTS[i]);
}

/* @n is at least 1. */
GOLDEN void NAME(inc_loop)(unsigned long n)
{
	do {
		OP(inc)(COUNT);
	} while (--n);
}

GOLDEN void NAME(add_static)(unsigned long value)
{
	OP(add)(COUNT, value);
}

GOLDEN void NAME(add_dynamic)(unsigned long __percpu *p, unsigned long value)
{
	OP(add)(*p, value);
}

GOLDEN unsigned long NAME(add_return_static)(unsigned long value)
{
	return OP(add_return)(COUNT, value);
}

GOLDEN unsigned long NAME(add_return_dynamic)(unsigned long __percpu *p, unsigned long value)
{
	return OP(add_return)(*p, value);
}

GOLDEN unsigned long NAME(cmpxchg_static)(unsigned long old, unsigned long value)
{
	return OP(cmpxchg)(COUNT, old, value);
}

GOLDEN unsigned long NAME(cmpxchg_dynamic)(unsigned long __percpu *p, unsigned long old,
					   unsigned long value)
{
	return OP(cmpxchg)(*p, old, value);
}

GOLDEN unsigned long NAME(xchg_static)(unsigned long value)
{
	return OP(xchg)(COUNT, value);
}

GOLDEN unsigned long NAME(xchg_dynamic)(unsigned long __percpu *p, unsigned long value)
{
	return OP(xchg)(*p, value);
}

GOLDEN unsigned long NAME(read_static)(void)
{
	return OP(read)(COUNT);
}

GOLDEN unsigned long NAME(read_dynamic)(unsigned long __percpu *p)
{
	return OP(read)(*p);
}

GOLDEN void NAME(write_static)(unsigned long value)
{
	OP(write)(COUNT, value);
}

GOLDEN void NAME(write_dynamic)(unsigned long __percpu *p, unsigned long value)
{
	OP(write)(*p, value);
}

unsigned int NAME(wrong)(struct golden_pair __percpu *pair)
{
	unsigned long __percpu *p = &pair->first;
	unsigned long second = OP(read)(pair->second), element = OP(read)(COUNTS[3]);
	unsigned int wrong = 0;

	NAME(write_static)(1);
	NAME(inc_static)();
	NAME(inc_loop)(100);
	NAME(add_static)(1000);
	wrong += NAME(add_return_static)(10000) != 11102;
	wrong += NAME(cmpxchg_static)(1, 2) != 11102;
	wrong += NAME(xchg_static)(3) != 11102;
	wrong += NAME(cmpxchg_static)(3, 4) != 3;
	wrong += NAME(read_static)() != 4;

	NAME(write_dynamic)(p, 1);
	NAME(inc_dynamic)(p);
	NAME(add_dynamic)(p, 1000);
	wrong += NAME(add_return_dynamic)(p, 10000) != 11002;
	wrong += NAME(cmpxchg_dynamic)(p, 1, 2) != 11002;
	wrong += NAME(xchg_dynamic)(p, 3) != 11002;
	wrong += NAME(cmpxchg_dynamic)(p, 3, 4) != 3;
	wrong += NAME(read_dynamic)(p) != 4;

	NAME(inc_field)(pair);
	wrong += OP(read)(pair->second) != second + 1;
	NAME(inc_element)(3);
	wrong += OP(read)(COUNTS[3]) != element + 1;
	return wrong;
}
