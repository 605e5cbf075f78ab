/* SPDX-License-Identifier: MIT */
/*
 * maps.h - the lock of whoever changes which CPUs there are, or who hears of it.
 *
 * Callbacks of the program are called under it. They may come to it again, in the thread that has
 * it or in one that does something for that thread: it nests then.
 */
#ifndef PCPU_MAPS_H
#define PCPU_MAPS_H

#include "ground/lock.h"

#include <stdbool.h>

/* The kernel's cpu_add_remove_lock. */
extern struct pcpu_mutex pcpu_add_remove_lock;

/*
 * Below it, the kernel's cpuhp_state_mutex: who sets up states, or removes them, and calls their
 * callbacks for that.
 */
extern struct pcpu_mutex pcpu_states_mutex;

/* How often the thread, or the one for which it does something, has taken it. */
extern __thread unsigned int pcpu_maps_taken __attribute__((__tls_model__("initial-exec")));

/* cpu_maps_update_begin() and its end; kept from being cancelled in between. Not in a handler. */
void pcpu_maps_begin(void);
void pcpu_maps_done(void);

/* In a child: who has them is the calling thread, or nobody. */
void pcpu_maps_after_fork(void);

#endif /* PCPU_MAPS_H */
