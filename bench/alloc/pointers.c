// SPDX-License-Identifier: MIT
#include "alloc/pointers.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

void **resident_pointers(size_t nr)
{
	void **pointers = malloc(nr * sizeof(*pointers));

	if (!pointers)
		err(EXIT_FAILURE, "%zu pointers", nr);
	/* Any value but 0, for which a compiler would make malloc() a calloc(). */
	return memset(pointers, 0xff, nr * sizeof(*pointers));
}
