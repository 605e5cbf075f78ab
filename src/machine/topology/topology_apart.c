/* SPDX-License-Identifier: MIT */
/* topology_apart.c - see topology_apart.h. */
#include "machine/topology/topology_apart.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/mem.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the processor's time; by the clock, for a reader that sleeps; and of memory, beside ours. */
#define MOST_MICROSECONDS 500000
#define MOST_MILLISECONDS 5000
#define MOST_BYTES (48UL << 20)

/* What the child has found, in memory that it shares with its parent. */
struct answer {
	bool given;
	int err;
	bool has_distances;
	unsigned int nr_cpu_ids, nr_node_ids;
	unsigned long possible[PCPU_BITS_TO_LONGS(PCPU_NR_CPUS)];
	unsigned short cpu_node[PCPU_NR_CPUS];
	int distance[PCPU_NR_NODES * PCPU_NR_NODES];
};

/* --- the child --- */

/* Bytes of data that the process has, of /proc/self/statm. */
static unsigned long data_now(void)
{
	unsigned long pages = 0;
	char text[128];

	if (!pcpu_read_small_file("/proc/self/statm", text, sizeof(text)) ||
	    sscanf(text, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
		return 0;
	return pages * PCPU_PAGE_SIZE;
}

static void limit(int resource, rlim_t to)
{
	const struct rlimit limits = {to, to};

	setrlimit(resource, &limits);
}

static void limit_itself(void)
{
	const struct itimerval time = {.it_value.tv_usec = MOST_MICROSECONDS};
	sigset_t none;

	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_DATA, data_now() + MOST_BYTES);
	/* no handler of the program runs here */
	for (int signo = 1; signo < 32; signo++)
		signal(signo, SIG_DFL);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	setitimer(ITIMER_PROF, &time, NULL);
}

static void pack(struct answer *answer, const struct pcpu_topology *topo)
{
	answer->nr_cpu_ids = topo->nr_cpu_ids;
	answer->nr_node_ids = topo->nr_node_ids;
	answer->has_distances = topo->distance != NULL;
	memcpy(answer->possible, topo->possible,
	       PCPU_BITS_TO_LONGS(topo->nr_cpu_ids) * sizeof(unsigned long));
	memcpy(answer->cpu_node, topo->cpu_node, topo->nr_cpu_ids * sizeof(*topo->cpu_node));
	if (topo->distance)
		memcpy(answer->distance, topo->distance, pcpu_topology_distance_size(topo));
}

static void __attribute__((__noreturn__))
answer_and_end(struct answer *answer, int (*read)(struct pcpu_topology *topo, const char *source),
	       const char *source)
{
	struct pcpu_topology topo;

	limit_itself();
	answer->err = read(&topo, source);
	if (!answer->err)
		pack(answer, &topo);
	__atomic_store_n(&answer->given, true, __ATOMIC_RELEASE);
	_exit(0);
}

/* --- the parent --- */

/* Until nobody has the other end of @pipe any more, or it has been long enough. */
static void await_end(pid_t child, int pipe)
{
	struct pollfd end = {.fd = pipe, .events = POLLIN};
	int ready;

	do
		ready = poll(&end, 1, MOST_MILLISECONDS);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static int ask(struct answer *answer, int (*read)(struct pcpu_topology *topo, const char *source),
	       const char *source)
{
	int pipe[2], err = 0;
	pid_t child;

	if (pcpu_fault(PCPU_FAULT_TOPOLOGY))
		return -ENOMEM;
	if (pipe2(pipe, O_CLOEXEC) != 0)
		return -errno;
	errno = ENOMEM;
	child = pcpu_fault(PCPU_FAULT_TOPOLOGY) ? -1 : fork();
	if (child < 0)
		err = -errno;
	if (child == 0)
		answer_and_end(answer, read, source);
	close(pipe[1]);
	if (child > 0)
		await_end(child, pipe[0]);
	close(pipe[0]);
	return err;
}

/* The child's memory may have been anything by the end. */
static bool is_sound(const struct answer *answer)
{
	const unsigned int nr = answer->nr_cpu_ids, nodes = answer->nr_node_ids;

	if (nr < 1 || nr > PCPU_NR_CPUS || nodes < 1 || nodes > PCPU_NR_NODES ||
	    pcpu_bitmap_weight(answer->possible, nr) == 0)
		return false;
	for (unsigned int cpu = 0; cpu < nr; cpu++)
		if (answer->cpu_node[cpu] >= nodes)
			return false;
	return true;
}

static int unpack(struct pcpu_topology *topo, const struct answer *answer)
{
	int err = pcpu_topology_init(topo, answer->nr_cpu_ids);

	if (err)
		return err;
	topo->nr_node_ids = answer->nr_node_ids;
	memcpy(topo->possible, answer->possible,
	       PCPU_BITS_TO_LONGS(topo->nr_cpu_ids) * sizeof(unsigned long));
	memcpy(topo->cpu_node, answer->cpu_node, topo->nr_cpu_ids * sizeof(*topo->cpu_node));
	if (!answer->has_distances)
		return 0;
	topo->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(topo));
	if (topo->distance) {
		memcpy(topo->distance, answer->distance, pcpu_topology_distance_size(topo));
		return 0;
	}
	pcpu_topology_destroy(topo);
	return -ENOMEM;
}

int pcpu_topology_apart(struct pcpu_topology *topo,
			int (*read)(struct pcpu_topology *topo, const char *source),
			const char *source)
{
	struct answer *answer;
	int err;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return -ENOMEM;
	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (answer == MAP_FAILED)
		return -errno;
	err = ask(answer, read, source);
	if (!err && !__atomic_load_n(&answer->given, __ATOMIC_ACQUIRE))
		err = -E2BIG;
	if (!err)
		err = answer->err;
	if (!err)
		err = is_sound(answer) ? unpack(topo, answer) : -EINVAL;
	munmap(answer, sizeof(*answer));
	return err;
}
