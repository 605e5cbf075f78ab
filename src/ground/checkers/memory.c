/* SPDX-License-Identifier: MIT */
/* memory.c - see memory.h. */
#include "ground/checkers/memory.h"
#include "client_request.h"

/* AddressSanitizer's runtime library, and that of the search for leaks, which it has too. */
extern void __asan_init(void) __attribute__((__weak__));
extern void __asan_poison_memory_region(void const volatile *start, size_t size)
	__attribute__((__weak__));
extern void __asan_unpoison_memory_region(void const volatile *start, size_t size)
	__attribute__((__weak__));
extern int __asan_address_is_poisoned(void const volatile *at) __attribute__((__weak__));
extern void __lsan_register_root_region(const void *start, size_t size) __attribute__((__weak__));

/* Requests of memcheck's. */
#define MEMCHECK(n) ((uint64_t)'M' << 24 | (uint64_t)'C' << 16 | (n))
#define MAKE_MEM_NOACCESS MEMCHECK(0)
#define MAKE_MEM_DEFINED MEMCHECK(2)
#define CHECK_MEM_IS_ADDRESSABLE MEMCHECK(4)

bool pcpu_memory_is_checked;

static struct {
	bool asan, memcheck;
} checkers;

/*
 * Not where the sanitizer's options leave poison to itself. It may not have begun yet, where it is
 * preloaded: every object that is built with it has it begin as this does.
 */
static bool asan_is_there(void)
{
	static char probe[64] __attribute__((__aligned__(64)));
	bool poisons;

	if (!__asan_poison_memory_region || !__asan_unpoison_memory_region ||
	    !__asan_address_is_poisoned)
		return false;
	if (__asan_init)
		__asan_init();
	__asan_poison_memory_region(probe, sizeof(probe));
	poisons = __asan_address_is_poisoned(probe);
	__asan_unpoison_memory_region(probe, sizeof(probe));
	return poisons;
}

static bool memcheck_is_there(void)
{
	char byte = 0;

	return pcpu_client_request(1, CHECK_MEM_IS_ADDRESSABLE, (uintptr_t)&byte, 1, 0) == 0;
}

void pcpu_memory_check_init(void)
{
	checkers.asan = asan_is_there();
	checkers.memcheck = memcheck_is_there();
	pcpu_memory_is_checked = checkers.asan || checkers.memcheck;
}

void pcpu_memory_check_end(void)
{
	pcpu_memory_is_checked = false;
}

void pcpu_memory_hide(uintptr_t start, size_t size)
{
	if (checkers.asan)
		__asan_poison_memory_region((void *)start, size);
	if (checkers.memcheck)
		pcpu_client_request(0, MAKE_MEM_NOACCESS, start, size, 0);
}

void pcpu_memory_show(uintptr_t start, size_t size)
{
	if (checkers.asan)
		__asan_unpoison_memory_region((void *)start, size);
	if (checkers.memcheck)
		pcpu_client_request(0, MAKE_MEM_DEFINED, start, size, 0);
}

void pcpu_memory_has_pointers(uintptr_t start, size_t size)
{
	if (__lsan_register_root_region)
		__lsan_register_root_region((const void *)start, size);
}
