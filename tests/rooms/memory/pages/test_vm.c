/* SPDX-License-Identifier: MIT */
/*
 * test_vm.c - address space and pages: reservations, a hole where there is none, what is resident.
 *
 * A process has one hole at most, and the program has reservations; so holes are found in
 * children.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/refuse.h"
#include "support/residency.h"

#include "ground/layout.h"
#include "ground/mem.h"
#include "arch_constants.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <numaif.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE PCPU_PAGE_SIZE
#define WINDOW PCPU_WINDOW_STRIDE
#define PAGES 1500 /* some blocks of those that are looked at in one go, and a part of one */

/* Pages that every test finds committed, untouched and in a reservation. */
static uintptr_t region;

static int make_region(void **state)
{
	(void)state;
	return pcpu_vm_reserve(PAGES * PAGE, PAGE, &region) || pcpu_vm_commit(region, PAGES * PAGE);
}

static int release_region(void **state)
{
	(void)state;
	pcpu_vm_release(region, PAGES * PAGE);
	return 0;
}

static bool is_mapped(uintptr_t addr)
{
	return msync((void *)addr, PAGE, MS_ASYNC) == 0;
}

/* Pages of address space that the process has. */
static unsigned long mapped_pages(void)
{
	FILE *statm = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	return pages;
}

static void write_page(size_t page)
{
	*(volatile char *)(region + page * PAGE) = 1;
}

/* --- reservations --- */

static void reservation_is_aligned_and_exactly_as_large_as_asked_for(void **state)
{
	static const struct {
		size_t size, align;
	} rows[] = {{PAGE, PAGE}, {PAGE, 1UL << 32}, {3 * WINDOW, 1UL << 32}, {5 * PAGE, 1 << 21}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned long before = mapped_pages();
		uintptr_t base = 0;

		assert_int_equal(pcpu_vm_reserve(rows[i].size, rows[i].align, &base), 0);
		assert_int_equal(base % rows[i].align, 0);
		assert_int_equal(mapped_pages() - before, rows[i].size / PAGE);
		assert_true(is_mapped(base) && is_mapped(base + rows[i].size - PAGE));
		assert_int_equal(writable_bytes(base, rows[i].size), 0);
		pcpu_vm_release(base, rows[i].size);
		assert_int_equal(mapped_pages(), before);
	}
}

static void refused_reservation_is_an_error_and_nothing_else(void **state)
{
	uintptr_t base = 0;

	(void)state;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	assert_int_equal(pcpu_vm_reserve(PAGE, PAGE, &base), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(pcpu_vm_reserve(PCPU_VM_RANGE, PAGE, &base), -ENOMEM);
	assert_int_equal(base, 0);
}

static void part_of_a_reservation_can_be_released(void **state)
{
	uintptr_t base;

	(void)state;
	assert_int_equal(pcpu_vm_reserve(3 * WINDOW, WINDOW, &base), 0);
	pcpu_vm_release(base + WINDOW, WINDOW);
	assert_true(is_mapped(base + WINDOW - PAGE));
	assert_false(is_mapped(base + WINDOW));
	assert_false(is_mapped(base + 2 * WINDOW - PAGE));
	assert_true(is_mapped(base + 2 * WINDOW));
	pcpu_vm_release(base, 0);
	assert_true(is_mapped(base));
	pcpu_vm_release(base, WINDOW);
	pcpu_vm_release(base + 2 * WINDOW, WINDOW);
}

static void refused_commit_leaves_the_pages_closed(void **state)
{
	(void)state;
	pcpu_vm_decommit(region, PAGES * PAGE);
	faults_fail_nth(PCPU_FAULT_COMMIT, 1);
	assert_int_equal(pcpu_vm_commit(region, PAGE), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(writable_bytes(region, PAGES * PAGE), 0);
	assert_int_equal(pcpu_vm_commit(region, PAGE), 0);
	assert_int_equal(writable_bytes(region, PAGES * PAGE), PAGE);
}

/* The end of the range is not ours: it fails half way. */
static void commit_that_fails_half_way_closes_what_it_opened(void **state)
{
	uintptr_t base;

	(void)state;
	assert_int_equal(pcpu_vm_reserve(3 * PAGE, PAGE, &base), 0);
	pcpu_vm_release(base + 2 * PAGE, PAGE);
	assert_int_equal(pcpu_vm_commit(base, 3 * PAGE), -ENOMEM);
	assert_int_equal(writable_bytes(base, 2 * PAGE), 0);
	pcpu_vm_release(base, 2 * PAGE);
}

static void committed_pages_are_zero_again_after_decommit(void **state)
{
	(void)state;
	write_page(0);
	pcpu_vm_decommit(region, PAGE);
	assert_int_equal(pcpu_vm_commit(region, PAGE), 0);
	assert_int_equal(*(char *)region, 0);
}

static void guarded_array_fails_with_the_reservation(void **state)
{
	char *array;

	(void)state;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	assert_null(pcpu_vm_guarded_array(100, 65536));
	assert_int_equal(faults_end(), 1);
	array = pcpu_vm_guarded_array(100, 65536);
	assert_non_null(array);
	assert_int_equal(writable_bytes((uintptr_t)array, 65536), PAGE);
	assert_int_equal(array[99], 0);
	munmap(array, 65536);
}

/* --- what is asked of pages --- */

/* Whether all of the three pages are small ones, and exactly the @dumped first are in cores. */
static bool asked_for(uintptr_t base, size_t dumped)
{
	return flagged_bytes(base, 3 * PAGE, "nh") == 3 * PAGE &&
	       dumped_bytes(base, dumped * PAGE) == dumped * PAGE &&
	       dumped_bytes(base + dumped * PAGE, (3 - dumped) * PAGE) == 0;
}

static void cores_have_what_is_committed_and_nothing_else(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(pcpu_vm_reserve(3 * PAGE, PAGE, &base) == 0);
	child_expect(asked_for(base, 0));
	child_expect(pcpu_vm_commit(base, 2 * PAGE) == 0);
	child_expect(asked_for(base, 2));
	pcpu_vm_decommit(base + PAGE, PAGE);
	child_expect(asked_for(base, 1));
	pcpu_vm_decommit(base, PAGE);
	child_expect(asked_for(base, 0));
}

static void what_is_asked_of_a_reservation_outlives_sharing(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(pcpu_vm_reserve(3 * PAGE, PAGE, &base) == 0);
	child_expect(pcpu_vm_share(base, 3 * PAGE, 3) == 0);
	child_expect(asked_for(base, 0));
	child_expect(pcpu_vm_commit(base, 2 * PAGE) == 0);
	child_expect(asked_for(base, 2));
	pcpu_vm_decommit(base + PAGE, PAGE);
	child_expect(asked_for(base, 1));
	/* as in a child */
	pcpu_vm_keep_apart();
	child_expect(pcpu_vm_commit(base + PAGE, PAGE) == 0);
	child_expect(asked_for(base, 2));
	pcpu_vm_decommit(base + PAGE, PAGE);
	child_expect(asked_for(base, 1));
	pcpu_vm_unshare(base, 3 * PAGE, 3);
	child_expect(asked_for(base, 0));
}

/* Whether what lies at @base is a file, which is charged as it is used; see shared_file.h. */
static bool is_file(uintptr_t base)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t from, to;
	char line[512];
	bool is = false;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && base >= from && base < to)
			is = strstr(line, "memfd:percpu") != NULL;
	if (maps)
		fclose(maps);
	return is;
}

static void write_in_child(uintptr_t base)
{
	pid_t child = fork();

	if (child == 0) {
		*(volatile char *)base = 7;
		_exit(0);
	}
	child_expect(waitpid(child, NULL, 0) == child && *(volatile char *)base == 7);
}

static bool share_window(uintptr_t *base)
{
	child_expect(pcpu_vm_reserve(PCPU_WINDOW_SIZE, PAGE, base) == 0);
	child_expect(pcpu_vm_share(*base, PCPU_WINDOW_SIZE, 3) == 0);
	child_expect(pcpu_vm_commit(*base, PAGE) == 0);
	write_in_child(*base);
	return is_file(*base);
}

static void shared_window_is_charged_as_it_is_used(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(share_window(&base));
	errno = 1234;
	child_expect(pcpu_vm_share(base, PCPU_WINDOW_SIZE, 3) == 0);
	child_expect(errno == 1234);
}

static void window_is_shared_without_a_file_too(void *arg)
{
	uintptr_t base;

	(void)arg;
	/* the kernel does not know a flag */
	faults_fail_nth(PCPU_FAULT_FILE, 1);
	child_expect(share_window(&base));
	child_expect(faults_end() == 1);
	faults_fail_all(PCPU_FAULT_FILE);
	child_expect(!share_window(&base));
	child_expect(faults_end() == 2);
	/* 42: there are no filters here */
	if (!refuse(SYS_memfd_create, REFUSE_WITH(EPERM)))
		_exit(42);
	child_expect(!share_window(&base));
}

static void file_that_cannot_be_had_is_done_without(void **state)
{
	struct child_end end = child_run(window_is_shared_without_a_file_too, NULL);

	(void)state;
	if (child_exited_with(&end, 42))
		skip();
	assert_child_was_content(end);
}

static void file_that_cannot_be_made_so_long_is_done_without(void *arg)
{
	uintptr_t base;

	(void)arg;
	if (refuse(SYS_ftruncate, REFUSE_WITH(ENOSPC)))
		child_expect(!share_window(&base));
}

static void window_that_cannot_be_shared_is_a_warning(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(pcpu_vm_reserve(PCPU_WINDOW_SIZE, PAGE, &base) == 0);
	records_keep(PERCPU_LOG_WARNING);
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	child_expect(pcpu_vm_share(base, PCPU_WINDOW_SIZE, 3) == -ENOMEM);
	child_expect(faults_end() == 1 && nr_records == 1);
	child_expect(record_says(0, "charged whole"));
}

/* A file that is longer than a process may write would have it killed. */
static void limit_on_files_does_not_kill(void *arg)
{
	const struct rlimit limit = {1 << 20, 1 << 20};
	uintptr_t base;

	(void)arg;
	child_expect(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	child_expect(!share_window(&base));
}

static void guard_of_an_array_is_in_no_core(void *arg)
{
	char *array = pcpu_vm_guarded_array(100, 3 * PAGE);

	(void)arg;
	child_expect(array != NULL);
	child_expect(dumped_bytes((uintptr_t)array, PAGE) == PAGE);
	child_expect(dumped_bytes((uintptr_t)array + PAGE, 2 * PAGE) == 0);
}

static void part_of_an_array_is_in_no_core_until_it_is_used(void *arg)
{
	char *array = pcpu_vm_guarded_array(4 * PAGE, 4 * PAGE);

	(void)arg;
	child_expect(array != NULL);
	pcpu_vm_keep_out_of_cores(array + 1, 4 * PAGE - 2);
	child_expect(dumped_bytes((uintptr_t)array, 4 * PAGE) == 2 * PAGE);
	child_expect(dumped_bytes((uintptr_t)array + PAGE, 2 * PAGE) == 0);
	pcpu_vm_keep_out_of_cores(array + 1, 1);
	child_expect(dumped_bytes((uintptr_t)array, PAGE) == PAGE);
	pcpu_vm_keep_in_cores(array + PAGE + 7, 1);
	child_expect(dumped_bytes((uintptr_t)array, 2 * PAGE) == 2 * PAGE);
	child_expect(dumped_bytes((uintptr_t)array + 2 * PAGE, PAGE) == 0);
}

/* --- a hole --- */

/* A part of a hole is a mapping from commit to decommit. */
static void parts_of_a_hole_are_mapped_while_they_are_committed(void *arg)
{
	const size_t size = 2 * WINDOW;
	uintptr_t base = 0;

	(void)arg;
	child_expect(pcpu_vm_find_hole(size, &base) == 0);
	child_expect(base != 0 && base % PAGE == 0);
	child_expect(!is_mapped(base) && !is_mapped(base + size - PAGE));
	child_expect(pcpu_vm_commit(base, PAGE) == 0);
	child_expect(pcpu_vm_commit(base + size - PAGE, PAGE) == 0);
	child_expect(writable_bytes(base, size) == 2 * PAGE);
	*(char *)base = 1;
	child_expect(pcpu_vm_commit(base, PAGE) == -EEXIST);
	child_expect(*(char *)base == 1);
	pcpu_vm_decommit(base, PAGE);
	child_expect(!is_mapped(base));
	child_expect(writable_bytes(base, size) == PAGE);
	child_expect(pcpu_vm_commit(base, PAGE) == 0);
	child_expect(*(char *)base == 0);
	faults_fail_nth(PCPU_FAULT_COMMIT, 1);
	child_expect(pcpu_vm_commit(base + PAGE, PAGE) == -ENOMEM);
	child_expect(faults_end() == 1);
	child_expect(writable_bytes(base, size) == 2 * PAGE);
}

static void hole_that_cannot_be_had_is_an_error(void **state)
{
	size_t before = pcpu_mem_allocated();
	uintptr_t base = 0;

	(void)state;
	/* larger than any hole; no list of mappings; no memory to remember nodes in */
	assert_int_equal(pcpu_vm_find_hole(PCPU_VM_RANGE, &base), -ENOMEM);
	faults_fail_nth(PCPU_FAULT_PROC, 1);
	assert_int_equal(pcpu_vm_find_hole(WINDOW, &base), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	assert_int_equal(pcpu_vm_find_hole(WINDOW, &base), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(base, 0);
	assert_int_equal(pcpu_mem_allocated(), before);
}

static int policy_at(uintptr_t address)
{
	int mode = -1;

	child_expect(get_mempolicy(&mode, NULL, 0, (void *)address, MPOL_F_ADDR) == 0);
	return mode;
}

static bool policies_work(void)
{
	return pcpu_vm_bind(region, PAGE, 0) == 0;
}

static void bind_windows_of_a_hole(void *arg)
{
	uintptr_t base, second, third;

	(void)arg;
	child_expect(pcpu_vm_find_hole(3 * WINDOW, &base) == 0);
	second = base + WINDOW;
	third = second + WINDOW;
	child_expect(pcpu_vm_bind(second, WINDOW, 0) == 0);
	for (int again = 0; again < 2; again++) {
		child_expect(pcpu_vm_commit(second - PAGE, PAGE) == 0);
		child_expect(pcpu_vm_commit(second, PAGE) == 0);
		child_expect(pcpu_vm_commit(third - PAGE, PAGE) == 0);
		child_expect(pcpu_vm_commit(third, PAGE) == 0);
		child_expect(policy_at(second - PAGE) == MPOL_DEFAULT);
		child_expect(policy_at(second) == MPOL_PREFERRED);
		child_expect(policy_at(third - PAGE) == MPOL_PREFERRED);
		child_expect(policy_at(third) == MPOL_DEFAULT);
		pcpu_vm_decommit(second - PAGE, PAGE);
		pcpu_vm_decommit(second, PAGE);
		pcpu_vm_decommit(third - PAGE, PAGE);
		pcpu_vm_decommit(third, PAGE);
	}
}

static void each_commit_in_a_hole_has_its_windows_policy(void **state)
{
	(void)state;
	if (!policies_work())
		skip();
	assert_content(bind_windows_of_a_hole, NULL);
}

static void what_a_child_commits_has_its_windows_policy(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(pcpu_vm_reserve(PCPU_WINDOW_SIZE, PAGE, &base) == 0);
	child_expect(pcpu_vm_share(base, PCPU_WINDOW_SIZE, 3) == 0);
	/* where there are no policies there is nothing to keep */
	if (pcpu_vm_bind(base, PCPU_WINDOW_SIZE, 0) != 0)
		return;
	child_expect(pcpu_vm_commit(base, 2 * PAGE) == 0);
	pcpu_vm_keep_apart();
	for (int again = 0; again < 2; again++) {
		child_expect(pcpu_vm_commit(base + PAGE, PAGE) == 0);
		child_expect(policy_at(base + PAGE) == MPOL_PREFERRED);
		*(volatile char *)(base + PAGE) = 1;
		pcpu_vm_decommit(base + PAGE, PAGE);
		child_expect(policy_at(base + PAGE) == MPOL_PREFERRED);
	}
}

static void commit_in_a_hole_works_without_a_policy_and_says_so_once(void *arg)
{
	uintptr_t base;

	(void)arg;
	child_expect(pcpu_vm_find_hole(2 * WINDOW, &base) == 0);
	child_expect(pcpu_vm_bind(base, WINDOW, PCPU_PAGE_SIZE) == -EINVAL);
	child_expect(pcpu_vm_bind(base, 2 * WINDOW, 0) == 0);
	records_keep(PERCPU_LOG_INFO);
	faults_fail_all(PCPU_FAULT_BIND);
	child_expect(pcpu_vm_commit(base, PAGE) == 0);
	child_expect(pcpu_vm_commit(base + WINDOW, PAGE) == 0);
	child_expect(faults_end() == 2);
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_WARNING);
	child_expect(record_says(0, "policy") && record_says(0, "node 0"));
	*(char *)base = 1;
	*(char *)(base + WINDOW) = 1;
}

/* --- populating --- */

static bool populating_works(void)
{
	return pcpu_vm_populate(region, PAGE) != -EOPNOTSUPP;
}

static void populated_pages_are_resident_and_keep_what_they_held(void **state)
{
	(void)state;
	if (!populating_works())
		skip();
	*(int *)(region + 7 * PAGE) = 77;
	assert_int_equal(pcpu_vm_populate(region, 1000 * PAGE), 0);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 1000 * PAGE);
	assert_int_equal(*(int *)(region + 7 * PAGE), 77);
	assert_int_equal(*(int *)(region + 8 * PAGE), 0);
}

static void populating_what_is_not_committed_is_an_error_that_does_not_kill(void **state)
{
	(void)state;
	if (!populating_works())
		skip();
	pcpu_vm_decommit(region, PAGES * PAGE);
	assert_true(pcpu_vm_populate(region, PAGE) < 0);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 0);
}

static void populating_fails_for_want_of_memory(void **state)
{
	(void)state;
	faults_fail_nth(PCPU_FAULT_POPULATE, 1);
	assert_int_equal(pcpu_vm_populate(region, PAGE), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(pcpu_vm_resident(region, PAGE), 0);
}

/* All of the pages that an array lies in; or it is left to its first writer, silently. */
static void large_array_that_will_be_filled_is_resident_before_and_a_small_one_is_not(void **state)
{
	(void)state;
	if (!populating_works())
		skip();
	pcpu_vm_discard(region, PAGE);
	*(int *)(region + 3 * PAGE) = 77;
	errno = 5;
	pcpu_vm_will_fill((void *)(region + PAGE + 64), 2 * PAGE);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), PAGE);
	pcpu_vm_will_fill((void *)(region + PAGE + 64), 8 * PAGE);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 9 * PAGE);
	assert_int_equal(*(int *)(region + 3 * PAGE), 77);
	faults_fail_nth(PCPU_FAULT_POPULATE, 1);
	pcpu_vm_will_fill((void *)(region + 20 * PAGE), 8 * PAGE);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 9 * PAGE);
	assert_int_equal(errno, 5);
}

/* From here on madvise() is what it is to a kernel that knows no advice. */
static void forget_all_advice(void)
{
	/* 42: there are no filters here */
	if (!refuse(SYS_madvise, REFUSE_WITH(EINVAL)))
		_exit(42);
}

static void populate_on_an_old_kernel(void *arg)
{
	(void)arg;
	forget_all_advice();
	child_expect(pcpu_vm_populate(region, PAGE) == -EOPNOTSUPP);
	child_expect(resident_pages(region, PAGE) == 0);
}

static void kernel_that_cannot_populate_is_told_from_lack_of_memory(void **state)
{
	struct child_end end = child_run(populate_on_an_old_kernel, NULL);

	(void)state;
	if (child_exited_with(&end, 42))
		skip();
	assert_child_was_content(end);
}

static void discarded_pages_are_zero_accessible_and_not_resident(void **state)
{
	(void)state;
	for (size_t page = 0; page < 4; page++)
		write_page(page);
	pcpu_vm_discard(region + PAGE, 2 * PAGE);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 2 * PAGE);
	assert_int_equal(*(char *)(region + PAGE), 0);
	assert_int_equal(*(char *)region, 1);
	assert_int_equal(*(char *)(region + 3 * PAGE), 1);
	write_page(1);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 3 * PAGE);
}

/* --- what is resident --- */

static void untouched_pages_are_not_resident(void **state)
{
	(void)state;
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 0);
	assert_int_equal(pcpu_vm_resident(region, 0), 0);
}

static void page_of_zeros_that_was_only_read_does_not_count(void **state)
{
	volatile char *page = (char *)region + 5 * PAGE;

	(void)state;
	assert_int_equal(*page, 0);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), 0);
	*page = 1;
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), PAGE);
}

static void written_pages_count_wherever_they_lie(void **state)
{
	(void)state;
	for (size_t page = 0; page < PAGES; page += 3)
		write_page(page);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), PAGES / 3 * PAGE);
	assert_int_equal(pcpu_vm_resident(region + PAGE, 2 * PAGE), 0);
	assert_int_equal(pcpu_vm_resident(region + 3 * PAGE, PAGE), PAGE);
	assert_int_equal(pcpu_vm_resident(region + 511 * PAGE, 2 * PAGE), 0);
	assert_int_equal(pcpu_vm_resident(region + 512 * PAGE, 2 * PAGE), PAGE);
}

static void what_is_not_mapped_has_none(void **state)
{
	(void)state;
	write_page(0);
	write_page(2);
	pcpu_vm_release(region + PAGE, PAGE);
	assert_int_equal(pcpu_vm_resident(region, 3 * PAGE), 2 * PAGE);
	assert_int_equal(pcpu_vm_resident(region + PAGE, PAGE), 0);
}

static void count_after_fork(void *arg)
{
	(void)arg;
	child_expect(pcpu_vm_resident(region, 4 * PAGE) == 0);
	write_page(1);
	child_expect(pcpu_vm_resident(region, 4 * PAGE) == PAGE);
}

static void page_that_a_child_shares_is_nobodys_alone(void **state)
{
	struct child_end end;

	(void)state;
	for (size_t page = 0; page < 4; page++)
		write_page(page);
	end = child_run(count_after_fork, NULL);
	assert_child_was_content(end);
	assert_int_equal(pcpu_vm_resident(region, 4 * PAGE), 4 * PAGE);
}

static void without_proc_pages_in_memory_are_counted(void **state)
{
	(void)state;
	for (size_t page = 0; page < PAGES; page += 3)
		write_page(page);
	pcpu_vm_release(region + 4 * PAGE, PAGE);
	faults_fail_all(PCPU_FAULT_PROC);
	assert_int_equal(pcpu_vm_resident(region, PAGES * PAGE), PAGES / 3 * PAGE);
	assert_int_equal(pcpu_vm_resident(region + 3 * PAGE, 2 * PAGE), PAGE);
	assert_int_equal(pcpu_vm_resident(region + 4 * PAGE, PAGE), 0);
	assert_int_equal(pcpu_vm_resident(region, 0), 0);
	assert_int_equal(faults_end(), 4);
}

#define region_test(f) cmocka_unit_test_setup_teardown(f, make_region, release_region)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reservation_is_aligned_and_exactly_as_large_as_asked_for),
		cmocka_unit_test(refused_reservation_is_an_error_and_nothing_else),
		cmocka_unit_test(part_of_a_reservation_can_be_released),
		region_test(refused_commit_leaves_the_pages_closed),
		cmocka_unit_test(commit_that_fails_half_way_closes_what_it_opened),
		region_test(committed_pages_are_zero_again_after_decommit),
		cmocka_unit_test(guarded_array_fails_with_the_reservation),
		child_test(cores_have_what_is_committed_and_nothing_else),
		child_test(what_is_asked_of_a_reservation_outlives_sharing),
		child_test(shared_window_is_charged_as_it_is_used),
		cmocka_unit_test(file_that_cannot_be_had_is_done_without),
		child_test(file_that_cannot_be_made_so_long_is_done_without),
		child_test(limit_on_files_does_not_kill),
		child_test(window_that_cannot_be_shared_is_a_warning),
		child_test(guard_of_an_array_is_in_no_core),
		child_test(part_of_an_array_is_in_no_core_until_it_is_used),
		child_test(parts_of_a_hole_are_mapped_while_they_are_committed),
		cmocka_unit_test(hole_that_cannot_be_had_is_an_error),
		region_test(each_commit_in_a_hole_has_its_windows_policy),
		child_test(what_a_child_commits_has_its_windows_policy),
		child_test(commit_in_a_hole_works_without_a_policy_and_says_so_once),
		region_test(populated_pages_are_resident_and_keep_what_they_held),
		region_test(populating_what_is_not_committed_is_an_error_that_does_not_kill),
		region_test(populating_fails_for_want_of_memory),
		region_test(
			large_array_that_will_be_filled_is_resident_before_and_a_small_one_is_not),
		region_test(kernel_that_cannot_populate_is_told_from_lack_of_memory),
		region_test(discarded_pages_are_zero_accessible_and_not_resident),
		region_test(untouched_pages_are_not_resident),
		region_test(page_of_zeros_that_was_only_read_does_not_count),
		region_test(written_pages_count_wherever_they_lie),
		region_test(what_is_not_mapped_has_none),
		region_test(page_that_a_child_shares_is_nobodys_alone),
		region_test(without_proc_pages_in_memory_are_counted),
	};

	return cmocka_run_group_tests_name("vm", tests, NULL, NULL);
}
