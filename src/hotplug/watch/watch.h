/* SPDX-License-Identifier: MIT */
/*
 * watch.h - the thread that watches the machine's CPUs for this process, and tells a sink of them.
 *
 * There is one while somebody listens, or while percpu_watch_cpus() has asked for it; it sleeps
 * until the kernel has something to say, or one of the calls here.
 *
 * Protocol (modelled in tests/model/watch.pml). All of the state is under the watch lock, but for
 * what only the thread has; sinks are called without it.
 *
 *	start	S1  nobody runs: open what wakes, and make a thread of a new generation
 *		S2  somebody runs: wake him. On his way to E1, he finds that he is wanted
 *	round	R1  not my generation (I have forked, and this is the child): end
 *		R2  not wanted: E1. Else take down which looks have been asked for
 *		R3  read all messages, then the masks, tell the sink; then that these looks are done
 *		R4  sleep until woken. Whoever woke before R4 has left a word in the event counter
 *	end	E1  close what wakes, nobody runs, the generation is over; under the lock of R2
 *		E2  wake those who wait for an end
 *	look	L1  somebody runs: ask for one more look, wake him; wait until so many
 *		    are done, or his generation is over
 *	stop	T1  nobody is wanted: wake him, wait until his generation is over (he
 *		    himself does not wait)
 *
 * So there never are two, and whoever is wanted after he was not either goes on or is followed by a
 * new one. A child has none of its parent's: pcpu_watch_after_fork() ends the generation there, and
 * S1 makes a new one when somebody registers, or asks.
 */
#ifndef PCPU_WATCH_H
#define PCPU_WATCH_H

#include "hotplug/watch/machine_cpus.h"

/*
 * Somebody may have begun to listen, or have left; @sink, the same in every call, knows whether
 * anybody does now. Then the thread is started, if there is none; else it ends: soon, not by the
 * return. In a child of fork() only who begins has it started. 0, or why there is no thread now.
 * Any thread, no handler of a signal.
 */
int pcpu_watch_listen(const struct pcpu_watch_sink *sink);
void pcpu_watch_leave(void);

/* By the public calls: percpu/watch.h. */
int pcpu_watch_ask(const struct pcpu_watch_sink *sink, unsigned int flags);
void pcpu_watch_stop(bool wait);
int pcpu_watch_look(void);
unsigned int pcpu_watch_wakers(void);

/* In a child: nobody watches. What woke the parent's thread is closed. */
void pcpu_watch_after_fork(void);

#endif /* PCPU_WATCH_H */
