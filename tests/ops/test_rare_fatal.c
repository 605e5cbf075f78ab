/* SPDX-License-Identifier: MIT */
/*
 * test_rare_fatal.c - fatal messages that hardly any program ever sees: of what the system refuses
 * in the middle of something, of counters that are full, of masks that callbacks spoil. Each says
 * what it is about, and its handler may use the library, with no lock and no CPU in its way.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/no_rseq.h"
#include "support/tier.h"

#include "boot/module.h"
#include "boot/note.h"
#include "cpu/send_away.h"
#include "cpu/self.h"
#include "ground/lock.h"
#include "memory/pages/hole.h"
#include "replace.h"

#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/interrupt.h>
#include <percpu/local_lock.h>
#include <percpu/log.h>
#include <percpu/migrate.h>
#include <percpu/notifier.h>
#include <percpu/percpu.h>
#include <percpu/sequence.h>
#include <percpu/shared.h>
#include <percpu/smp.h>

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>

/* How a process ends whose handler could do everything. */
#define REPORTED 4

static DEFINE_PER_CPU(long, counted);
static DEFINE_PER_CPU(intptr_t, number);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);

/* --- what the system refuses --- */

void *__real_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
int __real_pcpu_getcpu(void);
int __wrap_pcpu_getcpu(void);

static enum { NONE, FIXED, ALL } refused_mappings;
static bool getcpu_is_refused;

void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	if (refused_mappings == NONE || (refused_mappings == FIXED && !(flags & MAP_FIXED)))
		return __real_mmap(addr, length, prot, flags, fd, offset);
	errno = ENOMEM;
	return MAP_FAILED;
}

int __wrap_pcpu_getcpu(void)
{
	if (!getcpu_is_refused)
		return __real_pcpu_getcpu();
	errno = EPERM;
	return -1;
}

static void allow_everything(void)
{
	pcpu_fault_hook = NULL;
	refused_mappings = NONE;
	getcpu_is_refused = false;
}

/* To go to another CPU, and to have another process be there. */
static bool nobody_goes_anywhere(enum pcpu_fault_site site)
{
	return site == PCPU_FAULT_PROCESS || site == PCPU_FAULT_AFFINITY;
}

/* The @refusals.nth reservation; and from then on whatever refusals.begin() refuses. */
static struct {
	int nth;
	void (*begin)(void);
} refusals;

static bool refuse_after_a_reservation(enum pcpu_fault_site site)
{
	if (site != PCPU_FAULT_RESERVE || --refusals.nth != 0)
		return false;
	refusals.begin();
	return true;
}

/* --- the handler --- */

static bool has_no_copies; /* and so the handler cannot count */

static void use_copies(void)
{
	long __percpu *area = alloc_percpu(long);

	this_cpu_inc(counted);
	if (!area)
		_exit(5);
	this_cpu_inc(*area);
	if (per_cpu_sum(*area) != 1 || per_cpu_sum(counted) < 1)
		_exit(6);
	free_percpu(area);
}

static void report(const char *message)
{
	(void)message;
	alarm(60);
	allow_everything();
	if (!has_no_copies)
		use_copies();
	_exit(REPORTED);
}

/* --- a CPU that the thread may not go to --- */

static void *stay_pinned(void *arg)
{
	if (percpu_thread_pin(*(unsigned int *)arg))
		_exit(7);
	*(volatile unsigned int *)arg = NR_CPUS;
	for (;;)
		pause();
	return arg;
}

/* Has the caller hold a CPU to which another thread is pinned. */
static void hold_the_cpu_of_a_pinned_thread(void)
{
	static volatile unsigned int cpu;
	pthread_t thread;

	cpu = stay_here();
	if (pthread_create(&thread, NULL, stay_pinned, (void *)&cpu))
		_exit(8);
	while (cpu != NR_CPUS)
		sched_yield();
	get_cpu();
	pcpu_fault_hook = nobody_goes_anywhere;
}

static const char *hold_with_shared_copies(void)
{
	unsigned int other;

	find_cpus();
	SKIP_IF(lacks_cpus() || !has_sequences());
	other = other_than(stay_here());
	RETURN_UNLESS(percpu_share() == 0);
	pcpu_fault_hook = nobody_goes_anywhere;
	return percpu_remote_begin(other) ? "an error" : "it is held";
}

static const char *count_where_threads_are_pinned(void)
{
	SKIP_IF(!can_pin());
	hold_the_cpu_of_a_pinned_thread();
	this_cpu_inc(counted);
	return NULL;
}

/* Where one instruction does that whatever the address is, nothing is said. */
static const char *count_unaligned_where_threads_are_pinned(void)
{
	static DEFINE_PER_CPU(char[16], bytes);

	SKIP_IF(PCPU_REPLACES_AT_ONCE || !can_pin());
	hold_the_cpu_of_a_pinned_thread();
	this_cpu_inc(*(uint32_t __percpu *)(void *)&bytes[1]);
	return NULL;
}

static const char *sequence_where_threads_are_pinned(void)
{
	SKIP_IF(!can_pin());
	hold_the_cpu_of_a_pinned_thread();
	percpu_seq_add(number, 1);
	return NULL;
}

/* --- what is full --- */

static const char *disable_migration_too_often(void)
{
	for (;;)
		migrate_disable();
	return NULL;
}

static const char *lock_too_often(void)
{
	while (pcpu_self.nested <= UINT_MAX - __PCPU_LOCAL_LOCK)
		migrate_disable();
	local_lock(&lock);
	return NULL;
}

static const char *interrupt_too_often(void)
{
	for (;;)
		irq_enter();
	return NULL;
}

/* --- what is not so --- */

static const char *ask_who_has_what_nobody_has(void)
{
	local_lock(&lock);
	local_unlock(&lock);
	(void)__percpu_local_cpu(&lock);
	return NULL;
}

static const char *free_what_was_not_allocated(void)
{
	free_percpu((void __percpu *)&refusals);
	return NULL;
}

static const char *load_in_a_section(void)
{
	get_cpu();
	pcpu_send_away();
	return NULL;
}

static unsigned int victim;
static unsigned long spoilt_event;

static int put_online_again(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	if ((event & ~(unsigned long)CPU_TASKS_FROZEN) == spoilt_event)
		set_cpu_online((unsigned int)(uintptr_t)cpu, true);
	return NOTIFY_OK;
}

static void spoil_when(unsigned long event)
{
	static struct notifier_block nb = {.notifier_call = put_online_again};

	spoilt_event = event;
	register_cpu_notifier(&nb);
}

static const char *put_online_while_it_goes(void)
{
	find_cpus();
	SKIP_IF(lacks_cpus());
	spoil_when(CPU_DYING);
	victim = cpus[nr_cpus - 1];
	cpu_down(victim);
	return NULL;
}

static const char *put_online_when_all_have_gone(void)
{
	find_cpus();
	SKIP_IF(lacks_cpus());
	spoil_when(CPU_DEAD);
	(void)disable_nonboot_cpus();
	return NULL;
}

/* --- what there is no memory for, and no thread --- */

static void *count_and_stay(void *arg)
{
	this_cpu_inc(counted);
	*(volatile bool *)arg = true;
	for (;;)
		pause();
	return arg;
}

static const char *count_in_many_threads(void)
{
	static volatile bool done[2000];
	pthread_attr_t small;
	pthread_t thread;

	SKIP_IF(has_sequences());
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	faults_fail_all(PCPU_FAULT_RESERVE);
	for (size_t i = 0; i < ARRAY_SIZE(done); i++) {
		RETURN_UNLESS(pthread_create(&thread, &small, count_and_stay, (void *)&done[i]) ==
			      0);
		while (!done[i])
			sched_yield();
	}
	return NULL;
}

static int copy_note(struct dl_phdr_info *info, size_t size, void *copy)
{
	const struct pcpu_note *note = pcpu_note_find(info);

	(void)size;
	if (note)
		memcpy(copy, note, sizeof(*note));
	return note != NULL;
}

/* As one that comes by dlopen(): this program's own, elsewhere. */
static const char *add_an_object(void)
{
	static struct pcpu_note note;

	RETURN_UNLESS(dl_iterate_phdr(copy_note, &note) == 1);
	faults_fail_all(PCPU_FAULT_MEM);
	pcpu_alloc_lock();
	pcpu_module_add(&note, "an object");
	return NULL;
}

static void do_nothing(void *info)
{
	(void)info;
}

static bool call_in_between(enum pcpu_fault_site site)
{
	static call_single_data_t call = CSD_INIT(do_nothing, NULL);
	static bool done;

	if (site != PCPU_FAULT_THREAD)
		return false;
	if (!done)
		smp_call_function_single_async((int)victim, &call);
	return done = true;
}

/* Somebody else has a call done by the thread of the CPU, which then cannot be made. */
static const char *call_without_a_thread(void)
{
	static call_single_data_t call = CSD_INIT(do_nothing, NULL);

	find_cpus();
	SKIP_IF(lacks_cpus());
	victim = other_than(stay_here());
	get_cpu();
	pcpu_fault_hook = call_in_between;
	smp_call_function_single_async((int)victim, &call);
	return NULL;
}

static const char *ask_for_the_cpu(void)
{
	SKIP_IF(has_sequences());
	/* also in this tier a number stands in the area, if the kernel knows that */
	(void)give_rseq_up();
	getcpu_is_refused = true;
	for (int i = 0; i < 1000; i++)
		(void)raw_smp_processor_id();
	return "it was not asked for";
}

/* --- sharing that fails, and cannot be taken back --- */

static void refuse_fixed_mappings(void)
{
	refused_mappings = FIXED;
}

static void refuse_all_mappings(void)
{
	refused_mappings = ALL;
}

static void refuse_memory(void)
{
	faults_fail_all(PCPU_FAULT_MEM);
}

static const char *share_in_vain(int nth, void (*begin)(void))
{
	find_cpus();
	stay_here();
	this_cpu_inc(counted);
	refusals.nth = nth;
	refusals.begin = begin;
	pcpu_fault_hook = refuse_after_a_reservation;
	return percpu_share() ? "it was taken back" : "it was shared";
}

static const char *share_a_window_less(void)
{
	SKIP_IF(pcpu_hole_is_found());
	/* the second window's; in the fallback tier marks come first */
	return share_in_vain(has_sequences() ? 2 : 3, refuse_fixed_mappings);
}

/* The last reservations are those of what says which units are open, and of the entries. */
static int nr_reservations;

static bool count_reservations(enum pcpu_fault_site site)
{
	nr_reservations += site == PCPU_FAULT_RESERVE;
	return false;
}

static const char *share_and_count(void)
{
	this_cpu_inc(counted);
	pcpu_fault_hook = count_reservations;
	RETURN_UNLESS(percpu_share() == 0);
	_exit(100 + nr_reservations);
}

static int reservations_of_sharing(void)
{
	int status = status_of_fork(share_and_count);

	return WIFEXITED(status) && WEXITSTATUS(status) > 100 ? WEXITSTATUS(status) - 100 : 0;
}

static const char *share_all_but_the_entries(void)
{
	return share_in_vain(reservations_of_sharing(), refuse_all_mappings);
}

static const char *share_without_memory_to_go_back(void)
{
	return share_in_vain(reservations_of_sharing(), refuse_memory);
}

static const char *share_without_pages(void)
{
	this_cpu_inc(counted);
	has_no_copies = true;
	faults_fail_all(PCPU_FAULT_COMMIT);
	return percpu_share() ? "it was taken back" : "it was shared";
}

/* --- all of them --- */

static const struct row {
	const char *message;
	fact_t provoke;
} rows[] = {
	{"other processes share its copies", hold_with_shared_copies},
	{"cannot be changed by a thread that may not run there", count_where_threads_are_pinned},
	{"which is not aligned to its 4 bytes", count_unaligned_where_threads_are_pinned},
	{"a sequence on CPU", sequence_where_threads_are_pinned},
	{"deep, one more than can be counted", disable_migration_too_often},
	{"local locks: one more than can be counted", lock_too_often},
	{"handlers of interrupts inside of each other", interrupt_too_often},
	{"a local lock was taken from its holder", ask_who_has_what_nobody_has},
	{"not a pointer from alloc_percpu()", free_what_was_not_allocated},
	{"an object was loaded inside of a section", load_in_a_section},
	{"is in the online mask again while it goes", put_online_while_it_goes},
	{"CPUs are online, all but one having gone", put_online_when_all_have_gone},
	{"no memory to show what a thread does", count_in_many_threads},
	{"no memory for the per-CPU variables of a shared object", add_an_object},
	{"what is to be done there cannot be", call_without_a_thread},
	{"the number of the CPU cannot be read", ask_for_the_cpu},
	{"a window at", share_a_window_less},
	{"bytes at", share_all_but_the_entries},
	{"no memory to have the copies as they were", share_without_memory_to_go_back},
	{"no memory for what has been counted", share_without_pages},
};
static const struct row *row;

static const char *provoke_with_a_handler(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	percpu_set_fatal_handler(report);
	return row->provoke();
}

static const char *provoke_without(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	return row->provoke();
}

static void for_each_row(fact_t fact, bool (*is_right)(int status))
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fact_end end;

		row = &rows[i];
		end = find_out(fact);
		if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == EXIT_NOT_HERE) {
			print_message("not here: \"%s\"\n", row->message);
			continue;
		}
		if (!is_right(end.status) || !strstr(end.text, row->message))
			fail_msg("of \"%s\" the status is %#x, it said: %s", row->message,
				 (unsigned int)end.status, end.text);
	}
}

static bool is_report(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == REPORTED;
}

static bool is_abort(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void handler_is_called_and_may_use_the_library(void **state)
{
	(void)state;
	for_each_row(provoke_with_a_handler, is_report);
}

static void without_a_handler_it_is_abort(void **state)
{
	(void)state;
	for_each_row(provoke_without, is_abort);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_is_called_and_may_use_the_library),
		cmocka_unit_test(without_a_handler_it_is_abort),
	};

	return cmocka_run_group_tests_name("rare_fatal", tests, NULL, NULL);
}
