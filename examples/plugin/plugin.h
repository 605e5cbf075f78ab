/* SPDX-License-Identifier: MIT */
/* plugin.h - what the host and its plugins have of each other. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <percpu/percpu.h>

struct plugin_stats {
	unsigned long calls;  /* counted by the host */
	unsigned long errors; /* by the plugin */
};

/* The host's, for its plugins: all bytes that any of them has seen. */
DECLARE_PER_CPU(unsigned long, host_bytes);

/* A plugin's, for the host. */
DECLARE_PER_CPU(struct plugin_stats, plugin_stats);

/* 0, or -1 if the text is not to the plugin's liking. */
int plugin_handle(const char *text);

#endif /* PLUGIN_H */
