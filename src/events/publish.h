/* SPDX-License-Identifier: MIT */
/*
 * publish.h - the page that the process publishes: a sealed file in memory, among its descriptors.
 *
 * The descriptor has a high number, and is closed on exec(). Nothing is opened if PERCPU_CONF says
 * publish:no, if the system has no such files or refuses one, or if it cannot tell a child that was
 * made without the handlers of fork() from its parent (new_process.h). Then the page is memory of
 * the process's own, and counted in all the same.
 */
#ifndef PCPU_PUBLISH_H
#define PCPU_PUBLISH_H

#include <percpu/impl/stat_page.h>

/*
 * Said at the boot: how many CPUs have blocks, and pcpu_stat_header.flags. Costs nothing; the page
 * comes when it is first wanted.
 */
void pcpu_stat_init(unsigned int nr_cpus, unsigned int flags);

/* Makes the page, unless there is one. 0 or -ENOMEM. Signal-safe, thread-safe. */
int pcpu_stat_begin(void);

/* One more flag. */
void pcpu_stat_add_flag(unsigned int flag);

/*
 * In a child, which has one thread: nothing goes to its parent's page any more. Then what there is
 * at the fork can be said (pcpu_stat_set()).
 */
void pcpu_stat_leave(void);

/*
 * After that: the child has a page of its own in the place of its parent's, whose counts begin
 * at 0. Signals are masked. 0 or -ENOMEM: it has none, and nobody may count in what was there.
 */
int pcpu_stat_after_fork(void);

#endif /* PCPU_PUBLISH_H */
