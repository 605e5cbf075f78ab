/* SPDX-License-Identifier: MIT */
/* left_behind.h - threads that can run on no CPU that is up. The kernel's check_for_tasks(). */
#ifndef PCPU_LEFT_BEHIND_H
#define PCPU_LEFT_BEHIND_H

/*
 * @dead_cpu has gone: threads of the process that could run there, and can nowhere else, are
 * named.
 */
void pcpu_report_left_behind(unsigned int dead_cpu);

#endif /* PCPU_LEFT_BEHIND_H */
