// SPDX-License-Identifier: MIT
/*
 * names.cc - per-CPU variables of namespaces and classes, by their qualified names: whatever C has
 * for a variable. With CASE, something that is no name, and must not compile in get_cpu_var().
 */
#include <percpu/local_lock.h>
#include <percpu/percpu.h>
#include <percpu/pinned.h>

#include <cstdio>

namespace shop
{
DECLARE_PER_CPU(long, sold);
DEFINE_PER_CPU(long, sold);
DEFINE_PER_CPU(long[4], by_kind);

namespace stock
{
struct pair {
	long in;
	int out;
};
DEFINE_PER_CPU(pair, moved);
DEFINE_PER_CPU_ALIGNED(long, aligned);
DEFINE_PER_CPU_SHARED_ALIGNED(long, shared_aligned);
DEFINE_PER_CPU_PAGE_ALIGNED(long, page_aligned);
DEFINE_PER_CPU_READ_MOSTLY(long, read_mostly);
DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
} // namespace stock
} // namespace shop

namespace
{
DEFINE_PER_CPU(long, unnamed);
}

struct till {
	static long __percpu money;
};
DEFINE_PER_CPU(long, till::money);

#ifdef CASE
namespace shop
{
long refused()
{
#if CASE == 1
	return get_cpu_var(by_kind[1]);
#elif CASE == 2
	return get_cpu_var(stock::moved.in);
#elif CASE == 3
	return get_cpu_var(*&sold);
#elif CASE == 4
	return get_cpu_var((sold));
#endif
}
} // namespace shop
#endif

static void count_in_sections()
{
	get_cpu_var(shop::sold)++;
	put_cpu_var(shop::sold);
	get_cpu_var(::shop::stock::moved).in++;
	put_cpu_var(::shop::stock::moved);
	get_cpu_var(unnamed)++;
	put_cpu_var(unnamed);
	get_cpu_var(till::money)++;
	put_cpu_var(till::money);
	get_cpu_var(shop::by_kind)[2]++;
	put_cpu_var(shop::by_kind);
	++*get_cpu_ptr(&shop::stock::aligned);
	put_cpu_ptr(&shop::stock::aligned);
	local_lock(&shop::stock::lock);
	++*this_cpu_ptr(&shop::stock::page_aligned);
	local_unlock(&shop::stock::lock);
}

static void count_by_operations()
{
	this_cpu_inc(shop::sold);
	this_cpu_add(shop::stock::moved.in, 2);
	this_cpu_sub(shop::stock::moved.out, 3);
	this_cpu_or(shop::by_kind[3], 4);
	raw_cpu_inc(till::money);
	__this_cpu_inc(unnamed);
	this_cpu_write(shop::stock::read_mostly, this_cpu_read(shop::sold));
	this_cpu_xchg(shop::stock::shared_aligned, this_cpu_add_return(shop::stock::aligned, 1));
	this_cpu_cmpxchg(shop::stock::shared_aligned, 2, 3);
}

static bool is_as_counted()
{
	long sold = 0, money = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		sold += per_cpu(shop::sold, cpu);
		money += *per_cpu_ptr(&till::money, cpu);
	}
	return sold == 2 && money == 2 && per_cpu_sum(unnamed) == 2 &&
	       per_cpu_sum(shop::stock::moved.in) == 3 &&
	       per_cpu_sum(shop::stock::moved.out) == -3 && per_cpu_sum(shop::by_kind[2]) == 1 &&
	       per_cpu_sum(shop::by_kind[3]) == 4 && per_cpu_sum(shop::stock::page_aligned) == 1;
}

int main()
{
	count_in_sections();
	count_by_operations();
	if (is_as_counted())
		return 0;
	std::puts("it is not as it was counted");
	return 1;
}
