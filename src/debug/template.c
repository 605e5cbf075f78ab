/* SPDX-License-Identifier: MIT */
/* template.c - see template.h. */
#include "debug/template.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/symbol.h"
#include "memory/span.h"

#include <percpu/impl/module.h>

#include <stdint.h>
#include <string.h>

/* One image of a module, as it was. */
struct kept {
	struct kept *next;
	const char *start;
	size_t size;
	char bytes[];
};

/* Added to under pcpu_alloc_mutex, read by anybody; none goes. */
static struct kept *all_kept;

static bool is_kept(const char *start)
{
	const struct kept *kept = all_kept;

	while (kept && kept->start != start)
		kept = kept->next;
	return kept != NULL;
}

static void keep(const struct pcpu_image *image)
{
	struct kept *kept = pcpu_mem_zalloc(sizeof(*kept) + image->size);

	if (!kept)
		return;
	kept->start = image->start;
	kept->size = image->size;
	memcpy(kept->bytes, image->start, image->size);
	kept->next = all_kept;
	__atomic_store_n(&all_kept, kept, __ATOMIC_RELEASE);
}

/* The last image has an executable's copies of others' variables, and what lies between them. */
void pcpu_templates_keep(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	for (unsigned int i = 0; i < pcpu_spans.nr; i++) {
		const struct pcpu_image *images = pcpu_spans.records[i].images;

		for (int j = 0; images && j < PCPU_SPAN_IMAGES - 1; j++)
			if (images[j].size && !is_kept(images[j].start))
				keep(&images[j]);
	}
}

static size_t first_difference(const struct kept *kept)
{
	size_t at = 0;

	while (at < kept->size && kept->start[at] == kept->bytes[at])
		at++;
	return at;
}

/* The aligned word that @at is in, as far as it is there: what the variable may be. */
static uint64_t word_at(const char *bytes, size_t size, size_t at)
{
	const size_t start = at & ~(sizeof(uint64_t) - 1);
	uint64_t word = 0;

	memcpy(&word, bytes + start, size - start < sizeof(word) ? size - start : sizeof(word));
	return word;
}

static void __attribute__((__noreturn__, __cold__)) complain(const struct kept *kept, size_t at)
{
	char symbol[PCPU_SYMBOL_MAX];

	pcpu_symbol_describe(kept->start + at, symbol);
	pcpu_fatal("the initial value of a per-CPU variable was written to, at %s (%p): the word "
		   "there was %#lx and is %#lx. No CPU's copy has changed: this_cpu_*(), "
		   "get_cpu_var() and per_cpu() do that",
		   symbol, (const void *)(kept->start + at), word_at(kept->bytes, kept->size, at),
		   word_at(kept->start, kept->size, at));
}

void pcpu_templates_check(void)
{
	const struct kept *kept = __atomic_load_n(&all_kept, __ATOMIC_ACQUIRE);

	for (; kept; kept = kept->next)
		if (memcmp(kept->start, kept->bytes, kept->size) != 0)
			complain(kept, first_difference(kept));
}
