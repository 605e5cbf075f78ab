/* SPDX-License-Identifier: MIT */
/* runtime_size.h - how large __percpu_rt is, for runtime.S. */
#ifndef PCPU_RUNTIME_SIZE_H
#define PCPU_RUNTIME_SIZE_H

#define PCPU_RUNTIME_SIZE 80

#ifndef __ASSEMBLER__
#include <percpu/impl/runtime.h>

_Static_assert(sizeof(struct percpu_runtime) == PCPU_RUNTIME_SIZE, "as the structure is");
#endif

#endif /* PCPU_RUNTIME_SIZE_H */
