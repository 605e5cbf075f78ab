/* SPDX-License-Identifier: MIT */
/*
 * templates.cc - per-CPU variables that templates define: right, or refused. CASE selects the kind;
 * templates.sh knows which of the two its compiler has to give. With ALONE there are no others.
 */
#include <percpu/percpu.h>

#include <cstdio>

#ifndef ALONE
/* A member of a class that is no template is right everywhere. */
struct plain {
	static DEFINE_PER_CPU(long, count);
};
DEFINE_PER_CPU(long, plain::count) = 3;
namespace space
{
DECLARE_PER_CPU(int[2], counts);
}
DEFINE_PER_CPU(int[2], space::counts);
#endif

#if CASE == 0
#define VARIABLE plain::count
#elif CASE == 1 /* of the parameter's type */
template <typename type> struct holder {
	static DEFINE_PER_CPU(type, count);
};
template <typename type> DEFINE_PER_CPU(type, holder<type>::count) = 3;
#define VARIABLE holder<long>::count
#elif CASE == 2 /* of a type that does not depend on it */
template <typename type> struct holder {
	static DEFINE_PER_CPU(long, count);
};
template <typename type> DEFINE_PER_CPU(long, holder<type>::count) = 3;
#define VARIABLE holder<long>::count
#elif CASE == 3 /* a variable template */
template <typename type> DEFINE_PER_CPU(type, count) = 3;
#define VARIABLE count<long>
#elif CASE == 4 /* inline, and a template's member */
template <typename type> struct holder {
	static inline DEFINE_PER_CPU(type, count) = 3;
};
#define VARIABLE holder<long>::count
#elif CASE == 5 /* inline, beside others */
inline DEFINE_PER_CPU(long, count) = 3;
#define VARIABLE count
#endif

int main()
{
	long start = per_cpu_sum(VARIABLE);

	for (int i = 0; i < 5; i++)
		this_cpu_inc(VARIABLE);
	std::printf("%ld counted", static_cast<long>(per_cpu_sum(VARIABLE)) - start);
#ifndef ALONE
	this_cpu_inc(space::counts[1]);
	std::printf(", %ld", static_cast<long>(per_cpu_sum(space::counts[1])));
#endif
	std::printf("\n");
	return start != 3l * static_cast<long>(num_possible_cpus());
}
