/* SPDX-License-Identifier: MIT */
/*
 * seq_stats.c - statistics that are read whole; percpu/seq_stats.h.
 *
 *	write	W1  have the CPU: by a sequence, which whoever comes to run there aborts, or by
 *		    holding it with signals masked
 *		W2  version; its lowest bit says which of the two rows of numbers is valid
 *		W3  the other row = the valid one and what is to be added. If W4 does not come, what
 *		    is there is valid for nobody, and made anew by the next
 *		W4  version + 1, by one store, which comes after W3 and before the next W3
 *	read	R1  version
 *		R2  the row that it says
 *		R3  the same version: else again from R1
 *
 * R2 reads a row of which only a later W3 changes anything, and that comes after a W4 that R3 sees.
 * (With one row and a count that is odd meanwhile, as seqcounts are, readers would wait for a
 * writer who is preempted, and the numbers would be lost for good with one who is killed.)
 *
 * Nobody waits: W3 does not look at readers. A reader who has been outrun a hundred times holds the
 * CPU, where threads are not pinned to it, and reads what nobody changes.
 *
 * Modelled in tests/model/seq_stats.pml.
 */
#include "ground/assert.h"
#include "ground/pointer.h"
#include "ground/signals.h"
#include "memory/entry.h"

#include <percpu/seq_stats.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define MOST_NUMBERS 64 /* of percpu/impl/seq_stats.h */

/* After so many reads that somebody has outrun the CPU is held. */
#define READS_BEFORE_HOLDING 100

/* --- writing --- */

static void update(uint64_t *copy, size_t nr, const uint64_t *delta)
{
	const uint64_t version = copy[0]; /* W2 */
	const uint64_t *from = copy + 1 + (version & 1) * nr;
	uint64_t *to = copy + 1 + (~version & 1) * nr;

	/* W3; released, so that they come after the last W4 */
	for (size_t i = 0; i < nr; i++)
		__atomic_store_n(&to[i], from[i] + delta[i], __ATOMIC_RELEASE);
	__atomic_store_n(&copy[0], version + 1, __ATOMIC_RELEASE); /* W4 */
}

/* A handler's sequence would not see that its thread is in the middle of W3. */
PERCPU_API void __percpu_stats_add_slow(uintptr_t stats, size_t nr, const void *delta)
{
	uint64_t __percpu *ptr = (uint64_t __percpu *)stats;
	sigset_t saved;

	pcpu_mask_signals(&saved);
	update(get_cpu_ptr(ptr), nr, delta);
	put_cpu_ptr(ptr);
	pcpu_restore_signals(&saved);
}

/* --- reading --- */

static bool read_row(const uint64_t *copy, size_t nr, uint64_t *to)
{
	const uint64_t version = __atomic_load_n(&copy[0], __ATOMIC_ACQUIRE); /* R1 */
	const uint64_t *from = copy + 1 + (version & 1) * nr;

	for (size_t i = 0; i < nr; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_ACQUIRE);   /* R2 */
	return __atomic_load_n(&copy[0], __ATOMIC_RELAXED) == version; /* R3 */
}

static void read_copy(const uint64_t *copy, unsigned int cpu, size_t nr, uint64_t *to)
{
	for (unsigned int n = 1; !read_row(copy, nr, to); n++) {
		if (n % READS_BEFORE_HOLDING != 0 || percpu_remote_begin(cpu))
			continue;
		if (!read_row(copy, nr, to))
			pcpu_assert(!"somebody has changed the copy of a CPU that is held");
		percpu_remote_end(cpu);
		return;
	}
}

/* What @size bytes at @ptr are on a CPU whose unit is not open, which has no memory for them. */
static void copy_initial(uintptr_t ptr, size_t size, void *to)
{
	const struct percpu_copies copies = __percpu_copies((const void __percpu *)ptr);

	if (pcpu_pointer_is_dynamic((const void *)ptr))
		memset(to, 0, size);
	else
		memcpy(to, (const void *)copies.initial, size);
}

static void read_initial(uintptr_t stats, size_t nr, void *to)
{
	uint64_t version;

	copy_initial(stats, sizeof(version), &version);
	copy_initial(stats + sizeof(version) + (version & 1) * nr * sizeof(uint64_t),
		     nr * sizeof(uint64_t), to);
}

static bool is_open(unsigned int cpu)
{
	return pcpu_entry_is_open(pcpu_unit_entry(cpu));
}

static void read_any(uintptr_t stats, unsigned int cpu, size_t nr, uint64_t *to)
{
	if (is_open(cpu))
		read_copy(per_cpu_ptr((const uint64_t __percpu *)stats, cpu), cpu, nr, to);
	else
		read_initial(stats, nr, to);
}

PERCPU_API int __percpu_stats_read(uintptr_t stats, unsigned int cpu, size_t nr, void *to)
{
	if (!cpu_possible(cpu))
		return -EINVAL;
	read_any(stats, cpu, nr, to);
	return 0;
}

PERCPU_API void __percpu_stats_sum(uintptr_t stats, size_t nr, void *to)
{
	uint64_t *sum = to, row[MOST_NUMBERS];
	unsigned int cpu;

	pcpu_assert(nr <= MOST_NUMBERS);
	memset(sum, 0, nr * sizeof(*sum));
	for_each_possible_cpu(cpu) {
		read_any(stats, cpu, nr, row);
		for (size_t i = 0; i < nr; i++)
			sum[i] += row[i];
	}
}

/* --- any structure --- */

PERCPU_API int __percpu_snapshot(uintptr_t ptr, unsigned int cpu, size_t size, void *to)
{
	int err = cpu_possible(cpu) ? 0 : -EINVAL;

	if (err)
		return err;
	if (!is_open(cpu)) {
		copy_initial(ptr, size, to);
		return 0;
	}
	err = percpu_remote_begin(cpu);
	if (err)
		return err;
	memcpy(to, per_cpu_ptr((const char __percpu *)ptr, cpu), size);
	percpu_remote_end(cpu);
	return 0;
}
