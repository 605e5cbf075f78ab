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

	__asm__ volatile("rolq $3, %%rdi\n\t"
			 "rolq $13, %%rdi\n\t"
			 "rolq $61, %%rdi\n\t"
			 "rolq $51, %%rdi\n\t"
			 "xchgq %%rbx, %%rbx"
			 : "+d"(otherwise)
			 : "a"(args)
			 : "cc", "memory");
	return otherwise;
}

#endif /* PCPU_CLIENT_REQUEST_H */
