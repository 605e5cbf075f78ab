// SPDX-License-Identifier: MIT
/* Counting with this_cpu_inc(), and with raw_cpu_inc() where nothing comes in between. */
#include "operations/families.h"
#include "operations/loops.h"

#include <percpu/percpu.h>

#include "harness/place.h"
#include "operations/percpu_memory.h"
#include "operations/setting.h"

/* One variable a way, so that each way's sum can be checked. */
static DEFINE_PER_CPU(struct counters, inc_counters);
static DEFINE_PER_CPU(struct counters, raw_counters);
static struct counters __percpu *dynamic_counters;

/* A static variable's address needs no base; `own` stands in for it. */
#define INC_STATIC(unused, element) this_cpu_inc(inc_counters.v[element])
DEFINE_LOOPS(inc_static, INC_STATIC, own);

#define INC_DYNAMIC(base, element) this_cpu_inc((base)->v[element])
DEFINE_LOOPS(inc_dynamic, INC_DYNAMIC, dynamic_counters);

/* By a pointer: of a static variable gcc would keep the low halves of 16 addresses on the stack. */
#define RAW_INC(base, element) raw_cpu_inc((base)->v[element])
DEFINE_LOOPS_ONE_AND_APART(raw_inc, RAW_INC, NOTHING_LEFT, &raw_counters);

DEFINE_SUM(inc_static, inc_counters)
DEFINE_SUM(inc_dynamic, *dynamic_counters)
DEFINE_SUM(raw_inc, raw_counters)

/* raw_cpu_inc() loses counts to migrations and to other threads on the CPU: there are none here. */
static void enter_bound(unsigned int thread, unsigned int threads)
{
	place_bind(place_own_cpu(thread, threads));
}

static void setup(void)
{
	dynamic_counters = percpu_memory(sizeof(struct counters));
}

static void teardown(void)
{
	free_percpu(dynamic_counters);
}

#define FALLBACK_AND_MM_CID (SETTING_BIT(SETTING_FALLBACK) | SETTING_BIT(SETTING_MM_CID))

static const struct bench_way ways[] = {
	{
		.name = PERCPU_WAY,
		.peer = "this_cpu_inc()",
		COUNTED(inc_static),
		.settings = FALLBACK_AND_MM_CID,
	},
	{
		.name = "this_cpu_inc_dynamic",
		COUNTED(inc_dynamic),
		.settings = FALLBACK_AND_MM_CID,
	},
	{
		.name = "raw_cpu_inc",
		COUNTED(raw_inc),
		.max_threads = 1,
		.enter = enter_bound,
		.leave = place_unbind,
	},
};

const struct way_family percpu_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
