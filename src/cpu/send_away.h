/* SPDX-License-Identifier: MIT */
/* send_away.h - no operation is done inline any more: variables are displaced (displaced.h). */
#ifndef PCPU_SEND_AWAY_H
#define PCPU_SEND_AWAY_H

/*
 * From its return on no operation is done inline, on any CPU, and every pointer to a copy is looked
 * up. Counts that others make meanwhile are not lost. The caller has taken none of the library's
 * locks. Fatal in a section, and if there are pinned threads, whose operations cannot be sent away.
 */
void pcpu_send_away(void);

#endif /* PCPU_SEND_AWAY_H */
