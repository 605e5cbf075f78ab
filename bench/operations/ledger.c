// SPDX-License-Identifier: MIT
#include "operations/ledger.h"

#include <stdio.h>

static unsigned long count_of(const struct ledger *ledger, unsigned int element)
{
	const struct bench_way *way = ledger->subject.way;

	return ledger->retired.v[element] + (way->elsewhere ? way->elsewhere(element) : 0);
}

static unsigned long distance(unsigned long a, unsigned long b)
{
	return a > b ? a - b : b - a;
}

/* The counters of a layout against @asked of each. */
static unsigned long compare_each(const struct ledger *ledger, const struct bench_layout *layout,
				  unsigned long asked)
{
	unsigned long wrong = 0;

	for (unsigned int i = 0; i < layout->counters; i++)
		wrong += distance(count_of(ledger, layout->first + i * layout->stride), asked);
	return wrong;
}

static unsigned long compare_total(const struct ledger *ledger, const struct bench_layout *layout,
				   unsigned long asked)
{
	unsigned long total = 0;

	for (unsigned int i = 0; i < layout->counters; i++)
		total += count_of(ledger, layout->first + i * layout->stride);
	return distance(total, asked * layout->counters);
}

unsigned long ledger_lost(const struct ledger *ledger)
{
	const struct bench_layout *layout = &bench_layouts[ledger->subject.layout];
	unsigned long asked = ledger->iterations * (OPERATIONS_PER_ITERATION / layout->counters);
	unsigned long lost = ledger->subject.way->only_total ? compare_total(ledger, layout, asked)
							     : compare_each(ledger, layout, asked);

	if (lost)
		fprintf(stderr, "LOST COUNTS: %s/%s: %lu of %lu\n", ledger->subject.way->name,
			layout->name, lost, asked * layout->counters);
	return lost;
}
