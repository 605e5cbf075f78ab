/* SPDX-License-Identifier: MIT */
/*
 * test_proc_names.c - what /proc/self/maps and smaps call the library's mappings, and that they are
 * no more than without names. Shared copies have names everywhere; others where the kernel has some
 * (CONFIG_ANON_VMA_NAME). Elsewhere, as on Debian's kernels, the test plays such a kernel: it
 * has the library's system calls come by, and keeps what they say.
 */
#include "support/fact.h"

#include <percpu/boot.h>
#include <percpu/open.h>
#include <percpu/percpu.h>

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static DEFINE_PER_CPU(unsigned long, counted);

static bool is_shared, is_page;

/* --- a kernel that has names --- */

#define SET_VMA 0x53564d41L
#define MAX_PLAYED 40000

struct named {
	unsigned long start, end;
	char name[40];
};

/* What has been named, the latest last. */
static struct {
	bool is_played, is_known;
	unsigned int nr;
	struct named all[MAX_PLAYED];
} played;

long __real_syscall(long nr, ...);
long __wrap_syscall(long nr, ...);

/* Of private memory. What is shared and anonymous has names since Linux 6.2. */
static bool kernel_has_names(void)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool has = page != MAP_FAILED &&
		   __real_syscall(SYS_prctl, SET_VMA, 0L, page, 4096L, "own") == 0;

	if (page != MAP_FAILED)
		munmap(page, 4096);
	return has;
}

static void note_name(unsigned long start, unsigned long size, const char *name)
{
	struct named *named = &played.all[played.nr++];

	if (played.nr == MAX_PLAYED)
		abort();
	named->start = start;
	named->end = start + ((size + 4095) & ~4095UL);
	snprintf(named->name, sizeof(named->name), "%.39s", name);
}

/* More arguments than there are: that is what syscall() itself does. */
long __wrap_syscall(long nr, ...)
{
	long a[6];
	va_list list;

	va_start(list, nr);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (!played.is_known) {
		played.is_known = true;
		played.is_played = !kernel_has_names();
	}
	if (nr != SYS_prctl || a[0] != SET_VMA || !played.is_played)
		return __real_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	note_name((unsigned long)a[2], (unsigned long)a[3], (const char *)a[4]);
	return 0;
}

/* NULL: it has none. */
static const char *played_name(unsigned long address)
{
	for (unsigned int i = played.nr; i-- > 0;)
		if (played.all[i].start <= address && address < played.all[i].end)
			return played.all[i].name;
	return NULL;
}

/* --- what is mapped --- */

struct mapping {
	unsigned long start, end;
	char mode[8], name[128];
	unsigned long inode;
	char flags[128]; /* as smaps has them */
};

/* A line that a mapping begins with. Others begin with letters, some of which are digits. */
static bool read_head(const char *line, struct mapping *mapping)
{
	struct mapping head;
	int at;

	if (sscanf(line, "%lx-%lx %7s %*s %*s %lu %n", &head.start, &head.end, head.mode,
		   &head.inode, &at) != 4)
		return false;
	snprintf(head.name, sizeof(head.name), "%.100s", line + at);
	head.name[strcspn(head.name, "\n")] = '\0';
	*mapping = head;
	return true;
}

/* The next one of @smaps, up to its flags. */
static bool next_mapping(FILE *smaps, struct mapping *mapping)
{
	static char line[8192];
	bool has_head = false;

	while (fgets(line, sizeof(line), smaps)) {
		has_head |= read_head(line, mapping);
		if (has_head && !strncmp(line, "VmFlags:", 8)) {
			snprintf(mapping->flags, sizeof(mapping->flags), "%.100s", line + 8);
			return true;
		}
	}
	return false;
}

/* That of an address, in /proc/self/maps. Where names are played, files keep theirs. */
static const char *name_at(const volatile void *address)
{
	const unsigned long at = (unsigned long)address;
	FILE *maps = fopen("/proc/self/maps", "re");
	static struct mapping found;
	static char line[8192];
	const char *name;

	while (maps && fgets(line, sizeof(line), maps))
		if (read_head(line, &found) && found.start <= at && at < found.end)
			break;
	if (maps)
		fclose(maps);
	if (played.is_played && strncmp(found.name, "/memfd:", 7) != 0) {
		name = played_name(at);
		snprintf(found.name, sizeof(found.name), "[anon:%s]", name ? name : "");
	}
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

/* --- facts --- */

static const char *copies_have_their_cpus_name(void)
{
	const unsigned long some[4] = {1UL << 1 | 1UL << 3 | 1UL << 40, 1};

	this_cpu_inc(counted);
	RETURN_UNLESS(copies_are_named(&counted));
	RETURN_UNLESS(percpu_open(sizeof(some), some) == 0);
	RETURN_UNLESS(copies_are_named(&counted) && percpu_unit_is_open(40));
	return NULL;
}

static const char *windows_of_closed_units_are_reserved(void)
{
	const char *closed = (const char *)__per_cpu_offset[50];

	SKIP_IF(is_page);
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
	/* in a child that shares, each part of a window is a mapping */
	const int nr = is_shared ? 6 : 30;
	unsigned long __percpu *areas[30];

	this_cpu_inc(counted);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < nr; i++) {
			areas[i] = __alloc_percpu(30000, 8);
			RETURN_UNLESS(areas[i]);
			this_cpu_inc(*areas[i]);
		}
		for (int i = 0; i < nr; i += 7)
			RETURN_UNLESS(copies_are_named(areas[i]));
		for (int i = 0; i < nr; i++)
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
	for (int i = 0; i < 8; i++) {
		area = __alloc_percpu(30000, 8);
		RETURN_UNLESS(area);
		this_cpu_inc(*area);
	}
	RETURN_UNLESS(copies_are_named(area));
	return NULL;
}

static const char *children_have_them(void)
{
	struct fact_end end;

	this_cpu_inc(counted);
	end = find_out(in_grandchild);
	fputs(end.text, stderr);
	RETURN_UNLESS(WIFEXITED(end.status) && !WEXITSTATUS(end.status));
	return NULL;
}

static const char *shared_later_they_have_them(void)
{
	this_cpu_inc(counted);
	RETURN_UNLESS(percpu_share() == 0);
	RETURN_UNLESS(is_page || copies_are_named(&counted));
	return NULL;
}

static const char *tables_and_records_are_metadata(void)
{
	RETURN_UNLESS(is_shared || is_called(__percpu_rt.entries, "percpu: metadata"));
	return NULL;
}

/* Whether a mapping with @at inside of it would be cut there. */
static bool is_cut(const struct mapping *mapping, unsigned long at)
{
	const char *before, *behind;

	if (at <= mapping->start || at >= mapping->end)
		return false;
	before = played_name(at - 1);
	behind = played_name(at);
	return strcmp(before ? before : "", behind ? behind : "") != 0;
}

/* By names that are played. Where one window ends and the next begins there is one cut. */
static unsigned int cuts_of(const struct mapping *mapping)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < played.nr && !mapping->inode; i++) {
		const struct named *named = &played.all[i], *last = i ? named - 1 : named;

		nr += is_cut(mapping, named->end);
		nr += named->start != last->end && is_cut(mapping, named->start);
	}
	return nr;
}

/* Mappings that are two, and would be one if they had no names. */
static unsigned int split_by_name(void)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	struct mapping before = {0}, next;
	unsigned int nr = 0;

	while (smaps && next_mapping(smaps, &next)) {
		nr += cuts_of(&next);
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
	const int nr = is_shared ? 8 : 40;

	for (int i = 0; i < nr; i++)
		RETURN_UNLESS(__alloc_percpu(30000, 8));
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_IF_WRONG(
		split_by_name() <= before + num_possible_cpus() + 4
			? NULL
			: differ("mappings", split_by_name(), before + num_possible_cpus()));
	for (int i = 0; i < nr; i++)
		RETURN_UNLESS(__alloc_percpu(30000, 8));
	RETURN_UNLESS(split_by_name() <= before + num_possible_cpus() + 4);
	return NULL;
}

/* A sandbox that follows may kill for it: mappings inherit their names, or have none. */
static const char *after_percpu_open_allocations_ask_for_no_names(void)
{
	unsigned int before;

	SKIP_IF(!played.is_played);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	before = played.nr;
	for (int i = 0; i < 8; i++)
		RETURN_UNLESS(__alloc_percpu(30000, 8));
	for (int i = 0; i < 2000; i++)
		RETURN_UNLESS(alloc_percpu(unsigned long));
	percpu_trim();
	RETURN_UNLESS(before > 0 && played.nr == before);
	return NULL;
}

int main(void)
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
		fact_test(after_percpu_open_allocations_ask_for_no_names),
	};

	is_shared = conf && strstr(conf, "shared:yes");
	is_page = conf && strstr(conf, "alloc:page");
	if (played.is_played)
		print_message("this kernel has no names for anonymous memory "
			      "(CONFIG_ANON_VMA_NAME): the test plays one that has\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
