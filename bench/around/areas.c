// SPDX-License-Identifier: MIT
#include "around/areas.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#define MAX_SIZE 1024

static unsigned short seed[3];

static size_t random_below(size_t bound)
{
	return (size_t)nrand48(seed) % bound;
}

void areas_init(struct areas *areas, size_t nr)
{
	memset(seed, 0, sizeof(seed));
	areas->nr = nr;
	areas->pointer = calloc(nr, sizeof(*areas->pointer));
	areas->size = calloc(nr, sizeof(*areas->size));
	if (!areas->pointer || !areas->size)
		err(EXIT_FAILURE, "%zu areas", nr);
	for (size_t i = 0; i < nr; i++) {
		areas->size[i] = 1 + random_below(MAX_SIZE);
		areas->pointer[i] = (void *)__alloc_percpu(areas->size[i], 8);
		if (!areas->pointer[i])
			errx(EXIT_FAILURE, "area %zu", i);
	}
}

void areas_write(const struct areas *areas)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		for (size_t i = 0; i < areas->nr; i++)
			memset(per_cpu_ptr((char __percpu *)areas->pointer[i], cpu), 1,
			       areas->size[i]);
	}
}

void areas_destroy(struct areas *areas)
{
	for (size_t left = areas->nr; left; left--) {
		size_t chosen = random_below(left);

		free_percpu(areas->pointer[chosen]);
		areas->pointer[chosen] = areas->pointer[left - 1];
	}
	free(areas->pointer);
	free(areas->size);
}
