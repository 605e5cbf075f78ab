/* SPDX-License-Identifier: MIT */
/*
 * configure.h - the configuration, of all who may say something about it; percpu/configure.h.
 */
#ifndef PCPU_CONFIGURE_H
#define PCPU_CONFIGURE_H

/*
 * At the start of the boot: asks the program, reads the variable, and has the level of the log so.
 * From then on pcpu_conf is what it is, but for what percpu_configure() may still change.
 */
void pcpu_configure_start(void);

#endif /* PCPU_CONFIGURE_H */
