/* SPDX-License-Identifier: MIT */
/* leak.h - the live areas by who allocated them; the call is percpu_leak_report(). */
#ifndef PCPU_LEAK_H
#define PCPU_LEAK_H

/* percpu_leak_report() to standard error, if anything is live. */
void pcpu_leak_report_at_exit(void);

#endif /* PCPU_LEAK_H */
