/* SPDX-License-Identifier: MIT */
/* version.c - which library this is. */
#include <percpu/version.h>

const char *percpu_version(void)
{
	return PERCPU_VERSION;
}
