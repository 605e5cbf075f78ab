/* SPDX-License-Identifier: MIT */
/* facts.h - what is told of: this machine, and what the library has made of it in this process. */
#ifndef INFO_FACTS_H
#define INFO_FACTS_H

#include <percpu/boot.h>
#include <percpu/cpumask.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Room for the C library's name, and for a word of a file in /sys. */
#define FACTS_WORD 64

struct facts {
	struct utsname kernel;
	char libc[FACTS_WORD]; /* glibc 2.36, or musl */
	const char *conf;      /* PERCPU_CONF; NULL: not set */
	struct cpumask allowed;
	const struct pcpu_alloc_info *ai;
	const struct percpu_layout *layout;
	struct {
		unsigned long feature_size; /* bytes of an area that the kernel uses; 0: unknown */
		unsigned long alignment;
		unsigned long libc_size; /* bytes that the C library has registered; 0: none */
		long libc_offset;        /* from the thread pointer */
		bool node_id, mm_cid, slices;
	} rseq;
	unsigned long huge_page;       /* bytes; 0: there are none */
	char transparent[FACTS_WORD];  /* always, madvise, never; or nothing */
	bool names;                    /* mappings have names in /proc */
	unsigned long address_space;   /* RLIMIT_AS; ULONG_MAX: no limit */
	unsigned int nr_nodes, *nodes; /* that are online or have CPUs, in their order */
};

/* Ends the program if something is not to be had. Once. */
void facts_find(struct facts *facts);

/* What a group's unit, of all that it has, is for. */
static inline unsigned int facts_cpu(const struct pcpu_group_info *group, int unit)
{
	return group->cpu_map[unit];
}

static inline bool facts_is_unused(const struct pcpu_group_info *group, int unit)
{
	return group->cpu_map[unit] == PERCPU_UNUSED_UNIT;
}

/* Prints CPUs as the kernel does, 0-3,8; "none" if there are none. */
void facts_print_list(FILE *stream, const struct cpumask *mask);

/* The same into memory that the caller frees. */
char *facts_list(const struct cpumask *mask);

/* The nodes of a group's CPUs, as a list. */
char *facts_nodes_of(const struct pcpu_group_info *group);

/* Units in one allocation. */
size_t facts_units_per_allocation(const struct facts *facts);

/* What the first word of percpu_backend() is, and what comes after the colon. */
char *facts_tier(void);
const char *facts_reason(void);

#endif /* INFO_FACTS_H */
