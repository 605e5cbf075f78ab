/* SPDX-License-Identifier: MIT */
/*
 * up/sequence.h - sequences with PERCPU_UP: signals are masked, and nobody else is there.
 */
#ifndef PERCPU_UP_SEQUENCE_H
#define PERCPU_UP_SEQUENCE_H

#include <percpu/impl/errand.h>

#include <signal.h>

#include <percpu/impl/begin.h>

static inline int __attribute__((__unused__)) __percpu_up_errand(struct percpu_errand *errand)
{
	sigset_t all, saved;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &saved);
	__pcpu_errand_do(errand);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	return errand->done ? 0 : ~0;
}

__PCPU_BEGIN_DECLS

PERCPU_API struct percpu_sequence_end __percpu_sequence(unsigned int kind, uintptr_t ptr,
							uint64_t expect, uint64_t val,
							uintptr_t ptr2, uint64_t other)
{
	struct percpu_errand errand = {kind, false, ptr, ptr2, expect, val, other, 0, NULL, 0};
	struct percpu_sequence_end end;

	end.result = __percpu_up_errand(&errand);
	end.found = errand.found;
	return end;
}

PERCPU_API int __percpu_sequence_copy(unsigned int kind, uintptr_t ptr, uint64_t expect,
				      uint64_t val, uintptr_t ptr2, void *plain, size_t len)
{
	struct percpu_errand errand = {kind, false, ptr, ptr2, expect, val, 0, 0, plain, len};

	return __percpu_up_errand(&errand);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_SEQUENCE_H */
