/* SPDX-License-Identifier: MIT */
/* boot_on_large_pages.c - not a test, but what test_boot starts: the kernel says 64 KiB. */
#include <percpu/percpu.h>

#include <unistd.h>

static DEFINE_PER_CPU(long, counted);

/* Instead of the C library's; the library asks it for nothing else before that. */
long sysconf(int name)
{
	return name == _SC_PAGESIZE ? 65536 : -1;
}

int main(void)
{
	this_cpu_inc(counted);
	return 0;
}
