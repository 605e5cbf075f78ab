/* SPDX-License-Identifier: MIT */
/*
 * alloc_info.h - what a first chunk is made of, as values; for boot.h, and for the library's boot,
 * which works on the same.
 *
 * Given the CPUs, how far they are from each other and the sizes that are wanted, it is decided how
 * the memory of the first chunk is cut up:
 *
 *	group 0 (CPUs near each other)         group 1
 *	|<------ alloc_size ------>|           |<------ alloc_size ------>|
 *	| unit | unit | unit |  -  |           | unit | unit | unit |  -  |
 *	  CPU 0  CPU 2  CPU 4  unused            CPU 1  CPU 3  CPU 5  unused
 *
 *	one unit
 *	|<------------------------ unit_size ------------------------>|
 *	| static_size | reserved_size | dyn_size |  nobody's          |
 *	|<----- whole pages, the smallest ------>|
 *
 * An allocation is a whole number of atoms (a page, or a large page) and holds upa units, "units
 * per allocation": large pages would be wasted on one small unit each. The CPUs of a group fill
 * allocations of their own, so the last one may have unused units. All sizes are in bytes.
 */
#ifndef PERCPU_ALLOC_INFO_H
#define PERCPU_ALLOC_INFO_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

#if defined(__cplusplus) && defined(__clang__)
#pragma GCC diagnostic ignored "-Wc99-extensions" /* groups[] */
#endif

/* --- the kernel's numbers --- */

/** Least unit size. Also the largest size that can be allocated, unless more is configured. */
#define PCPU_MIN_UNIT_SIZE 32768

/** Least dynamic area of the first chunk: what is needed before a second chunk can be made. */
#define PERCPU_DYNAMIC_EARLY_SIZE 12288

/** Dynamic area that is asked for in the first chunk (the kernel's 64-bit value). */
#define PERCPU_DYNAMIC_RESERVE 20480

/** Reserved area of the first chunk, for the static variables of modules. */
#define PERCPU_MODULE_RESERVE 8192

/** The part of it that is kept apart (the kernel's 64-bit value); the rest becomes dynamic area. */
#define PERCPU_FIRST_CHUNK_RESERVE PERCPU_MODULE_RESERVE

/**
 * Two CPUs are near when the distance is at most this, in both directions. One node, as in ACPI.
 */
#define LOCAL_DISTANCE 10

/** The distance of CPUs on different nodes where nothing better is known. */
#define REMOTE_DISTANCE 20

/** In a cpu_map, what stands for an unused unit: the kernel's NR_CPUS. Above every CPU number. */
#define PERCPU_UNUSED_UNIT 65536u

/** Forms of the first chunk; their names are PERCPU_CONF's words for alloc. */
enum pcpu_fc {
	PCPU_FC_AUTO,  /* embed; page where that cannot be had */
	PCPU_FC_EMBED, /* large pieces of address space, one a group; page where it cannot be had */
	PCPU_FC_PAGE,  /* one group of the smallest units, of which the pages in use are mapped */
	PCPU_FC_NR,
};

/** pcpu_fc_names[] - the names of the forms, by enum pcpu_fc. */
__attribute__((__unused__)) static const char *const pcpu_fc_names[PCPU_FC_NR] = {"auto", "embed",
										  "page"};

/* --- the layout --- */

struct pcpu_group_info {
	int nr_units;              /* units, unused ones counted; a multiple of upa */
	unsigned long base_offset; /* of the first unit, from the chunk's base */
	unsigned int *cpu_map;     /* unit in the group -> CPU, or PERCPU_UNUSED_UNIT */
};

struct pcpu_alloc_info {
	size_t static_size;   /* the template */
	size_t reserved_size; /* after it, for modules; may be 0 */
	size_t dyn_size;      /* after that, up to the end of the last page */
	size_t unit_size;     /* alloc_size / upa */
	size_t atom_size;     /* granularity and alignment of allocations */
	size_t alloc_size;    /* one allocation: upa units */
	size_t __ai_size;     /* bytes of this structure; needed to free it */
	int nr_groups;        /* at least 1 */
	__extension__ struct pcpu_group_info groups[];
};

#ifndef PERCPU_UP

/* The CPUs that may ever come online. */
struct percpu_cpu_set {
	const unsigned long *possible; /* bit c is set if CPU c may */
	unsigned int nr_cpu_ids;       /* bits that count: the highest possible CPU plus 1 */
};

/* What a layout is for: the part of it that the kernel's function finds out by itself. */
struct percpu_machine {
	struct percpu_cpu_set cpus; /* at least one; 1 <= nr_cpu_ids <= PERCPU_UNUSED_UNIT */
	size_t static_size;         /* bytes of the template */
	size_t min_unit_size;       /* taken as PCPU_MIN_UNIT_SIZE if less */
	/*
	 * NULL, or each CPU's node, by CPU number, below 1024: CPUs of one node are near each
	 * other, and each of them is as far from any other CPU as the others are. Saves most of the
	 * questions to the distance function, and without one it is not looked at.
	 */
	const unsigned short *node;
};

/**
 * pcpu_fc_cpu_distance_fn_t - how far one CPU is from another
 * @from: a possible CPU
 * @to: another one
 *
 * The same question must always have the same answer; how often it is asked is not promised.
 *
 * Return: at most LOCAL_DISTANCE if @to is near.
 */
typedef int (*pcpu_fc_cpu_distance_fn_t)(unsigned int from, unsigned int to);

/** pcpu_fc_cpu_to_node_fn_t - the node of the possible CPU @cpu. */
typedef int (*pcpu_fc_cpu_to_node_fn_t)(int cpu);

/**
 * pcpu_fc_alloc_fn_t - address space for units
 * @cpu: the CPU that the first of them is for
 * @size: bytes, whole atoms
 * @align: bytes
 *
 * Return: where it starts, or NULL: there is none. Nobody touches it.
 */
typedef void *(*pcpu_fc_alloc_fn_t)(unsigned int cpu, size_t size, size_t align);

/**
 * pcpu_fc_free_fn_t - takes back what that gave, or a part of it: whole pages, or nothing at all.
 */
typedef void (*pcpu_fc_free_fn_t)(void *ptr, size_t size);

/* What the first chunk of a process is: where its units are, and whose. */
struct percpu_layout {
	struct percpu_cpu_set cpus;
	size_t static_size, reserved_size, dyn_size, unit_size, atom_size, alloc_size;
	size_t stride;         /* from one unit of a group to the next: a window, and a page */
	uint32_t static_start; /* of the static area, from where a unit's stretch begins */
	uintptr_t base;        /* where the lowest group begins */
	uintptr_t base_addr;   /* of the first chunk: base + static_start */

	/* By CPU. */
	unsigned int *unit_map;      /* number of its unit; UINT_MAX: not possible */
	unsigned long *unit_offsets; /* bytes from base to its unit's stretch */

	/* By group. */
	unsigned long *group_offsets; /* bytes from base */
	size_t *group_sizes;          /* units times stride */
	int nr_groups;

	/*
	 * The CPUs with the lowest and the highest unit; PERCPU_UNUSED_UNIT before that is known.
	 */
	unsigned int low_unit_cpu, high_unit_cpu;
	int nr_units; /* unused ones included */
	unsigned int nr_possible;
	unsigned int nr_node_ids; /* the highest node in use, plus 1 */

	enum pcpu_fc chosen_fc, fc; /* what was asked for; EMBED or PAGE: what could be had */
};

__PCPU_BEGIN_DECLS

/*
 * All of these are thread-safe, allocate nothing but what they return and, where it is said, what
 * they need for a moment, do not ask the machine, and are not for signal handlers.
 */

/**
 * pcpu_build_alloc_info() - work out the layout of a first chunk
 * @machine: the CPUs, and the size of the template
 * @reserved_size: bytes reserved for modules; may be 0
 * @dyn_size: bytes wanted for dynamic allocation; taken as PERCPU_DYNAMIC_EARLY_SIZE if less, and
 *	then grown to fill the last page
 * @atom_size: of allocations; a multiple of the page, not 0
 * @cpu_distance_fn: NULL if all CPUs are near each other. Pairs of CPUs that may share a group are
 *	compared
 *
 * A CPU joins the first group in which it is near every member, in both directions. Among the
 * layouts that leave no more than a third of the number of CPUs unused, the one with the largest
 * units is taken that needs no more allocations than those with smaller units do. base_offset is
 * filled in as if the groups were back to back; who places the groups overwrites it.
 *
 * In the answer every possible CPU is in exactly one cpu_map, each cpu_map ascends, and the rest of
 * it is PERCPU_UNUSED_UNIT; unit_size * upa == alloc_size, a multiple of @atom_size; unit_size is a
 * whole number of pages and at least the sum of the three areas, PCPU_MIN_UNIT_SIZE and what was
 * asked for; each nr_units is a multiple of upa; and every size fits an int.
 *
 * Return: the layout, for pcpu_free_alloc_info(), or an error pointer, as the kernel's ERR_PTR()
 * makes them (percpu/kernel/err.h has IS_ERR() and PTR_ERR()): -EINVAL - a size is out of range, or
 * alloc_size would not fit an int, or there is no CPU; -ENOMEM - no memory for the answer. Mirrors
 * the kernel function of the same name, to which the machine is no argument.
 */
PERCPU_API struct pcpu_alloc_info *
pcpu_build_alloc_info(const struct percpu_machine *machine, size_t reserved_size, size_t dyn_size,
		      size_t atom_size, pcpu_fc_cpu_distance_fn_t cpu_distance_fn)
	__attribute__((__warn_unused_result__));

/**
 * pcpu_alloc_alloc_info() - get an empty layout
 * @nr_groups: groups, at least 1
 * @nr_units: units of all groups together, at least 0
 *
 * Groups and the units' map lie in one block of whole pages. groups[0].cpu_map is the whole map,
 * all of it unused; everything else but nr_groups and __ai_size is 0.
 *
 * Return: the layout, or NULL if there is no memory or an argument is out of range. Mirrors the
 * kernel function of the same name.
 */
PERCPU_API struct pcpu_alloc_info *pcpu_alloc_alloc_info(int nr_groups, int nr_units)
	__attribute__((__warn_unused_result__));

/** pcpu_free_alloc_info() - give back a layout that one of these two has returned; or NULL. */
PERCPU_API void pcpu_free_alloc_info(struct pcpu_alloc_info *ai);

/**
 * pcpu_verify_alloc_info() - whether a first chunk can be made of a layout
 * @machine: what it is for; its static_size and min_unit_size do not matter
 * @ai: the layout, with as much in it as nr_groups and each nr_units say. The rest may be anything
 *
 * Looks at all that the boot checks before it takes a layout: the sizes, and that every possible
 * CPU has one unit and every unit no CPU or a possible one. Takes memory for a moment, a few bytes
 * for each CPU.
 *
 * Return: 0; -EINVAL - it cannot, and percpu_alloc_info_flaw() says why; -ENOMEM. Mirrors the
 * kernel function of the same name, in which the back end of the allocator looks at the groups
 * alone, and the other checks of pcpu_setup_first_chunk(), which are fatal.
 */
PERCPU_API int pcpu_verify_alloc_info(const struct percpu_machine *machine,
				      const struct pcpu_alloc_info *ai);

/**
 * percpu_alloc_info_flaw() - what is wrong with a layout
 *
 * Return: the first condition that holds and must not, as text of C that lives for ever; NULL:
 * there is none, or no memory to look for it. Arguments as for pcpu_verify_alloc_info().
 */
PERCPU_API const char *percpu_alloc_info_flaw(const struct percpu_machine *machine,
					      const struct pcpu_alloc_info *ai);

/** VMALLOC_TOTAL - the address range in which units may lie, three quarters of it in one chunk. */
#ifndef VMALLOC_TOTAL
#if defined(__x86_64__)
#define VMALLOC_TOTAL (1UL << 47)
#else
#define VMALLOC_TOTAL (1UL << 48)
#endif
#endif

/**
 * pcpu_embed_first_chunk() - place the units of a layout in large pieces of address space
 * @machine: as for pcpu_build_alloc_info(), as are the next four
 * @alloc_fn: called once for each group
 * @free_fn: called for each unused unit, and for what of a unit lies behind its areas; and for all
 *	of it, if placing fails
 *
 * Units of a group lie back to back, as in the kernel. What a process was built on lies in windows
 * instead (percpu_first_layout()).
 *
 * Return: where the units are, for percpu_free_layout(), or an error pointer, and then everything
 * is given back: -EINVAL - as for pcpu_build_alloc_info(), or static_size is 0, or the groups lie
 * too far apart; -ENOMEM - @alloc_fn has no memory, or gave what is not aligned to a page, or there
 * is none for the answer. Mirrors the kernel function of the same name, which makes the first chunk
 * of it.
 */
PERCPU_API struct percpu_layout *
pcpu_embed_first_chunk(const struct percpu_machine *machine, size_t reserved_size, size_t dyn_size,
		       size_t atom_size, pcpu_fc_cpu_distance_fn_t cpu_distance_fn,
		       pcpu_fc_alloc_fn_t alloc_fn, pcpu_fc_free_fn_t free_fn)
	__attribute__((__warn_unused_result__));

/**
 * pcpu_page_first_chunk() - the same for the form of single pages: one group of the smallest units
 *
 * @alloc_fn is called once, for all units; nothing is freed unless placing fails.
 */
PERCPU_API struct percpu_layout *
pcpu_page_first_chunk(const struct percpu_machine *machine, size_t reserved_size,
		      pcpu_fc_alloc_fn_t alloc_fn, pcpu_fc_free_fn_t free_fn)
	__attribute__((__warn_unused_result__));

/** percpu_free_layout() - gives back the answer of these two, or NULL; not the address space. */
PERCPU_API void percpu_free_layout(struct percpu_layout *layout);

/** pcpu_dfl_fc_alloc(), pcpu_dfl_fc_free() - callbacks for them: fresh mappings, by mmap(). */
PERCPU_API void *pcpu_dfl_fc_alloc(unsigned int cpu, size_t size, size_t align);
PERCPU_API void pcpu_dfl_fc_free(void *ptr, size_t size);

/**
 * percpu_find_unit() - the unit of a CPU in a layout
 * @ai: a layout that pcpu_verify_alloc_info() is content with
 * @cpu: the CPU
 * @offset: becomes the unit's distance from the chunk's base, bytes: the group's base_offset, and
 *	unit_size for each unit before it in the group; or NULL
 *
 * Return: the number of the unit, counted over all groups and with unused ones, from 0; -1: it has
 * none. The kernel keeps both, in pcpu_unit_map and pcpu_unit_offsets.
 */
PERCPU_API int percpu_find_unit(const struct pcpu_alloc_info *ai, unsigned int cpu,
				unsigned long *offset);

__PCPU_END_DECLS

#endif /* PERCPU_UP */

#include <percpu/impl/end.h>

#endif /* PERCPU_ALLOC_INFO_H */
