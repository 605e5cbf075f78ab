/* SPDX-License-Identifier: MIT */
/*
 * test_slow.c - the slow side of an operation: it keeps what the compiler believes is kept, makes
 * progress, and counts exactly (slow.c, tier.c, slow.S).
 *
 * Most facts are found out in a child, so that every one of them starts with closed units.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "asked_tier.h"
#include "count_slow.h"
#include "registers.h"
#include "cpu/slow.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <cpuid.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static DEFINE_PER_CPU(uint64_t, counter);

struct pair {
	uint64_t first __attribute__((__aligned__(16)));
	uint64_t second;
};
static DEFINE_PER_CPU(struct pair, pair);

/* --- children: a fact is a function that returns NULL, or what is wrong --- */

typedef const char *(*fact_t)(void);

/* Printed as it is, for facts that have more to say. */
static char trouble[256];

static void run_child(fact_t fact)
{
	const char *wrong = fact();

	if (wrong)
		fprintf(stderr, "%s\n", wrong);
	_exit(wrong != NULL);
}

static void assert_fact(fact_t fact)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		run_child(fact);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("the child's status is %#x", status);
}

static unsigned int stay_here(void)
{
	unsigned int cpu = (unsigned int)sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	return cpu;
}

/* Threads start where the one that creates them stays. */
static void let_go(pthread_t thread)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	pthread_setaffinity_np(thread, sizeof(all), &all);
}

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* --- every register --- */

/* What a thread may have in use: x87, SSE, AVX, and the three of AVX-512. */
#define COMPONENTS 0xe7
#define FIRST_EXTENDED 2
#define NR_COMPONENTS 8
#define XSAVE_HEADER 512

static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void fill(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_bits();
}

static uint64_t xsave_mask(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
		return 0;
	__asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	return eax & COMPONENTS;
}

/* Calls @fn with each extended component's bytes in an XSAVE area. */
static void for_each_component(uint64_t mask, void (*fn)(size_t offset, size_t size, void *ctx),
			       void *ctx)
{
	unsigned int eax, ebx, ecx, edx;

	for (unsigned int i = FIRST_EXTENDED; i < NR_COMPONENTS; i++) {
		if (!(mask >> i & 1))
			continue;
		__cpuid_count(0xd, i, eax, ebx, ecx, edx);
		fn(ebx, eax, ctx);
	}
}

static void fill_component(size_t offset, size_t size, void *area)
{
	fill((uint8_t *)area + offset, size);
}

/* Both roundings are towards zero, and all eight x87 registers are full. */
static void fill_vectors(uint8_t *area, uint64_t mask)
{
	const uint16_t fcw = 0x0f7f, exponent = 0x4000;
	const uint32_t mxcsr = 0x7f80;

	memset(area, 0, REGISTERS_XSAVE);
	memcpy(area, &fcw, sizeof(fcw));
	area[4] = 0xff;
	memcpy(area + 24, &mxcsr, sizeof(mxcsr));
	for (unsigned int i = 0; i < 8; i++) {
		uint64_t mantissa = random_bits() | 1ull << 63;

		memcpy(area + 32 + 16 * i, &mantissa, sizeof(mantissa));
		memcpy(area + 40 + 16 * i, &exponent, sizeof(exponent));
	}
	fill(area + 160, 256);
	memcpy(area + XSAVE_HEADER, &mask, sizeof(mask));
	for_each_component(mask, fill_component, area);
}

struct registers_test {
	struct registers_run run;
	uint8_t before[REGISTERS_XSAVE] __attribute__((__aligned__(64)));
	uint8_t after[REGISTERS_XSAVE] __attribute__((__aligned__(64)));
	uint8_t own[REGISTERS_XSAVE] __attribute__((__aligned__(64)));
	bool same;
};

static void prepare(struct registers_test *test, const volatile void *ptr, uint64_t loops)
{
	memset(test->own, 0, sizeof(test->own));
	memset(test->after, 0, sizeof(test->after));
	test->run = (struct registers_run){
		.loops = loops,
		.xsave_mask = xsave_mask(),
		.vectors_before = test->before,
		.vectors_after = test->after,
		.vectors_own = test->own,
	};
	fill((uint8_t *)&test->run.before, sizeof(test->run.before));
	fill_vectors(test->before, test->run.xsave_mask);
	test->run.before.general[REGISTER_RSI] = (uint64_t)__percpu_rt.rseq_offset;
	test->run.before.general[REGISTER_RDI] = (uint64_t)__percpu_rt.entries;
	test->run.before.general[REGISTER_R12] = (uint64_t)__percpu_rt.index_offset;
	test->run.before.general[REGISTER_R8] = (uint64_t)(uintptr_t)ptr;
}

static void compare_component(size_t offset, size_t size, void *ctx)
{
	struct registers_test *test = ctx;

	if (memcmp(test->before + offset, test->after + offset, size) != 0)
		test->same = false;
}

static bool x87_is_kept(const struct registers_test *test)
{
	for (unsigned int i = 0; i < 8; i++)
		if (memcmp(test->before + 32 + 16 * i, test->after + 32 + 16 * i, 10) != 0)
			return false;
	return memcmp(test->before, test->after, 2) == 0 && test->before[4] == test->after[4];
}

/* NULL, or which registers are not what they were. */
static const char *changed(struct registers_test *test)
{
	static const char *const names[REGISTERS_GENERAL] = {
		"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp",
		"r8",  "r9",  "r12", "r13", "r14", "r15",
	};

	for (int i = 0; i < REGISTERS_GENERAL; i++)
		if (test->run.before.general[i] != test->run.after.general[i])
			return names[i];
	if (memcmp(test->run.before.red_zone, test->run.after.red_zone,
		   sizeof(test->run.before.red_zone)) != 0)
		return "red zone";
	if (!x87_is_kept(test))
		return "x87";
	if (memcmp(test->before + 24, test->after + 24, 4) != 0)
		return "mxcsr";
	if (memcmp(test->before + 160, test->after + 160, 256) != 0)
		return "xmm";
	test->same = true;
	for_each_component(test->run.xsave_mask, compare_component, test);
	return test->same ? NULL : "ymm, or a part of AVX-512";
}

static const char *do_adds(uint64_t loops)
{
	static __thread struct registers_test test;
	uint64_t before = per_cpu_sum(counter), n;

	prepare(&test, &counter, loops);
	n = test.run.before.general[REGISTER_RBX];
	registers_run_add(&test.run);
	if (per_cpu_sum(counter) != before + n * loops)
		return "add: a wrong sum";
	return changed(&test);
}

/* Every exchange but the first takes what the one before stored. */
static const char *do_xchgs(uint64_t loops)
{
	static __thread struct registers_test test;
	uint64_t old = per_cpu_sum(counter);

	prepare(&test, &counter, loops);
	test.run.before.general[REGISTER_R14] =
		loops > 1 ? test.run.before.general[REGISTER_RBX] : old;
	registers_run_xchg(&test.run);
	return changed(&test);
}

/* Stores what is there already. */
static const char *do_pairs(uint64_t loops)
{
	static __thread struct registers_test test;
	uint64_t *general = test.run.before.general;

	prepare(&test, &pair, loops);
	general[REGISTER_RAX] = general[REGISTER_RBX] = 0;
	general[REGISTER_RDX] = general[REGISTER_RCX] = 0;
	registers_run_pair(&test.run);
	return changed(&test);
}

/* The first operation on a CPU opens its unit. */
static const char *open_by(const char *(*operations)(uint64_t loops))
{
	unsigned int cpu = stay_here();
	unsigned long entries = slow_entries;
	const char *wrong;

	if (percpu_unit_is_open(cpu))
		return "the unit is open before its first use";
	wrong = operations(1);
	if (!wrong && (!percpu_unit_is_open(cpu) || slow_entries == entries))
		wrong = "the unit was not opened by the operation";
	return wrong;
}

static const char *open_by_add(void)
{
	return open_by(do_adds);
}

static const char *open_by_xchg(void)
{
	return open_by(do_xchgs);
}

static const char *open_by_pair(void)
{
	return open_by(do_pairs);
}

static void add_that_opens_a_unit_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(open_by_add);
}

static void xchg_that_opens_a_unit_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(open_by_xchg);
}

static void cmpxchg_double_that_opens_a_unit_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(open_by_pair);
}

static const char *fast_path(void)
{
	const char *wrong;

	stay_here();
	this_cpu_inc(counter);
	wrong = do_adds(1000);
	wrong = wrong ? wrong : do_xchgs(1000);
	return wrong ? wrong : do_pairs(1000);
}

static void operations_keep_all_registers(void **state)
{
	(void)state;
	assert_fact(fast_path);
}

static const char *one_of_each(uint64_t loops)
{
	const char *wrong = do_adds(loops);

	wrong = wrong ? wrong : do_xchgs(loops);
	return wrong ? wrong : do_pairs(loops);
}

/* --- a storm of signals --- */

#define STORM_SECONDS 2.0
#define STORM_INTERVAL 20000 /* ns */
#define STORM_RATE 1e4	     /* signals a second of the thread's time, at least */

static volatile unsigned long handled;

static void count_signal(int sig)
{
	(void)sig;
	handled++;
	this_cpu_inc(pair.second);
	this_cpu_dec(pair.second);
}

/* A timer that signals the calling thread. */
static void start_storm(void)
{
	const struct sigaction action = {.sa_handler = count_signal};
	const struct itimerspec often = {{0, STORM_INTERVAL}, {0, STORM_INTERVAL}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event.sigev_notify_thread_id = gettid();
	if (sigaction(SIGUSR1, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		abort();
}

static const char *weather_storm(void)
{
	const char *wrong = NULL;

	stay_here();
	this_cpu_inc(counter);
	slow_entries = 0;
	start_storm();
	while (!wrong && seconds(CLOCK_THREAD_CPUTIME_ID) < STORM_SECONDS)
		wrong = one_of_each(5000);
	printf("%lu signals, %lu slow entries, %lu times held\n", handled, slow_entries,
	       slow_holds);
	fflush(stdout);
	if (!wrong && (double)handled < STORM_RATE * STORM_SECONDS)
		wrong = "the storm was a breeze";
	if (!wrong && pcpu_tier_has_sequences() && (slow_entries < 1000 || slow_holds < 10))
		wrong = "hardly any sequence was aborted";
	return wrong;
}

static void operations_in_a_storm_of_signals_keep_all_registers(void **state)
{
	(void)state;
	assert_fact(weather_storm);
}

/* --- a CPU that is held --- */

static volatile bool stop;
static unsigned int held_cpu;

static void *hold_and_let_go(void *arg)
{
	(void)arg;
	while (!stop) {
		if (percpu_remote_begin(held_cpu))
			abort();
		for (int i = 0; i < 100; i++)
			__asm__ volatile("pause");
		percpu_remote_end(held_cpu);
		for (int i = 0; i < 100; i++)
			__asm__ volatile("pause");
	}
	return NULL;
}

/* Nobody else writes the copies meanwhile. */
static const char *find_the_cpu_held(void)
{
	const char *wrong = NULL;
	pthread_t holder;
	double start = seconds(CLOCK_MONOTONIC);

	held_cpu = stay_here();
	this_cpu_inc(counter);
	pthread_create(&holder, NULL, hold_and_let_go, NULL);
	let_go(holder);
	/* until it has happened often: where other work is done too, the two seldom run at once */
	do
		wrong = one_of_each(2000);
	while (!wrong && slow_entries < 1000 && seconds(CLOCK_MONOTONIC) < start + 60);
	stop = true;
	pthread_join(holder, NULL);
	if (!wrong && slow_entries < 1000)
		wrong = "the CPU was hardly ever held";
	return wrong;
}

static void waiting_for_a_holder_keeps_all_registers(void **state)
{
	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	else
		assert_fact(find_the_cpu_held);
}

#define HOLDERS 2
#define COUNTERS 4
#define HOLDS 100000
#define COUNTS 3000000

static DEFINE_PER_CPU(uint64_t, unused);

/* The calling thread's rseq area belongs to nobody any more, and says what is written in it. */
static int32_t *take_rseq_area(void)
{
	char *area = (char *)__builtin_thread_pointer() + __percpu_rt.rseq_offset;
	const size_t sizes[] = {32, __rseq_size};

	/* if it is the library's own, and has not been needed yet */
	this_cpu_inc(unused);
	for (int i = 0; i < 2; i++)
		if (syscall(SYS_rseq, area, sizes[i], RSEQ_FLAG_UNREGISTER, RSEQ_SIG) == 0)
			return (int32_t *)(area + offsetof(struct rseq, cpu_id));
	return NULL;
}

/*
 * The CPU that is held is the one that the area names. That is another one than the thread is on,
 * as often as not, where other threads count meanwhile.
 */
static void *hold_often(void *failed)
{
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 3};
	volatile int32_t *cpu_id = take_rseq_area();

	if (!cpu_id) {
		*(bool *)failed = true;
		return NULL;
	}
	for (int i = 0; i < HOLDS; i++) {
		do
			*cpu_id = (int32_t)((unsigned int)(*cpu_id + 1) % nr_cpu_ids);
		while (!percpu_unit_is_open((unsigned int)*cpu_id));
		pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&counter);
	}
	*cpu_id = -1;
	return NULL;
}

static void *count_until_told(void *counted)
{
	uint64_t n;

	for (n = 0; !stop; n += 2) {
		this_cpu_inc(counter);
		(void)this_cpu_inc_return(counter);
	}
	*(uint64_t *)counted = n;
	return NULL;
}

static void *count_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < COUNTS; i += 2) {
		this_cpu_inc(counter);
		(void)this_cpu_inc_return(counter);
	}
	return NULL;
}

static const char *count_and_hold(void)
{
	pthread_t holders[HOLDERS], counters[COUNTERS];
	uint64_t expected = (uint64_t)HOLDERS * HOLDS * 3, counted[COUNTERS];
	bool failed = false;

	for (int i = 0; i < COUNTERS; i++)
		pthread_create(&counters[i], NULL, count_until_told, &counted[i]);
	while (per_cpu_sum(counter) == 0)
		sched_yield();
	for (int i = 0; i < HOLDERS; i++)
		pthread_create(&holders[i], NULL, hold_often, &failed);
	for (int i = 0; i < HOLDERS; i++)
		pthread_join(holders[i], NULL);
	stop = true;
	for (int i = 0; i < COUNTERS; i++) {
		pthread_join(counters[i], NULL);
		expected += counted[i];
	}
	if (failed)
		return "the C library's rseq area cannot be taken from it";
	if (per_cpu_sum(counter) == expected)
		return NULL;
	snprintf(trouble, sizeof(trouble), "the sum is %llu, expected %llu",
		 (unsigned long long)per_cpu_sum(counter), (unsigned long long)expected);
	return trouble;
}

static void holders_lose_no_update(void **state)
{
	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	else
		assert_fact(count_and_hold);
}

static const char *keep_errno(void)
{
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 1};

	errno = 1234;
	this_cpu_inc(counter);
	if (errno != 1234)
		return "opening a unit changes errno";
	if (pcpu_tier_has_sequences())
		pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&counter);
	return errno == 1234 ? NULL : "holding a CPU changes errno";
}

static void operations_keep_errno(void **state)
{
	(void)state;
	assert_fact(keep_errno);
}

/* --- single steps --- */

#define STEPPED_COUNTS 40
/* Some 64 tries an operation, of some 100 instructions each; and room. */
#define STEPS_MAX (STEPPED_COUNTS * 25000l)

static void __attribute__((__noreturn__)) be_stepped(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < STEPPED_COUNTS; i++)
		this_cpu_inc(counter);
	_exit(per_cpu_sum(counter) == STEPPED_COUNTS ? 0 : 1);
}

static void single_stepped_operations_get_through_and_count_once(void **state)
{
	cpu_set_t before;
	long steps = 0;
	pid_t child;
	int status;

	(void)state;
	/* the two take turns: on one CPU that is fastest */
	sched_getaffinity(0, sizeof(before), &before);
	stay_here();
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_stepped();
	assert_int_equal(waitpid(child, &status, 0), child);
	for (; WIFSTOPPED(status) && steps < STEPS_MAX; steps++) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	printf("%ld steps\n", steps);
	sched_setaffinity(0, sizeof(before), &before);
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		fail_msg("no end after %ld steps", steps);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child's status is %#x", status);
}

/* --- a kernel that refuses membarrier --- */

static int refuse_membarrier(int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {.len = 4, .filter = code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

/* What the program does when it is started again with an argument. */
static const char *count_in_threads(void)
{
	pthread_t threads[COUNTERS];

	for (int i = 0; i < COUNTERS; i++)
		pthread_create(&threads[i], NULL, count_often, NULL);
	for (int i = 0; i < COUNTERS; i++)
		pthread_join(threads[i], NULL);
	/* where rseq is refused as well, that is what is found out first */
	if (strcmp(percpu_backend(), "fallback: the kernel has no membarrier for rseq") != 0 &&
	    !strstr(percpu_backend(), "the kernel refuses"))
		return percpu_backend();
	return per_cpu_sum(counter) == (uint64_t)COUNTERS * COUNTS ? NULL : "a wrong sum";
}

static int refused_errno;

static const char *start_again_refused(void)
{
	unsetenv("PERCPU_CONF");
	unsetenv("GLIBC_TUNABLES");
	if (refuse_membarrier(refused_errno))
		return "seccomp does not work";
	execl("/proc/self/exe", "test_slow", "count", NULL);
	return "the program cannot be started again";
}

static void without_membarrier_the_fallback_counts_and_says_why(void **state)
{
	static const int errors[] = {EPERM, ENOSYS};

	(void)state;
	for (int i = 0; i < 2; i++) {
		refused_errno = errors[i];
		assert_fact(start_again_refused);
	}
}

static const char *hold_refused(void)
{
	const struct rlimit no_core = {0, 0};
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 1};

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	if (refuse_membarrier(EPERM))
		return "seccomp does not work";
	pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&counter);
	return "a CPU was held without a fence";
}

static void membarrier_that_is_refused_later_is_fatal(void **state)
{
	char text[512] = "";
	int status, fds[2];
	pid_t child;

	(void)state;
	if (!pcpu_tier_has_sequences()) {
		skip();
		return;
	}
	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		run_child(hold_refused);
	}
	close(fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(text, "membarrier for rseq fails with errno 1:"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_that_opens_a_unit_keeps_all_registers),
		cmocka_unit_test(xchg_that_opens_a_unit_keeps_all_registers),
		cmocka_unit_test(cmpxchg_double_that_opens_a_unit_keeps_all_registers),
		cmocka_unit_test(operations_keep_all_registers),
		cmocka_unit_test(operations_in_a_storm_of_signals_keep_all_registers),
		cmocka_unit_test(waiting_for_a_holder_keeps_all_registers),
		cmocka_unit_test(holders_lose_no_update),
		cmocka_unit_test(operations_keep_errno),
		cmocka_unit_test(single_stepped_operations_get_through_and_count_once),
		cmocka_unit_test(without_membarrier_the_fallback_counts_and_says_why),
		cmocka_unit_test(membarrier_that_is_refused_later_is_fatal),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	(void)argv;
	if (argc > 1)
		run_child(count_in_threads);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
