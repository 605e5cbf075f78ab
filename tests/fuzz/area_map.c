/* SPDX-License-Identifier: MIT */
/*
 * area_map.c - a fuzzer's target: bytes become steps of an area map and of the signed map that it
 * has to agree with (map_pair.h).
 *
 *	byte 0		which unit
 *	8 bytes a step	| op and scale | size, 2 bytes | alignment and number | which, 4 bytes |
 *
 * Numbers are little-endian; all are good. A rest of fewer than 8 bytes means nothing.
 */
#include "map_pair.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP_BYTES 8
#define STEPS_A_CHECK 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of small units, in which everything is near to everything, and of some with more levels. */
static const struct {
	int head, free_bytes;
} units[] = {
	{0, 32768},  {0, 300},       {0, 36864},   {10005, 22763}, {4096, 5000},
	{4095, 300}, {80320, 28672}, {0, 1 << 20}, {0, 4 << 20},
};
#define NR_UNITS (sizeof(units) / sizeof(units[0]))

static struct map_step decode(const uint8_t *at)
{
	int value = at[1] | at[2] << 8, scale = at[0] / MAP_NR_OPS % 4 * 4;

	return (struct map_step){
		.op = (enum map_op)(at[0] % MAP_NR_OPS),
		.size = 1 + (value << scale),
		.align = 1 << at[3] % 14,
		.nr = 1 + at[3] / 14,
		.which = (uint32_t)at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 |
			 (uint32_t)at[7] << 24,
	};
}

static void demand(const char *wrong, size_t number, const struct map_step *step)
{
	if (!wrong)
		return;
	fprintf(stderr, "step %zu: %s\n", number, wrong);
	map_pair_print_step(step);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct map_step step = {0};
	struct map_pair pair;
	size_t steps = 0;
	unsigned int unit;

	if (size == 0)
		return 0;
	unit = data[0] % NR_UNITS;
	map_pair_init(&pair, units[unit].head, units[unit].free_bytes);
	for (size_t at = 1; at + STEP_BYTES <= size; at += STEP_BYTES, steps++) {
		step = decode(&data[at]);
		demand(map_pair_step(&pair, &step), steps, &step);
		if (steps % STEPS_A_CHECK == 0)
			demand(map_pair_check(&pair), steps, &step);
	}
	demand(map_pair_check(&pair), steps, &step);
	map_pair_fini(&pair);
	return 0;
}
