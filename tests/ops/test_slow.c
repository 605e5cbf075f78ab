/* SPDX-License-Identifier: MIT */
/*
 * test_slow.c - the slow side of an operation: it keeps what the compiler believes is kept, makes
 * progress, and counts exactly (slow.c, tier.c, slow.S).
 *
 * Most facts are found out in a child, so that every one of them starts with closed units.
 */
#include "count_slow.h"
#include "registers.h"

#include "support/cpus.h"
#include "support/fact.h"
#include "support/no_rseq.h"
#include "support/patience.h"
#include "support/random.h"
#include "support/refuse.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#include "support/traps.h"

#include "cpu/ops/slow.h"
#include "ground/pause.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <cpuid.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static DEFINE_PER_CPU(uint64_t, counter);

struct pair {
	uint64_t first __attribute__((__aligned__(16)));
	uint64_t second;
};
static DEFINE_PER_CPU(struct pair, pair);

/* --- every register --- */

/* What a thread may have in use: x87, SSE, AVX, and the three of AVX-512. */
#define COMPONENTS 0xe7
#define FIRST_EXTENDED 2
#define NR_COMPONENTS 8
#define XSAVE_HEADER 512

static struct random bits = {0x9e3779b97f4a7c15};

static void fill(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_next(&bits);
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
		uint64_t mantissa = random_next(&bits) | 1ull << 63;

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

static const char *add_that_opens_a_unit_keeps_all_registers(void)
{
	return open_by(do_adds);
}

static const char *xchg_that_opens_a_unit_keeps_all_registers(void)
{
	return open_by(do_xchgs);
}

static const char *cmpxchg_double_that_opens_a_unit_keeps_all_registers(void)
{
	return open_by(do_pairs);
}

static const char *operations_keep_all_registers(void)
{
	const char *wrong;

	stay_here();
	this_cpu_inc(counter);
	wrong = do_adds(1000);
	wrong = wrong ? wrong : do_xchgs(1000);
	return wrong ? wrong : do_pairs(1000);
}

static const char *one_of_each(uint64_t loops)
{
	const char *wrong = do_adds(loops);

	wrong = wrong ? wrong : do_xchgs(loops);
	return wrong ? wrong : do_pairs(loops);
}

static const char *operations_in_a_section_keep_all_registers(void)
{
	const char *wrong;

	stay_here();
	this_cpu_inc(counter);
	preempt_disable();
	wrong = one_of_each(1000);
	preempt_enable();
	return wrong;
}

/* --- a storm of signals --- */

/* What has to be seen: signals, and sequences that they abort. */
#define SIGNALS 10000
#define ABORTS 100

static volatile unsigned long handled;

static void count_signal(int sig)
{
	(void)sig;
	handled++;
	this_cpu_inc(pair.second);
	this_cpu_dec(pair.second);
}

/* NULL, or what is still to be seen. */
static const char *missing_in_storm(void)
{
	if (handled < SIGNALS)
		return "the storm was a breeze";
	return pcpu_tier_has_sequences() && slow_entries < ABORTS
		       ? "hardly any sequence was aborted"
		       : NULL;
}

static const char *operations_in_a_storm_of_signals_keep_all_registers(void)
{
	struct patience patience = be_patient();
	const char *wrong = NULL;

	stay_here();
	this_cpu_inc(counter);
	slow_entries = 0;
	start_storm(count_signal);
	while (!wrong && missing_in_storm() && !is_out_of_patience(&patience)) {
		wrong = one_of_each(5000);
		preempt_disable();
		wrong = wrong ? wrong : one_of_each(5000);
		preempt_enable();
	}
	printf("%lu signals, %lu slow entries, %lu times held\n", handled, slow_entries,
	       slow_holds);
	return wrong ? wrong : missing_in_storm();
}

/* --- a CPU that the operation holds, after so many sequences were aborted --- */

/* A trap after each instruction aborts every one of them. While a CPU is held there must be none.
 */
static void end_traps_when_held(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	if (slow_holds)
		((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

/* What the next hold_the_cpu() does. */
static const char *(*holding)(uint64_t loops);

static const char *hold_the_cpu(void)
{
	const struct sigaction action = {.sa_sigaction = end_traps_when_held,
					 .sa_flags = SA_SIGINFO};
	const char *wrong;

	stay_here();
	this_cpu_inc(counter);
	slow_holds = 0;
	sigaction(SIGTRAP, &action, NULL);
	CHANGE_FLAGS("orq", TRAP_FLAG);
	wrong = holding(1);
	CHANGE_FLAGS("andq", ~TRAP_FLAG);
	return wrong || slow_holds ? wrong : "the CPU was not held";
}

static void operations_that_hold_the_cpu_keep_all_registers(void **state)
{
	static const char *(*const all[])(uint64_t loops) = {do_adds, do_xchgs, do_pairs};

	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		holding = all[i];
		assert_fact(hold_the_cpu);
	}
}

/* --- a CPU that is held --- */

static unsigned int held_cpu;

static void *hold_and_let_go(void *arg)
{
	go_anywhere();
	while (!must_stop()) {
		if (percpu_remote_begin(held_cpu))
			abort();
		for (int i = 0; i < 100; i++)
			pcpu_relax();
		percpu_remote_end(held_cpu);
		for (int i = 0; i < 100; i++)
			pcpu_relax();
	}
	return arg;
}

/* Nobody else writes the copies meanwhile. */
static const char *waiting_for_a_holder_keeps_all_registers(void)
{
	struct patience patience = be_patient();
	const char *wrong = NULL;
	pthread_t holder;

	SKIP_IF(!pcpu_tier_has_sequences());
	held_cpu = stay_here();
	this_cpu_inc(counter);
	slow_entries = 0;
	holder = start(hold_and_let_go, NULL);
	/* until it has happened often: where other work is done too, the two seldom run at once */
	while (!wrong && slow_entries < ABORTS && !is_out_of_patience(&patience))
		wrong = one_of_each(2000);
	set_stop(true);
	pthread_join(holder, NULL);
	if (!wrong && slow_entries < ABORTS)
		wrong = "the CPU was hardly ever held";
	return wrong;
}

#define HOLDERS 2
#define COUNTERS 4
#define HOLDS 100000
#define COUNTS 3000000

/* Each has a fence. */
struct holds {
	bool failed;
	uint64_t nr;
};

/*
 * The CPU that is held is the one that the area names. That is another one than the thread is on,
 * as often as not, where other threads count meanwhile.
 */
static void *hold_often(void *arg)
{
	struct holds *holds = arg;
	struct contentment contentment = be_content_with(HOLDS);
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 3};
	struct rseq *area = give_rseq_up();
	volatile int32_t *cpu_id = (volatile int32_t *)&area->cpu_id;

	if (!area) {
		holds->failed = true;
		return NULL;
	}
	for (; !are_enough(holds->nr, &contentment); holds->nr++) {
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

	for (n = 0; !must_stop(); n += 2) {
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

static const char *holders_lose_no_update(void)
{
	pthread_t holders[HOLDERS], counters[COUNTERS];
	struct holds holds[HOLDERS] = {0};
	uint64_t expected = 0, counted[COUNTERS];

	SKIP_IF(!pcpu_tier_has_sequences());
	start_all(counters, COUNTERS, count_until_told, counted, sizeof(counted[0]));
	while (per_cpu_sum(counter) == 0)
		sched_yield();
	start_all(holders, HOLDERS, hold_often, holds, sizeof(holds[0]));
	join_all(holders, HOLDERS);
	set_stop(true);
	for (int i = 0; i < COUNTERS; i++) {
		pthread_join(counters[i], NULL);
		expected += counted[i];
	}
	for (int i = 0; i < HOLDERS; i++) {
		if (holds[i].failed)
			return "the C library's rseq area cannot be taken from it";
		expected += 3 * holds[i].nr;
	}
	return differ("the sum", per_cpu_sum(counter), expected);
}

static const char *operations_keep_errno(void)
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

/* --- single steps --- */

#define STEPPED_COUNTS 8
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
	long steps = 0;
	pid_t child;
	int status;

	(void)state;
	/* the two take turns: on one CPU that is fastest */
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
	go_anywhere();
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		fail_msg("no end after %ld steps", steps);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child's status is %#x", status);
}

/* --- a kernel that refuses membarrier --- */

/* What the program does when it is started again with an argument. */
static const char *count_in_threads(void)
{
	pthread_t threads[COUNTERS];

	start_all(threads, COUNTERS, count_often, NULL, 0);
	join_all(threads, COUNTERS);
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
	if (!refuse(SYS_membarrier, REFUSE_WITH((unsigned int)refused_errno)))
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
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 1};

	if (!refuse(SYS_membarrier, REFUSE_WITH(EPERM)))
		return "seccomp does not work";
	pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&counter);
	return "a CPU was held without a fence";
}

static void membarrier_that_is_refused_later_is_fatal(void **state)
{
	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	else
		assert_fatal(hold_refused, "membarrier for rseq fails with errno 1:");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		fact_test(add_that_opens_a_unit_keeps_all_registers),
		fact_test(xchg_that_opens_a_unit_keeps_all_registers),
		fact_test(cmpxchg_double_that_opens_a_unit_keeps_all_registers),
		fact_test(operations_keep_all_registers),
		fact_test(operations_in_a_section_keep_all_registers),
		fact_test(operations_in_a_storm_of_signals_keep_all_registers),
		cmocka_unit_test(operations_that_hold_the_cpu_keep_all_registers),
		fact_test(waiting_for_a_holder_keeps_all_registers),
		fact_test(holders_lose_no_update),
		fact_test(operations_keep_errno),
		cmocka_unit_test(single_stepped_operations_get_through_and_count_once),
		cmocka_unit_test(without_membarrier_the_fallback_counts_and_says_why),
		cmocka_unit_test(membarrier_that_is_refused_later_is_fatal),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	(void)argv;
	find_cpus();
	if (argc > 1)
		run_fact(count_in_threads);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
