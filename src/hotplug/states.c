/* SPDX-License-Identifier: MIT */
/*
 * states.c - see states.h.
 *
 * A child of fork() may find the table in the middle of a change that another thread was making. So
 * what makes a state one that is set up is written last, and its name is what makes it so.
 */
#include "hotplug/states.h"
#include "ground/assert.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/system/new_process.h"
#include "hotplug/cpus.h"
#include "hotplug/elsewhere.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"

#include <percpu/cpumask.h>

#include <errno.h>

struct state {
	const char *name; /* NULL: it is not set up */
	struct pcpu_state_callbacks callbacks;
	struct hlist_head instances;
};

static struct {
	struct state table[CPUHP_ONLINE];
} states;

/* --- one callback --- */

static bool has_callback(const struct state *state, bool up)
{
	const struct pcpu_state_callbacks *callbacks = &state->callbacks;

	if (!state->name)
		return false;
	if (callbacks->multi)
		return state->instances.first &&
		       (up ? callbacks->startup_multi != NULL : callbacks->teardown_multi != NULL);
	return (up ? callbacks->startup : callbacks->teardown) != NULL;
}

static int call_for(const struct state *state, unsigned int cpu, bool up, struct hlist_node *node)
{
	const cpuhp_multi_callback_t fn =
		up ? state->callbacks.startup_multi : state->callbacks.teardown_multi;

	return fn ? fn(cpu, node) : 0;
}

static void complain(const struct state *state, unsigned int cpu, bool up, int err)
{
	pcpu_log(PERCPU_LOG_WARNING,
		 "hotplug of CPU %u: the %s of \"%s\" fails (%d), and that changes nothing", cpu,
		 up ? "startup" : "teardown", state->name, err);
}

/* Of the instances before @end. */
static void undo_instances(const struct state *state, unsigned int cpu, bool up,
			   const struct hlist_node *end)
{
	for (struct hlist_node *node = state->instances.first; node != end; node = node->next) {
		const int err = call_for(state, cpu, !up, node);

		if (err)
			complain(state, cpu, !up, err);
	}
}

/* All instances, or none. */
static int call_for_all(const struct state *state, unsigned int cpu, bool up)
{
	for (struct hlist_node *node = state->instances.first; node; node = node->next) {
		const int err = call_for(state, cpu, up, node);

		if (err) {
			undo_instances(state, cpu, up, node);
			return err;
		}
	}
	return 0;
}

static int call_state(const struct state *state, unsigned int cpu, bool up)
{
	if (!has_callback(state, up))
		return 0;
	if (state->callbacks.multi)
		return call_for_all(state, cpu, up);
	return up ? state->callbacks.startup(cpu) : state->callbacks.teardown(cpu);
}

/* --- where it is called --- */

static bool is_starting(int state)
{
	return state > CPUHP_BRINGUP_CPU && state < CPUHP_AP_ONLINE;
}

/* What a section of the states has in common, for @state. */
static void call_there(int state, unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	if (state < CPUHP_BRINGUP_CPU)
		fn(arg);
	else if (is_starting(state))
		pcpu_call_holding(cpu, fn, arg);
	else
		pcpu_call_on(cpu, fn, arg);
}

/* --- through the states --- */

struct walk {
	unsigned int cpu;
	int from, to; /* levels, in one section of the states */
	bool must;    /* nobody is asked */
	int err;
};

static void undo_up(const struct walk *walk, int failed)
{
	for (int i = failed - 1; i > walk->from; i--) {
		const int err = call_state(&states.table[i], walk->cpu, false);

		if (err)
			complain(&states.table[i], walk->cpu, false, err);
	}
}

static void undo_down(const struct walk *walk, int failed)
{
	for (int i = failed + 1; i <= walk->from; i++) {
		const int err = call_state(&states.table[i], walk->cpu, true);

		if (err)
			complain(&states.table[i], walk->cpu, true, err);
	}
}

static void walk_up(void *arg)
{
	struct walk *walk = arg;

	for (int i = walk->from + 1; i <= walk->to; i++) {
		const int err = call_state(&states.table[i], walk->cpu, true);

		if (err && (is_starting(i) || walk->must)) {
			complain(&states.table[i], walk->cpu, true, err);
		} else if (err) {
			undo_up(walk, i);
			walk->err = err;
			return;
		}
	}
}

static void walk_down(void *arg)
{
	struct walk *walk = arg;

	for (int i = walk->from; i > walk->to; i--) {
		const int err = call_state(&states.table[i], walk->cpu, false);

		if (err && (is_starting(i) || walk->must)) {
			complain(&states.table[i], walk->cpu, false, err);
		} else if (err) {
			undo_down(walk, i);
			walk->err = err;
			return;
		}
	}
}

/* Whether there is anything to call above @low, up to @high. */
static bool has_callbacks(int low, int high, bool up)
{
	for (int i = low + 1; i <= high; i++)
		if (has_callback(&states.table[i], up))
			return true;
	return false;
}

static int walk_to(unsigned int cpu, int to, bool up, bool must)
{
	struct pcpu_cpu *record = pcpu_cpu_of(cpu);
	struct walk walk = {.cpu = cpu, .from = record->level, .to = to, .must = must};
	const int low = up ? walk.from : to, high = up ? to : walk.from;

	if (has_callbacks(low, high, up))
		call_there(high, cpu, up ? walk_up : walk_down, &walk);
	if (!walk.err)
		record->level = (short)to;
	return walk.err;
}

int pcpu_states_up(unsigned int cpu, int to)
{
	return walk_to(cpu, to, true, false);
}

int pcpu_states_down(unsigned int cpu, int to)
{
	return walk_to(cpu, to, false, false);
}

void pcpu_states_down_regardless(unsigned int cpu, int to)
{
	walk_to(cpu, to, false, true);
}

/* --- the table --- */

struct one_call {
	const struct state *state;
	unsigned int cpu;
	bool up;
	struct hlist_node *node; /* of this instance alone */
	int err;
};

static void make_one_call(void *arg)
{
	struct one_call *call = arg;

	call->err = call->node ? call_for(call->state, call->cpu, call->up, call->node)
			       : call_state(call->state, call->cpu, call->up);
}

static int call_one(const struct state *state, unsigned int cpu, bool up, struct hlist_node *node)
{
	struct one_call call = {state, cpu, up, node, 0};

	call_there((int)(state - states.table), cpu, make_one_call, &call);
	return call.err;
}

/* The present CPUs below @end that are past @state are taken out of it again. */
static void undo_setup(const struct state *state, unsigned int end, struct hlist_node *node)
{
	const int number = (int)(state - states.table);

	for (unsigned int cpu = 0; cpu < end; cpu++) {
		int err;

		if (!cpu_present(cpu) || pcpu_cpu_at_rest(cpu)->level < number)
			continue;
		err = call_one(state, cpu, false, node);
		if (err)
			complain(state, cpu, false, err);
	}
}

/* Startup for all CPUs that are past @state, or for none. */
static int start_all(const struct state *state, struct hlist_node *node)
{
	const int number = (int)(state - states.table);

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		int err;

		if (!cpu_present(cpu) || pcpu_cpu_at_rest(cpu)->level < number)
			continue;
		err = call_one(state, cpu, true, node);
		if (err) {
			undo_setup(state, cpu, node);
			return err;
		}
	}
	return 0;
}

static bool is_for_programs(int state)
{
	return (state >= CPUHP_BP_PREPARE_FIXED && state <= CPUHP_BP_PREPARE_DYN_END) ||
	       (state >= CPUHP_AP_STARTING_FIXED && state <= CPUHP_AP_STARTING_FIXED_END) ||
	       (state >= CPUHP_AP_ONLINE_FIXED && state <= CPUHP_AP_ONLINE_DYN_END);
}

static bool is_state(int state)
{
	return state > CPUHP_OFFLINE && state < CPUHP_ONLINE;
}

/* The number of the state that is meant by @state, or a negative errno. */
static int find_place(int state)
{
	const int end = state == CPUHP_BP_PREPARE_DYN  ? CPUHP_BP_PREPARE_DYN_END
			: state == CPUHP_AP_ONLINE_DYN ? CPUHP_AP_ONLINE_DYN_END
						       : state;

	if (!is_for_programs(state))
		return -EBUSY;
	for (int i = state; i <= end; i++)
		if (!states.table[i].name)
			return i;
	if (end == state)
		return -EBUSY;
	pcpu_log(PERCPU_LOG_WARNING, "no dynamic state of hotplug is left: all %d are in use",
		 end - state + 1);
	return -ENOSPC;
}

static void forget(struct state *state)
{
	state->name = NULL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	*state = (struct state){0};
}

/* Callbacks of states that are set up or removed run under the lock: they cannot come here. */
static int lock_states(void)
{
	if (pcpu_online_self.writes || pcpu_online_self.calls)
		return -EDEADLK;
	pcpu_mend_new_process();
	pcpu_mutex_lock(&pcpu_states_mutex);
	pcpu_online_self.calls = true;
	return 0;
}

static void unlock_states(void)
{
	pcpu_online_self.calls = false;
	pcpu_mutex_unlock(&pcpu_states_mutex);
}

static int setup_locked(int place, const char *name, bool invoke,
			const struct pcpu_state_callbacks *callbacks)
{
	struct state *state = &states.table[place];
	int err = 0;

	state->callbacks = *callbacks;
	__atomic_store_n(&state->name, name, __ATOMIC_RELEASE);
	if (invoke && callbacks->startup)
		err = start_all(state, NULL);
	if (err)
		forget(state);
	return err;
}

bool pcpu_states_are_heard(void)
{
	for (int i = 0; i < CPUHP_ONLINE; i++)
		if (__atomic_load_n(&states.table[i].name, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

int pcpu_state_setup(int state, const char *name, bool invoke,
		     const struct pcpu_state_callbacks *callbacks)
{
	int err, place;

	if (!is_state(state) || !name)
		return -EINVAL;
	err = pcpu_cpus_init();
	if (!err)
		err = lock_states();
	if (err)
		return err;
	place = find_place(state);
	err = place < 0 ? place : setup_locked(place, name, invoke, callbacks);
	unlock_states();
	if (err)
		return err;
	return state == CPUHP_BP_PREPARE_DYN || state == CPUHP_AP_ONLINE_DYN ? place : 0;
}

void pcpu_state_remove(int number, bool invoke)
{
	struct state *state;

	if (!is_state(number) || !is_for_programs(number))
		pcpu_fatal("cpuhp_remove_state(%d): no such state of a program", number);
	if (pcpu_cpus_init())
		return; /* none has been set up */
	if (lock_states())
		pcpu_fatal_unlock("cpuhp_remove_state(%d) in a callback of hotplug", number);
	state = &states.table[number];
	if (state->instances.first)
		pcpu_log(PERCPU_LOG_WARNING,
			 "cpuhp_remove_multi_state(%d): \"%s\" has instances left", number,
			 state->name);
	else if (invoke && has_callback(state, false))
		undo_setup(state, nr_cpu_ids, NULL);
	forget(state);
	unlock_states();
}

/* --- instances --- */

static void put_first(struct state *state, struct hlist_node *node)
{
	struct hlist_node *first = state->instances.first;

	node->next = first;
	node->pprev = &state->instances.first;
	if (first)
		first->pprev = &node->next;
	/* last: see above */
	__atomic_store_n(&state->instances.first, node, __ATOMIC_RELEASE);
}

static void take_off(struct hlist_node *node)
{
	__atomic_store_n(node->pprev, node->next, __ATOMIC_RELEASE);
	if (node->next)
		node->next->pprev = node->pprev;
	*node = (struct hlist_node){0};
}

static struct state *multi_state(int number)
{
	struct state *state = is_state(number) ? &states.table[number] : NULL;

	return state && state->name && state->callbacks.multi ? state : NULL;
}

int pcpu_state_add_instance(int number, struct hlist_node *node, bool invoke)
{
	struct state *state;
	int err = lock_states();

	if (err)
		return err;
	state = multi_state(number);
	if (!state)
		err = -EINVAL;
	else if (invoke && state->callbacks.startup_multi)
		err = start_all(state, node);
	if (!err)
		put_first(state, node);
	unlock_states();
	return err;
}

int pcpu_state_remove_instance(int number, struct hlist_node *node, bool invoke)
{
	struct state *state;
	int err = lock_states();

	if (err)
		return err;
	state = multi_state(number);
	if (!state || !node->pprev) {
		err = -EINVAL;
	} else {
		if (invoke && state->callbacks.teardown_multi)
			undo_setup(state, nr_cpu_ids, node);
		take_off(node);
	}
	unlock_states();
	return err;
}
