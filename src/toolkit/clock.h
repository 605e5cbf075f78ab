/* SPDX-License-Identifier: MIT */
/* clock.h - the time, which tests make up. */
#ifndef PCPU_CLOCK_H
#define PCPU_CLOCK_H

#include "ground/hidden.h"

#include <stdint.h>

/* Nanoseconds, of CLOCK_MONOTONIC. Signal-safe. */
uint64_t pcpu_clock_now(void);

/* What is asked instead; NULL, but in tests. Set before there are threads. */
extern uint64_t (*pcpu_clock_hook)(void) PCPU_HIDDEN;

#endif /* PCPU_CLOCK_H */
