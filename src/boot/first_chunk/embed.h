/* SPDX-License-Identifier: MIT */
/*
 * embed.h - the first chunk in large pieces of address space, one a group of near CPUs.
 *
 * The usual form: units lie where they were allocated, so one memory policy covers a group.
 */
#ifndef PCPU_EMBED_H
#define PCPU_EMBED_H

#include "boot/first_chunk/first_chunk.h"

/*
 * Works out the layout of @request, gets address space for each group, and fills @layout, which the
 * caller destroys if it succeeds. Unused units are given back, and where units lie back to back
 * also the end of each that nobody will use. Units are not filled: that is done when they open.
 *
 * 0, or a negative errno, and then nothing is kept: -EINVAL also where the groups are more than
 * three quarters of the range apart, which is logged with both numbers; -ENOMEM. Mirrors the
 * kernel's function of that name.
 */
int pcpu_embed(struct percpu_layout *layout, const struct pcpu_alloc_request *request,
	       const struct pcpu_fc_space *space);

#endif /* PCPU_EMBED_H */
