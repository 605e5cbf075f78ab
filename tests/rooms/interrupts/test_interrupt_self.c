/* SPDX-License-Identifier: MIT */
/*
 * test_interrupt_self.c - interrupts: that they are kept out and handled in time, what is said
 * about where the caller is, lines and their handlers, softirqs.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/threads.h"

#include <percpu/interrupt.h>
#include <percpu/open.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define LINE SIGUSR1

/* What the last handler saw, and how often there was one. */
static struct {
	int times;
	unsigned int count, cpu;
	bool off, task;
} seen;

static void see(void)
{
	seen.times++;
	seen.count = preempt_count();
	seen.cpu = smp_processor_id();
	seen.off = irqs_disabled();
	seen.task = in_task();
}

static irqreturn_t handler(int irq, void *dev)
{
	(void)dev;
	if (irq == LINE)
		see();
	return IRQ_HANDLED;
}

static const char *begin(void)
{
	RETURN_IF_WRONG(
		differ("request_irq", (uint64_t)request_irq(LINE, handler, 0, "test", NULL), 0));
	return NULL;
}

/* --- off and on --- */

static const char *interrupts_are_handled_at_once(void)
{
	RETURN_IF_WRONG(begin());
	raise(LINE);
	RETURN_UNLESS(seen.times == 1 && seen.off && !seen.task);
	RETURN_UNLESS(seen.count == HARDIRQ_OFFSET);
	RETURN_UNLESS(preempt_count() == 0 && !irqs_disabled() && in_task() && preemptible());
	return NULL;
}

static const char *interrupts_wait_for_local_irq_restore(void)
{
	unsigned long flags;

	RETURN_IF_WRONG(begin());
	local_irq_save(flags);
	RETURN_UNLESS(irqs_disabled() && !irqs_disabled_flags(flags) && !preemptible());
	raise(LINE);
	raise(LINE);
	RETURN_UNLESS(seen.times == 0);
	local_irq_restore(flags);
	/* as of a line, once */
	RETURN_UNLESS(seen.times == 1 && seen.off && seen.count == HARDIRQ_OFFSET);
	RETURN_UNLESS(!irqs_disabled());
	return NULL;
}

static const char *only_the_outermost_restore_puts_them_on(void)
{
	unsigned long outer, inner;

	RETURN_IF_WRONG(begin());
	local_irq_save(outer);
	local_irq_save(inner);
	RETURN_UNLESS(irqs_disabled_flags(inner));
	raise(LINE);
	local_irq_restore(inner);
	RETURN_UNLESS(irqs_disabled() && seen.times == 0);
	local_irq_restore(outer);
	RETURN_UNLESS(!irqs_disabled() && seen.times == 1);
	return NULL;
}

static const char *disable_and_enable_do_not_count(void)
{
	unsigned long flags;

	RETURN_IF_WRONG(begin());
	local_irq_disable();
	local_irq_disable();
	local_save_flags(flags);
	RETURN_UNLESS(irqs_disabled_flags(flags));
	raise(LINE);
	local_irq_enable();
	RETURN_UNLESS(!irqs_disabled() && seen.times == 1);
	local_irq_enable();
	return differ("preempt_count", preempt_count(), 0);
}

/* In a section alone they come, and are about the CPU that is held. */
static const char *sections_do_not_keep_interrupts_out(void)
{
	unsigned int cpu;

	RETURN_IF_WRONG(begin());
	cpu = get_cpu();
	raise(LINE);
	RETURN_UNLESS(seen.times == 1 && seen.cpu == cpu);
	RETURN_UNLESS(seen.count == HARDIRQ_OFFSET + PREEMPT_OFFSET);
	put_cpu();
	return NULL;
}

static const char *noted_interrupts_are_handled_on_the_cpu_that_was_held(void)
{
	unsigned long flags;
	unsigned int cpu;

	SKIP_IF(nr_cpus < 2);
	RETURN_IF_WRONG(begin());
	local_irq_save(flags);
	cpu = smp_processor_id();
	raise(LINE);
	go_to(other_than(cpu));
	local_irq_restore(flags);
	RETURN_UNLESS(seen.times == 1 && seen.cpu == cpu);
	return NULL;
}

static const char *sections_and_interrupts_may_end_in_any_order(void)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	local_irq_restore(flags);
	RETURN_IF_WRONG(differ("preempt_count", preempt_count(), PREEMPT_OFFSET));
	RETURN_UNLESS(in_atomic() && in_task() && !in_interrupt());
	local_irq_save(flags);
	preempt_enable();
	RETURN_UNLESS(preempt_count() == 0 && irqs_disabled() && !preemptible());
	local_irq_restore(flags);
	RETURN_UNLESS(preemptible());
	return NULL;
}

/* --- where the caller is --- */

static const char *bottom_halves_count(void)
{
	local_bh_disable();
	RETURN_IF_WRONG(differ("preempt_count", preempt_count(), SOFTIRQ_DISABLE_OFFSET));
	RETURN_UNLESS(in_softirq() && in_interrupt() && in_task() && !in_serving_softirq());
	local_bh_disable();
	preempt_disable();
	RETURN_IF_WRONG(
		differ("deeper", preempt_count(), 2 * SOFTIRQ_DISABLE_OFFSET + PREEMPT_OFFSET));
	local_bh_enable();
	preempt_enable();
	local_bh_enable();
	return differ("at the end", preempt_count(), 0);
}

static const char *irq_enter_is_a_handler(void)
{
	irq_enter();
	RETURN_UNLESS(in_hardirq() && in_irq() && in_interrupt() && !in_task() && irqs_disabled());
	irq_enter();
	RETURN_IF_WRONG(differ("hardirq_count", hardirq_count(), 2 * HARDIRQ_OFFSET));
	irq_exit();
	RETURN_UNLESS(in_hardirq() && irqs_disabled());
	irq_exit();
	RETURN_UNLESS(in_task() && !irqs_disabled() && preempt_count() == 0);
	return NULL;
}

/* What comes while a handler runs is handled behind it. */
static const char *handlers_do_not_nest(void)
{
	RETURN_IF_WRONG(begin());
	irq_enter();
	raise(LINE);
	RETURN_UNLESS(seen.times == 0);
	irq_exit();
	RETURN_UNLESS(seen.times == 1);
	return NULL;
}

static const char *nmis_are_those_that_say_so(void)
{
	nmi_enter();
	RETURN_UNLESS(in_nmi() && in_interrupt() && !in_task());
	nmi_exit();
	RETURN_UNLESS(!in_nmi() && in_task());
	return NULL;
}

static irqreturn_t careless(int irq, void *dev)
{
	(void)irq;
	(void)dev;
	seen.times++;
	local_irq_enable();
	return IRQ_HANDLED;
}

static const char *handler_that_enables_interrupts_does_no_harm(void)
{
	unsigned long flags;

	RETURN_UNLESS(request_irq(LINE, careless, 0, "careless", NULL) == 0);
	raise(LINE);
	RETURN_UNLESS(seen.times == 1 && preempt_count() == 0 && !irqs_disabled());
	local_irq_save(flags);
	raise(LINE);
	local_irq_restore(flags);
	RETURN_UNLESS(seen.times == 2 && preempt_count() == 0 && !irqs_disabled());
	/* the CPU is nobody's */
	get_cpu();
	put_cpu();
	return NULL;
}

static const char *child_has_the_state_of_who_forked_in(void)
{
	RETURN_UNLESS(irqs_disabled() && !in_interrupt());
	local_irq_enable();
	RETURN_UNLESS(preempt_count() == 0);
	raise(LINE);
	RETURN_UNLESS(seen.times == 1);
	return NULL;
}

static const char *child_has_the_state_of_who_forked(void)
{
	RETURN_IF_WRONG(begin());
	local_irq_disable();
	return differ("the child's status",
		      (uint64_t)status_of_fork(child_has_the_state_of_who_forked_in), 0);
}

/* --- what they keep out --- */

#define ROUNDS 20000

static DEFINE_PER_CPU(long[2], pair);
static uint64_t done[2];

static void change_both(void)
{
	long *both = *this_cpu_ptr(&pair);
	const long was = both[0];

	both[0] = was + 1;
	both[1] = both[1] + 1;
}

static irqreturn_t change_in_handler(int irq, void *dev)
{
	(void)irq;
	(void)dev;
	change_both();
	tell(&done[1], told(&done[1]) + 1);
	return IRQ_HANDLED;
}

static void *signal_often(void *arg)
{
	const pthread_t victim = *(pthread_t *)arg;

	while (!must_stop()) {
		pthread_kill(victim, LINE);
		usleep(50);
	}
	return NULL;
}

static void *change_often(void *arg)
{
	unsigned long flags;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		local_irq_save(flags);
		change_both();
		local_irq_restore(flags);
	}
	return NULL;
}

/* Two threads on one CPU, and handlers in one of them: plain additions lose nothing. */
static const char *plain_additions_lose_nothing(void)
{
	pthread_t me = pthread_self(), other, storm;
	long sums[2] = {0, 0};
	unsigned int cpu;

	RETURN_UNLESS(request_irq(LINE, change_in_handler, 0, "adds", NULL) == 0);
	stay_here();
	storm = start(signal_often, &me);
	other = start(change_often, NULL);
	change_often(NULL);
	pthread_join(other, NULL);
	while (told(&done[1]) < 10)
		change_often(NULL), done[0]++;
	set_stop(true);
	pthread_join(storm, NULL);
	disable_irq(LINE);
	for_each_possible_cpu(cpu)
		for (int i = 0; i < 2; i++)
			sums[i] += per_cpu(pair, cpu)[i];
	RETURN_IF_WRONG(
		differ("the first", (uint64_t)sums[0], (2 + done[0]) * ROUNDS + told(&done[1])));
	return differ("the second", (uint64_t)sums[1], (uint64_t)sums[0]);
}

/* --- no system call --- */

static const char *pairs(void)
{
	unsigned long flags;

	for (int i = 0; i < 1000; i++) {
		local_irq_save(flags);
		local_irq_restore(flags);
		local_bh_disable();
		local_bh_enable();
	}
	return NULL;
}

static const char *in_strict_mode(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
		return not_here;
	pairs();
	syscall(SYS_exit, 0);
	return NULL;
}

static const char *local_irq_save_makes_no_system_call(void)
{
	int status;

	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	stay_here();
	/* a CPU that was taken often is one for which the fallback tier makes none */
	pairs();
	status = status_of_fork(in_strict_mode);
	SKIP_IF(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_HERE);
	return differ("the status in strict mode", (uint64_t)status, 0);
}

/* --- lines --- */

static int other_signals;

static void ordinary(int sig)
{
	(void)sig;
	other_signals++;
}

static const char *bad_requests_are_refused(void)
{
	int dev;

	RETURN_UNLESS(request_irq(0, handler, 0, "none", NULL) == -EINVAL);
	RETURN_UNLESS(request_irq(65, handler, 0, "none", NULL) == -EINVAL);
	RETURN_UNLESS(request_irq(LINE, NULL, 0, "none", NULL) == -EINVAL);
	RETURN_UNLESS(request_irq(SIGKILL, handler, 0, "none", NULL) == -EINVAL);
	RETURN_UNLESS(request_irq(LINE, handler, IRQF_SHARED, "none", NULL) == -EINVAL);
	RETURN_UNLESS(request_irq(LINE, handler, 0, "mine", NULL) == 0);
	RETURN_UNLESS(request_irq(LINE, handler, 0, "another", &dev) == -EBUSY);
	RETURN_UNLESS(request_irq(LINE, handler, IRQF_SHARED, "another", &dev) == -EBUSY);
	return NULL;
}

static const char *free_irq_puts_back_what_was_there(void)
{
	signal(LINE, ordinary);
	RETURN_IF_WRONG(begin());
	raise(LINE);
	RETURN_UNLESS(seen.times == 1 && other_signals == 0);
	RETURN_UNLESS(strcmp(free_irq(LINE, NULL), "test") == 0);
	raise(LINE);
	RETURN_UNLESS(seen.times == 1 && other_signals == 1);
	records_keep(PERCPU_LOG_WARNING);
	RETURN_UNLESS(!free_irq(LINE, NULL) && !free_irq(65, NULL) && nr_records == 2);
	RETURN_UNLESS(record_says(0, "free_irq(10): nobody has requested it so"));
	return NULL;
}

static irqreturn_t shared(int irq, void *dev)
{
	(void)irq;
	++*(int *)dev;
	return IRQ_NONE;
}

static const char *shared_lines_have_all_their_handlers_called(void)
{
	int a = 0, b = 0, c = 0;

	RETURN_UNLESS(request_irq(LINE, shared, IRQF_SHARED, "a", &a) == 0);
	RETURN_UNLESS(request_irq(LINE, shared, IRQF_SHARED, "b", &b) == 0);
	RETURN_UNLESS(request_irq(LINE, shared, IRQF_SHARED, "c", &c) == 0);
	raise(LINE);
	RETURN_UNLESS(a == 1 && b == 1 && c == 1);
	RETURN_UNLESS(free_irq(LINE, &b));
	raise(LINE);
	RETURN_UNLESS(a == 2 && b == 1 && c == 2);
	RETURN_UNLESS(free_irq(LINE, &a) && free_irq(LINE, &c));
	return NULL;
}

static const char *disabled_lines_are_handled_when_they_are_enabled(void)
{
	RETURN_IF_WRONG(begin());
	disable_irq(LINE);
	disable_irq_nosync(LINE);
	raise(LINE);
	enable_irq(LINE);
	RETURN_UNLESS(seen.times == 0);
	enable_irq(LINE);
	RETURN_UNLESS(seen.times == 1 && seen.count == HARDIRQ_OFFSET);
	records_keep(PERCPU_LOG_WARNING);
	enable_irq(LINE);
	RETURN_UNLESS(nr_records == 1 && record_says(0, "it is not disabled"));
	raise(LINE);
	RETURN_UNLESS(seen.times == 2);
	return NULL;
}

static bool handler_is_in, handler_may_go;

static irqreturn_t slow(int irq, void *dev)
{
	(void)irq;
	(void)dev;
	__atomic_store_n(&handler_is_in, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&handler_may_go, __ATOMIC_SEQ_CST))
		usleep(100);
	seen.times++;
	return IRQ_HANDLED;
}

static void *raise_it(void *arg)
{
	(void)arg;
	raise(LINE);
	return NULL;
}

static void *let_it_go(void *arg)
{
	(void)arg;
	usleep(20000);
	__atomic_store_n(&handler_may_go, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static const char *free_irq_waits_for_handlers(void)
{
	pthread_t in, out;

	RETURN_UNLESS(request_irq(LINE, slow, 0, "slow", NULL) == 0);
	in = start(raise_it, NULL);
	while (!__atomic_load_n(&handler_is_in, __ATOMIC_SEQ_CST))
		usleep(100);
	out = start(let_it_go, NULL);
	RETURN_UNLESS(free_irq(LINE, NULL));
	RETURN_UNLESS(seen.times == 1);
	pthread_join(in, NULL);
	pthread_join(out, NULL);
	return NULL;
}

static const char *request_without_memory_changes_nothing(void)
{
	signal(LINE, ordinary);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	RETURN_UNLESS(request_irq(LINE, handler, 0, "test", NULL) == -ENOMEM);
	RETURN_UNLESS(faults_end() == 1);
	raise(LINE);
	RETURN_UNLESS(other_signals == 1 && seen.times == 0);
	return NULL;
}

/* --- softirqs --- */

static void action(void)
{
	see();
}

static const char *softirq_is_done_at_once(void)
{
	open_softirq(BLOCK_SOFTIRQ, action);
	raise_softirq(BLOCK_SOFTIRQ);
	RETURN_UNLESS(seen.times == 1 && !seen.off && !seen.task);
	RETURN_UNLESS(seen.count == SOFTIRQ_OFFSET);
	RETURN_UNLESS(!local_softirq_pending() && preempt_count() == 0);
	return NULL;
}

static const char *softirq_waits_for_interrupts_and_bottom_halves(void)
{
	unsigned long flags;

	open_softirq(BLOCK_SOFTIRQ, action);
	local_bh_disable();
	local_irq_save(flags);
	raise_softirq_irqoff(BLOCK_SOFTIRQ);
	RETURN_IF_WRONG(differ("pending", local_softirq_pending(), 1u << BLOCK_SOFTIRQ));
	local_irq_restore(flags);
	RETURN_UNLESS(seen.times == 0);
	local_bh_enable();
	RETURN_UNLESS(seen.times == 1);
	local_irq_save(flags);
	__raise_softirq_irqoff(BLOCK_SOFTIRQ);
	RETURN_UNLESS(seen.times == 1);
	local_irq_restore(flags);
	RETURN_UNLESS(seen.times == 2 && seen.count == SOFTIRQ_OFFSET);
	return NULL;
}

static irqreturn_t raises(int irq, void *dev)
{
	(void)irq;
	raise_softirq(BLOCK_SOFTIRQ);
	*(int *)dev = seen.times;
	return IRQ_HANDLED;
}

static const char *softirq_of_a_handler_is_done_behind_it(void)
{
	int times_in_handler = -1;

	open_softirq(BLOCK_SOFTIRQ, action);
	RETURN_UNLESS(request_irq(LINE, raises, 0, "raises", &times_in_handler) == 0);
	raise(LINE);
	RETURN_UNLESS(times_in_handler == 0 && seen.times == 1 && seen.count == SOFTIRQ_OFFSET);
	return NULL;
}

/* Interrupts come while a softirq is done. */
static void interrupted_action(void)
{
	raise(LINE);
}

static const char *softirqs_are_interrupted(void)
{
	RETURN_IF_WRONG(begin());
	open_softirq(BLOCK_SOFTIRQ, interrupted_action);
	raise_softirq(BLOCK_SOFTIRQ);
	RETURN_UNLESS(seen.times == 1 && seen.count == HARDIRQ_OFFSET + SOFTIRQ_OFFSET);
	return NULL;
}

static unsigned int order;

static void low(void)
{
	order = order * 10 + 1;
}

static void high(void)
{
	order = order * 10 + 2;
}

static const char *lower_numbers_are_done_first(void)
{
	open_softirq(HI_SOFTIRQ, low);
	open_softirq(RCU_SOFTIRQ, high);
	local_bh_disable();
	raise_softirq(RCU_SOFTIRQ);
	raise_softirq(HI_SOFTIRQ);
	local_bh_enable();
	return differ("order", order, 12);
}

/* One that raises itself until the thread that has raised it goes on. */
static bool goes_on;
static uint64_t rounds, elsewhere;
static pthread_t raiser;
static unsigned int raised_on;

static void again_and_again(void)
{
	tell(&rounds, told(&rounds) + 1);
	if (!pthread_equal(pthread_self(), raiser) && smp_processor_id() == raised_on)
		tell(&elsewhere, told(&elsewhere) + 1);
	if (!__atomic_load_n(&goes_on, __ATOMIC_SEQ_CST))
		raise_softirq(BLOCK_SOFTIRQ);
}

static const char *softirqs_without_an_end_are_left_to_the_cpu(void)
{
	struct patience patience = be_patient();

	raiser = pthread_self();
	open_softirq(BLOCK_SOFTIRQ, again_and_again);
	stay_here();
	raised_on = raw_smp_processor_id();
	raise_softirq(BLOCK_SOFTIRQ);
	RETURN_UNLESS(told(&rounds) >= 10);
	while (told(&elsewhere) < 30 && !is_out_of_patience(&patience))
		usleep(1000);
	RETURN_UNLESS(told(&elsewhere) >= 30);
	__atomic_store_n(&goes_on, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static const char *softirq_without_an_action_is_none(void)
{
	raise_softirq(NET_RX_SOFTIRQ);
	RETURN_UNLESS(!local_softirq_pending());
	do_softirq();
	return NULL;
}

/* --- misuse --- */

static const char *misused_bh(void)
{
	local_bh_enable();
	return NULL;
}

static const char *misused_exit(void)
{
	irq_exit();
	return NULL;
}

static const char *misused_nmi(void)
{
	nmi_exit();
	return NULL;
}

static const char *misused_softirq(void)
{
	raise_softirq(NR_SOFTIRQS);
	return NULL;
}

static const char *misused_line(void)
{
	disable_irq(65);
	return NULL;
}

static void what_is_no_pair_is_fatal(void **state)
{
	(void)state;
	assert_fatal(misused_bh, "local_bh_enable() where bottom halves are on");
	assert_fatal(misused_exit, "irq_exit() without irq_enter()");
	assert_fatal(misused_nmi, "nmi_enter() and nmi_exit() are no pairs");
	assert_fatal(misused_softirq, "raise_softirq(10): there are 10 softirqs");
	assert_fatal(misused_line, "disable_irq(65): there is no such signal");
}

static void *ends_with_interrupts_off(void *arg)
{
	(void)arg;
	local_irq_disable();
	return NULL;
}

static const char *thread_that_ends_with_interrupts_off_is_reported(void)
{
	records_keep(PERCPU_LOG_WARNING);
	pthread_join(start(ends_with_interrupts_off, NULL), NULL);
	RETURN_UNLESS(nr_records == 1 && record_says(0, "a thread ends"));
	local_irq_disable();
	local_irq_enable();
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(interrupts_are_handled_at_once),
		fact_test(interrupts_wait_for_local_irq_restore),
		fact_test(only_the_outermost_restore_puts_them_on),
		fact_test(disable_and_enable_do_not_count),
		fact_test(sections_do_not_keep_interrupts_out),
		fact_test(noted_interrupts_are_handled_on_the_cpu_that_was_held),
		fact_test(sections_and_interrupts_may_end_in_any_order),
		fact_test(bottom_halves_count),
		fact_test(irq_enter_is_a_handler),
		fact_test(handlers_do_not_nest),
		fact_test(nmis_are_those_that_say_so),
		fact_test(handler_that_enables_interrupts_does_no_harm),
		fact_test(child_has_the_state_of_who_forked),
		fact_test(plain_additions_lose_nothing),
		fact_test(local_irq_save_makes_no_system_call),
		fact_test(bad_requests_are_refused),
		fact_test(free_irq_puts_back_what_was_there),
		fact_test(shared_lines_have_all_their_handlers_called),
		fact_test(disabled_lines_are_handled_when_they_are_enabled),
		fact_test(free_irq_waits_for_handlers),
		fact_test(request_without_memory_changes_nothing),
		fact_test(softirq_is_done_at_once),
		fact_test(softirq_waits_for_interrupts_and_bottom_halves),
		fact_test(softirq_of_a_handler_is_done_behind_it),
		fact_test(softirqs_are_interrupted),
		fact_test(lower_numbers_are_done_first),
		fact_test(softirqs_without_an_end_are_left_to_the_cpu),
		fact_test(softirq_without_an_action_is_none),
		cmocka_unit_test(what_is_no_pair_is_fatal),
		fact_test(thread_that_ends_with_interrupts_off_is_reported),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
