/* SPDX-License-Identifier: MIT */
/* address.h - what a per-CPU pointer points to; percpu/address.h has what is said to others. */
#ifndef PCPU_ADDRESS_H
#define PCPU_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* What percpu_address_of() would find, of a per-CPU pointer. */
struct pcpu_target {
	bool is_static;
	size_t left; /* bytes from there to the end of the area, or of the module's variables */
};

/* False: it points to nothing that anybody has, or is the address of a CPU's copy. */
bool pcpu_target_of(const volatile void *ptr, struct pcpu_target *target);

#endif /* PCPU_ADDRESS_H */
