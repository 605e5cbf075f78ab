/* SPDX-License-Identifier: MIT */
/*
 * uses.c - every macro of the headers, expanded in a program whose compiler is asked for every
 * warning: headers.sh compiles it, as C and as C++. It does not run.
 */
#include <percpu/percpu.h>

struct uses_stats {
	unsigned long hits;
	int level;
	unsigned char flags;
	short votes[4];
};
struct uses_pair {
	unsigned long first __attribute__((__aligned__(16)));
	unsigned long second;
};
enum uses_colour { USES_RED, USES_GREEN };

DEFINE_PER_CPU(unsigned char, uses_byte);
EXPORT_PER_CPU_SYMBOL(uses_byte);
DEFINE_PER_CPU(signed char, uses_sbyte);
EXPORT_PER_CPU_SYMBOL_GPL(uses_sbyte);
DEFINE_PER_CPU(unsigned short, uses_ushort);
DEFINE_PER_CPU(int, uses_int);
DEFINE_PER_CPU(unsigned int, uses_uint);
DEFINE_PER_CPU(long, uses_long);
DEFINE_PER_CPU(unsigned long, uses_ulong);
DEFINE_PER_CPU(volatile unsigned long, uses_volatile);
DEFINE_PER_CPU(bool, uses_bool);
DEFINE_PER_CPU(enum uses_colour, uses_colour);
DEFINE_PER_CPU(void *, uses_pointer);
DEFINE_PER_CPU(float, uses_float);
DEFINE_PER_CPU(double, uses_double);
DEFINE_PER_CPU(struct uses_pair, uses_pair);
DEFINE_PER_CPU(struct uses_stats, uses_stats);
DEFINE_PER_CPU_ALIGNED(struct uses_stats, uses_aligned);
DECLARE_PER_CPU_PAGE_ALIGNED(int, uses_page);
DEFINE_PER_CPU_PAGE_ALIGNED(int, uses_page);

#define ALL_INTEGER(family, var, type)                              \
	do {                                                        \
		type uses_old = 1;                                  \
		bool uses_said;                                     \
		uses_old = family##read(var);                       \
		family##write(var, uses_old);                       \
		family##add(var, 1);                                \
		family##sub(var, 1);                                \
		family##inc(var);                                   \
		family##dec(var);                                   \
		family## and (var, 1);                              \
		family## or (var, 1);                               \
		uses_old = family##add_return(var, uses_old);       \
		uses_old = family##sub_return(var, uses_old);       \
		uses_old = family##inc_return(var);                 \
		uses_old = family##dec_return(var);                 \
		uses_old = family##xchg(var, uses_old);             \
		uses_old = family##cmpxchg(var, uses_old, 1);       \
		uses_said = family##try_cmpxchg(var, &uses_old, 1); \
		uses_old = per_cpu_xchg(var, 0u, 1);                \
		(void)uses_said;                                    \
	} while (0)
#define ALL_OTHER(family, var, type, value)                             \
	do {                                                            \
		type uses_old = value;                                  \
		bool uses_said;                                         \
		uses_old = family##read(var);                           \
		family##write(var, uses_old);                           \
		uses_old = family##xchg(var, uses_old);                 \
		uses_old = family##cmpxchg(var, uses_old, value);       \
		uses_said = family##try_cmpxchg(var, &uses_old, value); \
		uses_old = per_cpu_xchg(var, 0u, value);                \
		(void)uses_said;                                        \
	} while (0)
#define ALL(family)                                                                             \
	static __attribute__((__unused__)) void uses_of_##family(struct uses_stats __percpu *p) \
	{                                                                                       \
		ALL_INTEGER(family, uses_byte, unsigned char);                                  \
		ALL_INTEGER(family, uses_sbyte, signed char);                                   \
		ALL_INTEGER(family, uses_ushort, unsigned short);                               \
		ALL_INTEGER(family, uses_int, int);                                             \
		ALL_INTEGER(family, uses_uint, unsigned int);                                   \
		ALL_INTEGER(family, uses_long, long);                                           \
		ALL_INTEGER(family, uses_ulong, unsigned long);                                 \
		ALL_INTEGER(family, uses_volatile, unsigned long);                              \
		ALL_INTEGER(family, p->hits, unsigned long);                                    \
		ALL_INTEGER(family, p->votes[2], short);                                        \
		ALL_INTEGER(family, uses_stats.level, int);                                     \
		ALL_OTHER(family, uses_bool, bool, true);                                       \
		ALL_OTHER(family, uses_colour, enum uses_colour, USES_GREEN);                   \
		ALL_OTHER(family, uses_pointer, void *, per_cpu_ptr(p, 0));                     \
		ALL_OTHER(family, uses_float, float, 1.0f);                                     \
		ALL_OTHER(family, uses_double, double, 1.0);                                    \
		(void)family##cmpxchg_double(uses_pair.first, uses_pair.second, 1, 2, 3, 4);    \
		(void)family##cmpxchg128(uses_pair, uses_pair_value, uses_pair_value);          \
	}
static struct uses_pair uses_pair_value;
ALL(this_cpu_)
ALL(raw_cpu_)
ALL(__this_cpu_)
ALL(pinned_cpu_)

void uses_rest(struct percpu_counter *counter, local_lock_t __percpu *lock);
void uses_rest(struct percpu_counter *counter, local_lock_t __percpu *lock)
{
	struct uses_stats __percpu *p = alloc_percpu(struct uses_stats);
	struct uses_stats *mine = get_cpu_ptr(p);
	unsigned int cpu;

	mine->hits++;
	put_cpu_ptr(p);
	get_cpu_var(uses_long)++;
	put_cpu_var(uses_long);
	cpu = get_cpu();
	put_cpu();
	preempt_disable();
	preempt_enable();
	for_each_possible_cpu(cpu)
		per_cpu(uses_long, cpu) += per_cpu_ptr(p, cpu)->level;
	(void)per_cpu_sum(uses_long);
	(void)per_cpu_sum(p->flags);
	(void)per_cpu_sum(uses_double);
	(void)this_cpu_ptr(p);
	(void)raw_cpu_ptr(p);
	(void)arch_raw_cpu_ptr(p);
	(void)__this_cpu_ptr(p);
	__get_cpu_var(uses_long)++;
	__raw_get_cpu_var(uses_long)++;
	__this_cpu_preempt_check("read");
	(void)RELOC_HIDE(mine, sizeof(*mine));
#ifndef PERCPU_UP
	(void)my_cpu_offset;
	(void)(__per_cpu_end - __per_cpu_start);
#endif
	(void)smp_processor_id();
	percpu_counter_add(counter, 1);
	(void)percpu_counter_read(counter);
	local_lock(lock);
	local_unlock(lock);
	this_cpu_add_8(uses_long, 1);
	this_cpu_write_4(uses_int, 1);
	(void)raw_cpu_read_1(uses_byte);
	(void)this_cpu_cmpxchg_2(uses_ushort, 1, 2);
	(void)this_cpu_cmpxchg_double_8(uses_pair.first, uses_pair.second, 1, 2, 3, 4);
	(void)num_possible_cpus();
	free_percpu(p);
}

/* Masks: the walks and constants, which are macros, with integers of both kinds. */
int uses_masks(struct cpumask *to, const struct cpumask *a, const struct cpumask *b);
static unsigned long uses_bits[(NR_CPUS + 63) / 64] = CPU_BITS_ALL;
static DEFINE_PER_CPU(cpumask_var_t, uses_mask);
int uses_masks(struct cpumask *to, const struct cpumask *a, const struct cpumask *b)
{
	unsigned int cpu;
	int number, nr = 0;

	for_each_cpu(number, a) nr += number;
	for_each_cpu(cpu, to_cpumask(uses_bits)) nr++;
	for_each_cpu_not(number, a) nr++;
	for_each_cpu_and(cpu, a, b) nr++;
	for_each_cpu_andnot(number, a, b) nr++;
	for_each_cpu_or(cpu, a, b) nr++;
	for_each_cpu_wrap(number, a, 1) nr++;
	for_each_cpu_from(number, a) nr++;
	for_each_present_cpu(cpu) nr += cpumask_test_cpu(cpu, cpu_online_mask);
	cpumask_copy(to, cpumask_of(0));
	cpumask_or(to, cpu_all_mask, cpu_none_mask);
	cpumask_and(this_cpu_cpumask_var_ptr(uses_mask), to, cpu_possible_mask);
	return nr + cpu_present(0) + cpumask_full(cpu_active_mask);
}
