/* SPDX-License-Identifier: MIT */
/*
 * client_request.h - what a program says to valgrind, by instructions that do nothing elsewhere; as
 * valgrind's manual has them for this processor ("The Client Request mechanism").
 */
#ifndef PCPU_CLIENT_REQUEST_H
#define PCPU_CLIENT_REQUEST_H

#include <stdint.h>

/* Its answer to @request with three arguments; @otherwise: it does not know it, or is not there. */
static inline uint64_t pcpu_client_request(uint64_t otherwise, uint64_t request, uint64_t a,
					   uint64_t b, uint64_t c)
{
	const volatile uint64_t args[6] = {request, a, b, c};
	register uint64_t answer __asm__("x3") = otherwise;
	register const volatile uint64_t *list __asm__("x4") = args;

	__asm__ volatile("ror x12, x12, #3\n\t"
			 "ror x12, x12, #13\n\t"
			 "ror x12, x12, #51\n\t"
			 "ror x12, x12, #61\n\t"
			 "orr x10, x10, x10"
			 : "+r"(answer)
			 : "r"(list)
			 : "cc", "memory");
	return answer;
}

#endif /* PCPU_CLIENT_REQUEST_H */
