/* SPDX-License-Identifier: MIT */
/*
 * pin.h - threads that stay on one CPU; the calls are in percpu/pinned.h.
 */
#ifndef PCPU_PIN_H
#define PCPU_PIN_H

#include <stdint.h>

/*
 * Sets up where threads that are not pinned go with pinned_cpu_X(): to @fault_window, 4 GiB in
 * which every access faults, or 0. Threads that the calling one creates inherit it. Where the
 * system refuses that (gVisor), threads cannot be pinned, and all else is as ever. Once.
 */
void pcpu_pin_init(uintptr_t fault_window);

/* Has those of the calling thread go there, which was pinned. 0, or a negative errno. */
int pcpu_pin_clear_window(void);

#endif /* PCPU_PIN_H */
