/* SPDX-License-Identifier: MIT */
/*
 * keep_loaded.h - what has counted stays in memory.
 *
 * A sequence leaves its descriptor's address in the thread's rseq area, and nobody takes it away.
 * The kernel does so when it next looks; but since Linux 7.0 it looks only when it has interrupted
 * the thread, not on the return from a system call. So a thread that has counted once and sleeps
 * can go on for ever with an address in a module, and the kernel kills it if there is nothing there
 * when it does look. Other threads' areas cannot be cleared (two threads would write there), and a
 * thread is not known that has never come to the slow side. So modules with sequences are never
 * unmapped.
 *
 * So what a module has in the units stays as well, and other threads may count in it up to the end
 * of the process, whose destructors say nothing about them.
 */
#ifndef PCPU_KEEP_LOADED_H
#define PCPU_KEEP_LOADED_H

/*
 * Has the loader keep the object that @address lies in until the process ends, as if it had been
 * linked with -z nodelete. Called while it is being loaded, or later. Where no object can be
 * unloaded it does nothing: in a static executable; for the executable. 0, or -1: the loader
 * refuses.
 */
int pcpu_keep_loaded(const void *address);

#endif /* PCPU_KEEP_LOADED_H */
