/* SPDX-License-Identifier: MIT */
/*
 * test_core.c - what is in core dumps, the kernel's and gdb's: every copy that has been used, with
 * its count, and nothing of the address space that is only reserved.
 *
 * A child counts, says where, and ends by abort(), or has gdb look at it. Everything is bounded: a
 * core that had a window whole would be cut off, and miss what is looked for.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/residency.h"
#include "support/sanitized.h"

#include "ground/layout.h"
#include "memory/unit.h"

#include <percpu/percpu.h>

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Bytes that a core may have. The program without the library has a tenth of that. */
#define LIMIT ((size_t)64 << 20)

#define MAX_CPUS 512
#define LARGE 32768 /* gets a chunk of its own */

/* A copy, and what is to be in it. */
struct place {
	uintptr_t address;
	unsigned long count;
};

/* What the child says of itself, in memory that both have. */
static struct board {
	volatile int ready;
	unsigned int nr;
	struct place places[3 * MAX_CPUS];
	uint64_t writable; /* bytes, in all windows */
} * board;

static DEFINE_PER_CPU(unsigned long, in_static) = 0x1000;
static unsigned long __percpu *small;
static unsigned long __percpu *large;

static char folder[] = "/tmp/test_core.XXXXXX";

/* --- the one that is dumped --- */

static void count_in(unsigned long *copy, unsigned long count)
{
	*copy += count;
	board->places[board->nr++] = (struct place){(uintptr_t)copy, *copy};
}

static void count_everywhere(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		count_in(per_cpu_ptr(&in_static, cpu), 0xabc0000 + cpu);
		count_in(per_cpu_ptr(small, cpu), 0x7654320000 + cpu);
		count_in(per_cpu_ptr(large, cpu) + LARGE / 16, 0x123456780000 + cpu);
		board->writable += writable_bytes(pcpu_unit_window(cpu), PCPU_WINDOW_SIZE);
	}
	board->ready = 1;
}

static void limit(int resource, rlim_t bytes)
{
	const struct rlimit both = {bytes, bytes};

	if (setrlimit(resource, &both) != 0)
		_exit(2);
}

static pid_t start_counting(bool and_abort)
{
	pid_t child;

	memset(board, 0, sizeof(*board));
	child = fork();
	if (child != 0)
		return child;
	signal(SIGABRT, SIG_DFL);
	alarm((unsigned int)(CHILD_SECONDS * patience_factor()));
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	count_everywhere();
	if (and_abort && chdir(folder) == 0) {
		limit(RLIMIT_CORE, LIMIT);
		abort();
	}
	for (;;)
		pause();
}

/* --- the two ways to a dump --- */

/* Of what the kernel would pipe to a program or put elsewhere, the test cannot say where it is. */
static bool kernel_dumps_here(void)
{
	struct rlimit core;
	char pattern[128] = "|";
	int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, pattern, sizeof(pattern) - 1) < 0)
		pattern[0] = '|';
	if (fd >= 0)
		close(fd);
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max >= LIMIT && pattern[0] != '|' &&
	       !strchr(pattern, '/') && !strncmp(pattern, "core", 4);
}

static void die_and_leave_a_core(char *path, size_t size)
{
	pid_t child = start_counting(true);
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && WCOREDUMP(status));
	snprintf(path, size, "%s/core", folder);
	if (access(path, F_OK) != 0)
		snprintf(path, size, "%s/core.%d", folder, child);
}

static int run_gdb(pid_t child, const char *what, const char *then)
{
	char command[300];
	int status;
	pid_t gdb = fork();

	if (gdb == 0) {
		snprintf(command, sizeof(command),
			 "timeout 100 gdb -batch -nx -p %d -ex '%s' 2>&1 | %s", child, what, then);
		limit(RLIMIT_FSIZE, LIMIT);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	return waitpid(gdb, &status, 0) == gdb ? status : -1;
}

/* There may be no gdb, or one that may not look at other processes. */
static bool gdb_sees(pid_t child)
{
	return run_gdb(child, "print $pc != 0", "grep -q \"= 1\"") == 0;
}

static void have_gdb_dump(char *path, size_t size)
{
	pid_t child = start_counting(false);
	char command[120];
	int status = 0;
	bool seen;

	while (!board->ready)
		usleep(1000);
	snprintf(path, size, "%s/gcore", folder);
	snprintf(command, sizeof(command), "gcore %s", path);
	seen = gdb_sees(child);
	if (seen)
		status = run_gdb(child, command, "grep \"Saved corefile\"");
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	if (!seen)
		skip();
	assert_int_equal(status, 0);
}

/* --- reading it --- */

struct core {
	const char *bytes;
	size_t size;
	const Elf64_Phdr *segments;
	unsigned int nr;
};

static struct core open_core(const char *path)
{
	struct core core = {0};
	const Elf64_Ehdr *header;
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && fstat(fd, &status) == 0);
	core.size = (size_t)status.st_size;
	core.bytes = mmap(NULL, core.size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(core.bytes, MAP_FAILED);
	close(fd);
	unlink(path);
	header = (const void *)core.bytes;
	assert_memory_equal(header->e_ident, ELFMAG, SELFMAG);
	core.segments = (const void *)(core.bytes + header->e_phoff);
	core.nr = header->e_phnum;
	return core;
}

/* The word at @address as the core has it; 0: it has not. */
static unsigned long word_at(const struct core *core, uintptr_t address)
{
	for (unsigned int i = 0; i < core->nr; i++) {
		const Elf64_Phdr *segment = &core->segments[i];
		uintptr_t offset = address - segment->p_vaddr;

		if (segment->p_type == PT_LOAD && offset < segment->p_filesz &&
		    segment->p_offset + offset + sizeof(long) <= core->size)
			return *(const unsigned long *)(core->bytes + segment->p_offset + offset);
	}
	return 0;
}

/* Bytes that the core has of all windows. */
static uint64_t bytes_of_windows(const struct core *core)
{
	uint64_t bytes = 0;
	unsigned int cpu;

	for (unsigned int i = 0; i < core->nr; i++)
		for_each_possible_cpu(cpu)
			if (core->segments[i].p_vaddr - pcpu_unit_window(cpu) < PCPU_WINDOW_SIZE)
				bytes += core->segments[i].p_filesz;
	return bytes;
}

static void check_core(const char *path)
{
	struct core core = open_core(path);

	assert_int_equal(board->nr, 3 * num_possible_cpus());
	for (unsigned int i = 0; i < board->nr; i++)
		if (word_at(&core, board->places[i].address) != board->places[i].count)
			fail_msg("place %u: %#lx instead of %#lx", i,
				 word_at(&core, board->places[i].address), board->places[i].count);
	assert_true(board->writable > 0);
	assert_int_equal(bytes_of_windows(&core), board->writable);
	assert_true(core.size < LIMIT);
	munmap((void *)core.bytes, core.size);
}

/* --- the facts --- */

static void kernels_core_has_every_count_and_no_window(void **state)
{
	char path[100];

	(void)state;
	if (address_sanitized || thread_sanitized || !kernel_dumps_here())
		skip();
	die_and_leave_a_core(path, sizeof(path));
	check_core(path);
}

static void gdbs_core_has_every_count_and_no_window(void **state)
{
	char path[100];

	(void)state;
	if (address_sanitized || thread_sanitized)
		skip();
	have_gdb_dump(path, sizeof(path));
	check_core(path);
}

static int set_up(void **state)
{
	(void)state;
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	small = alloc_percpu(unsigned long);
	large = __alloc_percpu(LARGE, sizeof(long));
	return board == MAP_FAILED || !small || !large || num_possible_cpus() > MAX_CPUS ||
	       !mkdtemp(folder);
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_core_has_every_count_and_no_window),
		cmocka_unit_test(gdbs_core_has_every_count_and_no_window),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
