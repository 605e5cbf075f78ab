/* SPDX-License-Identifier: MIT */
/*
 * errand.h - a sequence in C, on copies that nobody else is at: by the library, for a CPU that it
 * holds; and with PERCPU_UP. Signals are masked meanwhile.
 *
 * The commit is a compare and swap, and what was read before it is read anew if it fails: the
 * operations of threads that are pinned to the CPU do not look who holds it.
 */
#ifndef PERCPU_IMPL_ERRAND_H
#define PERCPU_IMPL_ERRAND_H

#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

/* The kinds; the numbers are part of the ABI. */
enum __pcpu_sequence_kind {
	__PCPU_SEQUENCE_store,
	__PCPU_SEQUENCE_add,
	__PCPU_SEQUENCE_cmpeq_store,
	__PCPU_SEQUENCE_cmpeq_cmpeq_store,
	__PCPU_SEQUENCE_cmpeq_store_store,
	__PCPU_SEQUENCE_copy_in,
	__PCPU_SEQUENCE_copy_out,
	__PCPU_SEQUENCE_pop,
	__PCPU_SEQUENCE_link,
	__PCPU_SEQUENCE_deref_add,
	__PCPU_SEQUENCE_take,
	__PCPU_SEQUENCE_give,
	__PCPU_SEQUENCE_skip,
	__PCPU_SEQUENCE_drain,
};

/*
 *	kind			copy2			other		plain, len
 *	cmpeq_cmpeq_store	the second word		what is expected there
 *	cmpeq_store_store	the second word		what is stored there
 *	copy_in, copy_out	the bytes of this CPU			the others
 *	pop						offset of the next one
 *	link						address of the last link
 *	deref_add					offset of the pointer
 *	take, give		(the stack's words follow the count)	its capacity
 *	skip						how many, at most; ~0: all
 *	drain			(the last of such a stack)	how many	where they go
 */
struct percpu_errand {
	unsigned int kind;
	bool done;       /* committed */
	uintptr_t copy;  /* of the word that is compared and committed */
	uintptr_t copy2; /* of the second variable */
	uint64_t expect, val, other;
	uint64_t found; /* what pop, take and skip have found */
	void *plain;
	size_t len;
};

typedef uint64_t __attribute__((__may_alias__)) __pcpu_errand_word;

__pcpu_always_inline __pcpu_errand_word *__pcpu_errand_at(uint64_t address)
{
	return (__pcpu_errand_word *)(uintptr_t)address;
}

/* In chunks that the optimiser does not take for a call: it may be on a stack of its own. */
__pcpu_inline void __pcpu_errand_copy(volatile char *to, const volatile char *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = from[i];
}

/* The word behind the first @nr nodes of a chain, or behind all of them. */
__pcpu_inline uint64_t __pcpu_errand_skip(uint64_t first, uint64_t nr)
{
	while (first && nr--)
		first = *__pcpu_errand_at(first);
	return first;
}

/* Whether there is something on a list that starts with @first. */
__pcpu_inline bool __pcpu_errand_list(struct percpu_errand *errand, uint64_t first, uint64_t *after)
{
	errand->found = first;
	if (first == errand->expect)
		return false;
	if (errand->kind == __PCPU_SEQUENCE_pop)
		*after = *__pcpu_errand_at(first + errand->other);
	else
		*after = errand->other + 1 ? __pcpu_errand_skip(first, errand->other) : 0;
	return true;
}

/* Whether there is something to take from, or room to give to, a stack of @nr words. */
__pcpu_inline bool __pcpu_errand_stack(struct percpu_errand *errand, uint64_t nr, uint64_t *after)
{
	__pcpu_errand_word *words = __pcpu_errand_at(errand->copy);

	if (errand->kind == __PCPU_SEQUENCE_drain) {
		errand->found = nr < errand->other ? nr : errand->other;
		*after = nr - errand->found;
		__pcpu_errand_copy((char *)errand->plain, (const char *)(words + 1 + *after),
				   errand->found * sizeof(*words));
		return nr != 0;
	}
	if (errand->kind == __PCPU_SEQUENCE_take) {
		if (!nr)
			return false;
		errand->found = words[nr];
		*after = nr - 1;
		return true;
	}
	if (nr >= errand->other)
		return false;
	words[nr + 1] = errand->val;
	*after = nr + 1;
	return true;
}

/*
 * With @before in the word: whether it is to become @after, and what is to be prepared for that.
 */
__pcpu_inline bool __pcpu_errand_prepare(struct percpu_errand *errand, uint64_t before,
					 uint64_t *after)
{
	const unsigned int kind = errand->kind;

	if (kind >= __PCPU_SEQUENCE_cmpeq_store && kind <= __PCPU_SEQUENCE_copy_out &&
	    before != errand->expect)
		return false;
	*after = kind == __PCPU_SEQUENCE_add ? before + errand->val : errand->val;
	switch (kind) {
	case __PCPU_SEQUENCE_cmpeq_cmpeq_store:
		return *__pcpu_errand_at(errand->copy2) == errand->other;
	case __PCPU_SEQUENCE_cmpeq_store_store:
		*__pcpu_errand_at(errand->copy2) = errand->other;
		return true;
	case __PCPU_SEQUENCE_copy_in:
		__pcpu_errand_copy((char *)errand->copy2, (const char *)errand->plain, errand->len);
		return true;
	case __PCPU_SEQUENCE_copy_out:
		__pcpu_errand_copy((char *)errand->plain, (const char *)errand->copy2, errand->len);
		return true;
	case __PCPU_SEQUENCE_link:
		*__pcpu_errand_at(errand->other) = before;
		return true;
	case __PCPU_SEQUENCE_take:
	case __PCPU_SEQUENCE_give:
	case __PCPU_SEQUENCE_drain:
		return __pcpu_errand_stack(errand, before, after);
	case __PCPU_SEQUENCE_pop:
	case __PCPU_SEQUENCE_skip:
		return __pcpu_errand_list(errand, before, after);
	default:
		return true;
	}
}

/* Does it. The word that is committed is not the variable's own where that leads to it. */
__pcpu_inline void __pcpu_errand_do(struct percpu_errand *errand)
{
	__pcpu_errand_word *word = __pcpu_errand_at(errand->copy);
	uint64_t before, after;

	if (errand->kind == __PCPU_SEQUENCE_deref_add) {
		word = __pcpu_errand_at(*__pcpu_errand_at(*word + errand->other));
		__atomic_fetch_add(word, errand->val, __ATOMIC_SEQ_CST);
		errand->done = true;
		return;
	}
	do {
		before = __atomic_load_n(word, __ATOMIC_ACQUIRE);
		errand->done = __pcpu_errand_prepare(errand, before, &after);
	} while (errand->done && !__atomic_compare_exchange_n(word, &before, after, false,
							      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_ERRAND_H */
