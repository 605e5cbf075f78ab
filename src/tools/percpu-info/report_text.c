/* SPDX-License-Identifier: MIT */
/* report_text.c - the facts for people; see report.h. */
#include "percpu-info/report.h"

#include <percpu/backend.h>
#include <percpu/impl/slot.h>
#include <percpu/topology.h>

#include <limits.h>

#define COLUMNS 78

static void put_size(FILE *stream, unsigned long size)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	int unit = 0;

	while (size >= 1024 && size % 1024 == 0 && unit < 4) {
		size /= 1024;
		unit++;
	}
	fprintf(stream, "%lu %s", size, units[unit]);
}

static void put_mask(FILE *stream, const char *what, const struct cpumask *mask)
{
	fprintf(stream, "  %-10s ", what);
	facts_print_list(stream, mask);
	fprintf(stream, " (%u)\n", cpumask_weight(mask));
}

static void put_cpus(FILE *stream, const struct facts *facts)
{
	fprintf(stream, "CPUs\n");
	put_mask(stream, "possible", cpu_possible_mask);
	put_mask(stream, "present", cpu_present_mask);
	put_mask(stream, "online", cpu_online_mask);
	put_mask(stream, "allowed", &facts->allowed);
}

/* As many columns as a terminal has; the rest is in the JSON document. */
static unsigned int nodes_in_columns(const struct facts *facts)
{
	const unsigned int most = (COLUMNS - 12) / 5;

	return facts->nr_nodes < most ? facts->nr_nodes : most;
}

static void put_nodes(FILE *stream, const struct facts *facts)
{
	const unsigned int columns = nodes_in_columns(facts);

	fprintf(stream, "\nNodes\n");
	for (unsigned int i = 0; i < facts->nr_nodes; i++) {
		fprintf(stream, "  node %-5u CPUs ", facts->nodes[i]);
		facts_print_list(stream, cpumask_of_node((int)facts->nodes[i]));
		fputc('\n', stream);
	}
	if (facts->nr_nodes < 2)
		return;
	fprintf(stream, "  distances ");
	for (unsigned int i = 0; i < columns; i++)
		fprintf(stream, "%5u", facts->nodes[i]);
	fprintf(stream, "%s\n", columns < facts->nr_nodes ? " ..." : "");
	for (unsigned int i = 0; i < facts->nr_nodes; i++) {
		fprintf(stream, "  %9u ", facts->nodes[i]);
		for (unsigned int j = 0; j < columns; j++)
			fprintf(stream, "%5d",
				node_distance((int)facts->nodes[i], (int)facts->nodes[j]));
		fputc('\n', stream);
	}
}

static const char *yes(bool is_so)
{
	return is_so ? "yes" : "no";
}

static void put_rseq(FILE *stream, const struct facts *facts)
{
	fprintf(stream, "\nRestartable sequences\n");
	if (facts->rseq.feature_size)
		fprintf(stream, "  kernel     uses %lu bytes of an area, aligned to %lu\n",
			facts->rseq.feature_size, facts->rseq.alignment);
	else
		fprintf(stream, "  kernel     does not say how much of an area it uses\n");
	if (facts->rseq.libc_size)
		fprintf(stream,
			"  libc       has an area %ld bytes from the thread pointer; it says %lu\n",
			facts->rseq.libc_offset, facts->rseq.libc_size);
	else
		fprintf(stream, "  libc       has registered no area\n");
	fprintf(stream, "  features   node_id %s, mm_cid %s, slice extension %s\n",
		yes(facts->rseq.node_id), yes(facts->rseq.mm_cid), yes(facts->rseq.slices));
}

static void put_pages(FILE *stream, const struct facts *facts)
{
	fprintf(stream, "\nPages\n  size       ");
	put_size(stream, PERCPU_PAGE_SIZE);
	fprintf(stream, "\n  huge       ");
	if (facts->huge_page)
		put_size(stream, facts->huge_page);
	else
		fputs("none", stream);
	if (facts->transparent[0])
		fprintf(stream, ", transparent: %s; not for windows", facts->transparent);
	fprintf(stream, "\n  names      %s\n",
		facts->names ? "mappings have names in /proc"
			     : "none: this kernel has no names for anonymous memory");
}

static void put_space(FILE *stream, const struct facts *facts)
{
	const struct percpu_layout *layout = facts->layout;
	const bool is_reserved = layout->fc != PCPU_FC_PAGE;
	size_t sum = 0;

	fprintf(stream, "\nAddress space\n  window     4 GiB and a page a CPU, %s\n",
		is_reserved ? "reserved; memory comes with the first use"
			    : "not reserved: what is in use is mapped");
	for (int i = 0; i < layout->nr_groups; i++) {
		fprintf(stream, "  group %-4d at %#lx: %zu bytes\n", i,
			layout->base + layout->group_offsets[i], layout->group_sizes[i]);
		sum += layout->group_sizes[i];
	}
	fprintf(stream, "  sum        %zu bytes, %.1f GiB\n", sum, (double)sum / (1UL << 30));
	if (facts->address_space != ULONG_MAX) {
		fprintf(stream, "  limit      ");
		put_size(stream, facts->address_space);
		fprintf(stream, " (ulimit -v)\n");
	}
}

static void put_first_chunk(FILE *stream, const struct facts *facts)
{
	const struct pcpu_alloc_info *ai = facts->ai;

	fprintf(stream, "\nFirst chunk\n  form       %s, asked for: %s\n",
		pcpu_fc_names[facts->layout->fc], pcpu_fc_names[facts->layout->chosen_fc]);
	fprintf(stream, "  unit       ");
	put_size(stream, ai->unit_size);
	fprintf(stream, ": static %zu, reserved %zu, dynamic %zu bytes\n", ai->static_size,
		ai->reserved_size, ai->dyn_size);
	fprintf(stream, "  made of    ");
	put_size(stream, ai->alloc_size);
	fprintf(stream, " with %zu units, atoms of ", facts_units_per_allocation(facts));
	put_size(stream, ai->atom_size);
	fprintf(stream, "\n  units      %d, groups %d\n\n", facts->layout->nr_units, ai->nr_groups);
}

void report_text(FILE *stream, const struct facts *facts)
{
	fprintf(stream, "Linux %s, %s, %s\nPERCPU_CONF %s\n", facts->kernel.release,
		facts->kernel.machine, facts->libc, facts->conf ? facts->conf : "is not set");
	fprintf(stream, "backend %s\n\n", percpu_backend());
	put_cpus(stream, facts);
	put_nodes(stream, facts);
	put_rseq(stream, facts);
	put_pages(stream, facts);
	put_space(stream, facts);
	put_first_chunk(stream, facts);
	report_picture(stream, facts);
}
