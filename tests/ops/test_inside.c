/* SPDX-License-Identifier: MIT */
/*
 * test_inside.c - operations inside of sections, and sections inside of sections and of local
 * locks: that they take the short way where there is one and no other where there is not, and that
 * nothing is lost among them, the thread's own handlers, and what others do.
 */
#include "count_slow.h"

#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/patience.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#ifdef __x86_64__
#include "support/traps.h"
#endif

#include "cpu/hold.h"
#include "machine/tier.h"
#include "memory/displaced.h"

#include <percpu/local_lock.h>
#include <percpu/percpu.h>

#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often a CPU was taken from anywhere, by all threads. */
static unsigned long held_from_anywhere;

void __real_pcpu_hold(unsigned int cpu, sigset_t *saved);
void __wrap_pcpu_hold(unsigned int cpu, sigset_t *saved);
void __wrap_pcpu_hold(unsigned int cpu, sigset_t *saved)
{
	__atomic_fetch_add(&held_from_anywhere, 1, __ATOMIC_RELAXED);
	__real_pcpu_hold(cpu, saved);
}

/* --- every operation, on every size --- */

#define WIDTHS(X) X(8) X(16) X(32) X(64)

#define DEFINE_MEMBERS(bits) uint##bits##_t sum##bits, pot##bits, counted##bits, flagged##bits;
struct numbers {
	uint64_t left __attribute__((__aligned__(16))); /* changed together, by cmpxchg_double */
	uint64_t right;
	WIDTHS(DEFINE_MEMBERS)
	uint64_t plain, twin; /* changed in sections, by plain accesses */
	local_lock_t lock;
	uint64_t locked;
};
static DEFINE_PER_CPU(struct numbers, numbers);

/* How often all of it was done, and what was taken out of the pots. */
#define DEFINE_TAKEN(bits) uint64_t taken##bits;
struct tally {
	uint64_t times, plain, locked;
	WIDTHS(DEFINE_TAKEN)
};

#define NR_OPERATIONS (4 * 9 + 3)

/* A handler may come between any two of these, and between any two instructions of one. */
static void do_every_operation(struct tally *tally)
{
	uint64_t left, right;

#define CHANGE(bits)                                                        \
	{                                                                   \
		uint##bits##_t seen = this_cpu_read(numbers.counted##bits); \
                                                                            \
		while (!this_cpu_try_cmpxchg(numbers.counted##bits, &seen,  \
					     (uint##bits##_t)(seen + 1))) { \
		}                                                           \
		this_cpu_inc(numbers.sum##bits);                            \
		(void)this_cpu_add_return(numbers.sum##bits, 3);            \
		this_cpu_add(numbers.pot##bits, 5);                         \
		tally->taken##bits += this_cpu_xchg(numbers.pot##bits, 0);  \
		this_cpu_or(numbers.flagged##bits, 1);                      \
		this_cpu_add(numbers.flagged##bits, 2);                     \
		this_cpu_and(numbers.flagged##bits, (uint##bits##_t) ~1);   \
	}
	WIDTHS(CHANGE)
	do {
		left = this_cpu_read(numbers.left);
		right = this_cpu_read(numbers.right);
	} while (!this_cpu_cmpxchg_double(numbers.left, numbers.right, left, right, left + 1,
					  right + 2));
	tally->times++;
}

static void add_tally(struct tally *all, const struct tally *one)
{
#define ADD(bits) all->taken##bits += one->taken##bits;
	WIDTHS(ADD)
	all->times += one->times;
	all->plain += one->plain;
	all->locked += one->locked;
}

/* Who went to another CPU between setting bit 0 and clearing it has left it set on the first. */
static void clear_flags_left(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
#define CLEAR(bits) *per_cpu_ptr(&numbers.flagged##bits, cpu) &= (uint##bits##_t) ~1;
		WIDTHS(CLEAR)
	}
}

/* NULL, or what is not as @all say that it must be, since the copies were zero. */
static const char *differ_from(const struct tally *all)
{
#define CHECK(bits)                                                                               \
	RETURN_IF_WRONG(differ("sum" #bits, (uint##bits##_t)per_cpu_sum(numbers.sum##bits),       \
			       (uint##bits##_t)(4 * all->times)));                                \
	RETURN_IF_WRONG(differ("counted" #bits,                                                   \
			       (uint##bits##_t)per_cpu_sum(numbers.counted##bits),                \
			       (uint##bits##_t)all->times));                                      \
	RETURN_IF_WRONG(differ(                                                                   \
		"pot" #bits, (uint##bits##_t)(per_cpu_sum(numbers.pot##bits) + all->taken##bits), \
		(uint##bits##_t)(5 * all->times)));                                               \
	RETURN_IF_WRONG(differ("flagged" #bits,                                                   \
			       (uint##bits##_t)(per_cpu_sum(numbers.flagged##bits)),              \
			       (uint##bits##_t)(2 * all->times)));
	WIDTHS(CHECK)
	RETURN_IF_WRONG(differ("left", per_cpu_sum(numbers.left), all->times));
	RETURN_IF_WRONG(differ("right", per_cpu_sum(numbers.right), 2 * all->times));
	RETURN_IF_WRONG(differ("plain", per_cpu_sum(numbers.plain), all->plain));
	RETURN_IF_WRONG(differ("twin", per_cpu_sum(numbers.twin), all->plain));
	return differ("locked", per_cpu_sum(numbers.locked), all->locked);
}

/* --- which way they take --- */

#define TIMES 1000
/* What preemption aborts goes to the slow side, and nothing else does: far fewer than these. */
#define ABORTED (TIMES * NR_OPERATIONS / 100)

static bool is_inlined_inside(void)
{
	return pcpu_tier_has_sequences() && !pcpu_nr_displaced;
}

/* How many of TIMES * NR_OPERATIONS go to the slow side. */
static unsigned long slow_inside(struct tally *tally)
{
	unsigned long before;

	get_cpu();
	before = slow_entries;
	for (int i = 0; i < TIMES; i++)
		do_every_operation(tally);
	before = slow_entries - before;
	put_cpu();
	return before;
}

static const char *operations_of_a_holder_are_inlined(void)
{
	struct tally tally = {0};

	SKIP_IF(!is_inlined_inside());
	stay_here();
	do_every_operation(&tally);
	RETURN_UNLESS(slow_inside(&tally) < ABORTED);
	return differ_from(&tally);
}

static void *be_pinned(void *cpu)
{
	if (percpu_thread_pin(*(unsigned int *)cpu))
		abort();
	reach(1);
	await(2);
	return NULL;
}

/* Their operations have no lock, and do not look who holds the CPU. */
static const char *not_where_threads_are_pinned(void)
{
	struct tally tally = {0};
	unsigned int cpu;
	pthread_t pinned;

	SKIP_IF(!is_inlined_inside() || !can_pin());
	cpu = stay_here();
	pinned = start(be_pinned, &cpu);
	await(1);
	get_cpu();
	slow_entries = 0;
	do_every_operation(&tally);
	put_cpu();
	reach(2);
	pthread_join(pinned, NULL);
	RETURN_UNLESS(slow_entries >= NR_OPERATIONS - 8);
	return differ_from(&tally);
}

/* As with copies that processes share: a child without handlers of fork() has its parent's word. */
static const char *not_where_attention_is_always_paid(void)
{
	struct tally tally = {0};
	struct percpu_entry *entry;

	SKIP_IF(!is_inlined_inside());
	entry = pcpu_unit_entry(stay_here());
	get_cpu();
	entry = pcpu_unit_entry(smp_processor_id());
	entry->attention |= PCPU_ATTENTION_ALWAYS;
	slow_entries = 0;
	do_every_operation(&tally);
	put_cpu();
	RETURN_UNLESS(slow_entries >= NR_OPERATIONS - 8);
	return differ_from(&tally);
}

/* A thread that had the same number may have ended in a section, without a word. */
static const char *not_where_the_word_alone_is_the_threads(void)
{
	struct tally tally = {0};
	struct percpu_entry *entry;

	SKIP_IF(!is_inlined_inside());
	stay_here();
	get_cpu();
	entry = pcpu_unit_entry(smp_processor_id());
	put_cpu();
	entry->window = __pcpu_self()->word;
	slow_entries = 0;
	do_every_operation(&tally);
	RETURN_UNLESS(slow_entries >= 1);
	RETURN_UNLESS(entry->window == entry->rest);
	return differ_from(&tally);
}

/*
 * Else a loop of a read and a compare and swap would not end. @sections before make CPUs of the
 * fallback tier fenced ones, whose operations go another way.
 */
static const char *find_one_copy(int sections)
{
	struct tally tally = {0};

	for (int i = 0; i < 2; i++) {
		go_to(cpus[i]);
		do_every_operation(&tally);
		for (int n = 0; n < sections; n++) {
			get_cpu();
			put_cpu();
		}
	}
	go_to(cpus[0]);
	get_cpu();
	/* the two copies differ by that */
	this_cpu_add(numbers.left, 1);
	go_to(cpus[1]);
	for (int i = 0; i < TIMES; i++) {
		uint64_t left = this_cpu_read(numbers.left), right = this_cpu_read(numbers.right);

		RETURN_UNLESS(this_cpu_cmpxchg_double(numbers.left, numbers.right, left, right,
						      left + 1, right + 1));
		this_cpu_inc(numbers.left);
	}
	put_cpu();
	RETURN_UNLESS(per_cpu_sum(numbers.left) == tally.times + 1 + 2 * TIMES);
	return NULL;
}

static const char *operations_of_a_holder_who_was_migrated_find_one_copy(void)
{
	SKIP_IF(nr_cpus < 2);
	return find_one_copy(0);
}

static const char *so_they_do_where_cpus_are_fenced(void)
{
	SKIP_IF(nr_cpus < 2);
	return find_one_copy(TIMES);
}

static const char *sections_inside_of_a_local_lock_are_taken_by_a_sequence(void)
{
	unsigned long before;
	unsigned int cpu;

	SKIP_IF(!pcpu_tier_has_sequences());
	cpu = stay_here();
	local_lock(&numbers.lock);
	before = held_from_anywhere;
	for (int i = 0; i < TIMES; i++) {
		unsigned int held = get_cpu();

		RETURN_UNLESS(pcpu_held_cpu() == (int)held);
		RETURN_UNLESS(held == cpu || !indexed_by_cpu());
		put_cpu();
		RETURN_UNLESS(pcpu_held_cpu() == -1 && __pcpu_self()->cpu == (int)held);
	}
	RETURN_UNLESS(held_from_anywhere - before < TIMES / 10);
	local_unlock(&numbers.lock);
	RETURN_UNLESS(__pcpu_self()->cpu == -1);
	return NULL;
}

/* --- among handlers of the same thread --- */

#ifdef __x86_64__
static struct percpu_entry *entry_of_put;
static unsigned long traps, traps_after_p1;

/* Somebody begins to wait just after the CPU has been let go; and the handler has a section. */
static void have_a_section(int sig)
{
	(void)sig;
	traps++;
	if (entry_of_put->window == entry_of_put->rest) {
		traps_after_p1++;
		entry_of_put->attention |= 1;
	}
	get_cpu_var(numbers).locked++;
	put_cpu_var(numbers);
}

static const char *a_handler_may_come_at_any_instruction_of_the_end_of_a_section(void)
{
	SKIP_IF(!pcpu_tier_has_sequences() || !indexed_by_cpu() || nr_cpus < 2);
	for (unsigned int i = 0; i < 2; i++) {
		go_to(cpus[0]);
		get_cpu();
		entry_of_put = pcpu_unit_entry(smp_processor_id());
		go_to(cpus[i]);
		traps_begin(have_a_section);
		put_cpu();
		traps_end();
		entry_of_put->attention = 0;
		RETURN_UNLESS(pcpu_held_cpu() == -1 && __pcpu_self()->cpu == -1);
		RETURN_UNLESS(entry_of_put->window == entry_of_put->rest);
	}
	RETURN_UNLESS(traps_after_p1 > 2);
	return differ("sections", per_cpu_sum(numbers.locked), traps);
}
#endif

/* What has to be seen: signals, and sequences inside of sections that they abort. */
#define SIGNALS 10000
#define ABORTS 100

static __thread struct tally in_handler;

static void do_all_in_handler(int sig)
{
	(void)sig;
	do_every_operation(&in_handler);
	get_cpu();
	do_every_operation(&in_handler);
	put_cpu();
}

static const char *nothing_is_lost_among_a_holder_and_its_handlers(void)
{
	const unsigned int aborts = pcpu_tier_has_sequences() ? ABORTS : 0;
	struct patience patience = be_patient();
	struct tally tally = {0};
	unsigned long aborted = 0;
	timer_t timer;

	stay_here();
	timer = start_storm(do_all_in_handler);
	while ((in_handler.times < SIGNALS || aborted < aborts) && !is_out_of_patience(&patience))
		aborted += slow_inside(&tally);
	end_storm(timer);
	printf("%lu signals, %lu slow entries\n", (unsigned long)in_handler.times / 2, aborted);
	RETURN_UNLESS(in_handler.times >= SIGNALS);
	RETURN_UNLESS(aborted >= aborts);
	add_tally(&tally, &in_handler);
	return differ_from(&tally);
}

/* --- among all --- */

#define WORKERS 6
#define SECONDS 1.5

struct worker {
	struct tally tally, in_handler;
	uint64_t rounds; /* told */
	pid_t *tid;
	bool wrong;
};
static struct worker workers[WORKERS];
static pid_t worker_tids[WORKERS + 1];

static void change_plainly(struct worker *me)
{
	volatile struct numbers *copy = this_cpu_ptr(&numbers);
	uint64_t value = copy->plain;

	me->wrong |= copy->twin != value;
	copy->plain = value + 1;
	copy->twin = copy->twin + 1;
	me->tally.plain++;
}

static void work_in_section(struct worker *me, uint64_t dice)
{
	get_cpu();
	change_plainly(me);
	do_every_operation(&me->tally);
	preempt_disable();
	change_plainly(me);
	if (dice % 32 == 0)
		sched_yield();
	do_every_operation(&me->tally);
	preempt_enable();
	change_plainly(me);
	put_cpu();
}

static void work_in_local_lock(struct worker *me, uint64_t dice)
{
	local_lock(&numbers.lock);
	this_cpu_ptr(&numbers)->locked++;
	me->tally.locked++;
	do_every_operation(&me->tally);
	for (int i = 0; i < 3; i++)
		work_in_section(me, dice >> i);
	local_unlock(&numbers.lock);
}

static void take_away(struct worker *me, unsigned int cpu)
{
#define TAKE(bits) me->tally.taken##bits += per_cpu_xchg(numbers.pot##bits, cpu, 0);
	WIDTHS(TAKE)
	if (percpu_remote_begin(cpu))
		return;
	change_plainly(me);
	do_every_operation(&me->tally);
	percpu_remote_end(cpu);
}

static void *work(void *arg)
{
	struct worker *me = arg;
	struct random random = random_from((uintptr_t)arg);
	timer_t timer;

	__atomic_store_n(me->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	timer = start_storm_of(10 * STORM_INTERVAL, do_all_in_handler);
	while (!must_stop()) {
		uint64_t dice = random_next(&random);

		if (dice % 64 == 0)
			take_away(me, cpus[(dice >> 8) % nr_cpus]);
		else if (dice % 4 == 0)
			work_in_local_lock(me, dice >> 8);
		else if (dice % 4 == 1)
			do_every_operation(&me->tally);
		else
			work_in_section(me, dice >> 8);
		tell(&me->rounds, me->rounds + 1);
	}
	end_storm(timer);
	me->in_handler = in_handler;
	return NULL;
}

static const char *nothing_is_lost_among_all(void)
{
	pthread_t threads[WORKERS], driver;
	struct tally all = {0};
	bool every_one = true;

	for (int i = 0; i < WORKERS; i++) {
		workers[i].tid = &worker_tids[i];
		threads[i] = start(work, &workers[i]);
		await_tid(&worker_tids[i]);
	}
	driver = start(drive_threads, worker_tids);
	nap(SECONDS);
	for (int i = 0; i < WORKERS && every_one; i++)
		every_one = await_told(&workers[i].rounds, 1, 100);
	set_stop(true);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		RETURN_UNLESS(!workers[i].wrong);
		add_tally(&all, &workers[i].tally);
		add_tally(&all, &workers[i].in_handler);
	}
	pthread_join(driver, NULL);
	RETURN_UNLESS(every_one);
	printf("%lu times all operations\n", (unsigned long)all.times);
	clear_flags_left();
	return differ_from(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
		fact_test(operations_of_a_holder_are_inlined),
		fact_test(not_where_threads_are_pinned),
		fact_test(not_where_attention_is_always_paid),
		fact_test(not_where_the_word_alone_is_the_threads),
		fact_test(operations_of_a_holder_who_was_migrated_find_one_copy),
		fact_test(so_they_do_where_cpus_are_fenced),
		fact_test(sections_inside_of_a_local_lock_are_taken_by_a_sequence),
#ifdef __x86_64__
		fact_test(a_handler_may_come_at_any_instruction_of_the_end_of_a_section),
#endif
		fact_test(nothing_is_lost_among_a_holder_and_its_handlers),
		fact_test(nothing_is_lost_among_all),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
