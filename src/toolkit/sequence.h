/* SPDX-License-Identifier: MIT */
/*
 * sequence.h - sequences of percpu/sequence.h that are not done in line: on a CPU that is held.
 *
 *	E1	signals are masked: no handler comes in between, nor finds the CPU held
 *	E2	the CPU is taken (hold.h), unless the caller holds one. Whoever was in a sequence on
 *		it aborts, whoever begins one waits, as operations and sections do
 *	E3	what is compared is compared, what is prepared is prepared, the commit is a
 *		compare and swap with what the word was at first, or from E3 on again: threads that
 *		are pinned to the CPU do not look who holds it. If there are any, E3 is done on that
 *		CPU, among whose threads one instruction is exact
 *	E4	the CPU is let go: with release order, as after any section
 *
 * __percpu_sequence() and __percpu_sequence_copy() are implemented here.
 */
#ifndef PCPU_TOOLKIT_SEQUENCE_H
#define PCPU_TOOLKIT_SEQUENCE_H

#include <percpu/impl/sequence.h>

/* A sequence, as __percpu_sequence() has it, on the copies of a CPU that is named. */
struct pcpu_sequence {
	unsigned int kind;
	uintptr_t ptr, ptr2;
	uint64_t expect, val, other;
	uint64_t found;
	void *plain;
};

/*
 * Does @sequence on @cpu, whose unit opens if it is not open. 1: it was committed; 0: not;
 * -EDEADLK: the caller holds another CPU, or has local locks of one, and must not wait for @cpu.
 * Thread-safe; in a signal's handler only if that cannot have interrupted a section.
 */
int pcpu_sequence_on(unsigned int cpu, struct pcpu_sequence *sequence);

/* Whether the caller may wait for any CPU: it holds none, and has no local locks. */
bool pcpu_sequence_may_wait(void);

#endif /* PCPU_TOOLKIT_SEQUENCE_H */
