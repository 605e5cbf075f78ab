// SPDX-License-Identifier: MIT
#include "harness/host.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef __GLIBC__
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define LIBC "glibc " TEXT(__GLIBC__) "." TEXT(__GLIBC_MINOR__)
#else
#define LIBC "not glibc"
#endif

/* x86 calls it "model name"; other architectures may have no such line. */
static void describe_cpu_model(char *model, size_t size)
{
	char line[256], *colon;
	FILE *file = fopen("/proc/cpuinfo", "re");

	snprintf(model, size, "unknown");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		colon = strchr(line, ':');
		if (strncmp(line, "model name", 10) || !colon)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		snprintf(model, size, "%s", colon + 1 + strspn(colon + 1, " "));
		break;
	}
	fclose(file);
}

static int count_allowed(int online)
{
	cpu_set_t set;

	/* A machine with more CPUs than the set has bits: all of them is the best guess. */
	return sched_getaffinity(0, sizeof(set), &set) ? online : CPU_COUNT(&set);
}

void host_describe(struct host *host)
{
	memset(host, 0, sizeof(*host));
	host->cpus_configured = (int)sysconf(_SC_NPROCESSORS_CONF);
	host->cpus_online = (int)sysconf(_SC_NPROCESSORS_ONLN);
	host->cpus_allowed = count_allowed(host->cpus_online);
	if (getloadavg(&host->load_average, 1) != 1)
		host->load_average = -1;
	describe_cpu_model(host->cpu_model, sizeof(host->cpu_model));
	uname(&host->system);
	host->compiler = COMPILER;
	host->libc = LIBC;
}

void host_print(const struct host *host, FILE *out)
{
	fprintf(out, "%s, %d CPUs online, %d usable, load %.2f, Linux %s\n%s, %s", host->cpu_model,
		host->cpus_online, host->cpus_allowed, host->load_average, host->system.release,
		host->compiler, host->libc);
}

cJSON *host_to_json(const struct host *host)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "cpus_configured", host->cpus_configured);
	cJSON_AddNumberToObject(json, "cpus_online", host->cpus_online);
	cJSON_AddNumberToObject(json, "cpus_allowed", host->cpus_allowed);
	cJSON_AddNumberToObject(json, "load_average_1min", host->load_average);
	cJSON_AddStringToObject(json, "cpu_model", host->cpu_model);
	cJSON_AddStringToObject(json, "kernel_release", host->system.release);
	cJSON_AddStringToObject(json, "machine", host->system.machine);
	cJSON_AddStringToObject(json, "compiler", host->compiler);
	cJSON_AddStringToObject(json, "libc", host->libc);
	return json;
}
