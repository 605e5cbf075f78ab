/* SPDX-License-Identifier: MIT */
/* report_json.c - the facts for programs; see report.h. The names are in the man page. */
#include "common/json.h"
#include "percpu-info/report.h"

#include <percpu/topology.h>

#include <limits.h>
#include <stdlib.h>

static void put_mask(struct json *json, const char *key, const struct cpumask *mask)
{
	char *list = facts_list(mask);

	json_object(json, key);
	json_number(json, "count", cpumask_weight(mask));
	json_string(json, "list", cpumask_empty(mask) ? "" : list);
	json_close(json);
	free(list);
}

static void put_cpus(struct json *json, const struct facts *facts)
{
	json_object(json, "cpus");
	json_number(json, "nr_cpu_ids", nr_cpu_ids);
	put_mask(json, "possible", cpu_possible_mask);
	put_mask(json, "present", cpu_present_mask);
	put_mask(json, "online", cpu_online_mask);
	put_mask(json, "allowed", &facts->allowed);
	json_close(json);
}

static void put_nodes(struct json *json, const struct facts *facts)
{
	json_array(json, "nodes");
	for (unsigned int i = 0; i < facts->nr_nodes; i++) {
		json_object(json, NULL);
		json_number(json, "node", facts->nodes[i]);
		put_mask(json, "cpus", cpumask_of_node((int)facts->nodes[i]));
		json_flat_array(json, "distances");
		for (unsigned int j = 0; j < facts->nr_nodes; j++)
			json_signed(json, NULL,
				    node_distance((int)facts->nodes[i], (int)facts->nodes[j]));
		json_close(json);
		json_close(json);
	}
	json_close(json);
}

static void put_groups(struct json *json, const struct facts *facts)
{
	json_array(json, "groups");
	for (int i = 0; i < facts->ai->nr_groups; i++) {
		const struct pcpu_group_info *group = &facts->ai->groups[i];

		json_object(json, NULL);
		json_number(json, "address", facts->layout->base + facts->layout->group_offsets[i]);
		json_number(json, "size", facts->layout->group_sizes[i]);
		json_flat_array(json, "units");
		for (int unit = 0; unit < group->nr_units; unit++)
			if (facts_is_unused(group, unit))
				json_null(json, NULL);
			else
				json_number(json, NULL, facts_cpu(group, unit));
		json_close(json);
		json_close(json);
	}
	json_close(json);
}

static void put_first_chunk(struct json *json, const struct facts *facts)
{
	const struct pcpu_alloc_info *ai = facts->ai;

	json_object(json, "first_chunk");
	json_string(json, "form", pcpu_fc_names[facts->layout->fc]);
	json_string(json, "asked_for", pcpu_fc_names[facts->layout->chosen_fc]);
	json_number(json, "static_size", ai->static_size);
	json_number(json, "reserved_size", ai->reserved_size);
	json_number(json, "dyn_size", ai->dyn_size);
	json_number(json, "unit_size", ai->unit_size);
	json_number(json, "atom_size", ai->atom_size);
	json_number(json, "alloc_size", ai->alloc_size);
	json_number(json, "units_per_allocation", facts_units_per_allocation(facts));
	json_number(json, "nr_units", (unsigned int)facts->layout->nr_units);
	json_close(json);
}

static void put_space(struct json *json, const struct facts *facts)
{
	json_object(json, "address_space");
	json_number(json, "stride", facts->layout->stride);
	json_bool(json, "reserved", facts->layout->fc != PCPU_FC_PAGE);
	if (facts->address_space == ULONG_MAX)
		json_null(json, "limit");
	else
		json_number(json, "limit", facts->address_space);
	json_close(json);
}

static void put_rseq(struct json *json, const struct facts *facts)
{
	json_object(json, "rseq");
	json_number(json, "kernel_feature_size", facts->rseq.feature_size);
	json_number(json, "kernel_alignment", facts->rseq.alignment);
	json_number(json, "libc_size", facts->rseq.libc_size);
	json_signed(json, "libc_offset", facts->rseq.libc_offset);
	json_bool(json, "node_id", facts->rseq.node_id);
	json_bool(json, "mm_cid", facts->rseq.mm_cid);
	json_bool(json, "slice_extension", facts->rseq.slices);
	json_close(json);
}

static void put_pages(struct json *json, const struct facts *facts)
{
	json_object(json, "pages");
	json_number(json, "size", PERCPU_PAGE_SIZE);
	json_number(json, "huge_size", facts->huge_page);
	json_string(json, "transparent_huge", facts->transparent[0] ? facts->transparent : NULL);
	json_bool(json, "names", facts->names);
	json_close(json);
}

static void put_system(struct json *json, const struct facts *facts)
{
	json_object(json, "system");
	json_string(json, "release", facts->kernel.release);
	json_string(json, "machine", facts->kernel.machine);
	json_string(json, "libc", facts->libc);
	json_close(json);
}

static void put_backend(struct json *json)
{
	char *tier = facts_tier();

	json_object(json, "backend");
	json_string(json, "tier", tier);
	json_string(json, "reason", facts_reason());
	json_close(json);
	free(tier);
}

void report_json(FILE *stream, const struct facts *facts)
{
	struct json json;

	json_begin(&json, stream);
	json_object(&json, NULL);
	json_string(&json, "configuration", facts->conf);
	put_system(&json, facts);
	put_backend(&json);
	put_cpus(&json, facts);
	put_nodes(&json, facts);
	put_groups(&json, facts);
	put_first_chunk(&json, facts);
	put_space(&json, facts);
	put_rseq(&json, facts);
	put_pages(&json, facts);
	json_close(&json);
}
