/* SPDX-License-Identifier: MIT */
/*
 * test_rseq_area.c - each thread's rseq area: the C library's, our own, or none.
 *
 * A process settles once which it is, before its first thread. So each test is a process of its
 * own: this program again, started with the name of a case, and where areas are to be our own with
 * the C library told to register none. Nothing of the library but the room is linked.
 */
#include "support/alone.h"
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/made_up_auxv.h"
#include "support/patience.h"
#include "support/refuse.h"
#include "support/storm.h"

#include "abort_spin.h"
#include "machine/rseq_area.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>

/* --- what a case looks at --- */

static struct pcpu_rseq *area_of_this_thread(void)
{
	return (struct pcpu_rseq *)((char *)__builtin_thread_pointer() + pcpu_rseq_offset());
}

static int cpu_id(void)
{
	return *(volatile int32_t *)&area_of_this_thread()->cpu_id;
}

/* The kernel's word on @area: it is the calling thread's, and registered with @size bytes. */
static bool is_registered_with(struct pcpu_rseq *area, unsigned int size)
{
	int err = pcpu_rseq_register(area, size);

	if (err == 0)
		pcpu_rseq_unregister(area, size);
	return err == -EBUSY;
}

static bool is_registered(struct pcpu_rseq *area)
{
	return is_registered_with(area, pcpu_rseq_size());
}

static bool any_area_is_registered(void)
{
	static __thread struct pcpu_rseq another;
	int err = pcpu_rseq_register(&another, PCPU_RSEQ_LEAST);

	if (err == 0)
		pcpu_rseq_unregister(&another, PCPU_RSEQ_LEAST);
	return err == -EINVAL;
}

static void in_thread(void *(*body)(void *), void *arg)
{
	pthread_t thread;

	child_expect(pthread_create(&thread, NULL, body, arg) == 0);
	child_expect(pthread_join(thread, NULL) == 0);
}

static void begin_with_own_areas(void)
{
	child_expect(pcpu_rseq_init(true) == NULL);
	child_expect(strstr(pcpu_rseq_origin(), "library's own") != NULL);
}

static void own_area_in_thread(void *(*body)(void *arg))
{
	begin_with_own_areas();
	in_thread(body, NULL);
}

/* --- the C library's areas --- */

#ifdef __GLIBC__
static void *libc_thread(void *unused)
{
	(void)unused;
	child_expect(is_registered(area_of_this_thread()));
	child_expect(cpu_id() >= 0 && pcpu_rseq_register_thread());
	return NULL;
}

static void area_of_the_c_library_is_adopted(void)
{
	child_expect(pcpu_rseq_init(true) == NULL);
	child_expect(strstr(pcpu_rseq_origin(), "C library") != NULL);
	libc_thread(NULL);
	in_thread(libc_thread, NULL);
}

/* Undoes the C library's registration, whose length it does not tell: the kernel's, as a rule. */
static bool take_area_away(void)
{
	for (long size = PCPU_RSEQ_LEAST; size <= 1024; size++)
		if (syscall(SYS_rseq, area_of_this_thread(), size, 1, PCPU_RSEQ_SIGNATURE) == 0)
			return true;
	return false;
}

static void *thread_without(void *unused)
{
	(void)unused;
	child_expect(take_area_away());
	child_expect(cpu_id() < 0 && !pcpu_rseq_register_thread());
	child_expect(!any_area_is_registered());
	return NULL;
}

static void area_of_the_c_library_is_not_ours_to_register(void)
{
	child_expect(pcpu_rseq_init(true) == NULL);
	in_thread(thread_without, NULL);
	child_expect(pcpu_rseq_register_thread());
}

static void area_of_the_c_library_that_is_not_in_use_is_told(void)
{
	const char *reason;

	child_expect(pcpu_rseq_init(true) == NULL); /* to learn where it is */
	child_expect(take_area_away());
	reason = pcpu_rseq_init(true);
	child_expect(reason && strstr(reason, "not in use"));
	child_expect(!any_area_is_registered());
}
#endif

/* --- own areas --- */

static void areas_of_our_own_are_not_tried_unasked(void)
{
	const char *reason = pcpu_rseq_init(false);

	child_expect(reason && strstr(reason, "has registered no rseq area"));
	child_expect(!any_area_is_registered());
	child_expect(!pcpu_rseq_register_thread());
}

static void own_area_is_the_one_that_the_kernel_knows(void)
{
	begin_with_own_areas();
	child_expect((uintptr_t)area_of_this_thread() % 32 == 0);
	child_expect(cpu_id() >= 0);
	child_expect(is_registered(area_of_this_thread()));
}

static void *ask(void *unused)
{
	(void)unused;
	child_expect(cpu_id() == PCPU_RSEQ_UNREGISTERED && !any_area_is_registered());
	child_expect(pcpu_rseq_register_thread());
	child_expect(cpu_id() >= 0 && is_registered(area_of_this_thread()));
	return NULL;
}

static void thread_is_registered_when_it_asks(void)
{
	own_area_in_thread(ask);
}

static void *bound_reader(void *arg)
{
	cpu_set_t one;
	int cpu = *(int *)arg;

	child_expect(pcpu_rseq_register_thread());
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) == 0)
		child_expect(cpu_id() == cpu);
	return NULL;
}

static void number_in_an_own_area_is_that_of_the_cpu(void)
{
	begin_with_own_areas();
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t allowed;

		sched_getaffinity(0, sizeof(allowed), &allowed);
		if (CPU_ISSET(cpu, &allowed))
			in_thread(bound_reader, &cpu);
	}
}

static void do_nothing(int signo)
{
	(void)signo;
}

static void signal_aborts_a_sequence_in_an_own_area(void)
{
	const struct itimerval soon = {.it_value = {0, 1000}};
	uint32_t state = 0, go = 0;

	begin_with_own_areas();
	signal(SIGALRM, do_nothing);
	setitimer(ITIMER_REAL, &soon, NULL);
	child_expect(pcpu_spin_in_sequence(&area_of_this_thread()->rseq_cs, 1, &state, 1, &go,
					   UINT64_C(1) << 40) == PCPU_SPIN_ABORTED);
}

static void child_of_a_fork_has_the_registration_too(void)
{
	int status;
	pid_t pid;

	begin_with_own_areas();
	pid = fork();
	if (pid == 0) {
		child_expect(cpu_id() >= 0 && is_registered(area_of_this_thread()));
		in_thread(ask, NULL);
		_exit(0);
	}
	child_expect(waitpid(pid, &status, 0) == pid && status == 0);
}

/* What musl does to the thread that calls the functions of timers. */
static void registered_thread_with_a_fresh_tls_registers_anew(void)
{
	begin_with_own_areas();
	/* with the least, whose numbers are not the kernel's alone */
	child_expect(pcpu_rseq_unregister(area_of_this_thread(), pcpu_rseq_size()) == 0);
	child_expect(pcpu_rseq_register(area_of_this_thread(), PCPU_RSEQ_LEAST) == 0);
	area_of_this_thread()->cpu_id = PCPU_RSEQ_UNREGISTERED;
	child_expect(pcpu_rseq_register_thread());
	child_expect(cpu_id() >= 0);
}

/* --- sizes --- */

/* What 7.3 says. */
#define NEWER_SIZE 33
#define NEWER_ALIGN 64

static void make_up(unsigned long feature_size, unsigned long align)
{
	made_up_feature_size = feature_size;
	made_up_align = align;
}

/* Kernels before 6.3 take the least alone. */
static bool kernel_takes_newer(void)
{
	static struct pcpu_rseq area[2] __attribute__((__aligned__(NEWER_ALIGN)));
	int err = pcpu_rseq_register(area, NEWER_SIZE);

	if (err == 0)
		pcpu_rseq_unregister(area, NEWER_SIZE);
	return err == 0;
}

static void *ask_for_newer(void *unused)
{
	(void)unused;
	child_expect(pcpu_rseq_register_thread());
	child_expect((uintptr_t)area_of_this_thread() % NEWER_ALIGN == 0);
	child_expect(is_registered_with(area_of_this_thread(), NEWER_SIZE));
	child_expect(!is_registered_with(area_of_this_thread(), PCPU_RSEQ_LEAST));
	return NULL;
}

static void *ask_for_the_least(void *unused)
{
	(void)unused;
	child_expect(pcpu_rseq_register_thread());
	child_expect(is_registered_with(area_of_this_thread(), PCPU_RSEQ_LEAST));
	return NULL;
}

static void expect_the_least(void)
{
	begin_with_own_areas();
	child_expect(pcpu_rseq_size() == PCPU_RSEQ_LEAST);
	child_expect(strstr(pcpu_rseq_origin(), " 32 bytes") != NULL);
	ask_for_the_least(NULL);
	in_thread(ask_for_the_least, NULL);
}

static void own_area_has_the_size_that_the_kernel_uses(void)
{
	make_up(NEWER_SIZE, NEWER_ALIGN);
	if (!kernel_takes_newer()) {
		expect_the_least();
		return;
	}
	begin_with_own_areas();
	child_expect(pcpu_rseq_size() == NEWER_SIZE);
	child_expect(strstr(pcpu_rseq_origin(), " 33 bytes") != NULL);
	ask_for_newer(NULL);
	in_thread(ask_for_newer, NULL);
}

static void kernel_that_takes_nothing_but_the_least_is_given_that(void)
{
	make_up(NEWER_SIZE, NEWER_ALIGN);
	child_expect(refuse_unless(SYS_rseq, 1, PCPU_RSEQ_LEAST, REFUSE_WITH(EINVAL)));
	expect_the_least();
}

static void kernel_that_says_nothing_of_sizes_is_given_the_least(void)
{
	make_up(20, 32);
	expect_the_least();
}

static void kernel_that_wants_more_than_there_is_room_for_is_given_the_least(void)
{
	make_up(65, 128);
	expect_the_least();
}

static void kernel_that_wants_more_alignment_is_given_the_least(void)
{
	make_up(NEWER_SIZE, 128);
	expect_the_least();
}

#ifndef __GLIBC__
#define TIMER_SIGNAL 32

/* As musl's thread that waits for a timer's signal, before and after a call of its function. */
static void *be_called_by_a_timer(void *unused)
{
	const uint64_t signals = UINT64_C(1) << (TIMER_SIGNAL - 1);

	(void)unused;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &signals, NULL, sizeof(signals));
	for (int i = 0; i < 1000 && !pcpu_rseq_register_thread(); i++)
		;
	child_expect(is_registered_with(area_of_this_thread(), PCPU_RSEQ_LEAST));
	area_of_this_thread()->cpu_id = PCPU_RSEQ_UNREGISTERED;
	for (int i = 0; i < 1000 && !pcpu_rseq_register_thread(); i++)
		;
	child_expect(cpu_id() >= 0);
	child_expect(is_registered_with(area_of_this_thread(), PCPU_RSEQ_LEAST));
	return NULL;
}

static void area_that_the_c_library_will_write_over_has_the_least(void)
{
	make_up(NEWER_SIZE, NEWER_ALIGN);
	own_area_in_thread(be_called_by_a_timer);
	child_expect(is_registered(area_of_this_thread()));
}
#endif

static void *set_errno_and_ask(void *arg)
{
	errno = 4321;
	child_expect(pcpu_rseq_register_thread() == *(bool *)arg);
	child_expect(errno == 4321);
	return NULL;
}

static void errno_is_kept(void)
{
	bool yes = true, no = false;

	begin_with_own_areas();
	in_thread(set_errno_and_ask, &yes);
	child_expect(refuse(SYS_rseq, REFUSE_WITH(EPERM)));
	in_thread(set_errno_and_ask, &no);
}

/* --- refusals --- */

static void begin_refused_with(int error, const char *words)
{
	const char *reason;

	child_expect(refuse(SYS_rseq, REFUSE_WITH(error)));
	reason = pcpu_rseq_init(true);
	child_expect(reason && strstr(reason, words));
	child_expect(cpu_id() < 0 && !pcpu_rseq_register_thread());
	area_of_this_thread()->rseq_cs = 1; /* it is there for that */
}

static void kernel_without_rseq_is_told_by_its_errno(void)
{
	begin_refused_with(ENOSYS, "(errno 38)");
}

static void rseq_that_is_forbidden_is_told_by_its_errno(void)
{
	begin_refused_with(EPERM, "(errno 1)");
}

static void area_of_somebody_else_is_told_by_its_errno(void)
{
	static struct pcpu_rseq another = {.cpu_id = -1};
	const char *reason;

	child_expect(pcpu_rseq_register(&another, PCPU_RSEQ_LEAST) == 0);
	reason = pcpu_rseq_init(true);
	child_expect(reason && strstr(reason, "(errno 22)"));
	child_expect(is_registered_with(&another, PCPU_RSEQ_LEAST));
}

static volatile sig_atomic_t refusals;

static void count_refusal(int signo)
{
	(void)signo;
	refusals++;
}

static void *ask_in_vain(void *unused)
{
	(void)unused;
	child_expect(refuse(SYS_rseq, REFUSE_BY_SIGNAL));
	signal(SIGSYS, count_refusal);
	for (int i = 0; i < 5; i++)
		child_expect(!pcpu_rseq_register_thread());
	child_expect(cpu_id() == PCPU_RSEQ_REFUSED);
	child_expect(refusals == 1);
	return NULL;
}

static void refusal_to_one_thread_is_remembered(void)
{
	own_area_in_thread(ask_in_vain);
}

static void refusal_to_one_thread_is_no_other_threads(void)
{
	begin_with_own_areas();
	in_thread(ask_in_vain, NULL);
	child_expect(cpu_id() >= 0);
	in_thread(ask, NULL);
}

/* --- moments of doubt --- */

static volatile sig_atomic_t in_handler;

static void ask_in_handler(int signo)
{
	(void)signo;
	in_handler = pcpu_rseq_register_thread();
}

static void *ask_in_handler_first(void *unused)
{
	(void)unused;
	in_handler = -1;
	signal(SIGUSR1, ask_in_handler);
	raise(SIGUSR1);
	child_expect(in_handler == 0 && !any_area_is_registered());
	child_expect(pcpu_rseq_register_thread());
	raise(SIGUSR1);
	child_expect(in_handler == 1);
	return NULL;
}

static void signal_handler_does_not_register_but_what_it_interrupts(void)
{
	own_area_in_thread(ask_in_handler_first);
}

static void *ask_with_signals_blocked(void *unused)
{
	sigset_t all;
	int asked = 1;

	(void)unused;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!pcpu_rseq_register_thread() && asked < 1000)
		asked++;
	child_expect(asked > 1 && asked < 1000);
	child_expect(is_registered(area_of_this_thread()));
	return NULL;
}

static void thread_with_signals_blocked_for_good_registers_after_a_while(void)
{
	own_area_in_thread(ask_with_signals_blocked);
}

/* --- ends of threads --- */

#define ROUNDS PTHREAD_DESTRUCTOR_ITERATIONS

/* Keys on both sides of the one that the library may have. */
static pthread_key_t early_key, late_key;
static __thread unsigned int round_of_early, round_of_late;
static unsigned int threads_over;

static bool registration_is_as_it_says(bool registered)
{
	return registered == (cpu_id() >= 0) && registered == any_area_is_registered();
}

/* A thread of musl has no area any more behind its last destructor. */
static void expect_to_leave_nothing(void)
{
#ifndef __GLIBC__
	child_expect(!any_area_is_registered());
#endif
}

static void early_end(void *arg)
{
	child_expect(registration_is_as_it_says(pcpu_rseq_register_thread()));
	if (++round_of_early < ROUNDS)
		pthread_setspecific(early_key, arg);
}

static void late_end(void *arg)
{
	child_expect(registration_is_as_it_says(pcpu_rseq_register_thread()));
	if (++round_of_late < ROUNDS) {
		pthread_setspecific(late_key, arg);
	} else {
		expect_to_leave_nothing();
		__atomic_fetch_add(&threads_over, 1, __ATOMIC_RELEASE);
	}
}

/* The first request of a thread is its last destructor's. */
static void last_end(void *arg)
{
	if (++round_of_late < ROUNDS) {
		pthread_setspecific(late_key, arg);
	} else {
		pcpu_rseq_register_thread();
		expect_to_leave_nothing();
		__atomic_fetch_add(&threads_over, 1, __ATOMIC_RELEASE);
	}
}

static void *ask_and_end(void *arg)
{
	child_expect(pcpu_rseq_register_thread());
	pthread_setspecific(early_key, arg);
	pthread_setspecific(late_key, arg);
	return NULL;
}

static void *end_without_asking(void *arg)
{
	pthread_setspecific(late_key, arg);
	return NULL;
}

static void begin_with_keys(void (*late)(void *))
{
	child_expect(pthread_key_create(&early_key, early_end) == 0);
	begin_with_own_areas();
	child_expect(pthread_key_create(&late_key, late) == 0);
}

static void destructors_of_all_rounds_know_whether_they_have_an_area(void)
{
	begin_with_keys(late_end);
	in_thread(ask_and_end, &late_key);
	child_expect(threads_over == 1);
}

static void thread_that_asks_in_its_last_destructor_leaves_nothing(void)
{
	begin_with_keys(last_end);
	in_thread(end_without_asking, &late_key);
	child_expect(threads_over == 1);
}

/* What is the kernel's still is left as it is. */
static void expect_to_be_registered(void *unused)
{
	(void)unused;
	child_expect(cpu_id() >= 0);
	threads_over++;
}

static void *ask_and_be_forbidden(void *unused)
{
	(void)unused;
	child_expect(pcpu_rseq_register_thread());
	pthread_setspecific(late_key, &late_key);
	signal(SIGSYS, count_refusal);
	child_expect(refuse(SYS_rseq, REFUSE_BY_SIGNAL));
	return NULL;
}

static void thread_that_is_forbidden_its_area_by_a_signal_ends_all_the_same(void)
{
	begin_with_keys(expect_to_be_registered);
	in_thread(ask_and_be_forbidden, NULL);
	child_expect(threads_over == 1);
}

static void *main_is_over(void *main_thread)
{
	pthread_join(*(pthread_t *)main_thread, NULL);
	ask(NULL);
	_exit(0);
}

static void main_thread_may_end_before_the_others(void)
{
	static pthread_t self;
	pthread_t thread;

	begin_with_own_areas();
	self = pthread_self();
	child_expect(pthread_create(&thread, NULL, main_is_over, &self) == 0);
	pthread_exit(NULL);
}

/* --- many of them --- */

#define STORM 4000
#define AT_ONCE 32
#define STORM_SIGNALS_EVERY 100000 /* ns */

static struct itimerval next_signal;

static void ask_at_any_time(int signo)
{
	int saved = errno;

	(void)signo;
	pcpu_rseq_register_thread();
	child_expect(errno == saved);
	/* not before this one is over, or nothing else would ever be */
	setitimer(ITIMER_REAL, &next_signal, NULL);
}

/* Detached threads, which come and go while a timer interrupts whichever runs. */
static void storm(void *(*body)(void *))
{
	struct sigaction action = {.sa_handler = ask_at_any_time, .sa_flags = SA_RESTART};
	struct contentment contentment = be_content_with(STORM);
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 65536);
	next_signal.it_value.tv_usec = storm_interval(STORM_SIGNALS_EVERY) / 1000;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &next_signal, NULL);
	for (i = 0; !are_enough(i, &contentment); i++) {
		while (pthread_create(&thread, &attr, body, &late_key) != 0)
			sched_yield();
		while (i >= AT_ONCE + __atomic_load_n(&threads_over, __ATOMIC_ACQUIRE))
			sched_yield();
	}
	while (__atomic_load_n(&threads_over, __ATOMIC_ACQUIRE) < i)
		sched_yield();
	signal(SIGALRM, SIG_IGN);
}

static void detached_threads_end_in_peace(void)
{
	begin_with_keys(late_end);
	storm(ask_and_end);
}

static void detached_threads_that_ask_in_their_last_destructor_end_in_peace(void)
{
	begin_with_keys(last_end);
	storm(end_without_asking);
}

/* --- what the kernel fills in --- */

static void mm_cid_is_promised_where_the_kernel_fills_it_in(void)
{
	static struct pcpu_rseq area = {.cpu_id = -1, .mm_cid = UINT32_MAX};

	child_expect(!any_area_is_registered());
	child_expect(pcpu_rseq_register(&area, PCPU_RSEQ_LEAST) == 0);
	sched_yield();
	child_expect(pcpu_rseq_has_mm_cid() == (*(volatile uint32_t *)&area.mm_cid != UINT32_MAX));
}

/* --- the cases, each as a test --- */

struct rseq_case {
	const char *name;
	void (*body)(void);
	bool libc_has_areas; /* as it is, instead of forbidden */
};

/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define OWN(body) {#body, body, false}
#define LIBC(body) {#body, body, true}
/* clang-format on */

static const struct rseq_case cases[] = {
#ifdef __GLIBC__
	LIBC(area_of_the_c_library_is_adopted),
	LIBC(area_of_the_c_library_is_not_ours_to_register),
	LIBC(area_of_the_c_library_that_is_not_in_use_is_told),
#endif
	OWN(areas_of_our_own_are_not_tried_unasked),
	OWN(own_area_is_the_one_that_the_kernel_knows),
	OWN(thread_is_registered_when_it_asks),
	OWN(number_in_an_own_area_is_that_of_the_cpu),
	OWN(signal_aborts_a_sequence_in_an_own_area),
	OWN(child_of_a_fork_has_the_registration_too),
	OWN(registered_thread_with_a_fresh_tls_registers_anew),
	OWN(own_area_has_the_size_that_the_kernel_uses),
	OWN(kernel_that_takes_nothing_but_the_least_is_given_that),
	OWN(kernel_that_says_nothing_of_sizes_is_given_the_least),
	OWN(kernel_that_wants_more_than_there_is_room_for_is_given_the_least),
	OWN(kernel_that_wants_more_alignment_is_given_the_least),
#ifndef __GLIBC__
	OWN(area_that_the_c_library_will_write_over_has_the_least),
#endif
	OWN(errno_is_kept),
	OWN(kernel_without_rseq_is_told_by_its_errno),
	OWN(rseq_that_is_forbidden_is_told_by_its_errno),
	OWN(area_of_somebody_else_is_told_by_its_errno),
	OWN(refusal_to_one_thread_is_remembered),
	OWN(refusal_to_one_thread_is_no_other_threads),
	OWN(signal_handler_does_not_register_but_what_it_interrupts),
	OWN(thread_with_signals_blocked_for_good_registers_after_a_while),
	OWN(destructors_of_all_rounds_know_whether_they_have_an_area),
	OWN(thread_that_asks_in_its_last_destructor_leaves_nothing),
	OWN(thread_that_is_forbidden_its_area_by_a_signal_ends_all_the_same),
	OWN(main_thread_may_end_before_the_others),
	OWN(detached_threads_end_in_peace),
	OWN(detached_threads_that_ask_in_their_last_destructor_end_in_peace),
	OWN(mm_cid_is_promised_where_the_kernel_fills_it_in),
};

static void start_case(void *arg)
{
	const struct rseq_case *chosen = arg;
	char *argv[] = {"test_rseq_area", (char *)chosen->name, NULL};
	char *forbidden[] = {"GLIBC_TUNABLES=glibc.pthread.rseq=0", NULL}, *plain[] = {NULL};

	execve("/proc/self/exe", argv, chosen->libc_has_areas ? plain : forbidden);
	_exit(126);
}

static void test_case(void **state)
{
	struct child_end end = child_run(start_case, *state);

	assert_child_was_content(end);
}

static int run_case(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (strcmp(cases[i].name, name) == 0) {
			cases[i].body();
			return 0;
		}
	return 2;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(cases)] = {{0}};

	if (argc > 1)
		return run_case(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name,
					       .test_func = test_case,
					       .initial_state = (void *)&cases[i]};
	return cmocka_run_group_tests_name("rseq_area", tests, NULL, NULL);
}
