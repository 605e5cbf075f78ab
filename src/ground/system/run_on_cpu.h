/* SPDX-License-Identifier: MIT */
/* run_on_cpu.h - having something done on a certain CPU. */
#ifndef PCPU_RUN_ON_CPU_H
#define PCPU_RUN_ON_CPU_H

#include <stdbool.h>

/*
 * Calls @fn on @cpu, with all signals masked. Where nobody may be on @cpu, @fn is called elsewhere,
 * and false is returned. Signal-safe, keeps errno.
 *
 * The calling thread stays where it is, and so does what says where it may run: somebody else may
 * change that at any moment. @fn is called by a process that shares the caller's memory and has no
 * stack to speak of (as after vfork(): the caller's thread pointer is its own too). Where no
 * process is to be had, the caller goes there and comes back.
 */
bool pcpu_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);

#endif /* PCPU_RUN_ON_CPU_H */
