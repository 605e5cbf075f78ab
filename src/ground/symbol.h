/* SPDX-License-Identifier: MIT */
/*
 * symbol.h - the names of addresses, for messages.
 */
#ifndef PCPU_SYMBOL_H
#define PCPU_SYMBOL_H

#include <stddef.h>

/* The longest description, with its final zero. Longer ones are cut. */
#define PCPU_SYMBOL_MAX 256

/*
 * Writes what is known of @address to @text: "name+0x12 of file+0x345", where the second number is
 * for addr2line, without the name if the dynamic linker knows none, or the bare address. Names need
 * -rdynamic in executables, as in backtrace_symbols(3). Takes the dynamic linker's lock: no lock of
 * the library may be held, since a constructor that the linker runs may be waiting for it.
 */
void pcpu_symbol_describe(const void *address, char text[PCPU_SYMBOL_MAX]);

#endif /* PCPU_SYMBOL_H */
