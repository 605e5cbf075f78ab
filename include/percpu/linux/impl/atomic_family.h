/* SPDX-License-Identifier: MIT */
/*
 * atomic_family.h - the functions of one of linux/atomic.h's types, which includes this once a
 * type:
 *
 *	__pcpu_family(name)	the function's name; of xor, which is an operator in C++ and the
 *				formatter's, __pcpu_family_xor
 *	__pcpu_type		the type, a structure of one member, counter
 *	__pcpu_word		what it counts in
 *	__PCPU_FAMILY_BEGUN	if percpu/kernel/lock.h has the first functions
 *
 * Sums wrap. So there is no guard; alone it is nothing.
 */
#ifdef __pcpu_family
#ifndef __PCPU_FAMILY_BEGUN
static inline __pcpu_word __pcpu_family(read)(const __pcpu_type *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void __pcpu_family(set)(__pcpu_type *v, __pcpu_word i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family(add)(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family(inc)(__pcpu_type *v)
{
	__pcpu_family(add)(1, v);
}

static inline void __pcpu_family(dec)(__pcpu_type *v)
{
	__pcpu_family(add)(-1, v);
}
#endif

static inline __pcpu_word __pcpu_family(read_acquire)(const __pcpu_type *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);
}

static inline void __pcpu_family(set_release)(__pcpu_type *v, __pcpu_word i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);
}

static inline void __pcpu_family(sub)(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family (and)(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family(or)(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family_xor(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_xor(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void __pcpu_family(andnot)(__pcpu_word i, __pcpu_type *v)
{
	__atomic_fetch_and(&v->counter, ~i, __ATOMIC_RELAXED);
}

/* --- with a result: in four orders --- */

#define __pcpu_fetch(op, ending, order)                                                \
	static inline __pcpu_word __pcpu_family(fetch_##op##ending)(__pcpu_word i,     \
								    __pcpu_type * v)   \
	{                                                                              \
		const __pcpu_word before = __atomic_fetch_##op(&v->counter, i, order); \
                                                                                       \
		__pcpu_full_after(order);                                              \
		return before;                                                         \
	}
#define __pcpu_return(op, ending, order)                                                \
	static inline __pcpu_word __pcpu_family(op##_return##ending)(__pcpu_word i,     \
								     __pcpu_type * v)   \
	{                                                                               \
		const __pcpu_word after = __atomic_##op##_fetch(&v->counter, i, order); \
                                                                                        \
		__pcpu_full_after(order);                                               \
		return after;                                                           \
	}
#define __pcpu_exchanges(ending, order)                                                            \
	static inline __pcpu_word __pcpu_family(xchg##ending)(__pcpu_type * v, __pcpu_word value)  \
	{                                                                                          \
		return xchg##ending(&v->counter, value);                                           \
	}                                                                                          \
	static inline bool __pcpu_family(try_cmpxchg##ending)(__pcpu_type * v, __pcpu_word * old,  \
							      __pcpu_word value)                   \
	{                                                                                          \
		return try_cmpxchg##ending(&v->counter, old, value);                               \
	}                                                                                          \
	static inline __pcpu_word __pcpu_family(cmpxchg##ending)(__pcpu_type * v, __pcpu_word old, \
								 __pcpu_word value)                \
	{                                                                                          \
		return cmpxchg##ending(&v->counter, old, value);                                   \
	}
#define __pcpu_by_one(kind, ending, op, by)                                    \
	static inline __pcpu_word __pcpu_family(kind##ending)(__pcpu_type * v) \
	{                                                                      \
		return __pcpu_family(op##ending)(by, v);                       \
	}
#define __pcpu_ordered(ending, order)                                                      \
	__pcpu_fetch(add, ending, order) __pcpu_fetch(sub, ending, order)                  \
		__pcpu_fetch(and, ending, order) __pcpu_fetch(or, ending, order)           \
			__pcpu_fetch(xor, ending, order) __pcpu_return(sub, ending, order) \
				__pcpu_exchanges(ending, order)                            \
					__pcpu_by_one(fetch_inc, ending, fetch_add, 1)     \
						__pcpu_by_one(fetch_dec, ending, fetch_sub, 1)

__pcpu_ordered(_relaxed, __ATOMIC_RELAXED) __pcpu_ordered(_acquire, __ATOMIC_ACQUIRE)
	__pcpu_ordered(_release, __ATOMIC_RELEASE) __pcpu_ordered(, __ATOMIC_SEQ_CST) __pcpu_return(
		add, _relaxed, __ATOMIC_RELAXED) __pcpu_return(add, _acquire, __ATOMIC_ACQUIRE)
		__pcpu_return(add, _release, __ATOMIC_RELEASE) __pcpu_by_one(inc_return, _relaxed,
									     add_return, 1)
			__pcpu_by_one(inc_return, _acquire, add_return,
				      1) __pcpu_by_one(inc_return, _release, add_return, 1)
				__pcpu_by_one(dec_return, _relaxed, sub_return,
					      1) __pcpu_by_one(dec_return, _acquire, sub_return, 1)
					__pcpu_by_one(dec_return, _release, sub_return, 1)
#ifndef __PCPU_FAMILY_BEGUN
						__pcpu_return(add, , __ATOMIC_SEQ_CST)
							__pcpu_by_one(inc_return, , add_return, 1)
								__pcpu_by_one(dec_return, ,
									      sub_return, 1)
#endif

									static inline __pcpu_word
	__pcpu_family(fetch_andnot)(__pcpu_word i, __pcpu_type *v)
{
	return __pcpu_family(fetch_and)(~i, v);
}

static inline bool __pcpu_family(sub_and_test)(__pcpu_word i, __pcpu_type *v)
{
	return __pcpu_family(sub_return)(i, v) == 0;
}

static inline bool __pcpu_family(dec_and_test)(__pcpu_type *v)
{
	return __pcpu_family(sub_return)(1, v) == 0;
}

static inline bool __pcpu_family(inc_and_test)(__pcpu_type *v)
{
	return __pcpu_family(fetch_add)(1, v) == -1;
}

static inline bool __pcpu_family(add_negative)(__pcpu_word i, __pcpu_type *v)
{
	return __pcpu_family(add_return)(i, v) < 0;
}

/* --- unless it may not be: the value before, or whether it has been done --- */

static inline __pcpu_word __pcpu_family(fetch_add_unless)(__pcpu_type *v, __pcpu_word a,
							  __pcpu_word u)
{
	__pcpu_word before = __pcpu_family(read)(v), after;

	do {
		if (before == u)
			break;
		(void)__builtin_add_overflow(before, a, &after);
	} while (!__pcpu_family(try_cmpxchg)(v, &before, after));
	return before;
}

static inline bool __pcpu_family(add_unless)(__pcpu_type *v, __pcpu_word a, __pcpu_word u)
{
	return __pcpu_family(fetch_add_unless)(v, a, u) != u;
}

static inline bool __pcpu_family(inc_not_zero)(__pcpu_type *v)
{
	return __pcpu_family(add_unless)(v, 1, 0);
}

static inline bool __pcpu_family(inc_unless_negative)(__pcpu_type *v)
{
	__pcpu_word before = __pcpu_family(read)(v);

	do {
		if (before < 0)
			return false;
	} while (!__pcpu_family(try_cmpxchg)(v, &before, before + 1));
	return true;
}

static inline bool __pcpu_family(dec_unless_positive)(__pcpu_type *v)
{
	__pcpu_word before = __pcpu_family(read)(v);

	do {
		if (before > 0)
			return false;
	} while (!__pcpu_family(try_cmpxchg)(v, &before, before - 1));
	return true;
}

/* The value less one, whether that has been stored (not negative) or not. */
static inline __pcpu_word __pcpu_family(dec_if_positive)(__pcpu_type *v)
{
	__pcpu_word before = __pcpu_family(read)(v);

	do {
		if (before <= 0)
			break;
	} while (!__pcpu_family(try_cmpxchg)(v, &before, before - 1));
	return before - 1;
}

#undef __pcpu_fetch
#undef __pcpu_return
#undef __pcpu_exchanges
#undef __pcpu_by_one
#undef __pcpu_ordered
#undef __pcpu_family
#undef __pcpu_family_xor
#undef __pcpu_type
#undef __pcpu_word
#undef __PCPU_FAMILY_BEGUN
#endif
