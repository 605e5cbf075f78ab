/* SPDX-License-Identifier: MIT */
/*
 * strict_refused.c - misuse of per-CPU pointers and variables that a checker must find: the line
 * that CASE selects.
 */
#include <percpu/percpu.h>

#include <stdlib.h>
#include <string.h>

struct object {
	long number, array[3];
	local_lock_t lock;
};

static DEFINE_PER_CPU(long, number);
static DEFINE_PER_CPU(long[3], array);
static DEFINE_PER_CPU(struct object, object);

void take_ordinary(long *pointer);
void take_percpu(long __percpu *pointer);
long refused(struct object __percpu *p, struct object *ordinary, long __percpu *q, long *plain);

long refused(struct object __percpu *p, struct object *ordinary, long __percpu *q, long *plain)
{
#if CASE == 0 /* nothing: this one is right */
	take_ordinary(per_cpu_ptr(q, 0));
	take_percpu(&p->number);
	take_percpu(&number);
	memset(per_cpu_ptr(p, 0), 0, sizeof(*p));
	q = &p->array[1];
	plain = &ordinary->number;
	this_cpu_write(*q, *plain);
	this_cpu_write(number, per_cpu(array, 0)[1] + this_cpu_ptr(&object)->number);
	/* using a dynamic pointer as an ordinary one */
#elif CASE == 1
	return *q;
#elif CASE == 2
	return p->number;
#elif CASE == 3
	return p->array[1];
#elif CASE == 4
	p->number = 1;
#elif CASE == 5
	(*q)++;
#elif CASE == 6
	take_ordinary(q);
#elif CASE == 7
	take_ordinary(&p->number);
#elif CASE == 8
	plain = q;
	return *plain;
#elif CASE == 9
	memset(p, 0, sizeof(*p));
#elif CASE == 10
	free(p);
#elif CASE == 11
	ordinary = alloc_percpu(struct object);
	return ordinary->number;
	/* using an ordinary pointer as a per-CPU pointer */
#elif CASE == 12
	take_percpu(plain);
#elif CASE == 13
	q = plain;
	take_percpu(q);
#elif CASE == 14
	free_percpu(malloc(8));
#elif CASE == 15
	return *per_cpu_ptr(plain, 0);
#elif CASE == 16
	return this_cpu_ptr(ordinary)->number;
#elif CASE == 17
	return raw_cpu_ptr(ordinary)->number;
#elif CASE == 18
	get_cpu_ptr(ordinary)->number++;
#elif CASE == 19
	local_lock(&ordinary->lock);
#elif CASE == 20
	free_percpu(per_cpu_ptr(p, 0));
#elif CASE == 21
	return per_cpu_ptr(per_cpu_ptr(p, 0), 1)->number;
	/* ordinary variables in the place of per-CPU variables */
#elif CASE == 22
	this_cpu_inc(ordinary->number);
#elif CASE == 23
	return this_cpu_read(*plain);
#elif CASE == 24
	__this_cpu_add(ordinary->array[1], 1);
#elif CASE == 25
	return raw_cpu_xchg(*plain, 1);
#elif CASE == 26
	return per_cpu(ordinary->number, 0);
#elif CASE == 27
	return per_cpu_sum(ordinary->number);
#elif CASE == 28
	return per_cpu_xchg(ordinary->number, 0, 1);
#elif CASE == 29
	return this_cpu_cmpxchg_double(ordinary->array[1], ordinary->array[2], 1, 2, 3, 4);
#elif CASE == 30
	this_cpu_inc(per_cpu(number, 0));
#elif CASE == 31
	pinned_cpu_inc(ordinary->number);
	/* static per-CPU variables as ordinary ones: their addresses */
#elif CASE == 32
	take_ordinary(&number);
#elif CASE == 33
	plain = array;
	return *plain;
#elif CASE == 34
	memset(&object, 0, sizeof(object));
	/* and they themselves, which only sparse finds */
#elif CASE == 35
	return number;
#elif CASE == 36
	number++;
#elif CASE == 37
	return array[1];
#elif CASE == 38
	object.number = 1;
#elif CASE == 39
	return object.array[2];
#endif
	return 0;
}
