/* SPDX-License-Identifier: MIT */
/* process.c - see process.h. */
#include "percpu-stat/process.h"
#include "percpu-stat/resident.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINK "/memfd:" PCPU_STAT_FILE " (deleted)"

/* A page that is being made is complete after so many looks. */
#define LOOKS 50
static const struct timespec a_moment = {.tv_nsec = 2000000};

/* To ask the kernel for resident memory takes it a lock that the process may want. */
#define BETWEEN_RESIDENT 1.0

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* --- what /proc says --- */

static bool is_over(int folder)
{
	char text[512], *state;
	int file = openat(folder, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t got = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

	if (file >= 0)
		close(file);
	if (got <= 0)
		return true;
	text[got] = '\0';
	state = strrchr(text, ')');
	return state && state[1] && (state[2] == 'Z' || state[2] == 'X');
}

static void read_name(struct process *process)
{
	int file = openat(process->folder, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t got = file < 0 ? -1 : read(file, process->name, sizeof(process->name) - 1);

	if (file >= 0)
		close(file);
	process->name[got > 0 ? got - 1 : 0] = '\0';
}

static bool link_is_page(int folder, const char *path)
{
	char to[sizeof(LINK) + 1];

	return readlinkat(folder, path, to, sizeof(to)) == (ssize_t)sizeof(LINK) - 1 &&
	       memcmp(to, LINK, sizeof(LINK) - 1) == 0;
}

/* What its mappings have of the library. */
struct mapped {
	bool library, page;
	char at[64]; /* "map_files/START-END" of the page */
};

static bool look_at_mappings(int folder, struct mapped *mapped)
{
	int file = openat(folder, "maps", O_RDONLY | O_CLOEXEC);
	FILE *maps = file < 0 ? NULL : fdopen(file, "r");
	unsigned long start, end;
	char line[4500];

	*mapped = (struct mapped){0};
	if (!maps) {
		if (file >= 0)
			close(file);
		return false;
	}
	while (fgets(line, sizeof(line), maps)) {
		mapped->library |= strstr(line, "/libpercpu.so") != NULL;
		if (!strstr(line, LINK) || sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		mapped->page = true;
		snprintf(mapped->at, sizeof(mapped->at), "map_files/%lx-%lx", start, end);
	}
	fclose(maps);
	return true;
}

/* Whether @pid is what the process calls itself, in any namespace that it is in. */
static bool calls_itself(int folder, pid_t pid)
{
	int file = openat(folder, "status", O_RDONLY | O_CLOEXEC);
	FILE *status = file < 0 ? NULL : fdopen(file, "r");
	bool does = false, told = false;
	char line[512];

	if (!status) {
		if (file >= 0)
			close(file);
		return false;
	}
	while (!told && fgets(line, sizeof(line), status)) {
		char *at = line + strlen("NSpid:"), *next;
		long number;

		told = strncmp(line, "NSpid:", strlen("NSpid:")) == 0;
		for (number = told ? strtol(at, &next, 10) : 0; told && next != at;
		     number = strtol(at, &next, 10)) {
			does |= number == pid;
			at = next;
		}
	}
	fclose(status);
	return does;
}

/* --- finding the page --- */

static void say_state(enum page_state state, char *why)
{
	switch (state) {
	case PAGE_NOT_READY:
		snprintf(why, PROCESS_MESSAGE, "is just beginning to publish. Try again");
		break;
	case PAGE_IS_OTHER:
		snprintf(why, PROCESS_MESSAGE,
			 "has a libpercpu of another version. Use the percpu-stat that comes with "
			 "that one");
		break;
	case PAGE_IS_NONE:
		snprintf(why, PROCESS_MESSAGE,
			 "has a file that is called as a page of libpercpu's and is none. Nothing "
			 "it says can be believed");
		break;
	default:
		snprintf(why, PROCESS_MESSAGE, "has a page that cannot be read: %s",
			 strerror(errno));
	}
}

/* Takes @file, which is at @path, if it is a page of this process's. Or false, and it is closed. */
static bool take(struct process *process, const char *path, int file, char *why)
{
	enum page_state state = page_read(file, &process->page);

	for (int looks = 1; state == PAGE_NOT_READY && looks < LOOKS; looks++) {
		nanosleep(&a_moment, NULL);
		state = page_read(file, &process->page);
	}
	if (state == PAGE_GOOD && calls_itself(process->folder, process->page.header.pid)) {
		process->file = file;
		snprintf(process->link, sizeof(process->link), "%s", path);
		return true;
	}
	if (state == PAGE_GOOD)
		snprintf(why, PROCESS_MESSAGE,
			 "was forked by process %d, and has not used libpercpu since: it has "
			 "counted nothing yet",
			 (int)process->page.header.pid);
	else
		say_state(state, why);
	close(file);
	return false;
}

/* Not what only looks like one: to open that may take for ever. */
static int open_page(int folder, const char *path)
{
	return link_is_page(folder, path)
		       ? openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
		       : -1;
}

static bool find_among_descriptors(struct process *process, DIR *descriptors, char *why)
{
	struct dirent *entry;
	char path[sizeof(process->link)];
	int file;

	while ((entry = readdir(descriptors)) != NULL) {
		snprintf(path, sizeof(path), "fd/%.20s", entry->d_name);
		file = open_page(process->folder, path);
		if (file >= 0 && take(process, path, file, why))
			return true;
	}
	return false;
}

/* Its descriptor is closed, or there was none to be had. The kernel lets root alone do that. */
static bool find_among_mappings(struct process *process, const char *path, char *why)
{
	int file = open_page(process->folder, path);

	if (file >= 0)
		return take(process, path, file, why);
	snprintf(why, PROCESS_MESSAGE,
		 "has closed the descriptor of its page, as daemons do that close all. Root can "
		 "read it nevertheless: run percpu-stat as root");
	return false;
}

static void say_no_page(const struct mapped *mapped, char *why)
{
	if (mapped->library)
		snprintf(why, PROCESS_MESSAGE,
			 "has libpercpu, and publishes nothing: it has not used it yet, or was "
			 "told not to (PERCPU_CONF=publish:no), or the system refuses it a file in "
			 "memory");
	else
		snprintf(why, PROCESS_MESSAGE,
			 "has no libpercpu.so, and publishes nothing. If it is linked to "
			 "libpercpu.a, it has not used it yet");
}

static bool find_page(struct process *process, char *why)
{
	int folder = openat(process->folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *descriptors = folder < 0 ? NULL : fdopendir(folder);
	struct mapped mapped;
	bool found;

	*why = '\0';
	if (!descriptors) {
		if (folder >= 0)
			close(folder);
		snprintf(why, PROCESS_MESSAGE,
			 "is not yours to look at (%s). Run percpu-stat as its user, or as root",
			 strerror(errno));
		return false;
	}
	found = find_among_descriptors(process, descriptors, why);
	closedir(descriptors);
	if (found || *why)
		return found;
	if (look_at_mappings(process->folder, &mapped) && mapped.page)
		return find_among_mappings(process, mapped.at, why);
	say_no_page(&mapped, why);
	return false;
}

/* @why begins with who it is. */
static void name_it(const struct process *process, char *why)
{
	char what[PROCESS_MESSAGE];

	memcpy(what, why, sizeof(what));
	snprintf(why, PROCESS_MESSAGE, "process %d (%s) %.*s", (int)process->pid, process->name,
		 PROCESS_MESSAGE - 100, what);
}

static bool make_room(struct process *process)
{
	const unsigned int nr = process->page.header.nr_cpus;

	process->cpus = calloc(nr, sizeof(*process->cpus));
	process->cpus_before = calloc(nr, sizeof(*process->cpus));
	return process->cpus && process->cpus_before;
}

bool process_open(struct process *process, pid_t pid, char why[PROCESS_MESSAGE])
{
	char path[32];

	*process = (struct process){.pid = pid, .file = -1};
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	process->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process->folder < 0) {
		snprintf(why, PROCESS_MESSAGE, "there is no process %d: %s", (int)pid,
			 strerror(errno));
		return false;
	}
	read_name(process);
	if (is_over(process->folder)) {
		snprintf(why, PROCESS_MESSAGE, "has ended");
	} else if (find_page(process, why)) {
		if (make_room(process))
			return true;
		snprintf(why, PROCESS_MESSAGE, "has more CPUs than there is memory for");
	}
	name_it(process, why);
	process_close(process);
	return false;
}

/* --- reading it --- */

/* Whether it is still the program that published the page. */
static bool is_still_there(const struct process *process, char *why)
{
	struct mapped mapped;

	if (is_over(process->folder)) {
		snprintf(why, PROCESS_MESSAGE, "has ended");
		return false;
	}
	/* to read its mappings takes a lock that it may want */
	if (!link_is_page(process->folder, process->link) &&
	    look_at_mappings(process->folder, &mapped) && !mapped.page) {
		snprintf(why, PROCESS_MESSAGE, "runs another program now");
		return false;
	}
	return true;
}

static void work_out(struct process *process)
{
	const double at = now();
	const bool ask = at - process->resident_at >= BETWEEN_RESIDENT;

	struct figures *cpus = process->cpus_before;

	process->cpus_before = process->cpus;
	process->cpus = cpus;
	for (unsigned int cpu = 0; cpu < process->page.header.nr_cpus; cpu++) {
		figures_of_cpu(&process->page, cpu, &cpus[cpu]);
		if (!ask)
			cpus[cpu].value[RESIDENT] = process->cpus_before[cpu].value[RESIDENT];
	}
	if (ask) {
		resident_read(process->folder, &process->page, process->cpus);
		process->resident_at = at;
	}
	process->before = process->all;
	figures_of_process(&process->page, process->cpus, &process->all);
	process->read_before = process->read_at;
	process->read_at = at;
}

bool process_read(struct process *process, char why[PROCESS_MESSAGE])
{
	const unsigned int nr_cpus = process->page.header.nr_cpus;
	enum page_state state = page_read(process->file, &process->page);
	bool good = state == PAGE_GOOD;

	if (!good)
		say_state(state, why);
	else if (process->page.header.nr_cpus != nr_cpus)
		say_state(PAGE_IS_NONE, why);
	if (!good || process->page.header.nr_cpus != nr_cpus || !is_still_there(process, why)) {
		name_it(process, why);
		return false;
	}
	work_out(process);
	return true;
}

void process_close(struct process *process)
{
	page_free(&process->page);
	free(process->cpus);
	free(process->cpus_before);
	if (process->file >= 0)
		close(process->file);
	if (process->folder >= 0)
		close(process->folder);
	process->cpus = process->cpus_before = NULL;
	process->file = process->folder = -1;
}
