/* SPDX-License-Identifier: MIT */
/*
 * states.h - the states of hotplug that a program has set up, and the way of a CPU through them.
 *
 * The table is changed by readers (online_lock.h) under pcpu_states_mutex, and read by the writer,
 * whom readers exclude.
 */
#ifndef PCPU_STATES_H
#define PCPU_STATES_H

#include <percpu/cpuhotplug.h>

#include <stdbool.h>

/* What the public calls say (percpu/cpuhotplug.h); the caller is a reader, or the writer. */
struct pcpu_state_callbacks {
	cpuhp_callback_t startup, teardown;
	cpuhp_multi_callback_t startup_multi, teardown_multi;
	bool multi;
};
int pcpu_state_setup(int state, const char *name, bool invoke,
		     const struct pcpu_state_callbacks *callbacks);
void pcpu_state_remove(int number, bool invoke);
int pcpu_state_add_instance(int number, struct hlist_node *node, bool invoke);
int pcpu_state_remove_instance(int number, struct hlist_node *node, bool invoke);

/* --- by the writer --- */

/*
 * Brings @cpu from its level up to @to, where the callbacks are to run. 0; or what one of them has
 * failed with: then those before it are undone, and the CPU is where it was.
 */
int pcpu_states_up(unsigned int cpu, int to);

/* The same downwards, to @to. */
int pcpu_states_down(unsigned int cpu, int to);

/* The same, passing over those that refuse, with a warning. */
void pcpu_states_down_regardless(unsigned int cpu, int to);

/* Whether any has been set up. Without a lock. */
bool pcpu_states_are_heard(void);

#endif /* PCPU_STATES_H */
