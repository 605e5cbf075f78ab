/* SPDX-License-Identifier: MIT */
/*
 * setup.h - the start of everything.
 */
#ifndef PCPU_SETUP_H
#define PCPU_SETUP_H

/*
 * Sets up the library: topology, tier, region, modules, first chunk. Does nothing if that has been
 * done. Called before any constructor of the program; without memory for it, it is fatal.
 */
void pcpu_boot(void);

#endif /* PCPU_SETUP_H */
