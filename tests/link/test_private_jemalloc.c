/* SPDX-License-Identifier: MIT */
/*
 * test_private_jemalloc.c - the memory for the library's records, asked for by many threads at once
 * and by threads that end, which have one place for jemalloc's thread-local storage between them
 * (src/ground/mem.c).
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"
#include "support/sanitized.h"

#include "ground/mem.h"

#include <percpu/percpu.h>

#include <limits.h>
#include <pthread.h>
#include <sys/resource.h>

#define NR_THREADS 8
#define NR_BLOCKS 64
#define HUGE ((unsigned long)2 << 20)

struct block {
	unsigned char *bytes;
	size_t size;
};

/* What one thread has, and the next that comes in its place. */
struct task {
	pthread_t thread;
	unsigned int seed;
	unsigned long wrong; /* blocks that were not as they should be */
	struct block blocks[NR_BLOCKS];
};

static bool stop;

static unsigned int draw(struct task *task)
{
	task->seed = task->seed * 1103515245u + 12345u;
	return task->seed >> 16;
}

/* Mostly small, sometimes with pages of its own. */
static size_t draw_size(struct task *task)
{
	const unsigned int kind = draw(task) % 64;

	return kind == 0 ? 20000 + draw(task) % 200000 : 1 + draw(task) % (kind < 8 ? 5000 : 300);
}

static bool is_all(const struct block *block, unsigned char value)
{
	for (size_t i = 0; i < block->size; i++)
		if (block->bytes[i] != value)
			return false;
	return true;
}

/* The value that a block of @task is filled with. Never zero. */
static unsigned char mark_of(const struct task *task, const struct block *block)
{
	return (unsigned char)(1 + ((size_t)(block - task->blocks) + block->size) % 255);
}

static void take(struct task *task, struct block *block)
{
	block->size = draw_size(task);
	block->bytes = pcpu_mem_zalloc(block->size);
	if (!block->bytes) {
		task->wrong++;
		return;
	}
	task->wrong += !is_all(block, 0);
	memset(block->bytes, mark_of(task, block), block->size);
}

static void give_back(struct task *task, struct block *block)
{
	if (!block->bytes)
		return;
	task->wrong += !is_all(block, mark_of(task, block));
	pcpu_mem_free(block->bytes, block->size);
	block->bytes = NULL;
}

static void replace_some(struct task *task, unsigned int times)
{
	while (times--) {
		struct block *block = &task->blocks[draw(task) % NR_BLOCKS];

		give_back(task, block);
		take(task, block);
	}
}

static void give_all_back(struct task *task)
{
	for (size_t i = 0; i < NR_BLOCKS; i++)
		give_back(task, &task->blocks[i]);
}

static void *replace_a_thousand(void *task)
{
	replace_some(task, 1000);
	return NULL;
}

static void *replace_until_stopped(void *task)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		replace_some(task, 10);
	return NULL;
}

static void start(struct task *tasks, void *(*body)(void *))
{
	for (size_t i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_create(&tasks[i].thread, NULL, body, &tasks[i]), 0);
}

static unsigned long join(struct task *tasks)
{
	unsigned long wrong = 0;

	for (size_t i = 0; i < NR_THREADS; i++) {
		pthread_join(tasks[i].thread, NULL);
		wrong += tasks[i].wrong;
	}
	return wrong;
}

static struct task *new_tasks(void)
{
	struct task *tasks = test_calloc(NR_THREADS, sizeof(*tasks));

	for (unsigned int i = 0; i < NR_THREADS; i++)
		tasks[i].seed = i + 1;
	return tasks;
}

static void threads_at_once_have_memory_of_their_own(void **state)
{
	struct task *tasks = new_tasks();

	(void)state;
	start(tasks, replace_a_thousand);
	assert_int_equal(join(tasks), 0);
	for (size_t i = 0; i < NR_THREADS; i++)
		give_all_back(&tasks[i]);
	test_free(tasks);
}

/* The threads of one generation find the blocks of the one before, which is gone. */
static void what_a_thread_has_asked_for_outlives_it(void **state)
{
	struct task *tasks = new_tasks();

	(void)state;
	for (int generation = 0; generation < 20; generation++) {
		start(tasks, replace_a_thousand);
		assert_int_equal(join(tasks), 0);
	}
	for (size_t i = 0; i < NR_THREADS; i++) {
		give_all_back(&tasks[i]);
		assert_int_equal(tasks[i].wrong, 0);
	}
	test_free(tasks);
}

static void all_that_many_threads_have_given_back_is_free(void **state)
{
	struct task *tasks = new_tasks();
	const size_t before = pcpu_mem_allocated();

	(void)state;
	start(tasks, replace_a_thousand);
	assert_int_equal(join(tasks), 0);
	assert_true(pcpu_mem_allocated() > before);
	for (size_t i = 0; i < NR_THREADS; i++)
		give_all_back(&tasks[i]);
	assert_int_equal(pcpu_mem_allocated(), before);
	test_free(tasks);
}

/* Of the others' blocks the child sees a copy; its own are those of the last task. */
static void replace_in_child(void *arg)
{
	struct task *task = arg;

	replace_some(task, 500);
	give_all_back(task);
	pcpu_mem_trim();
	child_expect(task->wrong == 0);
}

static void a_child_forked_while_others_allocate_can_allocate(void **state)
{
	struct task *tasks = new_tasks(), own = {.seed = 99};
	struct child_end end = {0};

	(void)state;
	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	start(tasks, replace_until_stopped);
	for (int i = 0; i < 50; i++) {
		replace_some(&own, 20);
		end = child_run(replace_in_child, &own);
		if (!child_exited_with(&end, 0))
			break;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	assert_int_equal(join(tasks), 0);
	assert_child_was_content(end);
	for (size_t i = 0; i < NR_THREADS; i++)
		give_all_back(&tasks[i]);
	give_all_back(&own);
	assert_int_equal(own.wrong, 0);
	test_free(tasks);
}

/* --- its start --- */

/* More than the first records have room for. */
#define A_LOT ((size_t)1 << 20)

/* It maps 2 MiB at once, aligned; of the program's own mappings one may be so by chance. */
static unsigned int nr_huge_mappings(void)
{
	char line[512];
	unsigned int nr = 0;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long start, end;

		nr += sscanf(line, "%lx-%lx rw-p", &start, &end) == 2 && start % HUGE == 0 &&
		      end - start >= HUGE && strstr(line, " 00:00 0");
	}
	if (maps)
		fclose(maps);
	return nr;
}

static void *take_a_lot(void *arg)
{
	void **ptr = arg;

	*ptr = pcpu_mem_zalloc(A_LOT);
	return NULL;
}

static void thread_with_the_least_stack_can_start_it(void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	void *ptr = NULL;
	const unsigned int before = nr_huge_mappings();

	(void)arg;
	pthread_attr_init(&attr);
	child_expect(pthread_attr_setstacksize(&attr, (size_t)PTHREAD_STACK_MIN) == 0);
	child_expect(pthread_create(&thread, &attr, take_a_lot, &ptr) == 0);
	child_expect(pthread_join(thread, NULL) == 0);
	child_expect(ptr && nr_huge_mappings() == before + 1);
	memset(ptr, 1, A_LOT);
	pcpu_mem_free(ptr, A_LOT);
}

/* As where the program has no address space left; then there is some. */
static void memory_is_refused_while_it_cannot_be_started(void *arg)
{
	struct rlimit limit, none;
	void *ptr;

	(void)arg;
	child_expect(getrlimit(RLIMIT_AS, &limit) == 0);
	none = (struct rlimit){1 << 20, limit.rlim_max};
	child_expect(setrlimit(RLIMIT_AS, &none) == 0);
	child_expect(!pcpu_mem_zalloc(A_LOT));
	child_expect((ptr = pcpu_mem_zalloc(100)) != NULL);
	pcpu_mem_free(ptr, 100);
	child_expect(setrlimit(RLIMIT_AS, &limit) == 0);
	child_expect((ptr = pcpu_mem_zalloc(A_LOT)) != NULL);
	pcpu_mem_free(ptr, A_LOT);
}

static void it_is_started_without_a_file(void *arg)
{
	static const long calls[] = {SYS_openat, SYS_open, SYS_sched_getaffinity};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		child_expect(refuse(calls[i], REFUSE_BY_SIGNAL));
	child_expect(pcpu_mem_zalloc(A_LOT) != NULL);
}

static DEFINE_PER_CPU(unsigned long, some_variable);

/* A program that uses nothing of the library is not given it, nor what it does around fork(). */
static int use_the_library(void **state)
{
	(void)state;
	this_cpu_inc(some_variable);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(thread_with_the_least_stack_can_start_it),
		child_test(memory_is_refused_while_it_cannot_be_started),
		child_test(it_is_started_without_a_file),
		cmocka_unit_test(threads_at_once_have_memory_of_their_own),
		cmocka_unit_test(what_a_thread_has_asked_for_outlives_it),
		cmocka_unit_test(all_that_many_threads_have_given_back_is_free),
		cmocka_unit_test(a_child_forked_while_others_allocate_can_allocate),
	};

	return cmocka_run_group_tests(tests, use_the_library, NULL);
}
