/* SPDX-License-Identifier: MIT */
/*
 * refused.c - misuse that must be a compile-time error: the case that is defined as CASE_name. The
 * comment behind it says why, and after REFUSED what the compiler says; refused.sh reads that.
 */
#include <percpu/percpu.h>

/* What is refused, and what compiles in its place. */
#ifdef BAD
#define EITHER(bad, good) bad
#else
#define EITHER(bad, good) good
#endif

/* A variable of either type, and what is done with it. */
#define OPERATE(bad, good, operation)      \
	typedef EITHER(bad, good) value_t; \
	DEFINE_PER_CPU(value_t, variable); \
	void function(void)                \
	{                                  \
		operation;                 \
	}

struct one {
	long value;
};
struct three {
	char bytes[3];
};

#if defined(CASE_const_variable)
/* All copies of a const variable would be equal. REFUSED: const|section */
DEFINE_PER_CPU(EITHER(const int, int), variable) = 1;
DEFINE_PER_CPU(int, other) = 1;

int function(void)
{
	return this_cpu_read(variable) + this_cpu_read(other);
}

#elif defined(CASE_two_sections)
/* Compilers warn of a declaration in another section. REFUSED: section.*previous */
#ifdef __clang__
#pragma clang diagnostic error "-Wsection"
#else
#pragma GCC diagnostic error "-Wattributes"
#endif
EITHER(DECLARE_PER_CPU_FIRST, DECLARE_PER_CPU)(long, variable);
DEFINE_PER_CPU(long, variable);

long function(void)
{
	return this_cpu_read(variable);
}

#elif defined(CASE_const_write)
/* What a pointer to const points to can be read. REFUSED: const can only be read */
DEFINE_PER_CPU(long, variable);

long function(EITHER(const, ) long __percpu *ptr);
long function(EITHER(const, ) long __percpu *ptr)
{
	this_cpu_write(*ptr, 1);
	return this_cpu_read(*ptr);
}

#elif defined(CASE_const_add)
/* The same for what changes it. REFUSED: const can only be read */
struct stats {
	EITHER(const, ) volatile long hits;
};
OPERATE(struct stats, struct stats, raw_cpu_add(variable.hits, 1))

#elif defined(CASE_const_cmpxchg)
/* And exchanges, also another CPU's. REFUSED: const can only be read */
DEFINE_PER_CPU(long, variable);

long function(EITHER(const, ) long __percpu *ptr);
long function(EITHER(const, ) long __percpu *ptr)
{
	return this_cpu_cmpxchg(*ptr, 1, 2) + per_cpu_xchg(*ptr, 0, 1);
}

#elif defined(CASE_bool_inc)
/* 2 would be in a variable that has 0 and 1. REFUSED: no arithmetic on a _Bool */
OPERATE(bool, char, this_cpu_inc(variable))

#elif defined(CASE_bool_sub)
/* In every family. REFUSED: no arithmetic on a _Bool */
OPERATE(bool, char, raw_cpu_sub(variable, 1))

#elif defined(CASE_bool_add)
/* In every family. REFUSED: no arithmetic on a _Bool */
OPERATE(volatile bool, volatile char, __this_cpu_add(variable, true))

#elif defined(CASE_bool_dec_return)
/* With a result. REFUSED: no arithmetic on a _Bool */
OPERATE(bool, char, (void)pinned_cpu_dec_return(variable))

#elif defined(CASE_bool_add_1)
/* By its number of bytes. REFUSED: no arithmetic on a _Bool */
OPERATE(bool, char, this_cpu_add_1(variable, 1))

#elif defined(CASE_bool_add_return_1)
/* By its number of bytes, with a result. REFUSED: no arithmetic on a _Bool */
OPERATE(bool, char, (void)raw_cpu_add_return_1(variable, 1))

#elif defined(CASE_pointer_add)
/* It would count bytes. REFUSED: not an operation on pointers */
OPERATE(long *, long, this_cpu_add(variable, 1))

#elif defined(CASE_pointer_or)
/* Nor has a pointer bits. REFUSED: not an operation on pointers */
OPERATE(long *, long, this_cpu_or(variable, 1))

#elif defined(CASE_packed_inc)
/* Across two cache lines no processor changes anything quickly. REFUSED: aligned to its size */
struct line {
	char pad[61];
	long value;
} EITHER(__attribute__((__packed__)), );
OPERATE(struct line, struct line, this_cpu_inc(variable.value))

#elif defined(CASE_packed_read)
/* Nor is such a value seen whole. REFUSED: aligned to its size */
struct line {
	char pad;
	long value;
} EITHER(__attribute__((__packed__)), );

long function(struct line __percpu *ptr);
long function(struct line __percpu *ptr)
{
	return this_cpu_read(ptr->value);
}

#elif defined(CASE_unaligned_type)
/* The type alone says it too. REFUSED: aligned to its size */
typedef long loose_t __attribute__((__aligned__(EITHER(4, 8))));

long function(loose_t __percpu *ptr);
long function(loose_t __percpu *ptr)
{
	return per_cpu_xchg(*ptr, 0, 1);
}

#elif defined(CASE_double_add)
/* Adding to a double would add to its bits. REFUSED: not an operation on floating types */
OPERATE(double, long, this_cpu_add(variable, 1))

#elif defined(CASE_float_inc_return)
/* The same for the operations with a result. REFUSED: not an operation on floating types */
OPERATE(float, int, (void)this_cpu_inc_return(variable))

#elif defined(CASE_sixteen_bytes_add)
/* 16 bytes are only for cmpxchg_double. REFUSED: 1, 2, 4 or 8 bytes */
OPERATE(__int128, long, this_cpu_add(variable, 1))

#elif defined(CASE_sixteen_bytes_raw_add)
/* The unprotected family has the same sizes. REFUSED: 1, 2, 4 or 8 bytes */
OPERATE(__int128, long, raw_cpu_add(variable, 1))

#elif defined(CASE_long_double_read)
/* A long double has 16 bytes. REFUSED: 1, 2, 4 or 8 bytes */
OPERATE(long double, double, (void)this_cpu_read(variable))

#elif defined(CASE_three_bytes)
/* No instruction changes 3 bytes at once. REFUSED: 1, 2, 4 or 8 bytes */
OPERATE(struct three, int, this_cpu_write(variable, EITHER(((struct three){{1}}), 1)))

#elif defined(CASE_struct_inc)
/* A structure of 8 bytes is no integer. REFUSED: operand|conver|cast|type|arith */
OPERATE(struct one, long, this_cpu_inc(variable))

#elif defined(CASE_double_of_two_sizes)
/* cmpxchg_double changes two words of one size. REFUSED: two variables of one size */
struct pair {
	long first;
	EITHER(int, long) second;
} __attribute__((__aligned__(16)));
DEFINE_PER_CPU(struct pair, pair);

bool function(void)
{
	return this_cpu_cmpxchg_double(pair.first, pair.second, 0, 0, 1, 1);
}

#elif defined(CASE_value_for_pointer)
/* per_cpu_ptr() takes a pointer, not the variable. REFUSED: unary|indirection|static_cast */
DEFINE_PER_CPU(unsigned long, variable);

unsigned long function(unsigned int cpu)
{
	return (unsigned long)per_cpu_ptr(EITHER(variable, &variable), cpu);
}

#elif defined(CASE_value_for_this_pointer)
/* The same for this_cpu_ptr(). REFUSED: unary|indirection|static_cast */
DEFINE_PER_CPU(unsigned long, variable);

unsigned long function(void)
{
	return (unsigned long)this_cpu_ptr(EITHER(variable, &variable));
}

#elif defined(CASE_struct_for_pointer)
/* Nor a structure. REFUSED: invalid operands|no match for|needed|to unary expression */
struct pair {
	long first, second;
};
DEFINE_PER_CPU(struct pair, variable);

void *function(unsigned int cpu)
{
	return per_cpu_ptr(EITHER(variable, &variable), cpu);
}

#endif
