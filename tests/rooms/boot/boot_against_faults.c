/* SPDX-License-Identifier: MIT */
/*
 * boot_against_faults.c - not a test, but what test_fault starts: BOOT_FAULT=SITE:N in the
 * environment has the N-th call at one seam of the library fail, from before its boot on. Then the
 * program uses what there is, and says how many calls have failed.
 */
#include "support/faults.h"

#include <percpu/percpu.h>

#include <stdio.h>
#include <string.h>

static DEFINE_PER_CPU(unsigned long, counted);

static void plan_faults(int argc, char **argv, char **envp)
{
	int site, nth;

	(void)argc;
	(void)argv;
	for (; *envp; envp++)
		if (sscanf(*envp, "BOOT_FAULT=%d:%d", &site, &nth) == 2)
			faults_fail_nth((enum pcpu_fault_site)site, nth);
}

/* Before every constructor, and so before the library's. */
static void (*const before_constructors)(int argc, char **argv, char **envp)
	__attribute__((__section__(".preinit_array"), __used__)) = plan_faults;

int main(void)
{
	unsigned long __percpu *area;
	int failed;

	this_cpu_inc(counted);
	area = alloc_percpu(unsigned long);
	failed = faults_end();
	if (!area && failed)
		area = alloc_percpu(unsigned long);
	if (!area)
		return 1;
	this_cpu_add(*area, 5);
	if (per_cpu_sum(counted) != 1 || per_cpu_sum(*area) != 5)
		return 2;
	free_percpu(area);
	printf("%d failed\n", failed);
	return 0;
}
