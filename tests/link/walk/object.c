/* SPDX-License-Identifier: MIT */
/* object.c - an object that has something to do before it is registered: host.c. */
#include "walk.h"

#include <percpu/percpu.h>

DEFINE_PER_CPU(long, of_object);
EXPORT_PER_CPU_SYMBOL(of_object);

/* Priorities up to 100 are the implementation's: before the registration, which has 101. */
#pragma GCC diagnostic ignored "-Wprio-ctor-dtor"
static void __attribute__((__constructor__(100))) before_registration(void)
{
	let_walk();
}
