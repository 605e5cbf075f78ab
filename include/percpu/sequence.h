/* SPDX-License-Identifier: MIT */
/*
 * sequence.h - short sequences of one's own over a CPU's copies: compare, prepare, and commit by
 * one store, all or nothing.
 *
 *	static DEFINE_PER_CPU(struct job *, jobs);		// a stack for each CPU
 *
 *	percpu_seq_link_store(jobs, job, &job->next);	// job->next = jobs; jobs = job
 *
 *	struct job *first;
 *	if (percpu_seq_done(percpu_seq_cmpne_load_store(jobs, NULL, offsetof(struct job, next),
 *							&first)))
 *		run(first);	// first = jobs; if (first != NULL) jobs = first->next
 *
 * A sequence reads and compares words of this CPU's copies, prepares what others do not look at
 * yet, and ends in one store. Nobody comes in between: no thread of this CPU, no handler of a
 * signal, no visitor from another CPU. Where something would have, nothing has been stored to the
 * committed word, and the sequence is done anew. So what it reads and writes is consistent, a word
 * that has changed and changed back included: there is no ABA problem.
 *
 * The parts that they are made of:
 *
 *	cmpeq	goes on only if the word is what is expected
 *	cmpne	goes on only if it is not
 *	load	a word at an offset from what the variable points to
 *	store	of a word; the last one is the commit
 *	copy	of bytes
 *
 * A longer one is written like this: read what you need by this_cpu_read(), work out what is to be
 * there, and have a sequence compare what you have read, prepare, and commit; begin again where it
 * finds something else. You may have moved to another CPU meanwhile: what counts is what its copies
 * have.
 *
 * Rules for all of them
 *  - The variables are per-CPU ones of 8 bytes, integers or pointers, aligned to that: @pcp,
 *    @pcp2. Their addresses are taken once, values are converted to their types.
 *  - The commit is one instruction and the last one, and a release: who sees the new value sees
 *    what was prepared. What was prepared (the second variable, bytes copied) may have been stored
 *    also where the commit has not been made, any number of times: nobody may look at it before.
 *  - The result is the number of the CPU on whose copies it was done, 0 .. nr_cpu_ids - 1; or, if a
 *    comparison has kept it from that, ~number of the CPU where it was made, which is negative.
 *    percpu_seq_done() and percpu_seq_cpu() tell. (With index:mm_cid it is that number.)
 *  - Plain memory that they read or write (a node, a buffer) has to be there: in the rare ways it
 *    is touched with signals masked, so a handler that makes memory on SIGSEGV would not come.
 *  - Thread-safe, safe in signal handlers, and in forked children. They wait for who holds the CPU,
 *    and never for their own thread. Inside of a section (section.h) they are done on the copies of
 *    the CPU that is held, or of the one that the thread runs on, as this_cpu_X() is.
 *
 * They are exact among each other, and among this_cpu_X() of ops.h and sections of any threads,
 * with shared copies (shared.h) too. Among pinned_cpu_X() of threads that are pinned to the CPU,
 * no value of the committed word is lost; that nothing comes in between holds there as long as
 * the sequence is one: its thread has rseq, and is not inside of a section that it was moved from.
 *
 * In a thread that is pinned, or with PERCPU_PINNED, they are what they are elsewhere. In the
 * fallback tier the CPU is held for each: exact, and as slow as a section and two system calls.
 * There is nothing like it in the kernel; librseq has functions of the kind, on a CPU by number.
 */
#ifndef PERCPU_SEQUENCE_H
#define PERCPU_SEQUENCE_H

#include <percpu/ops.h>
#include <percpu/impl/sequence.h>

#include <percpu/impl/begin.h>

/** percpu_seq_done() - whether the sequence with that @result was committed. */
__pcpu_always_inline bool percpu_seq_done(int result)
{
	return result >= 0;
}

/** percpu_seq_cpu() - the CPU on whose copies the sequence with that @result was tried. */
__pcpu_always_inline unsigned int percpu_seq_cpu(int result)
{
	return (unsigned int)(result >= 0 ? result : ~result);
}

#include <percpu/impl/end.h>

/** percpu_seq_store() - @pcp = @val. Always done. */
#define percpu_seq_store(pcp, val) __pcpu_sequence_put(store, pcp, val, __COUNTER__)

/** percpu_seq_add() - @pcp += @val, an integer. Always done; it wraps. */
#define percpu_seq_add(pcp, val)                                 \
	__extension__({                                          \
		__pcpu_check_integer(pcp);                       \
		__pcpu_sequence_put(add, pcp, val, __COUNTER__); \
	})

/** percpu_seq_cmpeq_store() - if @pcp is @expect: @pcp = @val. */
#define percpu_seq_cmpeq_store(pcp, expect, val) __pcpu_sequence_cas(pcp, expect, val, __COUNTER__)

/**
 * percpu_seq_cmpeq_cmpeq_store() - if @pcp is @expect and @pcp2 is @expect2: @pcp = @val
 *
 * Takes the last element of an array, for instance: the number of elements, and the element.
 */
#define percpu_seq_cmpeq_cmpeq_store(pcp, expect, pcp2, expect2, val) \
	__pcpu_sequence_two(cmpeq_cmpeq_store, pcp, expect, pcp2, expect2, val, __COUNTER__)

/**
 * percpu_seq_cmpeq_store_store() - if @pcp is @expect: @pcp2 = @val2, then @pcp = @val
 *
 * Puts an element behind the last one of an array, for instance. @pcp2 is prepared: it may have
 * @val2 although nothing was committed.
 */
#define percpu_seq_cmpeq_store_store(pcp, expect, pcp2, val2, val) \
	__pcpu_sequence_two(cmpeq_store_store, pcp, expect, pcp2, val2, val, __COUNTER__)

/**
 * percpu_seq_cmpeq_copy_in_store() - if @pcp is @expect: copy to this CPU's copy, then @pcp = @val
 * @to: a per-CPU pointer
 * @from: @len bytes of plain memory, of any alignment; they do not overlap
 *
 * @to is prepared: its bytes may be others' before although nothing was committed.
 */
#define percpu_seq_cmpeq_copy_in_store(pcp, expect, to, from, len, val) \
	__pcpu_sequence_copy(copy_in, pcp, expect, to, from, len, val, __COUNTER__)

/**
 * percpu_seq_cmpeq_copy_out_store() - if @pcp is @expect: copy from this CPU's copy, then
 *	@pcp = @val
 * @to: @len bytes of plain memory, of any alignment, which nobody else uses
 * @from: a per-CPU pointer
 */
#define percpu_seq_cmpeq_copy_out_store(pcp, expect, to, from, len, val) \
	__pcpu_sequence_copy(copy_out, pcp, expect, from, to, len, val, __COUNTER__)

/**
 * percpu_seq_cmpne_load_store() - if @pcp, a pointer, is not @expectnot: @pcp = what it points to
 * @offset: bytes from there to the word of 8 bytes that is loaded
 * @old: where the value is stored that @pcp had; @expectnot, if nothing was committed
 *
 * Takes the first node of a list. The node is not looked at any more when the sequence is over,
 * whether or not it was committed: whoever has got it may give its memory back.
 */
#define percpu_seq_cmpne_load_store(pcp, expectnot, offset, old) \
	__pcpu_sequence_pop(pcp, expectnot, offset, old, __COUNTER__)

/**
 * percpu_seq_link_store() - store @pcp, a pointer, at @link, then @pcp = @first
 * @first: the first node of a chain
 * @link: where the last node of the chain has its pointer to the next one, in plain memory that
 *	nobody else looks at yet
 *
 * Puts a node, or many, on a list. Always done.
 */
#define percpu_seq_link_store(pcp, first, link) __pcpu_sequence_link(pcp, first, link, __COUNTER__)

/**
 * percpu_seq_deref_add() - add to a word that is reached by two pointers
 * @pcp: a pointer
 * @offset: bytes from what it points to, to a pointer to the word, of 8 bytes
 * @val: what is added; it wraps
 *
 * **(@pcp + @offset) += @val, where the word belongs to this CPU: nobody else changes it but by
 * sequences on the same CPU. Always done.
 */
#define percpu_seq_deref_add(pcp, offset, val) __pcpu_sequence_deref(pcp, offset, val, __COUNTER__)

#endif /* PERCPU_SEQUENCE_H */
