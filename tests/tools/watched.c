/* SPDX-License-Identifier: MIT */
/*
 * watched.c - a process for percpu-stat to look at. It does what each line of its input says, and
 * answers with a line when it has:
 *
 *	alloc N SIZE	allocates areas		free N		frees the last of them
 *	count N		counts			visit		has its CPU held for 2 ms
 *	threads N	so many, each of which allocates and frees 1000 areas of 24 bytes
 *	number		answers with its own	fork		its child does, and goes on
 *	name		calls itself strangely	close		all descriptors
 *	exec		runs another program	fake N		publishes what is no page, or is
 */
#include <percpu/impl/stat_page.h>
#include <percpu/percpu.h>
#include <percpu/section.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_AREAS 100000

static DEFINE_PER_CPU(unsigned long, counted);

static void __percpu *areas[MOST_AREAS];
static unsigned long nr_areas;

static void allocate(unsigned long nr, unsigned long size)
{
	while (nr--) {
		areas[nr_areas] = __alloc_percpu(size, 8);
		if (!areas[nr_areas++])
			abort();
	}
}

static void *come_and_go(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		free_percpu(__alloc_percpu(24, 8));
		this_cpu_inc(counted);
	}
	return arg;
}

static void run_threads(unsigned long nr)
{
	pthread_t threads[64];

	for (unsigned long i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, come_and_go, NULL))
			abort();
	for (unsigned long i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

static void visit(void)
{
	const unsigned int cpu = raw_smp_processor_id();

	if (percpu_remote_begin(cpu))
		abort();
	usleep(2000);
	percpu_remote_end(cpu);
}

/* --- what is not as it should be --- */

static int page_file(void)
{
	char path[32], to[64];

	for (int file = 0; file < 100; file++) {
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
		length = readlink(path, to, sizeof(to) - 1);
		to[length < 0 ? 0 : length] = '\0';
		if (strcmp(to, "/memfd:" PCPU_STAT_FILE " (deleted)") == 0)
			return file;
	}
	return -1;
}

/* In the place of the real one there is a file like it, in which one thing is wrong. */
static bool fake(unsigned long what)
{
	const int real = page_file(), seals = what == 0 ? 0 : F_SEAL_SHRINK | F_SEAL_GROW;
	struct pcpu_stat_header header = {0};
	struct stat is;
	int file = memfd_create(PCPU_STAT_FILE, MFD_ALLOW_SEALING);

	if (real < 0 || pread(real, &header, sizeof(header), 0) != sizeof(header))
		return false;
	/* a case a line */
	/* clang-format off */
	switch (what) {
	case 1: header.magic++; break;
	case 2: header.version++; break;
	case 3: header.nr_cpus = 0; break;
	case 4: header.nr_cpus = UINT32_MAX; break;
	case 5: header.block_size = 8; break;
	case 6: header.block_size = 0x80000000; break;
	case 7: header.header_size = 0; break;
	case 8: header.header_size = UINT32_MAX - 7; break;
	case 9: header.by_size_offset = header.block_size; break;
	case 10: header.nr_sizes = UINT32_MAX; break;
	case 11: header.pid = 1; break;
	case 12: header.pid = -5; break;
	case 13: header.block_size++; break;
	case 14: header.nr_cpus++; break;
	case 15: header.nr_sizes = 0; break;
	case 16: header.magic = 0; break;
	default: break;
	}
	/* clang-format on */
	if (fstat(real, &is) || ftruncate(file, what == 17 ? 100 : is.st_size) ||
	    pwrite(file, &header, what == 17 ? 100 : sizeof(header), 0) < 0 ||
	    fcntl(file, F_ADD_SEALS, seals) || dup2(file, real) != real)
		return false;
	close(file);
	return true;
}

/* --- */

static bool do_it(const char *what, unsigned long a, unsigned long b)
{
	if (strcmp(what, "alloc") == 0 && nr_areas + a <= MOST_AREAS)
		allocate(a, b);
	else if (strcmp(what, "free") == 0)
		while (a-- && nr_areas)
			free_percpu(areas[--nr_areas]);
	else if (strcmp(what, "count") == 0)
		while (a--)
			this_cpu_inc(counted);
	else if (strcmp(what, "visit") == 0)
		visit();
	else if (strcmp(what, "threads") == 0 && a <= 64)
		run_threads(a);
	else if (strcmp(what, "name") == 0)
		prctl(PR_SET_NAME, "a\"b\\\n\xff");
	else if (strcmp(what, "close") == 0)
		closefrom(3);
	else if (strcmp(what, "exec") == 0)
		execlp("sh", "sh", "-c", "echo ok; exec sleep 100", (char *)NULL);
	else if (strcmp(what, "fake") == 0)
		return fake(a);
	else
		return false;
	return true;
}

/* The parent is there until its child ends, and then ends as it did. */
static void become_child(void)
{
	const pid_t pid = fork();
	int status = 0;

	if (pid > 0)
		_exit(waitpid(pid, &status, 0) != pid || status != 0);
}

int main(void)
{
	char line[100], what[32];
	unsigned long a, b;

	alarm(300);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		a = b = 0;
		if (sscanf(line, "%31s %lu %lu", what, &a, &b) < 1)
			return EXIT_FAILURE;
		if (strcmp(what, "fork") == 0)
			become_child();
		if (strcmp(what, "fork") == 0 || strcmp(what, "number") == 0)
			printf("%d\n", (int)getpid());
		else if (do_it(what, a, b))
			printf("ok\n");
		else
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
