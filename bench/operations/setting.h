/* SPDX-License-Identifier: MIT */
/*
 * How the library is set while something is measured.  It settles that at the start of a process,
 * so each setting but the usual one is measured in a process of its own (elsewhere.h), with
 * everything that a figure compares.
 */
#ifndef BENCH_OPERATIONS_SETTING_H
#define BENCH_OPERATIONS_SETTING_H

#include <stdbool.h>

enum bench_setting_id {
	SETTING_USUAL, /* what this program was started with */
	SETTING_FALLBACK,
	SETTING_MM_CID,
	NR_SETTINGS,
};

#define SETTING_BIT(setting) (1u << (setting))

struct bench_setting {
	const char *name;
	const char *conf;         /* for PERCPU_CONF; NULL: nothing */
	const char *backend_says; /* part of percpu_backend() where the setting is in force */
};

extern const struct bench_setting bench_settings[NR_SETTINGS];

/* Whether this process has it: an old kernel keeps no mm_cid. */
bool setting_is_in_force(enum bench_setting_id setting);

#endif
