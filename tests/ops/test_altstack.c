/* SPDX-License-Identifier: MIT */
/*
 * test_altstack.c - how much of a signal handler's stack the library takes, at the most.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/sanitized.h"
#include "support/threads.h"
#include "support/wait_for.h"

#include "memory/unit.h"

#include <percpu/percpu.h>

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What ops.h promises, beside what the kernel and the handler itself take. */
#define PROMISED 6400

#define STACK_SIZE ((size_t)256 << 10)
#define PAINT 0xa5

static DEFINE_PER_CPU(unsigned long, counted);
static struct percpu_counter counter;
static unsigned char *stack;
static void (*body)(void);

static void handle(int sig)
{
	(void)sig;
	body();
}

/* How deep the stack has been in a handler that calls @what. */
static size_t depth_of(void (*what)(void))
{
	size_t untouched = 0;

	memset(stack, PAINT, STACK_SIZE);
	body = what;
	raise(SIGUSR1);
	while (untouched < STACK_SIZE && stack[untouched] == PAINT)
		untouched++;
	return STACK_SIZE - untouched;
}

static void do_nothing(void)
{
}

static void use_alternate_stack(void)
{
	const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
	const stack_t alternate = {.ss_sp = stack, .ss_size = STACK_SIZE};

	if (sigaltstack(&alternate, NULL) || sigaction(SIGUSR1, &action, NULL))
		abort();
}

/* --- what is done in handlers --- */

static void count(void)
{
	this_cpu_inc(counted);
}

static void count_on_a_new_unit(void)
{
	go_to(cpus[nr_cpus - 1]);
	this_cpu_inc(counted);
}

static void read_a_new_unit(void)
{
	per_cpu(counted, nr_cpu_ids - 1)++;
}

static void section(void)
{
	get_cpu_var(counted)++;
	this_cpu_inc(counted);
	put_cpu_var(counted);
}

static void fold(void)
{
	percpu_counter_add_batch(&counter, 1, 1);
}

static void sum(void)
{
	(void)percpu_counter_sum(&counter);
}

static void take(void)
{
	(void)per_cpu_xchg(counted, cpus[0], 0);
}

static void visit(void)
{
	if (percpu_remote_begin(cpus[0]) == 0)
		percpu_remote_end(cpus[0]);
}

/* By a thread that is gone then, and reported. */
static void *hold_and_vanish(void *arg)
{
	if (percpu_remote_begin(cpus[0]) == 0)
		syscall(SYS_exit, 0);
	return arg;
}

static void wait_for_the_vanished(void)
{
	this_cpu_inc(counted);
}

static void take_from_the_vanished(void)
{
	(void)per_cpu_xchg(counted, cpus[0], 0);
}

static void fatal(void)
{
	put_cpu_var(counted);
}

/* --- */

static void silence(void)
{
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || dup2(null, STDERR_FILENO) < 0)
		abort();
}

/* In a child: each begins with what nobody has touched. Returns the depth, in 16 bytes. */
static size_t depth_in_child(void (*what)(void), bool held)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		silence();
		use_alternate_stack();
		go_to(cpus[0]);
		if (held)
			pthread_join(start(hold_and_vanish, NULL), NULL);
		_exit((int)(depth_of(what) / 64));
	}
	status = wait_for(child, 60);
	assert_true(WIFEXITED(status));
	return (size_t)WEXITSTATUS(status) * 64;
}

static void assert_within(const char *name, void (*what)(void), bool held)
{
	size_t empty = depth_in_child(do_nothing, false), depth = depth_in_child(what, held);

	/* whose code takes more for everything */
	if (address_sanitized || thread_sanitized)
		skip();
	printf("%s: %zu bytes beside %zu\n", name, depth - empty, empty);
	assert_true(depth > 0);
	assert_true(depth <= empty + PROMISED);
}

static void operations_take_no_more_than_is_promised(void **state)
{
	(void)state;
	assert_within("operation", count, false);
	assert_within("operation on a new unit", count_on_a_new_unit, false);
	assert_within("new unit", read_a_new_unit, false);
	assert_within("section", section, false);
	if (percpu_counter_initialized(&counter)) {
		assert_within("fold", fold, false);
		assert_within("sum", sum, false);
	}
	assert_within("xchg", take, false);
	assert_within("visit", visit, false);
}

static void waiting_and_messages_take_no_more_than_is_promised(void **state)
{
	(void)state;
	assert_within("operation behind a thread that is gone", wait_for_the_vanished, true);
	assert_within("xchg behind a thread that is gone", take_from_the_vanished, true);
}

/* The handler of the message is called on the same stack, and says how deep that is. */
static void look_how_deep(const char *message)
{
	size_t untouched = 0;

	(void)message;
	while (untouched < STACK_SIZE && stack[untouched] == PAINT)
		untouched++;
	_exit((int)((STACK_SIZE - untouched) / 64));
}

static void fatal_message_takes_no_more_than_is_promised(void **state)
{
	(void)state;
	percpu_set_fatal_handler(look_how_deep);
	assert_within("fatal message", fatal, false);
	percpu_set_fatal_handler(NULL);
}

static int set_up(void **state)
{
	(void)state;
	find_cpus();
	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* refused with shared copies */
	if (percpu_counter_init(&counter, 0, GFP_KERNEL))
		printf("without counters\n");
	return stack == MAP_FAILED;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_take_no_more_than_is_promised),
		cmocka_unit_test(waiting_and_messages_take_no_more_than_is_promised),
		cmocka_unit_test(fatal_message_takes_no_more_than_is_promised),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
