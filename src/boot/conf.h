/* SPDX-License-Identifier: MIT */
/*
 * conf.h - what the environment asks of the library.
 *
 *	PERCPU_CONF=key:value,key:value
 *
 *	log:LEVEL	emerg, err, warning (the default), info or debug
 *	backend:TIER	auto (the default), rseq or fallback
 *	index:NUMBER	what copies are told apart by: cpu_id (the default), or mm_cid: numbers that
 *			the kernel gives the process's threads while they run, and reuses, so that
 *			few threads on many CPUs use few copies. These are the "CPUs" then.
 *			There must be no threads that the kernel refuses rseq: they have a number
 *			too, but not to themselves
 *	strict:BOOL	yes: a tier or an index that was asked for and cannot be had is fatal; no
 *			(the default)
 *	selftest:BOOL	yes (the default): at the start it is tested that preemption aborts
 *			sequences, with a thread that lives for a moment; no: where a sandbox ends
 *			the process for that
 *	alloc:FORM	of the first chunk. embed: large reservations of address space. page: only
 *			mappings of what is in use. auto (the default): embed if it can be had.
 *			After embed has failed, page is tried whatever was asked for
 *	max_size:BYTES	the largest area that can be allocated: 32768 (the default) to 256M; K
 *			and M stand for powers of 1024
 *	populate:WHEN	pages become resident when they are touched (lazy, the default), or when
 *			they are allocated (eager): then no memory means NULL
 *	cache:SWITCH	on (the default) or off: the CPUs' caches of free areas
 *	shared:BOOL	yes: percpu_share() at the start; no (the default)
 *	debug:LEVEL	0 (the default) to 3: how much is checked and recorded
 *	possible:N	CPUs 0 .. N - 1 are possible, beside the machine's
 *	topology:DESC	the CPUs and nodes of an hwloc synthetic description; or, if there is a
 *			slash in it or it ends in ".xml", of the file of an hwloc XML export
 *
 * A value between double quotes may have commas in it: topology:"numa:2 pu:2(indexes=0,2,1,3)".
 * There can be no double quote in a value.
 *
 * Unknown keys and values are reported as warnings and ignored. A process with raised privileges
 * does not look at the variable.
 */
#ifndef PCPU_CONF_H
#define PCPU_CONF_H

#include "machine/tier.h"

#include <percpu/log.h>

#include <stdbool.h>
#include <stddef.h>

#define PCPU_CONF_VARIABLE "PERCPU_CONF"

/* The form of the first chunk; the kernel's names. */
enum pcpu_fc {
	PCPU_FC_AUTO,
	PCPU_FC_EMBED,
	PCPU_FC_PAGE,
	PCPU_FC_NR,
};
extern const char *const pcpu_fc_names[PCPU_FC_NR];

struct pcpu_conf {
	enum percpu_log_level log_level;
	enum pcpu_backend_choice backend;
	enum pcpu_index index;
	bool strict;
	bool selftest;
	enum pcpu_fc fc;
	size_t max_size;
	bool populate_eager;
	bool cache;
	bool shared;
	int debug;
	unsigned int possible; /* 0: the machine's */
	char topology[256];    /* empty: the machine's */
};

/* Fills @conf with the defaults and what @text says; NULL says nothing. */
void pcpu_conf_parse(struct pcpu_conf *conf, const char *text);

#endif /* PCPU_CONF_H */
