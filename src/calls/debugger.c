/* SPDX-License-Identifier: MIT */
/*
 * debugger.c - what a debugger has to know of the library to show what it finds in a process or in
 * a core: where things are, and how they are laid out. The one who reads it is gdb/script/.
 *
 * It is data, in every library and under a name that stays when symbols and debugging information
 * are stripped: who debugs a server mostly has the library as the distribution has it. And it is in
 * each core, so what reads it needs not be of the library's version: it looks numbers up by name,
 * and does without what it does not find. (The kernel tells its own crash dumps the same way, in
 * vmcoreinfo.)
 */
#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/map/area_map.h"
#include "boot/first_chunk/first_chunk.h"
#include "debug/debug_record.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/span.h"

#include <percpu/impl/runtime.h>

/* What the numbers and addresses are said to be: changes when one comes to mean something else. */
#define VERSION 1

struct address {
	char name[24];
	const void *at;
};

struct number {
	char name[28];
	uint32_t value;
};

#define ADDRESS(object)            \
	{                          \
#object, &(object) \
	}
#define OFFSET(type, field)                                    \
	{                                                      \
#type "." #field, offsetof(struct type, field) \
	}
#define SIZE(type)                                   \
	{                                            \
		"sizeof " #type, sizeof(struct type) \
	}
#define CONSTANT(name)      \
	{                   \
#name, name \
	}

static const struct address addresses[] = {
	ADDRESS(pcpu_tier),        ADDRESS(pcpu_tier_text),       ADDRESS(pcpu_first_layout),
	ADDRESS(pcpu_spans),       ADDRESS(pcpu_displaced_first), ADDRESS(pcpu_all_chunks),
	ADDRESS(pcpu_first_chunk), ADDRESS(pcpu_reserved_chunk),  ADDRESS(pcpu_debug_level),
	ADDRESS(pcpu_records),     ADDRESS(pcpu_history),
};

/* clang-format off */
static const struct number numbers[] = {
	/* CPUs and threads */
	SIZE(percpu_entry),
	OFFSET(percpu_entry, window),
	OFFSET(percpu_entry, base),
	OFFSET(percpu_entry, lock),
	OFFSET(percpu_entry, successor),
	OFFSET(percpu_entry, attention),
	OFFSET(percpu_entry, pinned),
	OFFSET(percpu_runtime, self_offset),
	OFFSET(percpu_self, cpu),
	OFFSET(percpu_self, nested),
	OFFSET(percpu_self, word),
	OFFSET(percpu_self, pinned),
	{"local_lock", __PCPU_LOCAL_LOCK},
	OFFSET(pcpu_tier, shared),
	/* the layout of the first chunk */
	OFFSET(percpu_layout, static_size),
	OFFSET(percpu_layout, reserved_size),
	OFFSET(percpu_layout, dyn_size),
	OFFSET(percpu_layout, unit_size),
	OFFSET(percpu_layout, base),
	OFFSET(percpu_layout, stride),
	OFFSET(percpu_layout, unit_map),
	OFFSET(percpu_layout, group_offsets),
	OFFSET(percpu_layout, group_sizes),
	OFFSET(percpu_layout, nr_groups),
	OFFSET(percpu_layout, nr_units),
	/* modules, and all else that is in the windows */
	OFFSET(pcpu_span_table, records),
	OFFSET(pcpu_span_table, nr),
	SIZE(pcpu_span_record),
	OFFSET(pcpu_span_record, start),
	OFFSET(pcpu_span_record, size),
	OFFSET(pcpu_span_record, images),
	OFFSET(pcpu_span_record, committed),
	OFFSET(pcpu_span_record, parked),
	CONSTANT(PCPU_SPAN_IMAGES),
	SIZE(pcpu_image),
	OFFSET(pcpu_image, start),
	OFFSET(pcpu_image, size),
	OFFSET(pcpu_image, coord),
	OFFSET(pcpu_displaced, next),
	OFFSET(pcpu_displaced, start),
	OFFSET(pcpu_displaced, size),
	OFFSET(pcpu_displaced, coord),
	/* chunks, and who has which bytes of them */
	OFFSET(pcpu_chunk, all_next),
	OFFSET(pcpu_chunk, map),
	OFFSET(pcpu_chunk, base),
	OFFSET(pcpu_chunk, start),
	OFFSET(pcpu_chunk, end),
	OFFSET(pcpu_area_map, blocks),
	OFFSET(pcpu_area_map, first),
	OFFSET(pcpu_area_map, end),
	OFFSET(pcpu_area_map, total),
	OFFSET(pcpu_area_map, free_size),
	OFFSET(pcpu_area_map, nr_areas),
	SIZE(pcpu_block),
	OFFSET(pcpu_block, codes),
	CONSTANT(PCPU_BLOCK_SHIFT),
	CONSTANT(PCPU_FREE),
	CONSTANT(PCPU_CACHED),
	CONSTANT(PCPU_LIVE),
	OFFSET(pcpu_cache, loans),
	OFFSET(pcpu_loans, coords),
	OFFSET(pcpu_loans, nr),
	/* who has allocated areas, at debug levels */
	OFFSET(pcpu_record_table, buckets),
	OFFSET(pcpu_record_table, bits),
	OFFSET(pcpu_record_table, nr),
	SIZE(pcpu_record),
	OFFSET(pcpu_record, next),
	OFFSET(pcpu_record, zoned),
	OFFSET(pcpu_record, sequence),
	OFFSET(pcpu_record, allocated),
	OFFSET(pcpu_record, freed),
	OFFSET(pcpu_zoned, start),
	OFFSET(pcpu_zoned, front),
	OFFSET(pcpu_zoned, size),
	OFFSET(pcpu_zoned, back),
	OFFSET(pcpu_record_history, nr),
	OFFSET(pcpu_record_history, records),
	CONSTANT(PCPU_HISTORY),
};
/* clang-format on */

struct debugger_info {
	char magic[8];
	uint32_t version, address_size, number_size; /* of an entry */
	uint32_t nr_addresses, nr_numbers;
	const struct address *addresses;
	const struct number *numbers;
};

PERCPU_API extern const struct debugger_info __percpu_debugger_info;

/* The archive has it because boot/runtime.S refers to it; nothing else does. */
const struct debugger_info __percpu_debugger_info = {
	"percpu",
	VERSION,
	sizeof(struct address),
	sizeof(struct number),
	sizeof(addresses) / sizeof(*addresses),
	sizeof(numbers) / sizeof(*numbers),
	addresses,
	numbers,
};
