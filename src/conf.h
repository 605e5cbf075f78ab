/* SPDX-License-Identifier: MIT */
/*
 * conf.h - what the environment asks of the library.
 *
 *	PERCPU_CONF=key:value,key:value
 *
 *	log:LEVEL	 emerg, err, warning (the default), info or debug
 *	backend:TIER	 auto (the default), rseq or fallback
 *	strict:BOOL	 yes: a tier that was asked for and cannot be had is fatal
 *	possible:N	 CPUs 0 .. N - 1 are possible, beside the machine's
 *	topology:DESC	 the CPUs and nodes of an hwloc synthetic description
 *
 * Unknown keys and values are reported as warnings and ignored. A process with raised privileges
 * does not look at the variable.
 */
#ifndef PCPU_CONF_H
#define PCPU_CONF_H

#include "thread.h"

#include <percpu/log.h>

#include <stdbool.h>

#define PCPU_CONF_VARIABLE "PERCPU_CONF"

struct pcpu_conf {
	enum percpu_log_level log_level;
	enum pcpu_backend_choice backend;
	bool strict;
	unsigned int possible; /* 0: the machine's */
	char topology[256];    /* empty: the machine's */
};

/* Fills @conf with the defaults and what @text says; NULL says nothing. */
void pcpu_conf_parse(struct pcpu_conf *conf, const char *text);

#endif /* PCPU_CONF_H */
