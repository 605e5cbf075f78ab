/* SPDX-License-Identifier: MIT */
/* Counting nothing: what the server costs without counters, to compare. */
#include "counters.h"

#include <string.h>

static int none_open(void)
{
	return 0;
}

static void none_close(void)
{
}

static void none_count(const struct answer *answer)
{
	(void)answer;
}

static void none_read(struct counts *sum)
{
	memset(sum, 0, sizeof(*sum));
}

const struct counter_ops counters_none = {
	.name = "none",
	.open = none_open,
	.close = none_close,
	.count = none_count,
	.read = none_read,
};
