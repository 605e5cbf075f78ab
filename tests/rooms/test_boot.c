/* SPDX-License-Identifier: MIT */
/*
 * test_boot.c - what the start says of itself: the records of contract section 4.14, as a program
 * that is started for it writes them to standard error.
 */
#include "child.h"
#include "cmocka_all.h"

#include "alloc_info.h"
#include "layout.h"

#include <percpu/percpu.h>

/* Runs the program with PERCPU_CONF=@conf; it counts exactly in every case. */
static struct child_end run(const char *conf)
{
	struct child_program program = {.path = COUNT_EXACTLY, .conf = conf};
	struct child_end end = child_run_program(&program);

	assert_child_was_content(end);
	assert_non_null(strstr(end.output, "exact: "));
	return end;
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

static void level_debug_has_the_counts_then_the_dump_then_the_sizes(void **state)
{
	struct child_end end = run("log:debug");
	const char *counts = strstr(end.output, "NR_CPUS:"), *dump = strstr(end.output, "alloc=");
	const char *sizes = strstr(end.output, "Embedded ");

	(void)state;
	assert_true(counts && dump && sizes);
	assert_true(counts < dump && dump < sizes);
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
	assert_in_range(counts.node_ids, 1, 1024);
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
	assert_in_range(open, 1, 5);
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
		assert_in_range(sizes.dynamic, PERCPU_DYNAMIC_RESERVE,
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_without_conf_hears_nothing),
		cmocka_unit_test(levels_from_warning_up_are_silent_where_all_is_well),
		cmocka_unit_test(level_info_has_the_counts_and_the_sizes_but_no_dump),
		cmocka_unit_test(level_debug_has_the_counts_then_the_dump_then_the_sizes),
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
		cmocka_unit_test(fallback_that_is_asked_for_is_taken_without_a_word),
		cmocka_unit_test(strict_rseq_is_had_or_refused),
	};

	return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
