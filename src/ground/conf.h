/* SPDX-License-Identifier: MIT */
/*
 * conf.h - what the process was asked to be: PERCPU_CONF=key:value,key:value.
 *
 * One field a key, by the key's name unless that says too little. The boot reads the variable
 * (boot/conf/read_conf.c has the table of keys); whoever has to know looks here.
 */
#ifndef PCPU_CONF_H
#define PCPU_CONF_H

#include <percpu/impl/alloc_info.h>
#include <percpu/log.h>

#include <stdbool.h>
#include <stddef.h>

#define PCPU_CONF_VARIABLE "PERCPU_CONF"

enum pcpu_backend_choice {
	PCPU_BACKEND_AUTO,
	PCPU_BACKEND_RSEQ,
	PCPU_BACKEND_FALLBACK,
};

/* What copies are told apart by. */
enum pcpu_index {
	PCPU_INDEX_CPU_ID, /* the CPU's number */
	PCPU_INDEX_MM_CID, /* a number that no two threads of the process run with at once */
};

enum pcpu_selftest {
	PCPU_SELFTEST_NO,
	PCPU_SELFTEST_YES,
	PCPU_SELFTEST_AUTO,
};

struct pcpu_conf {
	/* log:LEVEL	emerg, err, warning (the default), info or debug */
	enum percpu_log_level log_level;

	/* backend:TIER	auto (the default), rseq or fallback */
	enum pcpu_backend_choice backend;

	/*
	 * index:NUMBER	what copies are told apart by: cpu_id (the default), or mm_cid: numbers that
	 *		the kernel gives the process's threads while they run, and reuses, so that
	 *		few threads on many CPUs use few copies. These are the "CPUs" then. There
	 *		must be no threads that the kernel refuses rseq: they have a number too, but
	 *		not to themselves
	 */
	enum pcpu_index index;

	/*
	 * strict:BOOL	yes: a tier or an index that was asked for and cannot be had is fatal; no
	 *		(the default)
	 */
	bool strict;

	/*
	 * selftest:WORD	auto (the default): at the start it is tested that sequences are
	 *		aborted, in the short way where that says enough; yes: that preemption
	 *		aborts them, with two threads that live for a moment; no: it is not tested
	 */
	enum pcpu_selftest selftest;

	/*
	 * alloc:FORM	of the first chunk. embed: large reservations of address space. page: only
	 *		mappings of what is in use. auto (the default): embed if it can be had.
	 *		After embed has failed, page is tried whatever was asked for
	 */
	enum pcpu_fc fc;

	/*
	 * max_size:BYTES	the largest area that can be allocated: 32768 (the default) to 256M;
	 *		K and M stand for powers of 1024
	 */
	size_t max_size;

	/*
	 * populate:WHEN	pages become resident when they are touched (lazy, the default), or
	 *		when they are allocated (eager): then no memory means NULL
	 */
	bool populate_eager;

	/*
	 * place:WHERE	of static variables. loader (the default): their addresses' low halves are
	 *		their coordinates, unless the loader has put two modules to one place modulo
	 *		4 GiB. elsewhere: as if it had, to see what a program is like then
	 */
	bool place_elsewhere;

	/* cache:SWITCH	on (the default) or off: the CPUs' caches of free areas */
	bool cache;

	/* shared:BOOL	yes: percpu_share() at the start; no (the default) */
	bool shared;

	/* publish:BOOL	yes (the default): percpu-stat can read what the process counts of itself */
	bool publish;

	/*
	 * tools:BOOL	yes (the default): AddressSanitizer or memcheck, if it is there, knows which
	 *		memory is in no area, and areas are apart; no: it is as without them
	 */
	bool tools;

	/* debug:LEVEL	0 (the default) to 3: how much is checked and recorded */
	int debug;

	/* possible:N	CPUs 0 .. N - 1 are possible, beside the machine's; 0: not given */
	unsigned int possible;

	/*
	 * topology:DESC	the CPUs and nodes of an hwloc synthetic description; or, if there
	 *		is a slash in it or it ends in ".xml", of the file of an hwloc XML export.
	 *		What takes hwloc too long, or too much memory, is refused. Empty: the
	 *		machine's
	 */
	char topology[256];
};

/* Constant after the boot, but for tests. */
extern struct pcpu_conf pcpu_conf;

#endif /* PCPU_CONF_H */
