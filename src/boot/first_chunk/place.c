/* SPDX-License-Identifier: MIT */
/*
 * place.c - the two forms of the first chunk for who wants to see them: over callbacks of his own,
 * and without a chunk; percpu/impl/alloc_info.h.
 */
#include "boot/first_chunk/embed.h"
#include "boot/first_chunk/page.h"
#include "ground/layout.h"
#include "ground/mem.h"

#include <percpu/kernel/err.h>

#include <errno.h>
#include <sys/mman.h>

struct callbacks {
	pcpu_fc_alloc_fn_t alloc;
	pcpu_fc_free_fn_t free;
};

/* What is not aligned is given back: the checks of the first chunk would be fatal. */
static void *alloc_for(unsigned int cpu, size_t size, size_t align, void *ctx)
{
	const struct callbacks *callbacks = ctx;
	void *ptr = callbacks->alloc(cpu, size, align);

	if (!ptr || (uintptr_t)ptr % PCPU_PAGE_SIZE == 0)
		return ptr;
	callbacks->free(ptr, size);
	return NULL;
}

static void free_for(void *ptr, size_t size, void *ctx)
{
	const struct callbacks *callbacks = ctx;

	callbacks->free(ptr, size);
}

typedef int (*form_fn_t)(struct percpu_layout *layout, const struct pcpu_alloc_request *request,
			 const struct pcpu_fc_space *space);

static struct percpu_layout *place(form_fn_t form, const struct pcpu_alloc_request *request,
				   struct callbacks callbacks)
{
	const struct pcpu_fc_space space = {
		.range = VMALLOC_TOTAL, .alloc = alloc_for, .free = free_for, .ctx = &callbacks};
	struct percpu_layout *layout;
	int err;

	if (request->machine.static_size == 0)
		return ERR_PTR(-EINVAL);
	layout = pcpu_mem_zalloc(sizeof(*layout));
	if (!layout)
		return ERR_PTR(-ENOMEM);
	err = form(layout, request, &space);
	if (!err)
		return layout;
	pcpu_mem_free(layout, sizeof(*layout));
	return ERR_PTR(err);
}

PERCPU_API struct percpu_layout *
pcpu_embed_first_chunk(const struct percpu_machine *machine, size_t reserved_size, size_t dyn_size,
		       size_t atom_size, pcpu_fc_cpu_distance_fn_t cpu_distance_fn,
		       pcpu_fc_alloc_fn_t alloc_fn, pcpu_fc_free_fn_t free_fn)
{
	const struct pcpu_alloc_request request = {*machine, reserved_size, dyn_size, atom_size,
						   cpu_distance_fn};
	struct percpu_layout *layout =
		place(pcpu_embed, &request, (struct callbacks){alloc_fn, free_fn});

	if (!IS_ERR(layout))
		layout->chosen_fc = layout->fc = PCPU_FC_EMBED;
	return layout;
}

PERCPU_API struct percpu_layout *pcpu_page_first_chunk(const struct percpu_machine *machine,
						       size_t reserved_size,
						       pcpu_fc_alloc_fn_t alloc_fn,
						       pcpu_fc_free_fn_t free_fn)
{
	const struct pcpu_alloc_request request = {.machine = *machine,
						   .reserved_size = reserved_size};
	struct percpu_layout *layout =
		place(pcpu_go_by_pages, &request, (struct callbacks){alloc_fn, free_fn});

	if (!IS_ERR(layout))
		layout->chosen_fc = layout->fc = PCPU_FC_PAGE;
	return layout;
}

PERCPU_API void percpu_free_layout(struct percpu_layout *layout)
{
	if (!layout)
		return;
	pcpu_first_layout_destroy(layout);
	pcpu_mem_free(layout, sizeof(*layout));
}

/* --- callbacks --- */

PERCPU_API void *pcpu_dfl_fc_alloc(unsigned int cpu, size_t size, size_t align)
{
	uintptr_t start, at;
	void *mapping;

	(void)cpu;
	if (size > SIZE_MAX - align)
		return NULL;
	mapping = mmap(NULL, size + align, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapping == MAP_FAILED)
		return NULL;
	start = (uintptr_t)mapping;
	at = (start + align - 1) & ~(uintptr_t)(align - 1);
	pcpu_dfl_fc_free(mapping, at - start);
	pcpu_dfl_fc_free((void *)(at + size), start + align - at);
	return (void *)at;
}

PERCPU_API void pcpu_dfl_fc_free(void *ptr, size_t size)
{
	if (size)
		munmap(ptr, size);
}
