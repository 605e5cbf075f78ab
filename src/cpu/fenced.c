/* SPDX-License-Identifier: MIT */
/* fenced.c - see fenced.h. */
#include "cpu/fenced.h"
#include "cpu/self.h"
#include "ground/system/fence.h"
#include "machine/tier.h"

struct pcpu_fenced_limits pcpu_fenced_limits = {.takes = 256, .operations = 65536};

static intptr_t rest_of(const struct percpu_entry *entry)
{
	/* who holds the CPU may change it, and pcpu_send_away() */
	return __atomic_load_n(&entry->rest, __ATOMIC_RELAXED);
}

/* --- operations --- */

/* From 1: what is inlined has none. */
static intptr_t next_number(void)
{
	static __thread intptr_t number __attribute__((__tls_model__("initial-exec")));

	number = number % PCPU_MARK_NUMBERS + 1;
	return number << PCPU_MARK_NUMBER;
}

void pcpu_operation_note(struct pcpu_mark *mark, struct percpu_entry *entry)
{
	struct pcpu_mark *marker = __atomic_load_n(&entry->marker, __ATOMIC_SEQ_CST);

	if (marker == mark || marker == PCPU_MARKED_BY_MANY)
		return;
	if (marker || !__atomic_compare_exchange_n(&entry->marker, &marker, mark, false,
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		__atomic_store_n(&entry->marker, PCPU_MARKED_BY_MANY, __ATOMIC_SEQ_CST);
}

bool pcpu_operation_begin(struct pcpu_mark *mark, struct percpu_entry *entry)
{
	const intptr_t rest = rest_of(entry);
	const intptr_t busy = (intptr_t)entry | next_number();

	if (rest & PCPU_FENCED) {
		mark->budget--;
		__atomic_exchange_n(&mark->busy, busy, __ATOMIC_SEQ_CST);
		pcpu_operation_note(mark, entry);
	} else {
		__atomic_store_n(&mark->busy, busy, __ATOMIC_RELAXED);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	return __atomic_load_n(&entry->window, __ATOMIC_SEQ_CST) == rest;
}

/* --- takes --- */

/* Whether operations of others may be going on there; then the next one is to say so anew. */
static bool has_other_marker(struct percpu_entry *entry)
{
	struct pcpu_mark *marker = __atomic_load_n(&entry->marker, __ATOMIC_SEQ_CST);

	if (!marker || marker == pcpu_self.mark)
		return false;
	__atomic_store_n(&entry->marker, NULL, __ATOMIC_SEQ_CST);
	return true;
}

/* By the holder; S1. */
static void count_take(struct percpu_entry *entry, intptr_t rest)
{
	const unsigned int takes = entry->takes + 1;

	__atomic_store_n(&entry->takes, takes, __ATOMIC_RELAXED);
	if (!(rest & PCPU_FENCED) && takes % pcpu_fenced_limits.takes == 0)
		__atomic_store_n(&entry->rest, rest | PCPU_FENCED, __ATOMIC_RELAXED);
}

void pcpu_operations_keep_out(struct percpu_entry *entry)
{
	const intptr_t rest = rest_of(entry);

	if (!(rest & PCPU_FENCED))
		pcpu_operations_keep_out_again(entry);
	else if (has_other_marker(entry))
		pcpu_marks_wait(entry);
	count_take(entry, rest);
}

void pcpu_operations_keep_out_again(const struct percpu_entry *entry)
{
	if (!(rest_of(entry) & PCPU_FENCED))
		pcpu_fence_threads();
	pcpu_marks_wait(entry);
}

void pcpu_operations_forget(struct percpu_entry *entry)
{
	__atomic_store_n(&entry->marker, PCPU_MARKED_BY_MANY, __ATOMIC_SEQ_CST);
}

/* --- and back --- */

bool pcpu_fenced_look(struct pcpu_mark *mark, const struct percpu_entry *entry)
{
	const unsigned int takes = __atomic_load_n(&entry->takes, __ATOMIC_RELAXED);
	const bool seldom =
		mark->looked_at == entry && takes - mark->takes < pcpu_fenced_limits.takes;

	mark->budget = pcpu_fenced_limits.operations;
	mark->looked_at = entry;
	mark->takes = takes;
	return seldom && pcpu_tier.threads_fence && (rest_of(entry) & PCPU_FENCED);
}

void pcpu_unfence(struct percpu_entry *entry)
{
	__atomic_store_n(&entry->rest, entry->rest & ~PCPU_FENCED, __ATOMIC_RELAXED);
}
