/* SPDX-License-Identifier: MIT */
/*
 * test_publish.c - what the process publishes of itself: that it is there, whose it is, and that
 * its numbers are what was done. It is read as percpu-stat reads it.
 *
 * Each test is a child of a process that has used nothing of the library.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/threads.h"

#include "alloc/cache.h"
#include "events/count.h"
#include "events/publish.h"
#include "ground/conf.h"
#include "memory/unit.h"
#include "percpu-stat/figures.h"

#include <percpu/percpu.h>
#include <percpu/section.h>
#include <percpu/stats.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static DEFINE_PER_CPU(uint64_t, counted);

/* --- finding the page --- */

/* The process's page, or -1; how many it has is in @nr. */
static int find_page(int *nr)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	char to[256];
	int found = -1;

	*nr = 0;
	while (folder && (entry = readdir(folder)) != NULL) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, to, sizeof(to) - 1);

		to[length < 0 ? 0 : length] = '\0';
		if (strcmp(to, "/memfd:" PCPU_STAT_FILE " (deleted)") != 0)
			continue;
		found = atoi(entry->d_name);
		++*nr;
	}
	if (folder)
		closedir(folder);
	return found;
}

static bool is_published(void)
{
	int nr;

	return find_page(&nr) >= 0;
}

/* What somebody else would read. */
static void look(struct page *page, struct figures *figures)
{
	static struct figures of_cpus[PAGE_MOST_CPUS];
	int nr, file = find_page(&nr);

	child_expect(file >= 0 && nr == 1);
	child_expect(page_read(file, page) == PAGE_GOOD);
	child_expect(page->header.pid == getpid());
	for (unsigned int cpu = 0; cpu < page->header.nr_cpus; cpu++)
		figures_of_cpu(page, cpu, &of_cpus[cpu]);
	figures_of_process(page, of_cpus, figures);
}

/* That it says what the process itself finds. */
static void expect_to_agree(const struct figures *figures)
{
	const uint64_t *value = figures->value;
	struct percpu_stats stats;

	percpu_get_stats(&stats);
	child_expect(value[ALLOCATIONS] == stats.nr_alloc);
	child_expect(value[FREES] == stats.nr_dealloc);
	child_expect(value[LIVE_AREAS] == stats.nr_cur_alloc);
	child_expect(value[CACHED_AREAS] == stats.cached_areas);
	child_expect(value[CACHED_BYTES] == stats.cached_bytes);
	child_expect(value[CHUNKS] == stats.nr_chunks);
	child_expect(value[MOST_CHUNKS] == stats.nr_max_chunks);
	child_expect(value[CHUNKS_MADE] - value[CHUNKS_DESTROYED] == stats.nr_chunks);
	child_expect(value[FREE_BYTES] == stats.free_bytes);
	child_expect(value[LARGEST_FREE] >= stats.largest_free);
	child_expect(value[OPEN_UNITS] == stats.open_units);
}

static void look_and_compare(struct figures *figures)
{
	struct page page = {0};

	look(&page, figures);
	expect_to_agree(figures);
	page_free(&page);
}

/* --- what is there, and when --- */

static void nothing_is_opened_before_the_first_use(void *arg)
{
	(void)arg;
	child_expect(!pcpu_stat && !is_published());
	this_cpu_inc(counted);
	child_expect(pcpu_stat && is_published());
}

static void first_allocation_publishes_too(void *arg)
{
	struct figures figures;

	(void)arg;
	child_expect(alloc_percpu(long));
	look_and_compare(&figures);
	child_expect(figures.value[ALLOCATIONS] == 1 && figures.value[LIVE_BYTES] == sizeof(long));
}

static void file_is_sealed_and_its_descriptor_is_high_and_ends_with_the_program(void *arg)
{
	struct stat is;
	int nr, file;

	(void)arg;
	this_cpu_inc(counted);
	file = find_page(&nr);
	child_expect(file >= 60 && (fcntl(file, F_GETFD) & FD_CLOEXEC));
	child_expect(fstat(file, &is) == 0 && ftruncate(file, 0) != 0 &&
		     ftruncate(file, is.st_size + 1) != 0);
#ifdef F_SEAL_FUTURE_WRITE
	if (fcntl(file, F_GET_SEALS) & F_SEAL_FUTURE_WRITE)
		child_expect(pwrite(file, "x", 1, 0) < 0 &&
			     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) ==
				     MAP_FAILED);
#endif
	/* the lowest numbers are left to the program */
	child_expect(dup(0) < 60);
}

static void who_does_not_want_it_is_not_published(void *arg)
{
	struct percpu_stats stats;

	(void)arg;
	pcpu_conf.publish = false;
	this_cpu_inc(counted);
	free_percpu(alloc_percpu(long));
	child_expect(pcpu_stat && !is_published());
	percpu_get_stats(&stats);
	child_expect(stats.nr_alloc == 1 && stats.nr_dealloc == 1);
}

/* --- that numbers are exact --- */

#define WORKERS 4
#define ROUNDS 3000

static void *work(void *arg)
{
	void __percpu *areas[8];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int k = 0; k < 8; k++) {
			areas[k] = __alloc_percpu(8 + 8 * ((i + k) % 40), 8);
			this_cpu_inc(counted);
		}
		for (unsigned int k = 0; k < 8; k++)
			free_percpu(areas[k]);
	}
	return arg;
}

/* The second of a size at once on one CPU comes with another one, which goes into the cache. */
static void have_a_cache_filled(void)
{
	void __percpu *areas[2];

	find_cpus();
	stay_here();
	for (int i = 0; i < 2; i++)
		areas[i] = __alloc_percpu(8, 8);
	for (int i = 0; i < 2; i++)
		free_percpu(areas[i]);
	go_anywhere();
}

static void numbers_are_what_threads_have_done(void *arg)
{
	const uint64_t nr = 2 + 8 * WORKERS * ROUNDS;
	pthread_t threads[WORKERS];
	struct figures figures;
	char args[WORKERS];

	(void)arg;
	have_a_cache_filled();
	start_all(threads, WORKERS, work, args, 1);
	join_all(threads, WORKERS);
	look_and_compare(&figures);
	child_expect(figures.value[ALLOCATIONS] == nr && figures.value[FREES] == nr);
	child_expect(figures.value[LIVE_AREAS] == 0 && figures.value[LIVE_BYTES] == 0);
	if (!pcpu_cache_on)
		return;
	child_expect(figures.value[CACHE_ALLOCATIONS] > 0 && figures.value[CACHE_REFILLS] > 0);
	percpu_trim();
	look_and_compare(&figures);
	child_expect(figures.value[CACHED_AREAS] == 0 && figures.value[CACHE_RETURNS] > 0);
	child_expect(figures.value[CACHE_RETURNED_AREAS] ==
		     figures.value[CACHE_REFILLED_AREAS] + figures.value[CACHE_FREES] -
			     figures.value[CACHE_ALLOCATIONS]);
}

static void chunks_and_bytes_are_told(void *arg)
{
	void __percpu *areas[100];
	struct figures figures;

	(void)arg;
	for (int i = 0; i < 100; i++)
		areas[i] = __alloc_percpu(20000, 8);
	child_expect(__alloc_reserved_percpu(400, 8));
	look_and_compare(&figures);
	child_expect(figures.value[LIVE_BYTES] == 100 * 20000 + 400);
	child_expect(figures.value[CHUNKS_MADE] > 5 && figures.value[CHUNKS_DESTROYED] == 0);
	for (int i = 0; i < 100; i++)
		free_percpu(areas[i]);
	look_and_compare(&figures);
	child_expect(figures.value[LIVE_BYTES] == 400 && figures.value[CHUNKS_DESTROYED] > 2);
	child_expect(figures.value[LARGEST_FREE] <= figures.value[FREE_BYTES]);
}

static void largest_free_piece_is_found_among_many_chunks(void *arg)
{
	static void __percpu *areas[1000];
	struct figures figures;

	(void)arg;
	for (int i = 0; i < 1000; i++)
		areas[i] = __alloc_percpu(30000, 8);
	for (int i = 0; i < 1000; i += 2)
		free_percpu(areas[i]);
	for (int i = 0; i < 1000; i += 2)
		areas[i] = __alloc_percpu(31000, 8);
	look_and_compare(&figures);
	child_expect(figures.value[CHUNKS] > 2 * 64);
}

/* --- what happens to a CPU --- */

static void visits_are_counted_and_timed(void *arg)
{
	const struct timespec moment = {.tv_nsec = 3000000};
	struct pcpu_stat_counts counts;
	unsigned int cpu;

	(void)arg;
	find_cpus();
	cpu = stay_here();
	child_expect(percpu_remote_begin(cpu) == 0);
	nanosleep(&moment, NULL);
	/* one inside of it is the same */
	child_expect(percpu_remote_begin(cpu) == 0);
	percpu_remote_end(cpu);
	percpu_remote_end(cpu);
	counts = pcpu_stat->blocks[cpu].counts;
	child_expect(counts.holds == 1 && counts.hold_ns >= 3000000);
	child_expect(counts.longest_hold_ns == counts.hold_ns);
	child_expect(percpu_remote_begin(cpu) == 0);
	percpu_remote_end(cpu);
	counts = pcpu_stat->blocks[cpu].counts;
	child_expect(counts.holds == 2 && counts.longest_hold_ns < counts.hold_ns);
	/* a section is none */
	get_cpu();
	put_cpu();
	child_expect(pcpu_stat->blocks[cpu].counts.holds == 2);
}

static unsigned int visited;

static void *visit_it(void *arg)
{
	(void)arg;
	if (percpu_remote_begin(visited))
		return (void *)1;
	percpu_remote_end(visited);
	return NULL;
}

static void waits_are_counted_and_timed(void *arg)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct pcpu_stat_counts *counts;
	pthread_t thread;
	void *result;

	(void)arg;
	find_cpus();
	visited = stay_here();
	child_expect(percpu_remote_begin(visited) == 0);
	counts = &pcpu_stat->blocks[visited].counts;
	child_expect(counts->waits == 0);
	child_expect(pthread_create(&thread, NULL, visit_it, NULL) == 0);
	/* it has come to wait when it is the next */
	while (!__atomic_load_n(&pcpu_unit_entries()[visited].successor, __ATOMIC_RELAXED))
		nanosleep(&moment, NULL);
	nanosleep(&moment, NULL);
	percpu_remote_end(visited);
	child_expect(pthread_join(thread, &result) == 0 && !result);
	child_expect(counts->waits == 1 && counts->wait_ns >= 1000000);
	child_expect(counts->longest_wait_ns == counts->wait_ns);
}

static void units_are_told_where_they_open(void *arg)
{
	struct figures figures;
	struct page page = {0};
	unsigned int cpu;

	(void)arg;
	find_cpus();
	cpu = stay_here();
	this_cpu_inc(counted);
	look(&page, &figures);
	expect_to_agree(&figures);
	child_expect(page_counts(&page, cpu).window == pcpu_unit_window(cpu));
	child_expect(page.header.window_size == (uint64_t)1 << 32);
	child_expect(!(page.header.flags & PCPU_STAT_SHARED));
	child_expect(((page.header.flags & PCPU_STAT_SEQUENCES) != 0) == pcpu_tier_has_sequences());
	/* the first operation has come to the slow side, to open it */
	if (pcpu_tier_has_sequences())
		child_expect(figures.value[SLOW_OPERATIONS] >= 1);
}

/* --- children --- */

/* Counts in a process that was just made, as each of these tests needs. */
static void use_twice_and_compare(uint64_t had)
{
	struct figures figures;

	free_percpu(alloc_percpu(long));
	child_expect(alloc_percpu(long));
	look_and_compare(&figures);
	child_expect(figures.value[ALLOCATIONS] == had + 2 && figures.value[FREES] == 1);
	child_expect(figures.value[LIVE_AREAS] == had + 1);
}

static int wait_for_child(pid_t pid)
{
	int status;

	child_expect(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

static void child_counts_in_a_page_of_its_own(void *arg)
{
	struct figures before, after;
	pid_t pid;

	(void)arg;
	for (int i = 0; i < 5; i++)
		child_expect(alloc_percpu(long));
	free_percpu(alloc_percpu(int));
	look_and_compare(&before);
	pid = fork();
	if (pid == 0) {
		use_twice_and_compare(5);
		/* and its own child */
		pid = fork();
		if (pid == 0) {
			use_twice_and_compare(6);
			_exit(0);
		}
		_exit(wait_for_child(pid) != 0);
	}
	child_expect(wait_for_child(pid) == 0);
	look_and_compare(&after);
	child_expect(memcmp(&before, &after, sizeof(before)) == 0);
}

static void child_that_the_library_is_not_told_of_does_not_count_in_its_parents(void *arg)
{
	struct figures before, after;
	pid_t pid;

	(void)arg;
	for (int i = 0; i < 5; i++)
		child_expect(alloc_percpu(long));
	this_cpu_inc(counted);
	look_and_compare(&before);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		/* what is counted before it is known is the parent's, and may be read there */
		use_twice_and_compare(5);
		_exit(0);
	}
	child_expect(wait_for_child(pid) == 0);
	look_and_compare(&after);
	child_expect(memcmp(&before, &after, sizeof(before)) == 0);
}

static void child_leaves_alone_what_has_the_number_of_its_parents(void *arg)
{
	int nr, file, ends[2];
	char byte = 0;
	pid_t pid;

	(void)arg;
	this_cpu_inc(counted);
	file = find_page(&nr);
	child_expect(pipe(ends) == 0 && dup2(ends[1], file) == file);
	pid = fork();
	if (pid == 0)
		_exit(write(file, "x", 1) != 1);
	child_expect(wait_for_child(pid) == 0);
	child_expect(read(ends[0], &byte, 1) == 1 && byte == 'x');
}

static void child_that_shares_says_so_and_begins_anew(void *arg)
{
	struct figures figures;
	struct page page = {0};
	pid_t pid;

	(void)arg;
	child_expect(alloc_percpu(long));
	child_expect(percpu_share() == 0);
	pid = fork();
	if (pid == 0) {
		child_expect(alloc_percpu(long));
		look(&page, &figures);
		child_expect(page.header.flags & PCPU_STAT_SHARED);
		child_expect(page.header.flags & PCPU_STAT_CHILD);
		child_expect(figures.value[LIVE_AREAS] == 1);
		child_expect(figures.value[OPEN_UNITS] > 0);
		expect_to_agree(&figures);
		_exit(0);
	}
	child_expect(wait_for_child(pid) == 0);
	look(&page, &figures);
	child_expect(page.header.flags & PCPU_STAT_SHARED);
	child_expect(figures.value[LIVE_AREAS] == 1);
}

/* --- where something cannot be had --- */

static void expect_counting_alone(void)
{
	struct percpu_stats stats;

	child_expect(!is_published());
	free_percpu(alloc_percpu(long));
	this_cpu_inc(counted);
	percpu_get_stats(&stats);
	child_expect(stats.nr_alloc == 1 && stats.nr_dealloc == 1 && stats.nr_cur_alloc == 0);
}

static void without_files_in_memory_it_counts_for_itself(void *arg)
{
	(void)arg;
	faults_fail_all(PCPU_FAULT_FILE);
	this_cpu_inc(counted);
	expect_counting_alone();
	child_expect(pcpu_stat && faults_end() == 2);
}

static void without_memory_for_a_page_there_are_no_caches(void *arg)
{
	(void)arg;
	pcpu_conf.publish = false;
	faults_fail_all(PCPU_FAULT_RESERVE);
	child_expect(pcpu_stat_begin() == -ENOMEM && faults_end() == 1);
	expect_counting_alone();
	child_expect(!pcpu_stat && pcpu_stat_begin() == -ENOMEM);
}

static void child_without_memory_for_a_page_has_no_caches(void *arg)
{
	pid_t pid;

	(void)arg;
	pcpu_conf.publish = false;
	free_percpu(alloc_percpu(long));
	faults_fail_all(PCPU_FAULT_RESERVE);
	pid = fork();
	if (pid == 0) {
		child_expect(!pcpu_stat && !pcpu_cache_on && faults_end() == 1);
		expect_counting_alone();
		_exit(0);
	}
	child_expect(wait_for_child(pid) == 0 && pcpu_stat);
}

static void without_high_numbers_there_is_no_descriptor(void *arg)
{
	const struct rlimit few = {30, 30};
	struct percpu_stats stats;

	(void)arg;
	child_expect(setrlimit(RLIMIT_NOFILE, &few) == 0);
	free_percpu(alloc_percpu(long));
	child_expect(pcpu_stat && !is_published());
	percpu_get_stats(&stats);
	child_expect(stats.nr_alloc == 1);
}

static void file_that_would_be_too_long_is_not_made(void *arg)
{
	const struct rlimit none = {0, 0};

	(void)arg;
	child_expect(setrlimit(RLIMIT_FSIZE, &none) == 0);
	this_cpu_inc(counted);
	expect_counting_alone();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(nothing_is_opened_before_the_first_use),
		child_test(first_allocation_publishes_too),
		child_test(file_is_sealed_and_its_descriptor_is_high_and_ends_with_the_program),
		child_test(who_does_not_want_it_is_not_published),
		child_test(numbers_are_what_threads_have_done),
		child_test(chunks_and_bytes_are_told),
		child_test(largest_free_piece_is_found_among_many_chunks),
		child_test(visits_are_counted_and_timed),
		child_test(waits_are_counted_and_timed),
		child_test(units_are_told_where_they_open),
		child_test(child_counts_in_a_page_of_its_own),
		child_test(child_that_the_library_is_not_told_of_does_not_count_in_its_parents),
		child_test(child_leaves_alone_what_has_the_number_of_its_parents),
		child_test(child_that_shares_says_so_and_begins_anew),
		child_test(without_files_in_memory_it_counts_for_itself),
		child_test(without_memory_for_a_page_there_are_no_caches),
		child_test(child_without_memory_for_a_page_has_no_caches),
		child_test(without_high_numbers_there_is_no_descriptor),
		child_test(file_that_would_be_too_long_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
