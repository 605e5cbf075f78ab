/* SPDX-License-Identifier: MIT */
/*
 * read_conf.h - from a text like that of PERCPU_CONF to a struct pcpu_conf.
 *
 * A value between double quotes may have commas in it: topology:"numa:2 pu:2(indexes=0,2,1,3)".
 * There can be no double quote in a value.
 *
 * Unknown keys and values are reported as warnings and ignored. (Which texts there are, and in
 * which order they are read: configure.h.)
 *
 * Sets of keys have a bit for each, by the number that pcpu_conf_key() has.
 */
#ifndef PCPU_READ_CONF_H
#define PCPU_READ_CONF_H

#include "ground/conf.h"

#include <stdint.h>

void pcpu_conf_set_defaults(struct pcpu_conf *conf);

/*
 * Puts what @text says into @conf, and which keys those are into @keys. NULL says nothing. False:
 * some of it is wrong, and @source is said to say so.
 */
bool pcpu_conf_read(struct pcpu_conf *conf, const char *text, const char *source, uint64_t *keys);

/* The keys in which they differ; and those, from one to the other. */
uint64_t pcpu_conf_differences(const struct pcpu_conf *a, const struct pcpu_conf *b);
void pcpu_conf_copy(struct pcpu_conf *to, const struct pcpu_conf *from, uint64_t keys);

/* The name of the @n-th key that there is, from 0. NULL: no more. */
const char *pcpu_conf_key(size_t n);

/* The word for @value of @key, whose values are words. */
const char *pcpu_conf_word(const char *key, unsigned long value);

#endif /* PCPU_READ_CONF_H */
