/* SPDX-License-Identifier: MIT */
/*
 * families.h - the families of operations, a file each: they are long for a compiler, which takes
 * them one at a time. Each function runs its family's tests, on one CPU, and returns how many
 * failed.
 */
#ifndef OPS_FAMILIES_H
#define OPS_FAMILIES_H

int run_raw_operations(void);
int run_unchecked_operations(void); /* __this_cpu_X() */
int run_this_operations(void);
int run_pinned_operations(void); /* none but with PERCPU_PINNED */
int run_special_operations(void);

#endif /* OPS_FAMILIES_H */
