/* SPDX-License-Identifier: MIT */
/* probe.c - probes in code of any kind, for probes.sh. */
#include "arch/probe.h"

extern uint16_t watchers;
uint16_t watchers __attribute__((__section__(".probes"), __used__)) = 1;

static uint64_t __attribute__((__noinline__)) twice(uint64_t value)
{
	PCPU_PROBE2(twice, value, (uintptr_t)&watchers);
	return 2 * value;
}

int main(int argc, char **argv)
{
	uint64_t sum = 0;

	for (int i = 0; i < argc; i++) {
		sum += twice((uint64_t)i);
		if (watchers)
			PCPU_PROBE3_IF(watchers, each, i, (uintptr_t)argv[i], sum);
	}
	return sum == 0 ? 0 : 1;
}
