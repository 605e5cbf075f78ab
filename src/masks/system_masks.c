/* SPDX-License-Identifier: MIT */
/*
 * system_masks.c - which CPUs are present, online and active: percpu/cpumask.h.
 *
 * The masks are one page that is there from the first question on. Whoever asks first, and that
 * may be several threads, and a handler of a signal in each, makes a page of its own, reads the
 * machine's lists into it, and tries to publish it. No thread waits for another:
 *
 *	M1	is there a page? acquire: pairs with M3
 *	M2	a page of one's own; the lists are read into it
 *	M3	it is published: compare and swap of NULL to it, release
 *	M4	somebody else was first: one's own page goes, his is taken
 *	M5	a setter changes a bit of the page, atomically
 *
 * So nobody ever sees another page than the one that setters change, and fork() finds a page or
 * none. tests/model/masks.pml is a model of this.
 */
#include "masks/system_masks.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/proc/name.h"
#include "ground/system/affinity.h"
#include "ground/system/race.h"
#include "masks/read_list.h"

#include <percpu/cpumask.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define NR_WORDS PCPU_BITS_TO_LONGS(nr_cpumask_bits)
#define FOLDER "/sys/devices/system/cpu/"

_Static_assert(sizeof(struct percpu_system_masks) <= PCPU_PAGE_SIZE, "a page");
_Static_assert(PCPU_AFFINITY_CPUS == __PCPU_MASK_CPUS, "no thread is where no mask has a bit");

PERCPU_API struct percpu_system_masks *__percpu_system_masks;

/* mmap() is no function that POSIX calls safe in handlers of signals; here it is a system call. */
static struct percpu_system_masks *new_page(void)
{
	void *page = MAP_FAILED;

	if (!pcpu_fault(PCPU_FAULT_MEM))
		page = mmap(NULL, PCPU_PAGE_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	pcpu_name_more(page, PCPU_PAGE_SIZE, PCPU_NAME_METADATA);
	return page;
}

/* Only possible CPUs have copies, so no other is any CPU here. */
static bool leave_possible(unsigned long *bits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < NR_WORDS; i++) {
		bits[i] &= __percpu_rt.cpu_possible[i];
		any |= bits[i];
	}
	return any != 0;
}

static void copy_mask(unsigned long *to, const unsigned long *from)
{
	memcpy(to, from, NR_WORDS * sizeof(*to));
}

static bool read_allowed(unsigned long *bits)
{
	struct pcpu_affinity affinity;

	if (pcpu_affinity_get(&affinity) != 0)
		return false;
	memcpy(bits, affinity.mask, affinity.size);
	return leave_possible(bits);
}

/* False, and none of them is set, if the kernel does not say, or names no possible CPU. */
static bool read_list(const char *file, unsigned long *bits)
{
	if (pcpu_read_cpulist(file, bits, nr_cpumask_bits) && leave_possible(bits))
		return true;
	memset(bits, 0, __PCPU_MASK_CPUS / 8);
	return false;
}

static void read_machine(struct percpu_system_masks *masks)
{
	unsigned long *possible = masks->bits[__PCPU_MASK_POSSIBLE];
	unsigned long *present = masks->bits[__PCPU_MASK_PRESENT];
	unsigned long *online = masks->bits[__PCPU_MASK_ONLINE];

	copy_mask(possible, __percpu_rt.cpu_possible);
	if (!read_list(FOLDER "present", present))
		copy_mask(present, possible);
	if (!read_list(FOLDER "online", online) && !read_allowed(online))
		copy_mask(online, present);
	/* between the two files a CPU may have come */
	for (unsigned int i = 0; i < NR_WORDS; i++)
		present[i] |= online[i];
	copy_mask(masks->bits[__PCPU_MASK_ACTIVE], online);
}

/* NULL: no memory. */
static struct percpu_system_masks *publish(void)
{
	struct percpu_system_masks *first = NULL, *mine = new_page();

	if (!mine)
		return NULL;
	pcpu_race_do_not_look(mine, PCPU_PAGE_SIZE);
	pcpu_race_begin_writes();
	read_machine(mine);
	pcpu_race_end_writes();
	pcpu_race_release(&__percpu_system_masks);
	if (__atomic_compare_exchange_n(&__percpu_system_masks, &first, mine, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return mine;
	munmap(mine, PCPU_PAGE_SIZE);
	return first;
}

PERCPU_API struct percpu_system_masks *__percpu_read_system_masks(void)
{
	const int saved = errno;
	struct percpu_system_masks *masks = publish();

	if (!masks)
		pcpu_fatal("no memory for the masks of CPUs (errno %d). Before a sandbox begins, "
			   "percpu_open() makes them",
			   errno);
	errno = saved;
	return masks;
}

int pcpu_system_masks_open(void)
{
	const int saved = errno;
	const bool there = __atomic_load_n(&__percpu_system_masks, __ATOMIC_ACQUIRE) || publish();

	errno = saved;
	return there ? 0 : -ENOMEM;
}

static const char *name_of(enum __pcpu_system_mask which)
{
	static const char *const names[] = {
		[__PCPU_MASK_PRESENT] = "present",
		[__PCPU_MASK_ONLINE] = "online",
		[__PCPU_MASK_ACTIVE] = "active",
		[__PCPU_MASK_POSSIBLE] = "possible",
	};

	return names[which];
}

static void change(unsigned long *word, unsigned long bits, bool value)
{
	if (value)
		__atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(word, ~bits, __ATOMIC_SEQ_CST);
}

PERCPU_API void __percpu_set_system_cpu(enum __pcpu_system_mask which, unsigned int cpu, bool value)
{
	if (which == __PCPU_MASK_POSSIBLE)
		pcpu_log(PERCPU_LOG_WARNING,
			 "CPU %u stays %spossible: that is fixed when the process starts", cpu,
			 value ? "im" : "");
	else if (!cpu_possible(cpu) || cpu >= nr_cpumask_bits)
		pcpu_log(PERCPU_LOG_WARNING, "CPU %u is not possible: it is not set %s", cpu,
			 name_of(which));
	else
		change(__pcpu_system_bits(which) + cpu / PCPU_BITS_PER_LONG, pcpu_bit_mask(cpu),
		       value);
}

static void check_possible(const unsigned long *src)
{
	for (unsigned int cpu = 0; cpu < nr_cpumask_bits; cpu++)
		if (pcpu_test_bit(cpu, src) != cpu_possible(cpu)) {
			__percpu_set_system_cpu(__PCPU_MASK_POSSIBLE, cpu, pcpu_test_bit(cpu, src));
			return;
		}
}

PERCPU_API void __percpu_init_system_mask(enum __pcpu_system_mask which, const unsigned long *src)
{
	unsigned long *bits;

	if (which == __PCPU_MASK_POSSIBLE) {
		check_possible(src);
		return;
	}
	bits = __pcpu_system_bits(which);
	for (unsigned int i = 0; i < NR_WORDS; i++)
		__atomic_store_n(bits + i,
				 __atomic_load_n(src + i, __ATOMIC_RELAXED) &
					 __percpu_rt.cpu_possible[i],
				 __ATOMIC_SEQ_CST);
}

PERCPU_API void __percpu_too_many_cpus(unsigned int nr)
{
	pcpu_fatal("this program is compiled for NR_CPUS=%u, and here CPUs have numbers up to %u",
		   nr, nr_cpu_ids - 1);
}
