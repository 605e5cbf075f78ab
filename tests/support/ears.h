/* SPDX-License-Identifier: MIT */
/*
 * ears.h - notifiers of CPUs that write down what they hear, and what the masks were then; and that
 * refuse when they are told to. With PERCPU_CONF=possible:200 there are CPUs that no machine has.
 */
#ifndef SUPPORT_EARS_H
#define SUPPORT_EARS_H

#include "support/child.h"
#include "support/spares.h"

#include <percpu/cpu.h>
#include <percpu/percpu.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct ear {
	struct notifier_block nb;
	char name;
	unsigned long refused; /* the event that it answers with: */
	int answer;
};

struct heard {
	char name;
	unsigned long event;
	unsigned int cpu;
	bool present, online, active;
};

static struct heard heard[256];
static unsigned int nr_heard;

static inline int hear(struct notifier_block *nb, unsigned long event, void *data)
{
	struct ear *ear = (struct ear *)nb;
	const unsigned int cpu = (unsigned int)(unsigned long)data;

	heard[nr_heard++ % ARRAY_SIZE(heard)] = (struct heard){
		ear->name, event, cpu, cpu_present(cpu), cpu_online(cpu), cpu_active(cpu)};
	return event == ear->refused ? ear->answer : NOTIFY_OK;
}

#define EAR(letter, pri)                                                           \
	{                                                                          \
		.nb = {.notifier_call = hear, .priority = (pri)}, .name = (letter) \
	}

static inline const char *name_of_event(unsigned long event)
{
	static const char *const names[] = {
		[CPU_ONLINE] = "ONLINE",
		[CPU_UP_PREPARE] = "UP_PREPARE",
		[CPU_UP_CANCELED] = "UP_CANCELED",
		[CPU_DOWN_PREPARE] = "DOWN_PREPARE",
		[CPU_DOWN_FAILED] = "DOWN_FAILED",
		[CPU_DEAD] = "DEAD",
		[CPU_DYING] = "DYING",
		[CPU_POST_DEAD] = "POST_DEAD",
		[CPU_STARTING] = "STARTING",
	};

	event &= ~(unsigned long)CPU_TASKS_FROZEN;
	return event < ARRAY_SIZE(names) && names[event] ? names[event] : "?";
}

/* "a:UP_PREPARE b:UP_PREPARE ...", with _FROZEN where that is so; since heard_none(). */
static inline const char *all_heard(void)
{
	static char text[8192];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < nr_heard && i < ARRAY_SIZE(heard); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%c:%s%s", i ? " " : "",
					heard[i].name, name_of_event(heard[i].event),
					heard[i].event & CPU_TASKS_FROZEN ? "_FROZEN" : "");
	return text;
}

static inline void hear_nothing_so_far(void)
{
	nr_heard = 0;
}

/* In a child: what was heard since then is exactly this. */
#define child_expect_heard(expected)                                                       \
	do {                                                                               \
		if (strcmp(all_heard(), expected) != 0) {                                  \
			dprintf(STDERR_FILENO, "%s:%d: heard %s\nexpected %s\n", __FILE__, \
				__LINE__, all_heard(), expected);                          \
			_exit(1);                                                          \
		}                                                                          \
		hear_nothing_so_far();                                                     \
	} while (0)

/* Whether all that was heard was heard of @cpu. */
static inline bool heard_of(unsigned int cpu)
{
	for (unsigned int i = 0; i < nr_heard; i++)
		if (heard[i].cpu != cpu)
			return false;
	return true;
}

static inline void plug_in_spares(void)
{
	set_cpu_present(SPARE, true);
	set_cpu_present(OTHER_SPARE, true);
}

#endif /* SUPPORT_EARS_H */
