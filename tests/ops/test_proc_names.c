/* SPDX-License-Identifier: MIT */
/*
 * test_proc_names.c - what /proc/self/maps and smaps call the library's mappings, and that they are
 * no more than without names. Shared copies have names everywhere; others where the kernel has some
 * (CONFIG_ANON_VMA_NAME), of which an argument says that it must.
 */
#include "support/fact.h"

#include <percpu/boot.h>
#include <percpu/open.h>
#include <percpu/percpu.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

static DEFINE_PER_CPU(unsigned long, counted);

static bool is_shared, is_page;

/* Of memory that is mapped with @flags. */
static bool kernel_names(int flags)
{
	void *page = mmap(NULL, 4096, PROT_READ, flags | MAP_ANONYMOUS, -1, 0);
	bool has = page != MAP_FAILED && prctl(0x53564d41, 0, page, 4096, "own") == 0;

	if (page != MAP_FAILED)
		munmap(page, 4096);
	return has;
}

static bool kernel_has_names(void)
{
	return kernel_names(MAP_PRIVATE);
}

/* What a process maps for itself and for children that it makes later. */
static bool kernel_has_names_of_shared_memory(void)
{
	return kernel_names(MAP_SHARED);
}

/* --- what is mapped --- */

struct mapping {
	unsigned long start, end;
	char mode[8], name[128];
	unsigned long inode;
	char flags[128]; /* as smaps has them */
};

/* The line of @smaps that the next mapping begins with, and those up to its flags. */
static bool next_mapping(FILE *smaps, struct mapping *mapping)
{
	static char line[8192];
	bool has_head = false;
	int at;

	while (fgets(line, sizeof(line), smaps)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu %n", &mapping->start, &mapping->end,
			   mapping->mode, &mapping->inode, &at) == 4) {
			snprintf(mapping->name, sizeof(mapping->name), "%.100s", line + at);
			has_head = true;
		} else if (has_head && !strncmp(line, "VmFlags:", 8)) {
			snprintf(mapping->flags, sizeof(mapping->flags), "%.100s", line + 8);
			return true;
		}
	}
	return false;
}

/* That of an address, in /proc/self/maps. */
static const char *name_at(const volatile void *address)
{
	static struct mapping found;
	FILE *maps = fopen("/proc/self/maps", "re");
	static char line[8192];
	int at;

	found.name[0] = '\0';
	while (maps && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu %n", &found.start, &found.end, found.mode,
			   &found.inode, &at) == 4 &&
		    found.start <= (unsigned long)address && (unsigned long)address < found.end) {
			snprintf(found.name, sizeof(found.name), "%.100s", line + at);
			break;
		}
	}
	if (maps)
		fclose(maps);
	return found.name;
}

/* [anon:NAME], of memory that processes share [anon_shmem:NAME], or a file of memory. */
static bool is_called(const volatile void *address, const char *name)
{
	char forms[3][128];
	const char *is = name_at(address);

	snprintf(forms[0], sizeof(forms[0]), "[anon:%s]", name);
	snprintf(forms[1], sizeof(forms[1]), "[anon_shmem:%s]", name);
	snprintf(forms[2], sizeof(forms[2]), "/memfd:%s (deleted)", name);
	for (int i = 0; i < 3; i++)
		if (!strcmp(is, forms[i]))
			return true;
	fprintf(stderr, "%p is called '%s' and not '%s': ", (const void *)(uintptr_t)address, is,
		name);
	return false;
}

static bool is_of_cpu(const volatile void *address, unsigned int cpu)
{
	char name[64];

	snprintf(name, sizeof(name), "percpu: CPU %u", cpu);
	return is_called(address, name);
}

static bool copies_are_named(unsigned long __percpu *ptr)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu) && !is_of_cpu(per_cpu_ptr(ptr, cpu), cpu))
			return false;
	return true;
}

static bool has_names(void)
{
	if (is_shared)
		return !is_page || kernel_has_names_of_shared_memory();
	return kernel_has_names();
}

/* --- facts --- */

static const char *copies_have_their_cpus_name(void)
{
	const unsigned long some[4] = {1UL << 1 | 1UL << 3 | 1UL << 40, 1};

	SKIP_IF(!has_names());
	this_cpu_inc(counted);
	RETURN_UNLESS(copies_are_named(&counted));
	RETURN_UNLESS(percpu_open(sizeof(some), some) == 0);
	RETURN_UNLESS(copies_are_named(&counted) && percpu_unit_is_open(40));
	return NULL;
}

static const char *windows_of_closed_units_are_reserved(void)
{
	const char *closed = (const char *)__per_cpu_offset[50];

	SKIP_IF(!has_names() || is_page);
	RETURN_UNLESS(!percpu_unit_is_open(50));
	if (is_shared)
		RETURN_UNLESS(is_of_cpu(closed, 50));
	else
		RETURN_UNLESS(is_called(closed, "percpu: reserved"));
	return NULL;
}

/* Also where a chunk is made, goes, and comes again. */
static const char *what_is_allocated_later_has_the_name_too(void)
{
	enum { NR = 60 };
	unsigned long __percpu *areas[NR];

	/* a fact is found out in a child, whose memory is its own if copies are shared */
	SKIP_IF(!has_names() || (is_shared && !kernel_has_names_of_shared_memory()));
	this_cpu_inc(counted);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < NR; i++) {
			areas[i] = __alloc_percpu(30000, 8);
			RETURN_UNLESS(areas[i]);
			this_cpu_inc(*areas[i]);
		}
		for (int i = 0; i < NR; i += 7)
			RETURN_UNLESS(copies_are_named(areas[i]));
		for (int i = 0; i < NR; i++)
			free_percpu(areas[i]);
		percpu_trim();
		RETURN_UNLESS(copies_are_named(&counted));
	}
	return NULL;
}

static const char *in_grandchild(void)
{
	unsigned long __percpu *area = NULL;

	RETURN_UNLESS(copies_are_named(&counted));
	for (int i = 0; i < 20; i++) {
		area = __alloc_percpu(30000, 8);
		RETURN_UNLESS(area);
		this_cpu_inc(*area);
	}
	if (!is_shared || kernel_has_names_of_shared_memory())
		RETURN_UNLESS(copies_are_named(area));
	return NULL;
}

static const char *children_have_them(void)
{
	struct fact_end end;

	SKIP_IF(!has_names());
	this_cpu_inc(counted);
	end = find_out(in_grandchild);
	fputs(end.text, stderr);
	RETURN_UNLESS(WIFEXITED(end.status) && !WEXITSTATUS(end.status));
	return NULL;
}

static const char *shared_later_they_have_them(void)
{
	SKIP_IF(!has_names());
	this_cpu_inc(counted);
	RETURN_UNLESS(percpu_share() == 0);
	RETURN_UNLESS(is_page || copies_are_named(&counted));
	return NULL;
}

static const char *tables_and_records_are_metadata(void)
{
	SKIP_IF(!kernel_has_names());
	RETURN_UNLESS(is_shared || is_called(__percpu_rt.entries, "percpu: metadata"));
	return NULL;
}

/* Those that are two, and would be one if they had no names. */
static unsigned int split_by_name(void)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	struct mapping before = {0}, next;
	unsigned int nr = 0;

	while (smaps && next_mapping(smaps, &next)) {
		if (before.end == next.start && !before.inode && !next.inode &&
		    !strcmp(before.mode, next.mode) && !strcmp(before.flags, next.flags) &&
		    strcmp(before.name, next.name) != 0)
			nr++;
		before = next;
	}
	if (smaps)
		fclose(smaps);
	return nr;
}

/*
 * One a unit that is open, where its window ends and the next one begins, and one a thing of the
 * library's that lies beside another's. Not one a module or chunk, of which there are as many as
 * there are windows each.
 */
static const char *names_cost_a_mapping_a_unit_at_most(void)
{
	const unsigned int before = split_by_name();

	SKIP_IF(!has_names());
	for (int i = 0; i < 100; i++)
		RETURN_UNLESS(__alloc_percpu(30000, 8));
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_IF_WRONG(
		split_by_name() <= before + num_possible_cpus() + 4
			? NULL
			: differ("mappings", split_by_name(), before + num_possible_cpus()));
	for (int i = 0; i < 100; i++)
		RETURN_UNLESS(__alloc_percpu(30000, 8));
	RETURN_UNLESS(split_by_name() <= before + num_possible_cpus() + 4);
	return NULL;
}

int main(int argc, char **argv)
{
	const char *conf = getenv("PERCPU_CONF");
	const struct CMUnitTest tests[] = {
		fact_test(copies_have_their_cpus_name),
		fact_test(windows_of_closed_units_are_reserved),
		fact_test(what_is_allocated_later_has_the_name_too),
		fact_test(children_have_them),
		fact_test(shared_later_they_have_them),
		fact_test(tables_and_records_are_metadata),
		fact_test(names_cost_a_mapping_a_unit_at_most),
	};

	is_shared = conf && strstr(conf, "shared:yes");
	is_page = conf && strstr(conf, "alloc:page");
	if (!kernel_has_names())
		print_message("this kernel has no names for anonymous memory "
			      "(CONFIG_ANON_VMA_NAME): only files of memory are looked at\n");
	if (argc > 1 && !strcmp(argv[1], "must") && !kernel_has_names())
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
