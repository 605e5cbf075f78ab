// SPDX-License-Identifier: MIT
#include "around/measure.h"

const struct group groups[] = {
	{"pairs", NULL, measure_pairs},
	{"aligned", NULL, measure_aligned},
	{"nowait", NULL, measure_nowait},
	{"left", NULL, measure_left},
	{"left, 64 CPUs possible", "possible:64", measure_left},
	{"left, cache:off", "cache:off", measure_left},
	{"holes, 64 CPUs open", "possible:64", measure_holes},
	{"counters", NULL, measure_counters},
	{"sections", NULL, measure_sections},
	{"fallback", "backend:fallback", measure_fallback},
	{"2 CPUs possible", "possible:2", measure_possible},
	{"4096 CPUs possible", "possible:4096", measure_possible},
	{"start", NULL, measure_start},
	{"load", NULL, measure_load},
#ifdef HAVE_MASKS
	{"masks, 64 CPUs", "possible:64", measure_masks},
	{"masks, 4096 CPUs", "possible:4096", measure_masks},
#endif
#ifdef HAVE_HOTPLUG
	{"hotplug", NULL, measure_hotplug},
#endif
#ifdef HAVE_LIBRSEQ
	{"librseq", NULL, measure_librseq},
#endif
};
const size_t nr_groups = sizeof(groups) / sizeof(groups[0]);
