/* SPDX-License-Identifier: MIT */
/* copied.c - see copied.h. */
#include "ground/system/copied.h"
#include "arch_constants.h"
#include "ground/log.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

/* What the dynamic linker knows of an object. */
struct object {
	uintptr_t base;
	const char *name, *strings;
	const Elf64_Sym *symbols;
	const Elf64_Rela *relocations;
	size_t nr_relocations, nr_relative; /* of these the first ones that know no symbol */
	const uint32_t *gnu_hash, *hash;    /* NULL: it has no such table */
	bool symbolic;                      /* its own names are for itself */
};

/* --- the dynamic section --- */

/* glibc has put addresses there in place of offsets; other loaders have not. */
static const void *at(const struct object *object, Elf64_Addr pointer)
{
	return (const void *)(pointer < object->base ? object->base + pointer : pointer);
}

static void read_entry(struct object *object, const Elf64_Dyn *entry)
{
	switch (entry->d_tag) {
	case DT_STRTAB:
		object->strings = at(object, entry->d_un.d_ptr);
		break;
	case DT_SYMTAB:
		object->symbols = at(object, entry->d_un.d_ptr);
		break;
	case DT_RELA:
		object->relocations = at(object, entry->d_un.d_ptr);
		break;
	case DT_RELASZ:
		object->nr_relocations = entry->d_un.d_val / sizeof(Elf64_Rela);
		break;
	case DT_RELACOUNT:
		object->nr_relative = entry->d_un.d_val;
		break;
	case DT_GNU_HASH:
		object->gnu_hash = at(object, entry->d_un.d_ptr);
		break;
	case DT_HASH:
		object->hash = at(object, entry->d_un.d_ptr);
		break;
	case DT_SYMBOLIC:
		object->symbolic = true;
		break;
	case DT_FLAGS:
		object->symbolic |= (entry->d_un.d_val & DF_SYMBOLIC) != 0;
		break;
	}
}

static struct object read_object(const struct dl_phdr_info *info)
{
	struct object object = {.base = info->dlpi_addr, .name = info->dlpi_name};
	const Elf64_Dyn *entry = NULL;

	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			entry = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	for (; entry && entry->d_tag != DT_NULL; entry++)
		read_entry(&object, entry);
	return object;
}

/* --- an object's symbol of a name --- */

static bool is_called(const struct object *object, uint32_t index, const char *name)
{
	const Elf64_Sym *symbol = &object->symbols[index];

	return symbol->st_shndx != SHN_UNDEF &&
	       strcmp(object->strings + symbol->st_name, name) == 0;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash;
}

/* The table: how many buckets, which symbol is first, how many words of a filter; these; chains. */
static const Elf64_Sym *find_by_gnu_hash(const struct object *object, const char *name)
{
	const uint32_t *table = object->gnu_hash, hash = gnu_hash(name);
	const uint32_t *buckets = table + 4 + table[2] * (sizeof(Elf64_Addr) / sizeof(*table));
	const uint32_t *chains = buckets + table[0], first = table[1];
	uint32_t i = table[0] ? buckets[hash % table[0]] : 0;

	for (; i >= first && i; i++) {
		if (is_called(object, i, name))
			return &object->symbols[i];
		if (chains[i - first] & 1)
			break;
	}
	return NULL;
}

static const Elf64_Sym *find_symbol(const struct object *object, const char *name)
{
	if (!object->symbols || !object->strings)
		return NULL;
	if (object->gnu_hash)
		return find_by_gnu_hash(object, name);
	for (uint32_t i = 1; object->hash && i < object->hash[1]; i++)
		if (is_called(object, i, name))
			return &object->symbols[i];
	return NULL;
}

/* --- copies --- */

struct search {
	struct object executable; /* the first object that the loader tells of */
	bool has_executable;
	pcpu_has_variable_at_t *has_variable_at;
	uintptr_t lowest, highest;
};

/* Whether the object leaves it to the loader where @symbol is. */
static bool asks_for(const struct object *object, const Elf64_Sym *symbol)
{
	const size_t index = (size_t)(symbol - object->symbols);

	for (size_t i = object->nr_relative; i < object->nr_relocations; i++)
		if (ELF64_R_SYM(object->relocations[i].r_info) == index)
			return true;
	return false;
}

/*
 * Linkers bind an object's code to its own variable for several reasons, of which only the older
 * ones have a mark in the object (mold's -Bsymbolic has none, a dynamic list none with any linker):
 * what all have in common is that there is no relocation with the variable's name.
 */
static void check_used(const struct object *object, const Elf64_Sym *symbol, const char *name)
{
	if (!object->symbolic && ELF64_ST_VISIBILITY(symbol->st_other) != STV_PROTECTED &&
	    asks_for(object, symbol))
		return;
	pcpu_fatal_unlock(
		"%s has a copy of the per-CPU variable %s of %s, which uses its own (exported, "
		"-Bsymbolic, or a dynamic list): compile %s with -fPIC, or with "
		"-mno-direct-extern-access (gcc) or -fno-direct-access-external-data (clang)",
		program_invocation_name, name, object->name, program_invocation_name);
}

/* @copy: a relocation of the executable's, of a variable that may be one of the object's. */
static void look_at_copy(struct search *search, const struct dl_phdr_info *info,
			 const struct object *object, const Elf64_Rela *copy)
{
	const struct object *executable = &search->executable;
	const Elf64_Sym *its = &executable->symbols[ELF64_R_SYM(copy->r_info)];
	const char *name = executable->strings + its->st_name;
	const uintptr_t start = executable->base + copy->r_offset;
	const Elf64_Sym *symbol = find_symbol(object, name);

	if (!symbol || !search->has_variable_at(info, object->base + symbol->st_value))
		return;
	check_used(object, symbol, name);
	if (start < search->lowest)
		search->lowest = start;
	if (start + its->st_size > search->highest)
		search->highest = start + its->st_size;
}

static int look_at_one(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct search *search = ctx;
	const struct object *executable = &search->executable, object = read_object(info);

	(void)size;
	if (!search->has_executable) {
		search->has_executable = true;
		search->executable = object;
		return !object.relocations || !object.symbols || !object.strings;
	}
	for (size_t i = executable->nr_relative; i < executable->nr_relocations; i++)
		if (ELF64_R_TYPE(executable->relocations[i].r_info) == PCPU_R_COPY)
			look_at_copy(search, info, &object, &executable->relocations[i]);
	return 0;
}

bool pcpu_copied_range(pcpu_has_variable_at_t *has_variable_at, uintptr_t *start, uintptr_t *end)
{
	struct search search = {.has_variable_at = has_variable_at, .lowest = UINTPTR_MAX};

	dl_iterate_phdr(look_at_one, &search);
	*start = search.lowest;
	*end = search.highest;
	return search.lowest < search.highest;
}
