/* SPDX-License-Identifier: MIT */
/* main.c - percpu-stat: what processes with libpercpu do, from what they publish of themselves. */
#include "common/tool.h"
#include "percpu-stat/show.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
	"Usage: percpu-stat [OPTION]... PID...\n"
	"       percpu-stat [OPTION]... --all\n"
	"Shows what processes with libpercpu do: a line each, again and again, or once in\n"
	"a form for programs. They are not stopped, nor changed in any way. They must be\n"
	"yours, unless you are root.\n"
	"\n"
	"  -c, --count N     end after N times\n"
	"  -i, --interval S  every S seconds, 0.01 to 86400; 1 if not given\n"
	"  -a, --per-cpu     each CPU that is in use, too\n"
	"      --all         all processes that can be watched\n"
	"      --json        once, as a JSON document\n"
	"      --openmetrics once, as OpenMetrics text\n"
	"  -h, --help        this text\n"
	"  -V, --version     the version\n"
	"\n"
	"Exit status: 0; 1: a process cannot be watched, or has ended; 2: a wrong option.\n";

#define SHORTEST 0.01
#define LONGEST 86400.0
#define MOST_TIMES 1000000000

enum form {
	LINES,
	JSON,
	METRICS,
};

static struct {
	enum form form;
	bool of_cpus, all;
	long times;      /* 0: for ever */
	double interval; /* 0: not given */
} wanted;

static struct {
	struct process *of;
	size_t nr, room;
} processes;

/* --- options --- */

static long number_of(const char *text, long most)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	return errno || end == text || *end || !isdigit((unsigned char)*text) || number > most
		       ? -1
		       : number;
}

static void take_interval(const char *text)
{
	char *end;

	wanted.interval = strtod(text, &end);
	if (end == text || *end || !isfinite(wanted.interval) || wanted.interval < SHORTEST ||
	    wanted.interval > LONGEST)
		tool_misused("'%s' is no interval from 0.01 to 86400 seconds", text);
}

static void take(int letter, const char *argument)
{
	switch (letter) {
	case 'c':
		wanted.times = number_of(argument, MOST_TIMES);
		if (wanted.times < 1)
			tool_misused("'%s' is no count from 1 to %d", argument, MOST_TIMES);
		break;
	case 'i':
		take_interval(argument);
		break;
	case 'a':
		wanted.of_cpus = true;
		break;
	case 'A':
		wanted.all = true;
		break;
	default:
		if (wanted.form != LINES)
			tool_misused("--json and --openmetrics: one of them, once");
		wanted.form = letter == 'j' ? JSON : METRICS;
	}
}

/* --- processes --- */

static struct process *room_for_one(void)
{
	if (processes.nr == processes.room) {
		const size_t room = processes.room ? 2 * processes.room : 8;
		struct process *of = realloc(processes.of, room * sizeof(*of));

		if (!of)
			tool_fail("no memory for %zu processes", room);
		processes.of = of;
		processes.room = room;
	}
	return &processes.of[processes.nr];
}

static void add_named(const char *word)
{
	const long pid = number_of(word, 4194304);
	char why[PROCESS_MESSAGE];

	if (pid < 1)
		tool_misused("'%s' is no number of a process", word);
	if (!process_open(room_for_one(), (pid_t)pid, why))
		tool_fail("%s", why);
	processes.nr++;
}

static bool is_known(pid_t pid)
{
	for (size_t i = 0; i < processes.nr; i++)
		if (processes.of[i].pid == pid)
			return true;
	return false;
}

/* Those that can be watched: whatever is in the way of others is left unsaid. */
static void add_all(void)
{
	DIR *folder = opendir("/proc");
	char why[PROCESS_MESSAGE];
	struct dirent *entry;

	if (!folder)
		tool_fail("/proc cannot be read, where processes are found");
	while ((entry = readdir(folder)) != NULL) {
		const long pid = number_of(entry->d_name, 4194304);

		if (pid > 0 && pid != getpid() && !is_known((pid_t)pid) &&
		    process_open(room_for_one(), (pid_t)pid, why))
			processes.nr++;
	}
	closedir(folder);
	if (!processes.nr)
		tool_fail("there is no process that publishes anything and that you may look at");
}

/* Who cannot be read any more is left out from then on. False: there is one that was named. */
static bool read_all(void)
{
	char why[PROCESS_MESSAGE];
	bool good = true;
	size_t left = 0;

	for (size_t i = 0; i < processes.nr; i++) {
		if (process_read(&processes.of[i], why)) {
			processes.of[left++] = processes.of[i];
			continue;
		}
		process_close(&processes.of[i]);
		if (wanted.all)
			continue;
		fflush(stdout);
		fprintf(stderr, "percpu-stat: %s\n", why);
		good = false;
	}
	processes.nr = left;
	return good;
}

static void show(void)
{
	if (wanted.form == JSON)
		show_json(processes.of, processes.nr, wanted.of_cpus);
	else if (wanted.form == METRICS)
		show_metrics(processes.of, processes.nr, wanted.of_cpus);
	else
		show_lines(processes.of, processes.nr, wanted.of_cpus);
}

static void wait_a_while(void)
{
	struct timespec left = {(time_t)wanted.interval,
				(long)((wanted.interval - floor(wanted.interval)) * 1e9)};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* Until the last time, or until there is nobody left. */
static bool watch(void)
{
	bool good = true;

	for (long time = 1;; time++) {
		if (wanted.all)
			add_all();
		good &= read_all();
		show();
		if (!processes.nr || time == wanted.times || ferror(stdout))
			return good && processes.nr;
		wait_a_while();
	}
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {{"count", required_argument, NULL, 'c'},
						{"interval", required_argument, NULL, 'i'},
						{"per-cpu", no_argument, NULL, 'a'},
						{"all", no_argument, NULL, 'A'},
						{"json", no_argument, NULL, 'j'},
						{"openmetrics", no_argument, NULL, 'm'},
						TOOL_OPTIONS,
						{NULL, 0, NULL, 0}};
	static const struct tool tool = {
		.name = "percpu-stat",
		.help = help,
		.options = options,
		.letters = "c:i:ahV",
		.take = take,
	};
	int word = tool_options(&tool, argc, argv);

	if (wanted.form != LINES && (wanted.times || wanted.interval > 0))
		tool_misused("--json and --openmetrics are printed once: they go without --count "
			     "and --interval");
	if (wanted.all == (word < argc))
		tool_misused(wanted.all ? "'%s' is one word too many beside --all"
					: "there is no PID, and no --all%s",
			     wanted.all ? argv[word] : "");
	for (; word < argc; word++)
		add_named(argv[word]);
	if (wanted.form != LINES)
		wanted.times = 1;
	if (!(wanted.interval > 0))
		wanted.interval = 1;
}

int main(int argc, char **argv)
{
	bool good;
	int status;

	read_options(argc, argv);
	good = watch();
	status = tool_end();
	return good ? status : TOOL_FAILED;
}
