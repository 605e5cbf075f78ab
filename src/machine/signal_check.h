/* SPDX-License-Identifier: MIT */
/*
 * signal_check.h - the short self-test at start: the kernel looks at descriptors of sequences.
 *
 * When it has preempted or moved a thread, or has a signal for it, the kernel looks at the
 * descriptor that the thread's area names. Who is in that sequence is sent to its abort address;
 * who is not has the name taken away. The second can be had without another thread and without
 * waiting, by a signal to oneself: in 3 microseconds, where having a thread preempted
 * (abort_check.h) takes a hundred, and on a machine that sleeps a thousand.
 *
 * So it finds out systems that know the system call but not its meaning. What it does not see is
 * the other half: that a sequence is aborted, and that the scheduler has the kernel look. On
 * aarch64 there have been kernels that looked after signals and migration, and not after preemption
 * on the same CPU. It is enough on kernels only that are known to do both (losing_kernel.h).
 */
#ifndef PCPU_SIGNAL_CHECK_H
#define PCPU_SIGNAL_CHECK_H

#include <stdbool.h>

/*
 * Whether a signal to the calling thread has the kernel look. It must have rseq and be the only
 * thread. False: it does not, or nobody can tell. The signal is SIGURG, which nobody minds; for a
 * moment it has another handler, and one that somebody else sends is sent on. Leaves nothing
 * changed.
 */
bool pcpu_signal_check(void);

#endif /* PCPU_SIGNAL_CHECK_H */
