/* SPDX-License-Identifier: MIT */
/* exports.h - what an object exports, and what the program exports that it uses: exports.sh. */
#ifndef EXPORTS_H
#define EXPORTS_H

#include <percpu/percpu.h>

DECLARE_PER_CPU(unsigned long, of_object);
DECLARE_PER_CPU_SHARED_ALIGNED(unsigned short[3], votes_of_object);
DECLARE_PER_CPU(unsigned long, of_program);

/* Whether the object sees what the program saw: these addresses, and these sums. */
struct seen {
	unsigned long __percpu *of_object, *of_program;
	unsigned long sum_of_object, sum_of_votes, sum_of_program;
};

/* Counts 1 in of_object, 2 in the second vote, and 3 in of_program. */
void object_count(void);
struct seen object_sees(void);

#endif /* EXPORTS_H */
