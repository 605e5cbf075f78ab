/* SPDX-License-Identifier: MIT */
/* sequence.c - see sequence.h. */
#include "toolkit/sequence.h"
#include "cpu/hold.h"
#include "cpu/self.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "ground/system/race.h"
#include "ground/system/run_on_cpu.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/section.h>

#include <errno.h>

static void do_errand(void *arg)
{
	__pcpu_errand_do(arg);
}

/* E3, on the copies of @cpu, which the caller holds; @copy and @copy2 are coordinates so far. */
static void do_on_held(struct percpu_errand *errand, unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);

	pcpu_assert(pcpu_held_by_self(cpu) && pcpu_signals_are_masked());
	pcpu_race_acquire(entry);
	errand->copy += pcpu_entry_copies(entry);
	errand->copy2 += pcpu_entry_copies(entry);
	if (!__atomic_load_n(&entry->pinned, __ATOMIC_SEQ_CST) || pcpu_self.pinned == cpu + 1)
		do_errand(errand);
	else if (!pcpu_run_on_cpu(cpu, do_errand, errand) && !pcpu_cpu_is_offline(cpu))
		pcpu_fatal(
			"a sequence on CPU %u, where threads are pinned, by a thread that may not "
			"run there",
			cpu);
	pcpu_race_release(entry);
}

/* E1 to E4, on the CPU that the thread holds, or is on. Returns its number. */
static unsigned int do_here(struct percpu_errand *errand)
{
	sigset_t saved;
	int cpu;

	pcpu_mask_signals(&saved);
	cpu = pcpu_held_cpu();
	if (cpu >= 0) {
		do_on_held(errand, (unsigned int)cpu);
	} else {
		__percpu_hold_slow();
		cpu = pcpu_held_cpu();
		do_on_held(errand, (unsigned int)cpu);
		__percpu_release_slow();
	}
	pcpu_restore_signals(&saved);
	return (unsigned int)cpu;
}

static int result_of(const struct percpu_errand *errand, unsigned int cpu)
{
	return errand->done ? (int)cpu : ~(int)cpu;
}

PERCPU_API struct percpu_sequence_end __percpu_sequence(unsigned int kind, uintptr_t ptr,
							uint64_t expect, uint64_t val,
							uintptr_t ptr2, uint64_t other)
{
	struct percpu_errand errand = {.kind = kind, .expect = expect, .val = val, .other = other};
	struct percpu_sequence_end end;

	pcpu_check_booted();
	errand.copy = pcpu_coordinate(ptr);
	errand.copy2 = pcpu_coordinate(ptr2);
	end.result = result_of(&errand, do_here(&errand));
	end.found = errand.found;
	return end;
}

PERCPU_API int __percpu_sequence_copy(unsigned int kind, uintptr_t ptr, uint64_t expect,
				      uint64_t val, uintptr_t ptr2, void *plain, size_t len)
{
	struct percpu_errand errand = {
		.kind = kind, .expect = expect, .val = val, .plain = plain, .len = len};

	pcpu_check_booted();
	errand.copy = pcpu_coordinate(ptr);
	errand.copy2 = pcpu_coordinate(ptr2);
	return result_of(&errand, do_here(&errand));
}

/* --- on a CPU that is named --- */

static bool may_wait_for(unsigned int cpu)
{
	const int held = pcpu_held_cpu();

	if (held >= 0)
		return held == (int)cpu;
	return !pcpu_self_has_local_locks() || pcpu_self.cpu == (int)cpu;
}

bool pcpu_sequence_may_wait(void)
{
	return pcpu_held_cpu() < 0 && !pcpu_self_has_local_locks();
}

int pcpu_sequence_on(unsigned int cpu, struct pcpu_sequence *sequence)
{
	struct percpu_errand errand = {.kind = sequence->kind,
				       .copy = pcpu_coordinate(sequence->ptr),
				       .copy2 = pcpu_coordinate(sequence->ptr2),
				       .expect = sequence->expect,
				       .val = sequence->val,
				       .other = sequence->other,
				       .plain = sequence->plain};
	sigset_t saved;

	if (!may_wait_for(cpu))
		return -EDEADLK;
	if (pcpu_held_cpu() >= 0) {
		do_here(&errand);
	} else {
		pcpu_unit_open(cpu);
		pcpu_hold(cpu, &saved);
		do_on_held(&errand, cpu);
		pcpu_release(cpu, &saved);
	}
	sequence->found = errand.found;
	return errand.done;
}
