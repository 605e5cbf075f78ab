/* SPDX-License-Identifier: MIT */
/*
 * strict.c - right use of everything, on every kind of argument: no checker may say anything.
 *
 * Never run. Each function is what a checker sees of one family of names.
 */
#include <percpu/percpu.h>

enum colour { RED, GREEN };

typedef long row_t[3]; /* __percpu has no other place where all compilers see it */

struct inner {
	short s;
	long array[3];
};

struct object {
	local_lock_t lock;
	long number;
	int count, pair[2] __attribute__((__aligned__(8)));
	char small;
	bool flag;
	enum colour colour;
	float single;
	double real;
	struct object *next;
	struct object __percpu *other; /* a per-CPU pointer in a per-CPU object */
	struct inner inner;
	int row[4], table[2][3];
	__pcpu_u128 wide;
};

DECLARE_PER_CPU(long, number);
DEFINE_PER_CPU(long, number) = 1;
static DEFINE_PER_CPU_FIRST(int, first);
static DEFINE_PER_CPU_SHARED_ALIGNED(unsigned char, small);
static DEFINE_PER_CPU_ALIGNED(unsigned short, aligned);
static DEFINE_PER_CPU_PAGE_ALIGNED(struct object, object);
static DEFINE_PER_CPU_READ_MOSTLY(bool, flag);
static DEFINE_PER_CPU(enum colour, colour);
static DEFINE_PER_CPU(float, single);
static DEFINE_PER_CPU(double, real);
static DEFINE_PER_CPU(struct object *, pointer);
static DEFINE_PER_CPU(long[4], array);
static DEFINE_PER_CPU(int[2][3], table);
static DEFINE_PER_CPU(struct inner[2], inners);
static DEFINE_PER_CPU(__pcpu_u128, wide);

void accept_everything(struct object __percpu *p, const long __percpu *constant, int i);

/* --- what every type allows: value @v for the variable @x --- */

#define VALUES(family, x, v)                                \
	do {                                                \
		__pcpu_value_type(x) old = family##read(x); \
                                                            \
		family##write(x, v);                        \
		old = family##xchg(x, old);                 \
		old = family##cmpxchg(x, old, v);           \
		(void)family##try_cmpxchg(x, &old, v);      \
	} while (0)
#define INTEGER(family, x)                      \
	do {                                    \
		VALUES(family, x, 1);           \
		family##add(x, i);              \
		family##sub(x, 2);              \
		family##inc(x);                 \
		family##dec(x);                 \
		family## and (x, 7);            \
		family## or (x, i);             \
		(void)family##add_return(x, i); \
		(void)family##sub_return(x, 2); \
		(void)family##inc_return(x);    \
		(void)family##dec_return(x);    \
	} while (0)

#define OPERATIONS(family)                                                                         \
	static void family##operations(struct object __percpu *p, int __percpu *q, int i)          \
	{                                                                                          \
		INTEGER(family, number);                                                           \
		INTEGER(family, small);                                                            \
		INTEGER(family, aligned);                                                          \
		INTEGER(family, array[i]);                                                         \
		INTEGER(family, table[1][i]);                                                      \
		INTEGER(family, inners[1].array[i]);                                               \
		INTEGER(family, object.inner.s);                                                   \
		INTEGER(family, *q);                                                               \
		INTEGER(family, q[i]);                                                             \
		INTEGER(family, p->number);                                                        \
		INTEGER(family, p->small);                                                         \
		INTEGER(family, p->row[i]);                                                        \
		INTEGER(family, p->table[1][i]);                                                   \
		INTEGER(family, p[1].inner.array[2]);                                              \
		INTEGER(family, *alloc_percpu(long));                                              \
		VALUES(family, flag, true);                                                        \
		VALUES(family, p->flag, i > 1);                                                    \
		VALUES(family, colour, GREEN);                                                     \
		VALUES(family, p->colour, RED);                                                    \
		VALUES(family, single, 1.5f);                                                      \
		VALUES(family, p->single, 1);                                                      \
		VALUES(family, real, 1.5);                                                         \
		VALUES(family, p->real, i);                                                        \
		VALUES(family, pointer, NULL);                                                     \
		VALUES(family, p->next, NULL);                                                     \
		VALUES(family, p->other, p);                                                       \
		(void)family##cmpxchg128(wide, 1, 2);                                              \
		(void)family##cmpxchg128(p->wide, 1, 2);                                           \
		(void)family##cmpxchg_double(object.pair[0], object.pair[1], 1, 2, 3, 4);          \
		(void)family##cmpxchg_double(p->pair[0], p->pair[1], i, 2, i, 4);                  \
		family##inc(family##read(p->other)->number);                                       \
		family##add(array[family##read(first)], family##xchg(*q, family##inc_return(*q))); \
	}
OPERATIONS(raw_cpu_)
OPERATIONS(__this_cpu_)
OPERATIONS(this_cpu_)
OPERATIONS(pinned_cpu_)

#define SIZED(family, n, x)                                \
	do {                                               \
		family##write_##n(x, family##read_##n(x)); \
		family##add_##n(x, 1);                     \
		family##and_##n(x, 1);                     \
		family##or_##n(x, 1);                      \
		(void)family##add_return_##n(x, 1);        \
		(void)family##xchg_##n(x, 1);              \
		(void)family##cmpxchg_##n(x, 1, 2);        \
	} while (0)
#define SIZED_OPERATIONS(family)                                                    \
	static void family##sized_operations(struct object __percpu *p)             \
	{                                                                           \
		SIZED(family, 1, p->small);                                         \
		SIZED(family, 2, p->inner.s);                                       \
		SIZED(family, 4, p->count);                                         \
		SIZED(family, 8, number);                                           \
		(void)family##cmpxchg_double_4(p->pair[0], p->pair[1], 1, 2, 3, 4); \
	}
SIZED_OPERATIONS(raw_cpu_)
SIZED_OPERATIONS(this_cpu_)
SIZED_OPERATIONS(pinned_cpu_)

/* --- accessors: what they give is ordinary --- */

static long accessors(struct object __percpu *p, const long __percpu *constant, void __percpu *any,
		      int cpu)
{
	struct object *mine = per_cpu_ptr(p, cpu), *one = per_cpu_ptr(&object, cpu);
	const long *c = per_cpu_ptr(constant, cpu);
	long *element = per_cpu_ptr(&array[1], cpu), (*whole)[4] = per_cpu_ptr(&array, cpu);
	int *row = raw_cpu_ptr(&p->row[1]), (*rows)[2][3] = this_cpu_ptr(&table);
	int *decayed = this_cpu_ptr(p->row);
	void *memory = per_cpu_ptr(any, cpu);

	per_cpu(number, cpu) = per_cpu(array, cpu)[2] + per_cpu(table, cpu)[1][2];
	per_cpu(object, cpu).inner.array[1]++;
	per_cpu(inners, cpu)[1].s = 1;
	per_cpu(pointer, cpu)->number = this_cpu_ptr(p)->inner.s;
	*per_cpu_ptr(&p->number, cpu) = (long)smp_processor_id() + raw_smp_processor_id();
	*decayed = *row + (*rows)[1][1];
	per_cpu_ptr(per_cpu_ptr(p, cpu)->other, cpu)->count = 1;
	return mine->number + one->number + *c + *element + (*whole)[1] + (memory != NULL);
}

static long sums(struct object __percpu *p)
{
	return per_cpu_sum(number) + per_cpu_sum(p->inner.array[1]) + per_cpu_sum(small) +
	       (long)per_cpu_sum(real) + per_cpu_sum(p->table[0][0]);
}

static long sections(struct object __percpu *p)
{
	long sum;

	get_cpu_var(number)++;
	put_cpu_var(number);
	get_cpu_var(object).inner.s = 1;
	put_cpu_var(object);
	get_cpu_ptr(p)->number++;
	put_cpu_ptr(p);
	sum = get_cpu_ptr(&array)[0][1];
	put_cpu_ptr(&array);
	sum += get_cpu();
	put_cpu();
	preempt_disable();
	preempt_enable();
	return sum;
}

static long others(struct object __percpu *p, unsigned int cpu)
{
	unsigned long flags;
	long sum = 0;

	if (percpu_remote_begin(cpu) == 0)
		percpu_remote_end(cpu);
	sum += per_cpu_xchg(number, cpu, 3) + per_cpu_xchg(p->count, cpu, 0);
	local_lock(&p->lock);
	local_unlock(&object.lock);
	if (local_trylock(&p->lock))
		local_unlock(&p->lock);
	local_lock_irqsave(&object.lock, flags);
	local_unlock_irqrestore(&p->lock, flags);
	if (local_trylock_irqsave(&p->lock, flags))
		local_lock_init(&per_cpu_ptr(p, cpu)->lock);
	for_each_possible_cpu(cpu)
		sum += percpu_unit_is_open(cpu);
	return sum + num_possible_cpus() + cpu_possible(1);
}

static void allocation(struct percpu_counter *counter)
{
	struct object __percpu *p = alloc_percpu(struct object);
	int __percpu *q = alloc_percpu_gfp(int, GFP_NOWAIT);
	row_t __percpu *rows = alloc_percpu(row_t);
	void __percpu *any = __alloc_percpu(10, 2);

	this_cpu_inc((*rows)[1]);
	free_percpu(p);
	free_percpu(q);
	free_percpu(rows);
	free_percpu(any);
	free_percpu(__alloc_reserved_percpu(8, 8));
	if (percpu_counter_init(counter, 0, GFP_KERNEL) == 0)
		percpu_counter_add(counter, percpu_counter_sum(counter));
}

void accept_everything(struct object __percpu *p, const long __percpu *constant, int i)
{
	struct percpu_counter counter;

	raw_cpu_operations(p, p->row, i);
	__this_cpu_operations(p, &first, i);
	this_cpu_operations(&object, p->pair, i);
	pinned_cpu_operations(p, &p->count, i);
	raw_cpu_sized_operations(p);
	this_cpu_sized_operations(&object);
	pinned_cpu_sized_operations(p);
	this_cpu_write(p->number, accessors(p, constant, p, i) + sums(p));
	this_cpu_add(p->number, sections(p) + others(p, 0));
	allocation(&counter);
}
