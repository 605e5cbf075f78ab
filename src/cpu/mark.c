/* SPDX-License-Identifier: MIT */
/* mark.c - see mark.h. */
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/assert.h"
#include "ground/fault.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/proc/name.h"
#include "ground/signals.h"
#include "ground/system/new_process.h"
#include "ground/system/thread_stack.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define ARRAY_SIZE 4096
/* Threads of all processes that share their copies; what is not used is not resident either. */
#define SHARED_MARKS 65536
/* Bytes of them that are in core dumps, for which the kernel makes what is shared resident. */
#define SHARED_IN_CORES ((size_t)64 << 10)
/* After so many more threads it is looked which are gone. */
#define CLEAR_EVERY 63

/* Prepended to, never taken away. */
struct mark_array {
	struct mark_array *next;
	size_t nr;
	size_t end; /* behind the last mark that was ever taken */
	struct pcpu_mark marks[] __attribute__((__aligned__(64)));
};

#define SHARED_SIZE (sizeof(struct mark_array) + SHARED_MARKS * sizeof(struct pcpu_mark))
#define RESERVED_SIZE (sizeof(struct mark_array) + 4096 * sizeof(struct pcpu_mark))

static struct {
	struct mark_array *arrays; /* the newest */
	bool shared;
	bool reserved; /* there is an array for many threads */
} marks;

static void extend(struct mark_array *array, size_t end)
{
	size_t before = __atomic_load_n(&array->end, __ATOMIC_RELAXED);

	while (before < end && !__atomic_compare_exchange_n(&array->end, &before, end, false,
							    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
	}
}

static bool become_owner(struct pcpu_mark *mark)
{
	intptr_t nobody = 0;

	if (__atomic_load_n(&mark->owner, __ATOMIC_RELAXED) != 0 ||
	    !__atomic_compare_exchange_n(&mark->owner, &nobody, pcpu_self.word, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	/* before it is ever busy: who finds it so looks here */
	__atomic_store_n(&mark->entries, pcpu_unit_entries(), __ATOMIC_SEQ_CST);
	return true;
}

/* One of the first @nr that is nobody's. */
static struct pcpu_mark *take_from(struct mark_array *array, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (become_owner(&array->marks[i])) {
			/* before it is used: who looks at all marks must find it */
			extend(array, i + 1);
			return &array->marks[i];
		}
	return NULL;
}

/* --- marks that threads have left who are gone --- */

/*
 * K. One thread clears it: a second one could come too late, when the mark is a new thread's. Who
 * is killed in the middle of this has left it in turn. Signals are masked: a handler would wait for
 * its own thread.
 */
static bool clear_if_gone(struct pcpu_mark *mark)
{
	intptr_t owner = __atomic_load_n(&mark->owner, __ATOMIC_SEQ_CST);

	if (!owner || !pcpu_word_is_of_gone(owner))
		return false;
	pcpu_assert(pcpu_signals_are_masked());
	if (!__atomic_compare_exchange_n(&mark->owner, &owner, pcpu_self.word & ~PCPU_WORD_HELD,
					 false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->frozen, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->left, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->owner, 0, __ATOMIC_SEQ_CST);
	return true;
}

static size_t used_marks(const struct mark_array *array)
{
	return __atomic_load_n(&array->end, __ATOMIC_SEQ_CST);
}

/*
 * To ask the system about every thread takes a while, so it is done for one of many that begin; in
 * a process alone, where no thread is killed, only before a new array.
 */
static bool is_time_to_clear(const struct mark_array *array)
{
	size_t used = used_marks(array);

	return used == array->nr || (marks.shared && used && used % CLEAR_EVERY == 0);
}

static void clear_array(struct mark_array *array)
{
	sigset_t saved;

	pcpu_mask_signals(&saved);
	for (size_t i = 0; i < used_marks(array); i++)
		clear_if_gone(&array->marks[i]);
	pcpu_restore_signals(&saved);
}

/* --- arrays --- */

static struct mark_array *map_array(size_t size, int flags)
{
	int saved = errno;
	struct mark_array *array;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return NULL;
	array = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	errno = saved;
	if (array == MAP_FAILED)
		return NULL;
	pcpu_name_more(array, size, PCPU_NAME_METADATA);
	array->nr = (size - sizeof(*array)) / sizeof(array->marks[0]);
	return array;
}

static struct mark_array *add_array(size_t size)
{
	/* what a process maps now, others would not see */
	struct mark_array *array =
		marks.shared ? NULL : map_array(size, MAP_PRIVATE | MAP_NORESERVE);

	if (!array)
		return NULL;
	array->next = __atomic_load_n(&marks.arrays, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&marks.arrays, &array->next, array, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
	}
	return array;
}

int pcpu_marks_reserve(void)
{
	bool before = marks.shared || __atomic_exchange_n(&marks.reserved, true, __ATOMIC_RELAXED);

	if (before || add_array(RESERVED_SIZE))
		return 0;
	__atomic_store_n(&marks.reserved, false, __ATOMIC_RELAXED);
	return -ENOMEM;
}

static size_t size_of(const struct mark_array *array)
{
	return sizeof(*array) + array->nr * sizeof(array->marks[0]);
}

/* The marks that threads have by now stay theirs. */
static int share_those_there_are(void)
{
	int err = 0;

	for (struct mark_array *array = marks.arrays; array && !err; array = array->next)
		err = pcpu_vm_share_array(array, size_of(array));
	return err;
}

/* A child that shares nothing is going to clear its copy of them. */
static void unshare_those_there_are(void)
{
	for (struct mark_array *array = marks.arrays; array; array = array->next)
		pcpu_vm_unshare_array(array, size_of(array));
}

int pcpu_marks_share(void)
{
	struct mark_array *array = map_array(SHARED_SIZE, MAP_SHARED | MAP_NORESERVE);
	int err = array ? share_those_there_are() : -ENOMEM;

	pcpu_assert(!marks.shared);
	if (err) {
		unshare_those_there_are();
		if (array)
			munmap(array, SHARED_SIZE);
		return err;
	}
	pcpu_vm_keep_out_of_cores((char *)array + SHARED_IN_CORES, SHARED_SIZE - SHARED_IN_CORES);
	array->next = marks.arrays;
	marks.arrays = array;
	marks.shared = true;
	return 0;
}

void pcpu_marks_unshare(void)
{
	struct mark_array *array = marks.arrays;

	pcpu_assert(marks.shared);
	marks.arrays = array->next;
	marks.shared = false;
	munmap(array, SHARED_SIZE);
	unshare_those_there_are();
}

/* --- marks that processes have in common which are no relatives --- */

static struct mark_array *before_joining;
static struct pcpu_mark *mark_before_joining;

static bool others_have_marks(void)
{
	for (struct mark_array *array = marks.arrays; array; array = array->next)
		for (size_t i = 0; i < used_marks(array); i++)
			if (array->marks[i].owner && &array->marks[i] != pcpu_self.mark)
				return true;
	return false;
}

int pcpu_marks_join(void *common, size_t size, bool fresh)
{
	struct mark_array *array = common;

	pcpu_assert(!marks.shared);
	if (others_have_marks())
		return -EBUSY;
	if (fresh) {
		memset(common, 0, size);
		array->nr = (size - sizeof(*array)) / sizeof(array->marks[0]);
	}
	before_joining = marks.arrays;
	mark_before_joining = pcpu_self.mark;
	pcpu_self.mark = NULL;
	marks.arrays = array;
	marks.shared = true;
	return 0;
}

void pcpu_marks_part(void)
{
	pcpu_assert(marks.shared && !pcpu_self.mark);
	marks.arrays = before_joining;
	pcpu_self.mark = mark_before_joining;
	marks.shared = false;
}

/* Before one that nobody has had, one that somebody has had. */
static struct pcpu_mark *take_old_or_new(struct mark_array *array)
{
	struct pcpu_mark *mark = take_from(array, used_marks(array));

	if (!mark && is_time_to_clear(array))
		clear_array(array);
	return mark ? mark : take_from(array, array->nr);
}

static struct pcpu_mark *take(void)
{
	struct mark_array *array;
	struct pcpu_mark *mark;

	for (array = __atomic_load_n(&marks.arrays, __ATOMIC_ACQUIRE); array; array = array->next) {
		mark = take_old_or_new(array);
		if (mark)
			return mark;
	}
	/* until one is found: a new array may be full at once, if many threads begin */
	do {
		array = add_array(ARRAY_SIZE);
		mark = array ? take_from(array, array->nr) : NULL;
	} while (array && !mark);
	return mark;
}

struct pcpu_mark *pcpu_mark_of_thread(void)
{
	struct pcpu_mark *mark, *none = NULL;

	/* with shared copies, a child has to have another one than its parent's thread */
	pcpu_mend_new_process();
	mark = pcpu_self.mark;
	if (mark)
		return mark;
	pcpu_self_begin();
	mark = take();
	if (!mark)
		return NULL;
	/* a signal's handler may have been here meanwhile */
	if (!__atomic_compare_exchange_n(&pcpu_self.mark, &none, mark, false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))
		__atomic_store_n(&mark->owner, 0, __ATOMIC_RELEASE);
	return pcpu_self.mark;
}

void pcpu_mark_end(void)
{
	struct pcpu_mark *mark = pcpu_self.mark;

	if (!mark)
		return;
	pcpu_self.mark = NULL;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_RELEASE);
	/* the thread may end in a handler that had frozen it */
	__atomic_store_n(&mark->frozen, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->left, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->owner, 0, __ATOMIC_RELEASE);
}

/*
 * Whether a mark that says @busy means the CPU of @entry, in whichever process. One that has become
 * another thread's since then has been looked at in time: that one finds the CPU taken.
 */
static bool is_at(const struct pcpu_mark *mark, intptr_t busy, const struct percpu_entry *entry)
{
	const uintptr_t table = (uintptr_t)__atomic_load_n(&mark->entries, __ATOMIC_SEQ_CST);

	return (uintptr_t)pcpu_mark_entry(busy) - table ==
	       (uintptr_t)entry - (uintptr_t)pcpu_unit_entries();
}

static bool is_in_the_way(const struct pcpu_mark *mark, const struct percpu_entry *entry)
{
	const intptr_t busy = __atomic_load_n(&mark->busy, __ATOMIC_SEQ_CST);

	return busy && mark != pcpu_self.mark && is_at(mark, busy, entry) &&
	       __atomic_load_n(&mark->frozen, __ATOMIC_SEQ_CST) == 0 &&
	       __atomic_load_n(&mark->left, __ATOMIC_SEQ_CST) != busy;
}

/*
 * J1 and J2. The CPU is held by the caller: so nobody else decides about the mark meanwhile, and no
 * operation there gets further than F2. If the mark is another thread's by now, or says something
 * else, this was not about that.
 */
static void set_left(struct pcpu_mark *mark)
{
	intptr_t busy = __atomic_load_n(&mark->busy, __ATOMIC_SEQ_CST);
	intptr_t owner = __atomic_load_n(&mark->owner, __ATOMIC_SEQ_CST), left = busy;

	if (!owner || !busy || !pcpu_thread_sleeps_in_no_handler(pcpu_word_thread(owner)))
		return;
	__atomic_store_n(&mark->left, busy, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&mark->busy, __ATOMIC_SEQ_CST) != busy ||
	    __atomic_load_n(&mark->owner, __ATOMIC_SEQ_CST) != owner)
		__atomic_compare_exchange_n(&mark->left, &left, 0, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED);
}

/* J3. What is inlined has no number: before it is shown again, the old one is forgotten. */
void pcpu_mark_free_if_left(struct pcpu_mark *mark)
{
	if (__atomic_load_n(&mark->left, __ATOMIC_SEQ_CST) != mark->busy)
		return;
	__atomic_store_n(&mark->left, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
}

/* After so many pauses, 10 seconds at the least. */
#define LONG_WAIT 200000

/* The @n-th time that it is in the way, after the usual moment. */
static void clear_if_nobody_goes_on(struct pcpu_mark *mark, unsigned int n)
{
	if (clear_if_gone(mark))
		return;
	set_left(mark);
	if (n == LONG_WAIT)
		pcpu_log(PERCPU_LOG_WARNING,
			 "a CPU is waited for, because thread %d is in the middle of an operation: "
			 "it has been interrupted by a handler that does not end, or that was left "
			 "by siglongjmp()",
			 pcpu_word_thread(mark->owner));
}

void pcpu_marks_wait(const struct percpu_entry *entry)
{
	struct mark_array *array = __atomic_load_n(&marks.arrays, __ATOMIC_SEQ_CST);

	for (; array; array = array->next)
		for (size_t i = 0; i < used_marks(array); i++)
			for (unsigned int n = 0; is_in_the_way(&array->marks[i], entry); n++)
				if (!pcpu_pause(n))
					clear_if_nobody_goes_on(&array->marks[i], n);
}

void pcpu_marks_after_fork(void)
{
	if (marks.shared) {
		/* that of the parent's thread */
		pcpu_self.mark = NULL;
		return;
	}
	for (struct mark_array *array = marks.arrays; array; array = array->next)
		for (size_t i = 0; i < array->end; i++)
			if (&array->marks[i] != pcpu_self.mark)
				array->marks[i] = (struct pcpu_mark){0};
	if (pcpu_self.mark)
		pcpu_self.mark->owner = pcpu_self.word;
}
