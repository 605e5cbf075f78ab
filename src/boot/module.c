/* SPDX-License-Identifier: MIT */
/* module.c - see module.h. */
#include "boot/module.h"
#include "arch/probe.h"
#include "boot/note.h"
#include "boot/share.h"
#include "debug/debug_record.h"
#include "debug/template.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/assert.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/system/copied.h"
#include "memory/coord.h"
#include "memory/displaced.h"
#include "memory/open_units.h"
#include "memory/pages/steer.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

struct module {
	struct module *next;
	const struct pcpu_note *note;
	uintptr_t identity;    /* the note's */
	struct pcpu_span span; /* size 0: no variables */
	size_t static_size;    /* from span.start to the end of the last variable */
	uintptr_t address;     /* of the page of the lowest variable */
	bool placed;           /* its coordinates are claimed */
	char name[256];
};

/* In the order of loading; the first element is the one that the first chunk serves. */
static struct module *modules;

/* --- a module, as its note says --- */

static void set_span(struct module *module, uintptr_t lowest, uintptr_t highest)
{
	uintptr_t start = pcpu_page_floor(lowest);

	module->address = start;
	module->static_size = highest - start;
	module->span.start = (uint32_t)start;
	module->span.size = pcpu_page_ceil(module->static_size);
}

static void read_ranges(struct module *module)
{
	uintptr_t lowest = UINTPTR_MAX, highest = 0;

	for (int i = 0; i < __PCPU_NOTE_RANGES; i++) {
		uintptr_t start, end;

		if (!pcpu_note_range(module->note, i, &start, &end))
			continue;
		module->span.images[i] =
			(struct pcpu_image){(const char *)start, end - start, (uint32_t)start};
		lowest = start < lowest ? start : lowest;
		highest = end > highest ? end : highest;
	}
	if (lowest < highest)
		set_span(module, lowest, highest);
}

/* @name: as the loader has it, which knows the executable by none. */
static struct module *new_module(const struct pcpu_note *note, const char *name)
{
	struct module *module;

	if (!*name)
		name = program_invocation_name;
	if (!pcpu_note_is_known(note))
		pcpu_fatal_unlock(
			"%s was built with headers of another libpercpu (module record version %u "
			"with %u ranges, this library knows version %d with %d): build it again "
			"with the headers that this library came with",
			name, note->version, note->nr_ranges, __PCPU_NOTE_VERSION,
			__PCPU_NOTE_RANGES);
	module = pcpu_mem_zalloc(sizeof(*module));
	if (!module)
		return NULL;
	snprintf(module->name, sizeof(module->name), "%s", name);
	module->note = note;
	module->identity = pcpu_note_identity(note);
	read_ranges(module);
	return module;
}

/* --- at start --- */

struct scan {
	struct module **tail;
	unsigned int nr_objects;
	struct module *executable; /* the first object; NULL: it has no note */
};

static int scan_one(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct scan *scan = ctx;
	const bool is_executable = scan->nr_objects++ == 0;
	const struct pcpu_note *note = pcpu_note_find(info);
	struct module *module;

	(void)size;
	if (!note)
		return 0;
	module = new_module(note, info->dlpi_name);
	if (!module)
		return -ENOMEM;
	*scan->tail = module;
	scan->tail = &module->next;
	if (is_executable)
		scan->executable = module;
	return 0;
}

static bool has_variable_at(const struct dl_phdr_info *info, uintptr_t address)
{
	const struct pcpu_note *note = pcpu_note_find(info);
	uintptr_t start, end;

	for (int i = 0; note && i < __PCPU_NOTE_RANGES; i++)
		if (pcpu_note_range(note, i, &start, &end) && address >= start && address < end)
			return true;
	return false;
}

/*
 * The executable's copies of others' variables: one image more, which has its other data, too.
 * @executable: NULL if it has no note.
 */
static void add_copied(struct module *executable)
{
	uintptr_t start, highest, end;
	bool has_own;

	if (!pcpu_copied_range(has_variable_at, &start, &highest))
		return;
	if (!executable)
		pcpu_fatal_unlock("%s has copies of a shared object's per-CPU variables (at %#lx), "
				  "and does not include <percpu/percpu.h>",
				  program_invocation_name, (unsigned long)start);
	end = executable->address + executable->static_size;
	has_own = executable->span.size != 0;
	executable->span.images[__PCPU_NOTE_RANGES] =
		(struct pcpu_image){(const char *)start, highest - start, (uint32_t)start};
	set_span(executable, has_own && executable->address < start ? executable->address : start,
		 has_own && end > highest ? end : highest);
}

/* Brings the module that the first chunk is to be built on to the front. */
static void pick_first(void)
{
	struct module **link = &modules, *first;

	/* there is one: the library has variables of its own, wherever it is linked to */
	while (!(*link)->span.size)
		link = &(*link)->next;
	first = *link;
	*link = first->next;
	first->next = modules;
	modules = first;
}

int pcpu_modules_scan(void)
{
	struct scan scan = {.tail = &modules};
	int err;

	pcpu_assert(!modules);
	err = dl_iterate_phdr(scan_one, &scan);
	if (err)
		return err;
	add_copied(scan.executable);
	pick_first();
	return 0;
}

const struct pcpu_span *pcpu_modules_first(size_t *size)
{
	*size = modules->static_size;
	return &modules->span;
}

/* --- coordinates --- */

/* False: the ones that the loader gave it are not to be had. */
static bool take_natural_place(struct module *module)
{
	if (pcpu_conf.place_elsewhere)
		return false;
	module->placed = !pcpu_coord_claim(module->span.start, module->span.size);
	return module->placed;
}

/* Has its variables at @start instead. */
static void set_start(struct module *module, uint32_t start)
{
	const uint32_t distance = start - module->span.start;

	module->span.start = start;
	for (int i = 0; i < PCPU_SPAN_IMAGES; i++)
		module->span.images[i].coord += distance;
	module->placed = true;
}

static int displace(struct module *module)
{
	uint32_t start;
	int err = pcpu_coord_claim_free(module->span.size, &start);

	if (!err)
		err = pcpu_displaced_add(module->address, module->span.size, start);
	if (err)
		return err;
	set_start(module, start);
	PCPU_PROBE3(module_displaced, module->name, module->address, module->static_size);
	pcpu_log(pcpu_conf.place_elsewhere ? PERCPU_LOG_INFO : PERCPU_LOG_WARNING,
		 "the per-CPU variables of %s at %#lx (%zu bytes) lie where they cannot be served "
		 "inline, modulo 4 GiB: every operation of this process takes the slow way",
		 module->name, module->address, module->static_size);
	return 0;
}

static void __attribute__((__noreturn__)) no_place(const struct module *module, int err)
{
	pcpu_fatal_unlock("no place for the per-CPU variables of %s at %#lx (%zu bytes): errno %d",
			  module->name, module->address, module->static_size, -err);
}

/* In two rounds, so that none is put where another one's are. */
void pcpu_modules_place(void)
{
	struct module *module;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (module = modules; module; module = module->next)
		if (module->span.size)
			take_natural_place(module);
	for (module = modules; module; module = module->next) {
		err = module->span.size && !module->placed ? displace(module) : 0;
		if (err)
			no_place(module, err);
	}
	/* the first chunk takes it again, and what follows it as well if it can */
	if (modules)
		pcpu_coord_release(modules->span.start);
}

int pcpu_modules_add_others(void)
{
	int err = 0;

	for (const struct module *module = modules->next; module && !err; module = module->next)
		if (module->span.size)
			err = pcpu_units_add_span(&module->span);
	return err;
}

/* --- later --- */

struct search {
	const struct pcpu_note *note;
	const char *name;
};

static int name_one(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct search *search = ctx;

	(void)size;
	if (!pcpu_note_is_in(info, search->note))
		return 0;
	search->name = info->dlpi_name;
	return 1;
}

const char *pcpu_module_name(const void *note)
{
	struct search search = {.note = note, .name = "a shared object"};

	dl_iterate_phdr(name_one, &search);
	return search.name;
}

/* Near enough to be one. */
#define STEER_GAP (1 << 20)

/* Has the loader put later objects where nobody's coordinates are. */
static void steer_later_ones(uintptr_t address)
{
	const struct pcpu_span_record *spans = pcpu_spans.records;
	unsigned int first = 0;

	if (!pcpu_vm_is_reserved()) /* address space is scarce */
		return;
	for (unsigned int i = 0; i < pcpu_spans.nr; i++) {
		const uint64_t end = pcpu_span_end(&spans[i]);

		if (i + 1 < pcpu_spans.nr && spans[i + 1].start - end < STEER_GAP)
			continue;
		pcpu_steer(address, spans[first].start, end);
		first = i + 1;
	}
}

static struct module *add_module(const struct pcpu_note *note, const char *name)
{
	struct module *module = new_module(note, name), **tail = &modules;

	if (!module)
		return NULL;
	while (*tail)
		tail = &(*tail)->next;
	*tail = module;
	if (!module->span.size)
		return module;
	if (!take_natural_place(module) && displace(module))
		return NULL;
	if (pcpu_units_add_span(&module->span))
		return NULL;
	pcpu_share_note_module(module->name);
	PCPU_PROBE3(module_add, module->name, module->address, module->static_size);
	if (pcpu_debug_level)
		pcpu_templates_keep();
	steer_later_ones(module->address);
	return module;
}

static struct module *find_module(const struct pcpu_note *note)
{
	struct module *module = modules;

	while (module && module->identity != pcpu_note_identity(note))
		module = module->next;
	return module;
}

bool pcpu_module_is_known(const void *note)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return find_module(note) != NULL;
}

bool pcpu_module_add(const void *note, const char *name)
{
	const unsigned int nr_displaced = pcpu_nr_displaced;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(!find_module(note));
	if (!add_module(note, name))
		pcpu_fatal_unlock("no memory for the per-CPU variables of a shared object");
	return pcpu_nr_displaced == nr_displaced;
}
