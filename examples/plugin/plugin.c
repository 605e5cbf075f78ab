/* SPDX-License-Identifier: MIT */
/* plugin.c - a shared object with a per-CPU variable of its own, which counts in the host's too. */
#include "plugin.h"

#include <ctype.h>

EXPORT_PER_CPU_SYMBOL(plugin_stats);
EXPORT_SYMBOL(plugin_handle);

DEFINE_PER_CPU(struct plugin_stats, plugin_stats);

int plugin_handle(const char *text)
{
	unsigned long bytes = 0;

	for (; text[bytes]; bytes++)
		if (!isprint((unsigned char)text[bytes])) {
			this_cpu_inc(plugin_stats.errors);
			return -1;
		}
	this_cpu_add(host_bytes, bytes);
	return 0;
}
