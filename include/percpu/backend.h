/* SPDX-License-Identifier: MIT */
/*
 * backend.h - which of the ways to reach this CPU's copy the process uses, and why.
 */
#ifndef PERCPU_BACKEND_H
#define PERCPU_BACKEND_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_backend() - the tier in use, and the reason
 *
 * Returns a constant string that starts with the tier's name, "rseq" or "fallback" (with PERCPU_UP
 * "up"), followed by ": " and the reason. Chosen once, at the start of the process;
 * PERCPU_CONF=backend:fallback forces the fallback. Thread- and signal-safe.
 */
PERCPU_API const char *percpu_backend(void);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/runtime.h>
#endif

#endif /* PERCPU_BACKEND_H */
