/* SPDX-License-Identifier: MIT */
/*
 * share.h - copies that a process has in common with those that it forks; percpu/shared.h.
 */
#ifndef PCPU_SHARE_H
#define PCPU_SHARE_H

/* In the child of a fork, while it has one thread. */
void pcpu_share_after_fork(void);

#endif /* PCPU_SHARE_H */
