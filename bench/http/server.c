// SPDX-License-Identifier: MIT
#include "http/server.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/place.h"

static void stay_on(unsigned int cpus)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned int i = 0; i < cpus; i++)
		CPU_SET((size_t)place_nth_cpu(i), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(EXIT_FAILURE, "sched_setaffinity");
}

static _Noreturn void become(const char *path, const char *counters, unsigned int cpus,
			     unsigned int cost_calls, int output)
{
	char how[64], threads[64], calls[64];

	snprintf(how, sizeof(how), "--counters=%s", counters);
	snprintf(threads, sizeof(threads), "--threads=%u", 2 * cpus);
	snprintf(calls, sizeof(calls), "--cost-calls=%u", cost_calls);
	stay_on(cpus);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(output, STDOUT_FILENO) < 0)
		err(EXIT_FAILURE, "dup2");
	execl(path, path, how, threads, calls, (char *)NULL);
	err(EXIT_FAILURE, "%s", path);
}

/* "listening on ADDRESS:PORT" */
static void read_address(struct server *server, const char *path)
{
	char line[256], address[64];
	unsigned int port;

	if (!fgets(line, sizeof(line), server->says) ||
	    sscanf(line, "listening on %63[0-9.]:%u", address, &port) != 2)
		errx(EXIT_FAILURE, "%s does not say where it listens", path);
	server->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
	if (inet_pton(AF_INET, address, &server->address.sin_addr) != 1)
		errx(EXIT_FAILURE, "%s listens on %s", path, address);
}

void server_start(struct server *server, const char *path, const char *counters, unsigned int cpus,
		  unsigned int cost_calls)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
	fflush(NULL);
	server->pid = fork();
	if (server->pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!server->pid)
		become(path, counters, cpus, cost_calls, ends[1]);
	close(ends[1]);
	server->says = fdopen(ends[0], "r");
	if (!server->says)
		err(EXIT_FAILURE, "fdopen");
	read_address(server, path);
	if (clock_getcpuclockid(server->pid, &server->clock))
		errx(EXIT_FAILURE, "clock_getcpuclockid");
}

uint64_t server_cpu_ns(const struct server *server)
{
	return clock_ns(server->clock);
}

void server_stop(struct server *server, struct server_report *report)
{
	char line[512];
	int status;

	*report = (struct server_report){0};
	kill(server->pid, SIGTERM);
	while (fgets(line, sizeof(line), server->says)) {
		sscanf(line, "counted_requests %" SCNu64, &report->counted);
		sscanf(line, "server_saw_requests %" SCNu64, &report->seen);
		sscanf(line, "ns_per_update_all_threads %lg", &report->update_ns);
	}
	fclose(server->says);
	if (waitpid(server->pid, &status, 0) != server->pid || status)
		errx(EXIT_FAILURE, "the server failed: wait status %#x", (unsigned int)status);
}
