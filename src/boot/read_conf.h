/* SPDX-License-Identifier: MIT */
/*
 * read_conf.h - from the text of PERCPU_CONF to a struct pcpu_conf.
 *
 * A value between double quotes may have commas in it: topology:"numa:2 pu:2(indexes=0,2,1,3)".
 * There can be no double quote in a value.
 *
 * Unknown keys and values are reported as warnings and ignored. A process with raised privileges
 * does not look at the variable.
 */
#ifndef PCPU_READ_CONF_H
#define PCPU_READ_CONF_H

#include "ground/conf.h"

/* Fills @conf with the defaults and what @text says; NULL says nothing. */
void pcpu_conf_parse(struct pcpu_conf *conf, const char *text);

/* The name of the @n-th key that there is, from 0. NULL: no more. */
const char *pcpu_conf_key(size_t n);

/* The word for @value of @key, whose values are words. */
const char *pcpu_conf_word(const char *key, unsigned long value);

#endif /* PCPU_READ_CONF_H */
