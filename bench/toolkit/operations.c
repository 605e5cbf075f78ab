// SPDX-License-Identifier: MIT
/* What the toolkit is made of, beside this_cpu_inc(), by which all parts are judged. */
#include "toolkit/part.h"

#include <percpu/percpu.h>

#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
static DEFINE_PER_CPU(unsigned long, result);

WAY(inc, this_cpu_inc(count))
WAY(add_return, (void)this_cpu_add_return(result, 1))
WAY(cmpxchg, (void)this_cpu_cmpxchg(result, 0, 0))
WAY(section, {
	get_cpu_var(count)++;
	put_cpu_var(count);
})

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"this_cpu_add_return", add_return, 0},
		{"this_cpu_cmpxchg", cmpxchg, 0},
		{"a section", section, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(operations, "operations", NULL, measure)
TOOLKIT_GROUP(fallback, "operations, fallback", "backend:fallback", measure)
