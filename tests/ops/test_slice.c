/* SPDX-License-Identifier: MIT */
/*
 * test_slice.c - sections ask the kernel not to be preempted at once, where it takes requests, and
 * give back what they were given. (machine/slice.h)
 *
 * The kernel is the test: it offers, takes the thread's word that it is going to ask, grants in the
 * middle of a section, and is given the CPU back. The linker brings the library's questions here.
 */
#define PERCPU_SLICE_EXTENSION
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/threads.h"
#include "support/tier.h"

#include "machine/rseq_area.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define PR_SLICE_EXTENSION 79
#define SYS_SLICE_YIELD 471

static DEFINE_PER_CPU(long, number);

static int asked, yielded; /* prctl()s of this kind, and yields */

/* What the kernel does: "taken", unless PERCPU_TEST_SLICE says "refused", or "none". */
static bool kernel_is(const char *word)
{
	const char *wanted = getenv("PERCPU_TEST_SLICE");

	return strcmp(wanted ? wanted : "taken", word) == 0;
}

bool __wrap_pcpu_rseq_offers_slices(void);
int __wrap_prctl(int option, ...);
long __wrap_syscall(long nr, ...);
long __real_syscall(long nr, ...);

bool __wrap_pcpu_rseq_offers_slices(void)
{
	return !kernel_is("none");
}

/* The library makes no other. */
int __wrap_prctl(int option, ...)
{
	va_list rest;
	unsigned long command, value, fourth, fifth;

	va_start(rest, option);
	command = va_arg(rest, unsigned long);
	value = va_arg(rest, unsigned long);
	fourth = va_arg(rest, unsigned long);
	fifth = va_arg(rest, unsigned long);
	va_end(rest);
	asked += option == PR_SLICE_EXTENSION && command == 2 && value == 1 && !fourth && !fifth;
	errno = 524;
	return kernel_is("taken") ? 0 : -1;
}

long __wrap_syscall(long nr, ...)
{
	va_list rest;
	long a[6];

	if (nr == SYS_SLICE_YIELD) {
		yielded++;
		errno = 38;
		return -1;
	}
	va_start(rest, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	return __real_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- the thread --- */

static bool can_ask(void)
{
	return has_sequences() && kernel_is("taken");
}

static volatile struct percpu_slice *slice(void)
{
	struct pcpu_rseq *area =
		(struct pcpu_rseq *)((char *)__builtin_thread_pointer() + pcpu_rseq_offset());

	return (volatile struct percpu_slice *)area->slice;
}

static void kernel_grants(void)
{
	slice()->request = 0;
	slice()->granted = 1;
}

static void kernel_takes_it_back(void)
{
	slice()->granted = 0;
}

/* --- facts, each in a process that has had no section yet --- */

static const char *section_asks_from_its_beginning_to_its_end(void)
{
	SKIP_IF(!can_ask());
	asked = 0;
	for (int i = 0; i < 3; i++) { /* the first one is begun on the slow side */
		get_cpu_var(number)++;
		RETURN_UNLESS(slice()->request == 1 && !slice()->granted);
		put_cpu_var(number);
		RETURN_UNLESS(slice()->request == 0);
	}
	RETURN_UNLESS(asked == 1 && yielded == 0);
	return differ("number", (uint64_t)per_cpu_sum(number), 3);
}

static const char *outermost_section_asks(void)
{
	SKIP_IF(!can_ask());
	asked = 0;
	preempt_disable();
	preempt_disable();
	preempt_enable();
	RETURN_UNLESS(slice()->request == 1);
	preempt_enable();
	RETURN_UNLESS(slice()->request == 0);
	RETURN_UNLESS(yielded == 0);
	return NULL;
}

static const char *section_that_was_given_time_gives_the_rest_back(void)
{
	SKIP_IF(!can_ask());
	asked = 0;
	for (int i = 1; i <= 3; i++) {
		preempt_disable();
		kernel_grants();
		RETURN_UNLESS(yielded == i - 1);
		errno = 4321;
		preempt_enable();
		RETURN_UNLESS(yielded == i && errno == 4321 && !slice()->request);
		kernel_takes_it_back();
	}
	return NULL;
}

static const char *time_that_was_taken_back_is_not_given_back(void)
{
	SKIP_IF(!can_ask());
	asked = 0;
	preempt_disable();
	kernel_grants();
	kernel_takes_it_back();
	preempt_enable();
	RETURN_UNLESS(yielded == 0 && !slice()->request);
	return NULL;
}

static void *have_a_section(void *arg)
{
	preempt_disable();
	*(bool *)arg = slice()->request == 1;
	preempt_enable();
	return NULL;
}

static const char *each_thread_says_that_it_is_going_to_ask(void)
{
	bool good = false;

	SKIP_IF(!can_ask());
	asked = 0;
	have_a_section(&good);
	RETURN_UNLESS(good && asked == 1);
	pthread_join(start(have_a_section, &good), NULL);
	RETURN_UNLESS(good && asked == 2);
	return NULL;
}

static const char *ask_in_a_child(void)
{
	bool good = false;

	have_a_section(&good);
	RETURN_UNLESS(good && asked == 2);
	return NULL;
}

static const char *child_of_a_fork_says_it_again(void)
{
	bool good = false;

	SKIP_IF(!can_ask());
	asked = 0;
	have_a_section(&good);
	return differ("the child's status", (uint64_t)status_of_fork(ask_in_a_child), 0);
}

static const char *nobody_asks_where_there_is_nobody_to_ask(void)
{
	SKIP_IF(can_ask());
	asked = 0;
	for (int i = 0; i < 3; i++) {
		get_cpu_var(number)++;
		RETURN_UNLESS(!slice()->request);
		put_cpu_var(number);
		RETURN_UNLESS(!slice()->request && !asked && !yielded);
	}
	return differ("number", (uint64_t)per_cpu_sum(number), 3);
}

static void backend_says_whether_sections_may_ask(void **state)
{
	(void)state;
	assert_int_equal(strstr(percpu_backend(), ", with slice extensions") != NULL, can_ask());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(section_asks_from_its_beginning_to_its_end),
		fact_test(outermost_section_asks),
		fact_test(section_that_was_given_time_gives_the_rest_back),
		fact_test(time_that_was_taken_back_is_not_given_back),
		fact_test(each_thread_says_that_it_is_going_to_ask),
		fact_test(child_of_a_fork_says_it_again),
		fact_test(nobody_asks_where_there_is_nobody_to_ask),
		cmocka_unit_test(backend_says_whether_sections_may_ask),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
