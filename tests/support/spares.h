/* SPDX-License-Identifier: MIT */
/* spares.h - with PERCPU_CONF=possible:200: two CPUs that are possible, and that no machine has. */
#ifndef SUPPORT_SPARES_H
#define SUPPORT_SPARES_H

#define SPARE 198u
#define OTHER_SPARE 199u

#endif /* SUPPORT_SPARES_H */
