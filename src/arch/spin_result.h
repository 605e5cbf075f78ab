/* SPDX-License-Identifier: MIT */
/* spin_result.h - how a sequence that waits ended: what abort_spin.h of every processor returns. */
#ifndef PCPU_SPIN_RESULT_H
#define PCPU_SPIN_RESULT_H

#define PCPU_SPIN_WENT_ON 1
#define PCPU_SPIN_TIRED 2
#define PCPU_SPIN_ABORTED 3

#endif /* PCPU_SPIN_RESULT_H */
