/* SPDX-License-Identifier: MIT */
/*
 * abort_check.h - the self-test at start: preemption on the same CPU aborts a sequence.
 *
 * Everything that the library does without locked instructions rests on that, and there have been
 * kernels, emulators and containers that knew the system call but not its meaning.
 */
#ifndef PCPU_ABORT_CHECK_H
#define PCPU_ABORT_CHECK_H

#include <stdbool.h>

/*
 * Has a sequence of a thread preempted by another thread. Returns NULL if the sequence was aborted,
 * or if the test could not be made: then *@untested says why, and it is NULL otherwise. Else
 * returns what is wrong. All words are constants. Needs threads and a CPU for a moment: fractions
 * of a millisecond. After 100 ms the test is given up, and its threads are waited for, for 10 s at
 * most. Leaves nothing of the calling thread changed, and no thread behind that has had a CPU.
 */
const char *pcpu_abort_check(const char **untested);

/* The same with a sequence that is one only if it is @published: if not, it must be found out. */
const char *pcpu_abort_check_of(bool published, const char **untested);

#endif /* PCPU_ABORT_CHECK_H */
