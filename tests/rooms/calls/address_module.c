/* SPDX-License-Identifier: MIT */
/* address_module.c - an object with variables, for test_address.c to load. */
#include <percpu/percpu.h>

DECLARE_PER_CPU(int, address_module_variable);
DECLARE_PER_CPU(int, address_module_other);
DEFINE_PER_CPU(int, address_module_variable) = 5;
DEFINE_PER_CPU(int, address_module_other) = 6;
