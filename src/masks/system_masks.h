/* SPDX-License-Identifier: MIT */
/* system_masks.h - which CPUs are present, online and active, before anybody asks. */
#ifndef PCPU_SYSTEM_MASKS_H
#define PCPU_SYSTEM_MASKS_H

/* Has the masks be there, so that no later question makes a system call. 0 or -ENOMEM. */
int pcpu_system_masks_open(void);

#endif /* PCPU_SYSTEM_MASKS_H */
