/* SPDX-License-Identifier: MIT */
/*
 * numa_local.c - each CPU's copies lie on the CPU's own node, or where that has no memory, on the
 * nearest that has some, even if a thread on another node touches them first; in both forms of the
 * first chunk. Where the kernel refuses policies, there is a warning.
 *
 * Starts itself once a form, and once refused. "numa_local N" wants N nodes without memory. Exit
 * status 77: there are not two nodes, or the kernel lets nobody ask where pages lie.
 */
#include "support/refuse.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define LARGE 32768 /* more than what the first chunk has left: it gets a chunk of its own */
#define SKIP 77

static DEFINE_PER_CPU(long, in_a_section) = 7;

static int checked, wrong;

/* --- which node --- */

static bool has_memory(int node)
{
	return numa_node_size64(node, NULL) > 0;
}

/* Whose memory a CPU is to be given. */
static int home_of(unsigned int cpu)
{
	int own = numa_node_of_cpu((int)cpu), nearest = -1;

	for (int node = 0; node <= numa_max_node(); node++)
		if (has_memory(node) &&
		    (nearest < 0 || numa_distance(own, node) < numa_distance(own, nearest)))
			nearest = node;
	return nearest;
}

static int nodes_without_memory(void)
{
	int nr = 0;

	for (int node = 0; node <= numa_max_node(); node++)
		nr += !has_memory(node);
	return nr;
}

static void complain(unsigned int cpu, const char *what, const char *problem, int found)
{
	fprintf(stderr, "CPU %u, memory of node %d, %s: %s %d\n", cpu, home_of(cpu), what, problem,
		found);
	wrong++;
}

/* --- where a page lies --- */

static int node_of_page(void *page)
{
	int status = -1;

	return move_pages(0, 1, &page, NULL, &status, 0) ? -errno : status;
}

/* Whether the policy at @page is to prefer @node and no other. */
static bool prefers(void *page, int node)
{
	unsigned long mask[1024 / 8 / sizeof(long)] = {0};
	struct bitmask nodes = {.size = 1024, .maskp = mask};
	int mode = -1;

	if (get_mempolicy(&mode, mask, nodes.size, page, MPOL_F_ADDR) != 0)
		return false;
	return mode == MPOL_PREFERRED && numa_bitmask_weight(&nodes) == 1 &&
	       numa_bitmask_isbitset(&nodes, (unsigned int)node);
}

static void check_page(unsigned int cpu, const char *what, char *address)
{
	void *page = (void *)((uintptr_t)address & ~(uintptr_t)(PAGE - 1));
	int node = home_of(cpu), found = -1;

	checked++;
	if (node_of_page(page) != node)
		complain(cpu, what, "move_pages() finds it on", node_of_page(page));
	if (get_mempolicy(&found, NULL, 0, page, MPOL_F_NODE | MPOL_F_ADDR) != 0 || found != node)
		complain(cpu, what, "get_mempolicy() finds it on", found);
	if (!prefers(page, node))
		complain(cpu, what, "no policy to prefer", node);
}

/* --- touching from elsewhere --- */

static bool may_run_on(unsigned int cpu)
{
	static cpu_set_t at_start;
	static bool known;

	if (!known)
		known = sched_getaffinity(0, sizeof(at_start), &at_start) == 0;
	return CPU_ISSET(cpu, &at_start);
}

/* A CPU that has its memory from another node than @cpu, or -1. */
static int foreigner(unsigned int cpu)
{
	for (unsigned int other = 0; other < nr_cpu_ids; other++)
		if (cpu_possible(other) && may_run_on(other) && home_of(other) != home_of(cpu))
			return (int)other;
	return -1;
}

/* That this thread is elsewhere: what has no policy comes to lie on its own node. */
static void go_to(int cpu)
{
	cpu_set_t cpus;
	char *page;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
		complain((unsigned int)cpu, "this thread", "cannot run there, errno", errno);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*page = 1;
	if (node_of_page(page) != home_of((unsigned int)cpu))
		complain((unsigned int)cpu, "an ordinary page", "is on", node_of_page(page));
	munmap(page, PAGE);
}

static void touch_and_check(unsigned int cpu, char __percpu *small, char __percpu *large)
{
	char *copy = per_cpu_ptr(large, cpu);

	check_page(cpu, "static variable", (char *)per_cpu_ptr(&in_a_section, cpu));
	*per_cpu_ptr(small, cpu) = 1;
	check_page(cpu, "small area", per_cpu_ptr(small, cpu));
	for (int offset = 0; offset < LARGE; offset += PAGE) {
		copy[offset] = 1;
		check_page(cpu, "large area", copy + offset);
	}
}

/* In chunks that are made when all units are open. */
static void check_late_area(char __percpu *late)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (foreigner(cpu) < 0)
			continue;
		go_to(foreigner(cpu));
		*per_cpu_ptr(late, cpu) = 1;
		check_page(cpu, "late area", per_cpu_ptr(late, cpu));
	}
}

/* A window of a reservation is mapped from its start, of a place only where it is in use. */
static bool is_in_form(const char *form)
{
	unsigned int cpu = __pcpu_next_possible(0);
	bool reserved = msync((void *)per_cpu_offset(cpu), PAGE, MS_ASYNC) == 0;

	if (reserved == (strcmp(form, "embed") == 0))
		return true;
	fprintf(stderr, "alloc:%s is not what this process has\n", form);
	return false;
}

static int check_form(const char *form)
{
	char __percpu *small = __alloc_percpu(1, 1), *large = __alloc_percpu(LARGE, PAGE), *late[4];
	unsigned int cpu;

	if (!small || !large)
		return 1;
	for_each_possible_cpu(cpu) {
		if (foreigner(cpu) < 0)
			continue;
		go_to(foreigner(cpu));
		touch_and_check(cpu, small, large);
	}
	for (int i = 0; i < 4; i++) {
		late[i] = __alloc_percpu(LARGE, PAGE);
		if (!late[i])
			return 1;
		check_late_area(late[i]);
	}
	printf("alloc:%s: %d pages on the node of their CPU, %d complaints\n", form, checked,
	       wrong);
	return checked == 0 || wrong != 0 || !is_in_form(form);
}

/* --- both forms --- */

static int run_with(const char *conf, const char *argument)
{
	int status;
	pid_t pid;

	setenv("PERCPU_CONF", conf, 1);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "numa_local", argument, NULL);
		_exit(126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	if (status != 0)
		fprintf(stderr, "%s: status %#x\n", conf, (unsigned int)status);
	return status != 0;
}

static int run_form(const char *form)
{
	char conf[32];

	snprintf(conf, sizeof(conf), "alloc:%s", form);
	return run_with(conf, form);
}

/* --- no policies --- */

/* With standard error in a pipe. The child's library begins when mbind is refused already. */
static int run_refused(void)
{
	char said[4096];
	int ends[2], old = dup(STDERR_FILENO), failed;
	ssize_t length;

	if (old < 0 || pipe(ends) != 0)
		return 1;
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	failed = run_with("log:warning", "refuse");
	dup2(old, STDERR_FILENO);
	length = read(ends[0], said, sizeof(said) - 1);
	said[length > 0 ? length : 0] = '\0';
	printf("without policies: %s", said);
	return failed || !strstr(said, "no memory policy can be had (errno 1)");
}

static int refuse_and_start(void)
{
	if (!refuse(SYS_mbind, REFUSE_WITH(EPERM)))
		return 1;
	execl("/proc/self/exe", "numa_local", "count", NULL);
	return 1;
}

static int count(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(in_a_section, cpu)++;
	return per_cpu_sum(in_a_section) != 8 * (long)num_possible_cpus();
}

/* Nodes that have CPUs which this process may use. */
static bool has_two_nodes(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (may_run_on(cpu) && foreigner(cpu) >= 0)
			return true;
	return false;
}

static int run_all(int without_memory)
{
	int mode;

	if (numa_available() < 0 || get_mempolicy(&mode, NULL, 0, NULL, 0) != 0) {
		printf("nobody may ask where pages lie here\n");
		return SKIP;
	}
	if (!has_two_nodes()) {
		printf("there are not two nodes here\n");
		return SKIP;
	}
	printf("%d nodes have no memory\n", nodes_without_memory());
	if (without_memory >= 0 && without_memory != nodes_without_memory())
		return 1;
	return run_form("embed") | run_form("page") | run_refused();
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return run_all(-1);
	if (strcmp(argv[1], "refuse") == 0)
		return refuse_and_start();
	if (strcmp(argv[1], "count") == 0)
		return count();
	if (strcmp(argv[1], "embed") == 0 || strcmp(argv[1], "page") == 0)
		return check_form(argv[1]);
	return run_all(atoi(argv[1]));
}
