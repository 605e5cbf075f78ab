/* SPDX-License-Identifier: MIT */
/* facts.c - see facts.h. */
#include "percpu-info/facts.h"
#include "common/tool.h"

#include <percpu/backend.h>
#include <percpu/topology.h>

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

/* The kernel's numbers, which not all systems' headers have. */
#define AUXV_RSEQ_FEATURE_SIZE 27
#define AUXV_RSEQ_ALIGN 28
#define PR_SLICE_EXTENSION 79
#define PR_SLICE_EXTENSION_GET 1UL
#define PR_VMA 0x53564d41
#define PR_VMA_ANON_NAME 0UL
/* Where fields of an area end. */
#define END_OF_NODE_ID 24
#define END_OF_MM_CID 28

/* --- text in memory --- */

static FILE *begin_text(char **text, size_t *size)
{
	FILE *stream = open_memstream(text, size);

	if (!stream)
		tool_fail("no memory");
	return stream;
}

static void end_text(FILE *stream)
{
	if (fclose(stream) != 0)
		tool_fail("no memory");
}

static void print_range(FILE *stream, unsigned int first, unsigned int last, const char *before)
{
	fprintf(stream, last == first ? "%s%u" : "%s%u-%u", before, first, last);
}

static void print_bits(FILE *stream, const unsigned long *bits, unsigned int nr)
{
	const char *before = "";
	unsigned int first, last;

	for (first = 0; first < nr; first = last + 1) {
		last = first;
		if (!(bits[first / 64] >> first % 64 & 1))
			continue;
		while (last + 1 < nr && (bits[(last + 1) / 64] >> (last + 1) % 64 & 1))
			last++;
		print_range(stream, first, last, before);
		before = ",";
	}
	if (!*before)
		fputs("none", stream);
}

void facts_print_list(FILE *stream, const struct cpumask *mask)
{
	print_bits(stream, cpumask_bits(mask), nr_cpu_ids);
}

char *facts_list(const struct cpumask *mask)
{
	char *text;
	size_t size;
	FILE *stream = begin_text(&text, &size);

	facts_print_list(stream, mask);
	end_text(stream);
	return text;
}

char *facts_nodes_of(const struct pcpu_group_info *group)
{
	unsigned long nodes[MAX_NUMNODES / 64] = {0};
	char *text;
	size_t size;
	FILE *stream = begin_text(&text, &size);

	for (int unit = 0; unit < group->nr_units; unit++)
		if (!facts_is_unused(group, unit)) {
			const int node = pcpu_cpu_to_node((int)facts_cpu(group, unit));

			nodes[node / 64] |= 1UL << node % 64;
		}
	print_bits(stream, nodes, MAX_NUMNODES);
	end_text(stream);
	return text;
}

char *facts_tier(void)
{
	const char *backend = percpu_backend();
	char *tier = strndup(backend, strcspn(backend, ":"));

	if (!tier)
		tool_fail("no memory");
	return tier;
}

const char *facts_reason(void)
{
	const char *colon = strchr(percpu_backend(), ':');

	return colon ? colon + 1 + (colon[1] == ' ') : "";
}

size_t facts_units_per_allocation(const struct facts *facts)
{
	return facts->ai->alloc_size / facts->ai->unit_size;
}

/* --- the machine --- */

/* The word of @path that is in brackets, or else the first. Nothing where there is no file. */
static void read_word(const char *path, char word[FACTS_WORD])
{
	char line[256] = "", *start, *end;
	FILE *file = fopen(path, "re");

	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	start = strchr(line, '[');
	start = start ? start + 1 : line;
	end = start + strcspn(start, " ]\n");
	*end = '\0';
	snprintf(word, FACTS_WORD, "%.*s", FACTS_WORD - 1, start);
}

static void find_pages(struct facts *facts)
{
	char word[FACTS_WORD];
	void *page = mmap(NULL, PERCPU_PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	read_word("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", word);
	facts->huge_page = strtoul(word, NULL, 10);
	read_word("/sys/kernel/mm/transparent_hugepage/enabled", facts->transparent);
	facts->names = page != MAP_FAILED &&
		       prctl(PR_VMA, PR_VMA_ANON_NAME, page, PERCPU_PAGE_SIZE, "percpu-info") == 0;
	if (page != MAP_FAILED)
		munmap(page, PERCPU_PAGE_SIZE);
}

static void find_rseq(struct facts *facts)
{
	const unsigned int *size = dlsym(RTLD_DEFAULT, "__rseq_size");
	const ptrdiff_t *offset = dlsym(RTLD_DEFAULT, "__rseq_offset");

	facts->rseq.feature_size = getauxval(AUXV_RSEQ_FEATURE_SIZE);
	facts->rseq.alignment = getauxval(AUXV_RSEQ_ALIGN);
	facts->rseq.libc_size = size ? *size : 0;
	facts->rseq.libc_offset = offset && facts->rseq.libc_size ? *offset : 0;
	facts->rseq.node_id = facts->rseq.feature_size >= END_OF_NODE_ID;
	facts->rseq.mm_cid = facts->rseq.feature_size >= END_OF_MM_CID;
	facts->rseq.slices = prctl(PR_SLICE_EXTENSION, PR_SLICE_EXTENSION_GET, 0, 0, 0) >= 0;
}

static void find_allowed(struct facts *facts)
{
	const size_t size = sizeof(facts->allowed);

	cpumask_clear(&facts->allowed);
	if (sched_getaffinity(0, size, (cpu_set_t *)&facts->allowed) != 0)
		tool_fail("sched_getaffinity: %s", strerror(errno));
}

static bool has_node(enum node_states state, unsigned int node)
{
	return percpu_node_states()[state].bits[node / 64] >> node % 64 & 1;
}

static void find_nodes(struct facts *facts)
{
	facts->nodes = calloc(MAX_NUMNODES, sizeof(*facts->nodes));
	if (!facts->nodes)
		tool_fail("no memory");
	for (unsigned int node = 0; node < MAX_NUMNODES; node++)
		if (has_node(N_ONLINE, node) || !cpumask_empty(cpumask_of_node((int)node)))
			facts->nodes[facts->nr_nodes++] = node;
}

static void find_systems(struct facts *facts)
{
	struct rlimit limit;

	if (uname(&facts->kernel) != 0)
		tool_fail("uname: %s", strerror(errno));
#ifdef __GLIBC__
	snprintf(facts->libc, sizeof(facts->libc), "glibc %s", gnu_get_libc_version());
#else
	snprintf(facts->libc, sizeof(facts->libc), "not glibc");
#endif
	facts->address_space = ULONG_MAX;
	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		facts->address_space = limit.rlim_cur;
}

void facts_find(struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts->conf = getenv("PERCPU_CONF");
	find_systems(facts);
	find_allowed(facts);
	find_nodes(facts);
	find_rseq(facts);
	find_pages(facts);
	facts->layout = percpu_first_layout();
	facts->ai = percpu_alloc_info();
	if (!facts->ai)
		tool_fail("no memory for the layout of the first chunk");
}
