/* SPDX-License-Identifier: MIT */
/*
 * rseq_origin.c - fails if the C library has registered an rseq area and the room does not see it,
 * or the other way round. Linked in each way that there is, since the room learns of it from
 * symbols that not every link has brought along.
 */
#include "machine/rseq_area.h"

#include <errno.h>
#include <stdio.h>

int main(void)
{
	static struct pcpu_rseq mine = {.cpu_id = PCPU_RSEQ_UNREGISTERED};
	const char *reason = pcpu_rseq_init(false);
	int err = pcpu_rseq_register(&mine, PCPU_RSEQ_LEAST);

	if (!reason)
		reason = pcpu_rseq_origin();
	puts(reason);
	/* another area is registered, which can only be the C library's */
	return (err == -EINVAL) != (pcpu_rseq_register_thread() && mine.cpu_id < 0);
}
