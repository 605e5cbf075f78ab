/* SPDX-License-Identifier: MIT */
/*
 * note.h - what a module's note says of itself; the library refuses a layout that it does not know.
 *
 * For module.h, which writes the note and leaves none of these to a program, and for the file of
 * the library that reads it; so there is no guard.
 */
#define __PCPU_NOTE_NAME "percpu"
#define __PCPU_NOTE_TYPE 1
#define __PCPU_NOTE_VERSION 2
#define __PCPU_NOTE_RANGES 5
