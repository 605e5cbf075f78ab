/* SPDX-License-Identifier: MIT */
/*
 * faults.h - makes the n-th call at one seam of the library fail, or every one from then on.
 */
#ifndef SUPPORT_FAULTS_H
#define SUPPORT_FAULTS_H

#include "ground/fault.h"

#include <limits.h>

static struct {
	enum pcpu_fault_site site;
	int countdown; /* 1: the next call fails */
	bool for_good; /* and so do all after it */
	int failed;    /* how many calls have failed */
} fault_plan;

static bool fault_hook(enum pcpu_fault_site site)
{
	if (site != fault_plan.site || fault_plan.countdown <= 0 || --fault_plan.countdown > 0)
		return false;
	fault_plan.failed++;
	fault_plan.countdown = fault_plan.for_good ? 1 : 0;
	return true;
}

/* The @nth call at @site fails, counted from now; 1 is the next. */
static inline void faults_fail_nth(enum pcpu_fault_site site, int nth)
{
	fault_plan.site = site;
	fault_plan.countdown = nth;
	fault_plan.for_good = false;
	fault_plan.failed = 0;
	pcpu_fault_hook = fault_hook;
}

/* From now on every call at @site fails. */
static inline void faults_fail_all(enum pcpu_fault_site site)
{
	faults_fail_nth(site, 1);
	fault_plan.for_good = true;
}

/* Everything works again. Returns how many calls have failed. */
static inline int faults_end(void)
{
	pcpu_fault_hook = NULL;
	return fault_plan.failed;
}

#endif /* SUPPORT_FAULTS_H */
