/* SPDX-License-Identifier: MIT */
/*
 * address.h - from an address to what it is of: which variable or area, and whose copy.
 *
 *	unsigned int cpu;
 *	size_t offset;
 *	const volatile void __percpu *ptr = percpu_address_of(address, &cpu, &offset);
 *
 *	if (ptr && cpu < nr_cpu_ids)
 *		printf("CPU %u's copy of %p, byte %zu\n", cpu, (void *)ptr, offset);
 *
 * For debuggers, sanitizers and tools, and for code that has kept an address instead of a per-CPU
 * pointer. With PERCPU_UP there is none of it: no address is a copy's.
 */
#ifndef PERCPU_ADDRESS_H
#define PERCPU_ADDRESS_H

#include <percpu/impl/runtime.h>

#include <stdio.h>

#include <percpu/impl/begin.h>

#ifndef PERCPU_UP

__PCPU_BEGIN_DECLS

/* Where the static variables are that the first chunk is built on, as templates. */
struct percpu_image {
	char *start; /* of the page that the first of them lies in */
	char *end;   /* of the last of them */
	char *load;  /* where the initial values are: at the start */
};

/**
 * percpu_first_image() - the templates of the first module's static variables
 *
 * The first module is the executable, if it has a static per-CPU variable, and otherwise the first
 * object that has one, in the order in which they were loaded. Constant from before the program's
 * first constructor. Thread- and signal-safe, never blocks.
 */
PERCPU_API struct percpu_image percpu_first_image(void);

/**
 * __per_cpu_start, __per_cpu_end, __per_cpu_load - the bounds of percpu_first_image(), its values
 *
 * Pointers and not arrays, but used like the kernel's. &variable - __per_cpu_start is the offset in
 * the unit of a variable of that module: pcpu_base_addr + pcpu_unit_offsets[cpu] + offset is CPU
 * cpu's copy.
 */
#define __per_cpu_start (percpu_first_image().start)
#define __per_cpu_end (percpu_first_image().end)
#define __per_cpu_load (percpu_first_image().load)

/**
 * is_kernel_percpu_address() - whether @addr is in a CPU's copy of the first module's variables
 *
 * Of any possible CPU, whether its unit is open or not. A template's own address is not in a copy.
 * Thread- and signal-safe, never blocks. Mirrors the kernel's; the kernel is the first module.
 */
PERCPU_API bool is_kernel_percpu_address(unsigned long addr);

/** is_module_percpu_address() - the same, of another module's; thread- and signal-safe. */
PERCPU_API bool is_module_percpu_address(unsigned long addr);

/**
 * percpu_address_of() - what per-CPU memory an address is of
 * @address: an address in a CPU's copy of a static variable or of an area; or a per-CPU pointer: an
 *	address in a variable's template, what alloc_percpu() has returned, or a pointer into it
 * @cpu: becomes the CPU whose copy it is, open or not; nr_cpu_ids for a per-CPU pointer. Or NULL
 * @offset: becomes how many bytes @address lies behind what is returned, of that copy; or NULL
 *
 * Returns a per-CPU pointer: to the area, as alloc_percpu() returned it, if it is live; or to the
 * page that the static variables of a module begin in (__per_cpu_start of that module). The sum of
 * it and @offset is what the compiler calls the variable's address, which dladdr() and addr2line
 * know. NULL, and nothing is written: no per-CPU memory that anybody has. So is an area that was
 * allocated before a child that shares its copies was forked, in that child.
 *
 * An area that is freed meanwhile is found, or it is not. Thread-safe; may block; not safe in
 * signal handlers, where is_kernel_percpu_address() and is_module_percpu_address() are.
 */
PERCPU_API __pcpu_any_object *percpu_address_of(const volatile void *address, unsigned int *cpu,
						size_t *offset);

/**
 * percpu_address_print() - the same in words, and with the name of the variable
 * @stream: where to; errors are in ferror()
 * @address: as above
 *
 * One line: the address, whose copy it is, and how many bytes into which area, or the name of the
 * variable as far as the dynamic linker knows it (-rdynamic), and always file+0xoffset for
 * addr2line. Thread-safe; may block; not safe in signal handlers.
 */
PERCPU_API void percpu_address_print(FILE *stream, const volatile void *address);

__PCPU_END_DECLS

#endif /* PERCPU_UP */

#include <percpu/impl/end.h>

#endif /* PERCPU_ADDRESS_H */
