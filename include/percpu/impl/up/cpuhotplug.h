/* SPDX-License-Identifier: MIT */
/*
 * up/cpuhotplug.h - cpuhotplug.h with PERCPU_UP: CPU 0 is up for good. What is set up is started
 * on it at once, and torn down when it is removed.
 */
#ifndef PERCPU_UP_CPUHOTPLUG_H
#define PERCPU_UP_CPUHOTPLUG_H

#include <percpu/cpuhotplug.h>

#include <percpu/impl/up/log.h>

#include <errno.h>

#include <percpu/impl/begin.h>

struct percpu_up_state {
	const char *name; /* NULL: it is not set up */
	bool multi;
	cpuhp_callback_t startup, teardown;
	cpuhp_multi_callback_t startup_multi, teardown_multi;
	struct hlist_head instances;
};

__PCPU_BEGIN_DECLS
/* Weak: every file defines it, the program has one. */
extern struct percpu_up_state __percpu_up_states[CPUHP_ONLINE];
__attribute__((__weak__)) struct percpu_up_state __percpu_up_states[CPUHP_ONLINE];
__PCPU_END_DECLS

static inline bool __percpu_up_is_state(int state)
{
	return (state >= CPUHP_BP_PREPARE_FIXED && state <= CPUHP_BP_PREPARE_DYN_END) ||
	       (state >= CPUHP_AP_STARTING_FIXED && state <= CPUHP_AP_STARTING_FIXED_END) ||
	       (state >= CPUHP_AP_ONLINE_FIXED && state <= CPUHP_AP_ONLINE_DYN_END);
}

/* The number of the state that is meant, or a negative errno. */
static inline int __percpu_up_find_state(int state, const char *name)
{
	int end = state;

	if (!name || state <= CPUHP_OFFLINE || state >= CPUHP_ONLINE)
		return -EINVAL;
	if (state == CPUHP_BP_PREPARE_DYN)
		end = CPUHP_BP_PREPARE_DYN_END;
	if (state == CPUHP_AP_ONLINE_DYN)
		end = CPUHP_AP_ONLINE_DYN_END;
	for (int i = state; i <= end && __percpu_up_is_state(i); i++)
		if (!__percpu_up_states[i].name)
			return i;
	return end == state ? -EBUSY : -ENOSPC;
}

PERCPU_API int __percpu_cpuhp_setup(int state, const char *name, bool invoke,
				    cpuhp_callback_t startup, cpuhp_callback_t teardown,
				    bool locked)
{
	int place = __percpu_up_find_state(state, name);
	int err = place >= 0 && invoke && startup ? startup(0) : 0;

	(void)locked;
	if (place < 0 || err)
		return place < 0 ? place : err;
	__percpu_up_states[place].startup = startup;
	__percpu_up_states[place].teardown = teardown;
	__percpu_up_states[place].name = name;
	return state == CPUHP_BP_PREPARE_DYN || state == CPUHP_AP_ONLINE_DYN ? place : 0;
}

PERCPU_API int __percpu_cpuhp_setup_multi(int state, const char *name,
					  cpuhp_multi_callback_t startup,
					  cpuhp_multi_callback_t teardown, bool locked)
{
	int place = __percpu_up_find_state(state, name);

	(void)locked;
	if (place < 0)
		return place;
	__percpu_up_states[place].multi = true;
	__percpu_up_states[place].startup_multi = startup;
	__percpu_up_states[place].teardown_multi = teardown;
	__percpu_up_states[place].name = name;
	return state == CPUHP_BP_PREPARE_DYN || state == CPUHP_AP_ONLINE_DYN ? place : 0;
}

PERCPU_API void __percpu_cpuhp_remove(int state, bool invoke, bool locked)
{
	static const struct percpu_up_state none = {NULL, false, NULL, NULL, NULL, NULL, {NULL}};
	struct percpu_up_state *removed;

	(void)locked;
	if (!__percpu_up_is_state(state))
		__percpu_up_fatal("cpuhp_remove_state(): no such state of a program");
	removed = &__percpu_up_states[state];
	if (removed->instances.first)
		__percpu_up_say(PERCPU_LOG_WARNING,
				"cpuhp_remove_multi_state(): it has instances left");
	if (invoke && removed->name && removed->teardown && removed->teardown(0))
		__percpu_up_say(PERCPU_LOG_WARNING, "cpuhp_remove_state(): the teardown fails");
	*removed = none;
}

PERCPU_API int __percpu_cpuhp_add_instance(int state, struct hlist_node *node, bool invoke,
					   bool locked)
{
	struct percpu_up_state *of;
	int err;

	(void)locked;
	if (!__percpu_up_is_state(state) || !__percpu_up_states[state].multi)
		return -EINVAL;
	of = &__percpu_up_states[state];
	err = invoke && of->startup_multi ? of->startup_multi(0, node) : 0;
	if (err)
		return err;
	node->next = of->instances.first;
	node->pprev = &of->instances.first;
	if (node->next)
		node->next->pprev = &node->next;
	of->instances.first = node;
	return 0;
}

PERCPU_API int __percpu_cpuhp_remove_instance(int state, struct hlist_node *node, bool invoke,
					      bool locked)
{
	struct percpu_up_state *of;

	(void)locked;
	if (!__percpu_up_is_state(state) || !__percpu_up_states[state].multi || !node->pprev)
		return -EINVAL;
	of = &__percpu_up_states[state];
	if (invoke && of->teardown_multi && of->teardown_multi(0, node))
		__percpu_up_say(PERCPU_LOG_WARNING,
				"cpuhp_state_remove_instance(): the teardown fails");
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
	node->pprev = NULL;
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_CPUHOTPLUG_H */
