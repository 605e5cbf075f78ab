/* SPDX-License-Identifier: MIT */
/*
 * test_boot.c - what the start says of itself: the kernel's records, as a program that is started
 * for it writes them to standard error.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"

#include "boot/first_chunk/alloc_info.h"
#include "ground/layout.h"
#include "machine/topology/topology.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <hwloc.h>
#include <unistd.h>

/* Runs a program with PERCPU_CONF=@conf; it counts exactly in every case. */
static struct child_end run_program(const char *path, const char *conf, rlim_t address_space)
{
	struct child_program program = {path, conf, address_space};
	struct child_end end = child_run_program(&program);

	assert_child_was_content(end);
	assert_non_null(strstr(end.output, "exact: "));
	return end;
}

static struct child_end run(const char *conf)
{
	return run_program(COUNT_EXACTLY, conf, 0);
}

/* What the program itself says comes last. */
static const char *own_words(const struct child_end *end)
{
	return strstr(end->output, "exact: ");
}

static bool library_was_silent(const struct child_end *end)
{
	return own_words(end) == end->output;
}

/* How many lines of the library there are with @text in them. */
static unsigned int lines_with(const struct child_end *end, const char *text)
{
	char copy[sizeof(end->output)], *rest = copy, *line;
	unsigned int lines = 0;

	strcpy(copy, end->output);
	while ((line = strsep(&rest, "\n")) != NULL)
		lines += strncmp(line, "percpu: ", 8) == 0 && strstr(line, text) != NULL;
	return lines;
}

struct counts {
	unsigned int nr_cpus, mask_bits, cpu_ids, node_ids;
};

static struct counts counts_of(const struct child_end *end)
{
	const char *record = strstr(end->output, "NR_CPUS:");
	struct counts counts = {0};

	assert_non_null(record);
	assert_int_equal(
		sscanf(record, "NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u",
		       &counts.nr_cpus, &counts.mask_bits, &counts.cpu_ids, &counts.node_ids),
		4);
	return counts;
}

struct sizes {
	size_t pages, statics, reserved, dynamic, unit;
};

static struct sizes sizes_of(const struct child_end *end)
{
	const char *record = strstr(end->output, "Embedded ");
	struct sizes sizes = {0};

	assert_non_null(record);
	assert_int_equal(sscanf(record, "Embedded %zu pages/cpu s%zu r%zu d%zu u%zu", &sizes.pages,
				&sizes.statics, &sizes.reserved, &sizes.dynamic, &sizes.unit),
			 5);
	return sizes;
}

/* --- who hears what --- */

static void program_without_conf_hears_nothing(void **state)
{
	struct child_end end = run(NULL);

	(void)state;
	assert_true(library_was_silent(&end));
}

static void levels_from_warning_up_are_silent_where_all_is_well(void **state)
{
	static const char *const confs[] = {"log:emerg", "log:err", "log:warning"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct child_end end = run(confs[i]);

		assert_true(library_was_silent(&end));
	}
}

static void level_info_has_the_counts_and_the_sizes_but_no_dump(void **state)
{
	struct child_end end = run("log:info");

	(void)state;
	assert_int_equal(lines_with(&end, "NR_CPUS:"), 1);
	assert_int_equal(lines_with(&end, "Embedded "), 1);
	assert_int_equal(lines_with(&end, "alloc="), 0);
}

static void level_debug_has_the_counts_then_the_sizes_then_the_dump(void **state)
{
	struct child_end end = run("log:debug");
	const char *counts = strstr(end.output, "NR_CPUS:"), *dump = strstr(end.output, "alloc=");
	const char *sizes = strstr(end.output, "Embedded ");

	(void)state;
	assert_true(counts && dump && sizes);
	assert_true(counts < sizes && sizes < dump);
	assert_int_equal(lines_with(&end, "alloc="), 1);
}

static void unknown_key_is_reported_once_and_changes_nothing(void **state)
{
	struct child_end end = run("colour:green");

	(void)state;
	assert_int_equal(lines_with(&end, "colour"), 1);
	assert_int_equal(lines_with(&end, ""), 1);
}

/* --- the counts --- */

static void counts_are_those_of_the_machine(void **state)
{
	struct child_end end = run("log:info");
	struct counts counts = counts_of(&end);

	(void)state;
	assert_int_equal(counts.nr_cpus, PCPU_NR_CPUS);
	assert_true(counts.mask_bits >= counts.cpu_ids);
	assert_int_equal(counts.cpu_ids, nr_cpu_ids);
	assert_between(counts.node_ids, 1, 1024);
}

static void possible_cpus_that_are_asked_for_are_counted(void **state)
{
	struct child_end end = run("log:info,possible:100");
	unsigned int possible = 0;

	(void)state;
	assert_true(counts_of(&end).cpu_ids >= 100);
	assert_int_equal(sscanf(own_words(&end), "exact: %u possible", &possible), 1);
	assert_true(possible >= 100);
}

static void nodes_of_a_synthetic_topology_are_counted(void **state)
{
	struct child_end end = run("log:info,topology:numa:4 pu:16");
	struct counts counts = counts_of(&end);

	(void)state;
	assert_true(counts.cpu_ids >= 64);
	assert_int_equal(counts.node_ids, 4);
}

static void topology_that_hwloc_does_not_know_is_reported_and_the_machine_taken(void **state)
{
	struct child_end end = run("log:info,topology:nonsense");

	(void)state;
	assert_int_equal(lines_with(&end, "nonsense"), 1);
	assert_int_equal(counts_of(&end).cpu_ids, nr_cpu_ids);
}

static void only_used_cpus_open(void **state)
{
	struct child_end end = run("possible:500");
	unsigned int possible = 0, open = 0;

	(void)state;
	assert_int_equal(sscanf(own_words(&end), "exact: %u possible, %u open", &possible, &open),
			 2);
	assert_between(open, 1, num_possible_cpus());
}

/* --- the sizes --- */

static void sizes_add_up_to_whole_pages_within_a_unit(void **state)
{
	static const char *const confs[] = {"log:info", "log:info,possible:64",
					    "log:info,topology:numa:2 pu:8"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct child_end end = run(confs[i]);
		struct sizes sizes = sizes_of(&end);

		assert_int_equal(sizes.pages * PCPU_PAGE_SIZE,
				 sizes.statics + sizes.reserved + sizes.dynamic);
		assert_true(sizes.statics >= 2 * sizeof(long));
		assert_int_equal(sizes.reserved, PERCPU_MODULE_RESERVE);
		assert_between(sizes.dynamic, PERCPU_DYNAMIC_RESERVE,
			       PERCPU_DYNAMIC_RESERVE + PCPU_PAGE_SIZE - 1);
		assert_true(sizes.unit >= sizes.pages * PCPU_PAGE_SIZE);
		assert_true(sizes.unit >= PCPU_MIN_UNIT_SIZE);
		assert_int_equal(sizes.unit % PCPU_PAGE_SIZE, 0);
	}
}

static void dump_has_the_same_sizes_and_whole_atoms(void **state)
{
	struct child_end end = run("log:debug");
	struct sizes sizes = sizes_of(&end);
	char header[128];
	const char *alloc = strstr(end.output, "alloc=");
	size_t atoms = 0, atom_size = 0;

	(void)state;
	snprintf(header, sizeof(header), "s%zu r%zu d%zu u%zu", sizes.statics, sizes.reserved,
		 sizes.dynamic, sizes.unit);
	/* in the dump, and in the record of the sizes */
	assert_int_equal(lines_with(&end, header), 2);
	assert_int_equal(sscanf(alloc, "alloc=%zu*%zu", &atoms, &atom_size), 2);
	assert_int_equal(atom_size, PCPU_PMD_SIZE);
	assert_int_equal(atoms * atom_size % sizes.unit, 0);
}

/* --- no possible CPU is lost --- */

/* Marks the CPUs of the dump's allocations; returns how many numbers there are. */
static unsigned int cpus_of_the_dump(const struct child_end *end, unsigned char *seen,
				     unsigned int nr)
{
	char copy[sizeof(end->output)], *rest = copy, *line, *word;
	unsigned int numbers = 0, cpu;

	strcpy(copy, end->output);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (!strstr(line, "pcpu-alloc: ") || strstr(line, "alloc="))
			continue;
		while ((word = strsep(&line, " ")) != NULL) {
			if (sscanf(word, "%u", &cpu) != 1)
				continue;
			assert_true(cpu < nr);
			seen[cpu]++;
			numbers++;
		}
	}
	return numbers;
}

static void every_possible_cpu_is_in_the_dump_once(void **state)
{
	static const struct {
		const char *conf;
		unsigned int cpus;
	} rows[] = {
		{"log:debug,possible:1", 0},
		{"log:debug,possible:7", 7},
		{"log:debug,possible:64", 64},
		{"log:debug,topology:numa:2 pu:4", 8},
		{"log:debug,topology:numa:3 pu:21", 63},
	};
	static unsigned char seen[PCPU_NR_CPUS];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct child_end end = run(rows[i].conf);
		unsigned int cpus = rows[i].cpus > nr_cpu_ids ? rows[i].cpus : nr_cpu_ids;

		memset(seen, 0, sizeof(seen));
		assert_int_equal(cpus_of_the_dump(&end, seen, PCPU_NR_CPUS), cpus);
		for (unsigned int cpu = 0; cpu < cpus; cpu++)
			if (seen[cpu] != 1)
				fail_msg("%s: CPU %u is there %u times", rows[i].conf, cpu,
					 seen[cpu]);
	}
}

static void nodes_are_groups_of_their_own(void **state)
{
	struct child_end end = run("log:debug,topology:numa:3 pu:8");

	(void)state;
	assert_true(lines_with(&end, "[0]") > 0);
	assert_true(lines_with(&end, "[1]") > 0);
	assert_true(lines_with(&end, "[2]") > 0);
	assert_int_equal(lines_with(&end, "[3]"), 0);
}

static void possible_never_takes_a_cpu_of_the_machine_away(void **state)
{
	struct child_end end = run("log:info,possible:1");

	(void)state;
	assert_int_equal(counts_of(&end).cpu_ids, nr_cpu_ids);
}

/* --- the form of the first chunk --- */

/* What the page form says when it is done. */
struct page_record {
	size_t pages, page_size;
	unsigned long address;
	size_t statics, reserved, dynamic;
};

static struct page_record page_record_of(const struct child_end *end)
{
	const char *record = strstr(end->output, "K pages/cpu");
	struct page_record page = {0};

	assert_non_null(record);
	while (record > end->output && record[-1] != '\n')
		record--;
	assert_int_equal(sscanf(record, "percpu: %zu %zuK pages/cpu @0x%lx s%zu r%zu d%zu",
				&page.pages, &page.page_size, &page.address, &page.statics,
				&page.reserved, &page.dynamic),
			 6);
	return page;
}

static void auto_and_embed_embed_without_a_warning(void **state)
{
	static const char *const confs[] = {"log:info", "log:info,alloc:auto",
					    "log:info,alloc:embed"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct child_end end = run(confs[i]);

		assert_int_equal(lines_with(&end, "Embedded "), 1);
		assert_int_equal(lines_with(&end, "pages/cpu @"), 0);
		assert_int_equal(lines_with(&end, "alloc:"), 0);
	}
}

static void page_that_is_asked_for_is_taken_without_a_warning(void **state)
{
	struct child_end end = run("log:info,alloc:page"), silent = run("alloc:page");

	(void)state;
	assert_int_equal(lines_with(&end, "Embedded "), 0);
	assert_int_equal(lines_with(&end, "pages/cpu @"), 1);
	assert_true(library_was_silent(&silent));
}

static void page_form_has_the_least_dynamic_area_in_the_smallest_units(void **state)
{
	struct child_end end = run("log:debug,alloc:page");
	struct page_record page = page_record_of(&end);
	size_t size_sum = page.statics + page.reserved + page.dynamic;

	(void)state;
	assert_int_equal(page.page_size, PCPU_PAGE_SIZE / 1024);
	assert_true(page.address != 0 && page.address % PCPU_PAGE_SIZE == 0);
	assert_int_equal(page.reserved, PERCPU_FIRST_CHUNK_RESERVE);
	assert_between(page.dynamic, PERCPU_DYNAMIC_EARLY_SIZE,
		       PERCPU_DYNAMIC_EARLY_SIZE + PCPU_PAGE_SIZE - 1);
	assert_int_equal(page.pages * PCPU_PAGE_SIZE,
			 size_sum > PCPU_MIN_UNIT_SIZE ? size_sum : PCPU_MIN_UNIT_SIZE);
	assert_int_equal(lines_with(&end, "alloc="), 1);
	assert_non_null(strstr(end.output, "*4096\n"));
}

static void page_form_is_one_group_whatever_the_nodes(void **state)
{
	struct child_end end = run("log:debug,alloc:page,topology:numa:3 pu:8");

	(void)state;
	assert_true(lines_with(&end, "[0]") > 0);
	assert_int_equal(lines_with(&end, "[1]"), 0);
}

static void programs_count_exactly_in_either_form_and_tier(void **state)
{
	static const char *const confs[] = {
		"alloc:embed,backend:fallback", "alloc:page,backend:fallback",
		"alloc:page,possible:300", "alloc:page,topology:numa:2 pu:8",
		"alloc:page,max_size:1M"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++)
		run(confs[i]);
}

static void units_are_as_large_as_the_largest_area(void **state)
{
	struct child_end small = run("log:info"), large = run("log:info,max_size:3000001");
	struct child_end page = run("log:info,alloc:page,max_size:100001");

	(void)state;
	assert_true(sizes_of(&small).unit <= PCPU_PMD_SIZE);
	assert_int_equal(sizes_of(&large).unit, 2 * PCPU_PMD_SIZE);
	assert_int_equal(page_record_of(&page).pages, 100001 / PCPU_PAGE_SIZE + 1);
	/* only the units: the areas in them are what they were */
	assert_int_equal(sizes_of(&large).pages, sizes_of(&small).pages);
}

/* --- little address space --- */

/* Sanitizers reserve terabytes for themselves, and have no use for a limit. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_WORK false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITS_WORK false
#endif
#endif
#ifndef LIMITS_WORK
#define LIMITS_WORK true
#endif

#define GIB ((rlim_t)1 << 30)

/* The warning has the name of the choice and the errno. */
static void refused_reservation_is_told_and_the_page_form_taken(void **state)
{
	static const struct {
		const char *conf, *warning;
	} rows[] = {
		{"log:info", "alloc:auto"},
		{"log:info,alloc:embed", "alloc:embed"},
		{"log:info,backend:fallback", "alloc:auto"},
		{"log:info,possible:200,topology:numa:2 pu:8", "alloc:auto"},
	};
	char error[32];

	(void)state;
	if (!LIMITS_WORK)
		skip();
	snprintf(error, sizeof(error), "errno %d", ENOMEM);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct child_end end = run_program(COUNT_EXACTLY, rows[i].conf, GIB);

		assert_int_equal(lines_with(&end, rows[i].warning), 1);
		assert_int_equal(lines_with(&end, error), 1);
		assert_int_equal(lines_with(&end, "Embedded "), 0);
		assert_int_equal(lines_with(&end, "pages/cpu @"), 1);
	}
}

static void fallback_to_the_page_form_is_a_warning(void **state)
{
	struct child_end warned, silent, chosen;

	(void)state;
	if (!LIMITS_WORK)
		skip();
	warned = run_program(COUNT_EXACTLY, NULL, GIB);
	assert_int_equal(lines_with(&warned, ""), 1);
	silent = run_program(COUNT_EXACTLY, "log:err", GIB);
	assert_true(library_was_silent(&silent));
	chosen = run_program(COUNT_EXACTLY, "alloc:page", GIB);
	assert_true(library_was_silent(&chosen));
}

/* The library's own words, and then the end. */
static bool ended_with_a_message(const struct child_end *end)
{
	char copy[sizeof(end->output)], *rest = copy, *line;
	unsigned int lines = 0;

	strcpy(copy, end->output);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line && strncmp(line, "percpu: ", 8) != 0)
			return false;
		lines += *line != '\0';
	}
	return child_died_of(end, SIGABRT) && lines > 0;
}

static void pages_of_another_size_are_one_message(void **state)
{
	const struct child_program program = {BOOT_ON_LARGE_PAGES, NULL, 0};
	struct child_end end = child_run_program(&program);

	(void)state;
	assert_true(ended_with_a_message(&end));
	assert_int_equal(lines_with(&end, ""), 1);
	assert_int_equal(lines_with(&end, "pages of 65536 bytes"), 1);
}

/* libnuma's own constructor: it was not for us to say. */
static bool libnuma_gave_up(const struct child_end *end)
{
	return child_exited_with(end, 1) && strstr(end->output, "allocating bitmask");
}

/*
 * The loader ends with 127, but where just a little is missing it also crashes, before anything of
 * the program has run.
 */
static bool loader_gave_up(const struct child_end *end)
{
	return child_exited_with(end, 127) || (child_died_of(end, SIGSEGV) && !end->output[0]);
}

static void program_with_hardly_any_address_space_counts_or_says_why_not(void **state)
{
	const rlim_t mib = 1 << 20;
	int exact = 0, refused = 0, libnuma = 0;

	(void)state;
	if (!LIMITS_WORK)
		skip();
	/* less than this and the kernel itself kills the program before its first instruction */
	for (rlim_t limit = 3 * mib; limit < 256 * mib; limit += limit / 16) {
		struct child_program program = {COUNT_EXACTLY, NULL, limit};
		struct child_end end = child_run_program(&program);
		bool loaded_before = exact + refused + libnuma > 0;

		if (child_exited_with(&end, 0) && strstr(end.output, "exact: "))
			exact++;
		else if (ended_with_a_message(&end))
			refused++;
		else if (libnuma_gave_up(&end))
			libnuma++;
		else if (loaded_before || !loader_gave_up(&end))
			fail_msg("%lu KiB: status %#x: %s", (unsigned long)limit / 1024,
				 (unsigned int)end.status, end.output);
	}
	assert_true(exact > 0);
	assert_true(refused > 0);
}

static void more_cpus_than_windows_fit_in_the_address_space_are_fatal_with_the_errno(void **state)
{
	static const struct {
		const char *conf;
		unsigned int warnings;
	} rows[] = {{"possible:65535", 2}, {"possible:65535,alloc:page", 1}};
	char error[32];

	(void)state;
	snprintf(error, sizeof(error), "errno %d", ENOMEM);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct child_program program = {COUNT_EXACTLY, rows[i].conf, 0};
		struct child_end end = child_run_program(&program);
		const char *fatal = strstr(end.output, "cannot set up per-CPU areas");

		assert_true(ended_with_a_message(&end));
		assert_int_equal(lines_with(&end, ""), rows[i].warnings + 1);
		assert_non_null(fatal);
		assert_non_null(strstr(fatal, "address space"));
		assert_non_null(strstr(fatal, error));
	}
}

/*
 * A program without the freedom to lie anywhere leaves one hole of nearly 128 TiB: 26,000 windows
 * are had in one piece, but are more than three quarters of it.
 */
static void windows_over_three_quarters_of_the_range_go_page_by_page(void **state)
{
	unsigned long distance = 0, range = 0;
	const char *warning;
	struct child_end end;
	char error[32];

	(void)state;
	if (!LIMITS_WORK)
		skip();
	end = run_program(COUNT_EXACTLY_FIXED, "log:info,possible:26000", 0);
	warning = strstr(end.output, "max_distance=");
	assert_non_null(warning);
	assert_int_equal(sscanf(warning, "max_distance=0x%lx is too large for a range of 0x%lx",
				&distance, &range),
			 2);
	assert_int_equal(range, 1UL << 47);
	assert_true(distance >= 26000UL << 32);
	snprintf(error, sizeof(error), "errno %d", EINVAL);
	assert_int_equal(lines_with(&end, error), 1);
	assert_int_equal(lines_with(&end, "pages/cpu @"), 1);
}

/* --- machines of many shapes --- */

static void cpus_of_a_quoted_topology_may_have_gaps(void **state)
{
	struct child_end end = run("log:debug,topology:\"numa:2 pu:2(indexes=11,14,16,39)\"");
	static unsigned char seen[PCPU_NR_CPUS];

	(void)state;
	memset(seen, 0, sizeof(seen));
	assert_int_equal(counts_of(&end).cpu_ids, nr_cpu_ids > 40 ? nr_cpu_ids : 40);
	cpus_of_the_dump(&end, seen, PCPU_NR_CPUS);
	assert_true(seen[11] == 1 && seen[14] == 1 && seen[16] == 1 && seen[39] == 1);
	if (nr_cpu_ids <= 38)
		assert_true(seen[38] == 0);
}

static void machine_of_8_times_128_cpus_has_8_groups(void **state)
{
	struct child_end end = run("log:debug,topology:numa:8 pu:128");
	static unsigned char seen[PCPU_NR_CPUS];

	(void)state;
	memset(seen, 0, sizeof(seen));
	assert_int_equal(counts_of(&end).node_ids, 8);
	assert_int_equal(cpus_of_the_dump(&end, seen, PCPU_NR_CPUS), 1024);
	assert_true(lines_with(&end, "[7]") > 0);
	assert_int_equal(lines_with(&end, "[8]"), 0);
}

static void machine_of_4096_cpus_counts_exactly(void **state)
{
	static const char *const confs[] = {"log:info,topology:numa:32 pu:128",
					    "log:info,alloc:page,topology:numa:32 pu:128"};
	unsigned int possible = 0, open = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct child_end end = run(confs[i]);

		/* half a second of an emulated processor may be too little for hwloc */
		if (patience_factor() > 1 && lines_with(&end, "takes too much time or memory"))
			skip();
		assert_int_equal(counts_of(&end).cpu_ids, 4096);
		assert_int_equal(counts_of(&end).node_ids, 32);
		assert_int_equal(
			sscanf(own_words(&end), "exact: %u possible, %u open", &possible, &open),
			2);
		assert_int_equal(possible, 4096);
		assert_between(open, 1, num_possible_cpus());
	}
}

/* Writes what lstopo would on a machine of 4 nodes, and runs the program on it. */
static void exported_machine_is_taken_by_the_name_of_its_file(void **state)
{
	char folder[] = "/tmp/percpu-boot-XXXXXX", path[64], conf[128];
	hwloc_topology_t hwloc;
	struct child_end end;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/machine", folder);
	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, "numa:4 pu:32"), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	assert_int_equal(hwloc_topology_export_xml(hwloc, path, 0), 0);
	hwloc_topology_destroy(hwloc);
	snprintf(conf, sizeof(conf), "log:info,topology:%s", path);
	end = run(conf);
	unlink(path);
	rmdir(folder);
	assert_int_equal(counts_of(&end).node_ids, 4);
	assert_true(counts_of(&end).cpu_ids >= 128);
}

static void file_that_hwloc_cannot_read_is_reported_and_the_machine_taken(void **state)
{
	static const char *const confs[] = {"log:info,topology:/nowhere/machine",
					    "log:info,topology:nothing.xml"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct child_end end = run(confs[i]);

		assert_int_equal(lines_with(&end, "hwloc knows no topology"), 1);
		assert_int_equal(counts_of(&end).cpu_ids, nr_cpu_ids);
	}
}

/* test_topology_apart.c has more of these. */
static void machine_that_is_too_large_is_reported_and_the_machine_taken(void **state)
{
	struct child_end end = run("log:info,topology:pu:10000000");

	(void)state;
	assert_int_equal(lines_with(&end, "takes too much time or memory"), 1);
	assert_int_equal(counts_of(&end).cpu_ids, nr_cpu_ids);
}

/* --- pages that are to be resident --- */

static void exec_without_madvise(void *arg)
{
	child_expect(refuse(SYS_madvise, REFUSE_WITH(EINVAL)));
	child_exec(arg);
}

/* As before Linux 5.14, which does not know that advice. */
static void eager_where_the_kernel_cannot_is_reported_and_lazy_taken(void **state)
{
	struct child_program program = {COUNT_EXACTLY, "populate:eager", 0};
	struct child_end end = child_run(exec_without_madvise, &program);

	(void)state;
	assert_child_was_content(end);
	assert_int_equal(lines_with(&end, "populate:eager is not to be had"), 1);
	assert_non_null(own_words(&end));
	end = run("populate:eager");
	assert_true(library_was_silent(&end));
}

/* --- the tier --- */

static void fallback_that_is_asked_for_is_taken_without_a_word(void **state)
{
	struct child_end end = run("backend:fallback");

	(void)state;
	assert_true(library_was_silent(&end));
	assert_non_null(strstr(own_words(&end), "fallback: "));
}

static void strict_rseq_is_had_or_refused(void **state)
{
	struct child_program program = {.path = COUNT_EXACTLY, .conf = "backend:rseq,strict:yes"};
	struct child_end end = child_run_program(&program), plain = run(NULL);

	(void)state;
	if (strstr(own_words(&plain), "rseq: ")) {
		assert_child_was_content(end);
		assert_non_null(strstr(end.output, ", rseq: "));
	} else {
		assert_child_died_of(end, SIGABRT);
		assert_non_null(strstr(end.output, "strict"));
	}
}

/* Without a limit objects lie in the middle of the address space, where less is in one piece. */
static int limit_stacks(void **state)
{
	struct rlimit limit;

	(void)state;
	if (getrlimit(RLIMIT_STACK, &limit) != 0)
		return -1;
	limit.rlim_cur = 8UL << 20;
	return setrlimit(RLIMIT_STACK, &limit);
}

/* --- too early --- */

struct early {
	const char *path, *way;
};

static void start_early(void *arg)
{
	const struct early *early = arg;
	char setting[64], *argv[] = {(char *)early->path, NULL}, *envp[] = {setting, NULL};

	snprintf(setting, sizeof(setting), "TOO_EARLY=%s", early->way);
	execve(early->path, argv, envp);
	_exit(126);
}

static void assert_said_to_be_too_early(const char *path, const char *way)
{
	struct early early = {path, way};
	struct child_end end = child_run(start_early, &early);

	if (!child_died_of(&end, SIGABRT) ||
	    !strstr(end.output, "before the library has been set up"))
		fail_msg("%s %s: status %#x: %s", path, way, (unsigned int)end.status, end.output);
}

static void use_before_the_boot_is_fatal(void **state)
{
	static const char *const ways[] = {"inc", "read", "raw", "section", "copy", "take", "lock"};

	(void)state;
#if defined(__x86_64__) && defined(__GLIBC__)
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_said_to_be_too_early(TOO_EARLY, ways[i]);
		assert_said_to_be_too_early(TOO_EARLY_STATIC, ways[i]);
	}
	assert_said_to_be_too_early(TOO_EARLY_RESOLVER, "");
#else
	(void)ways;
	skip();
#endif
}

static void program_that_is_not_too_early_is_content(void **state)
{
	struct early early = {TOO_EARLY, ""};

	(void)state;
	assert_content(start_early, &early);
	early.path = TOO_EARLY_STATIC;
	assert_content(start_early, &early);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_without_conf_hears_nothing),
		cmocka_unit_test(levels_from_warning_up_are_silent_where_all_is_well),
		cmocka_unit_test(level_info_has_the_counts_and_the_sizes_but_no_dump),
		cmocka_unit_test(level_debug_has_the_counts_then_the_sizes_then_the_dump),
		cmocka_unit_test(unknown_key_is_reported_once_and_changes_nothing),
		cmocka_unit_test(counts_are_those_of_the_machine),
		cmocka_unit_test(possible_cpus_that_are_asked_for_are_counted),
		cmocka_unit_test(nodes_of_a_synthetic_topology_are_counted),
		cmocka_unit_test(
			topology_that_hwloc_does_not_know_is_reported_and_the_machine_taken),
		cmocka_unit_test(only_used_cpus_open),
		cmocka_unit_test(sizes_add_up_to_whole_pages_within_a_unit),
		cmocka_unit_test(dump_has_the_same_sizes_and_whole_atoms),
		cmocka_unit_test(every_possible_cpu_is_in_the_dump_once),
		cmocka_unit_test(nodes_are_groups_of_their_own),
		cmocka_unit_test(possible_never_takes_a_cpu_of_the_machine_away),
		cmocka_unit_test(auto_and_embed_embed_without_a_warning),
		cmocka_unit_test(page_that_is_asked_for_is_taken_without_a_warning),
		cmocka_unit_test(page_form_has_the_least_dynamic_area_in_the_smallest_units),
		cmocka_unit_test(page_form_is_one_group_whatever_the_nodes),
		cmocka_unit_test(programs_count_exactly_in_either_form_and_tier),
		cmocka_unit_test(units_are_as_large_as_the_largest_area),
		cmocka_unit_test(refused_reservation_is_told_and_the_page_form_taken),
		cmocka_unit_test(fallback_to_the_page_form_is_a_warning),
		cmocka_unit_test(pages_of_another_size_are_one_message),
		cmocka_unit_test(program_with_hardly_any_address_space_counts_or_says_why_not),
		cmocka_unit_test(
			more_cpus_than_windows_fit_in_the_address_space_are_fatal_with_the_errno),
		cmocka_unit_test(windows_over_three_quarters_of_the_range_go_page_by_page),
		cmocka_unit_test(cpus_of_a_quoted_topology_may_have_gaps),
		cmocka_unit_test(machine_of_8_times_128_cpus_has_8_groups),
		cmocka_unit_test(machine_of_4096_cpus_counts_exactly),
		cmocka_unit_test(exported_machine_is_taken_by_the_name_of_its_file),
		cmocka_unit_test(eager_where_the_kernel_cannot_is_reported_and_lazy_taken),
		cmocka_unit_test(machine_that_is_too_large_is_reported_and_the_machine_taken),
		cmocka_unit_test(file_that_hwloc_cannot_read_is_reported_and_the_machine_taken),
		cmocka_unit_test(fallback_that_is_asked_for_is_taken_without_a_word),
		cmocka_unit_test(strict_rseq_is_had_or_refused),
		cmocka_unit_test(use_before_the_boot_is_fatal),
		cmocka_unit_test(program_that_is_not_too_early_is_content),
	};

	return cmocka_run_group_tests_name("boot", tests, limit_stacks, NULL);
}
