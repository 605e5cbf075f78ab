/* SPDX-License-Identifier: MIT */
/* elsewhere.h - having a callback of the program called on a certain CPU, or as if it was there. */
#ifndef PCPU_ELSEWHERE_H
#define PCPU_ELSEWHERE_H

/*
 * Calls @fn in a thread that may run on @cpu and nowhere else, with signals blocked, and waits for
 * it. If the process may not run there, the thread is elsewhere; if there is no thread to be had,
 * @fn is called here, with a warning. What the caller has of the locks of hotplug/lock/, the thread
 * has too.
 */
void pcpu_call_on(unsigned int cpu, void (*fn)(void *arg), void *arg);

/*
 * Calls @fn while the caller holds @cpu, which is "this CPU" then, with signals blocked. If the CPU
 * cannot be held (pinned threads, another one that is held, copies that are shared), without that.
 */
void pcpu_call_holding(unsigned int cpu, void (*fn)(void *arg), void *arg);

/* Returns when all sections on @cpu that were there at the call have ended. */
void pcpu_wait_for_sections(unsigned int cpu);

#endif /* PCPU_ELSEWHERE_H */
