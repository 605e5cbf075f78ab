/* SPDX-License-Identifier: MIT */
/*
 * futex.h - sleeping until a word in memory changes.
 *
 * No points of cancellation, and errno is kept. @shared: the word is another process's too.
 */
#ifndef PCPU_FUTEX_H
#define PCPU_FUTEX_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sleeps while the 32-bit word at @word is @value; until it is woken, by pcpu_futex_wake() or by a
 * signal, or for a tenth of a second. Returns false if nothing but a signal has come in that time:
 * whoever was to change the word may have ended.
 */
bool pcpu_futex_wait(const void *word, uint32_t value, bool shared);

/* Wakes all that sleep on @word. */
void pcpu_futex_wake(const void *word, bool shared);

#endif /* PCPU_FUTEX_H */
