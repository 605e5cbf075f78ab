/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

/* Enough that all threads count at once for much longer than it takes to start them. */
enum { DEFAULT_COST_CALLS = 1 << 24 };

static const char help[] =
	"Usage: http_server [OPTION]...\n"
	"A multithreaded HTTP server that counts its requests in per-CPU variables.\n"
	"\n"
	"  --address=ADDRESS  listen on this numeric IPv4 or IPv6 address (default 127.0.0.1)\n"
	"  --port=PORT        listen on this port; 0, the default, takes any free one\n"
	"  --threads=N        serve with N threads (default: twice the CPUs that are online)\n"
	"  --counters=MODE    count in percpu (default), atomic or mutex counters, or in none\n"
	"  --cost-calls=N     at stop, call the counting function N times with one thread and N\n"
	"                     times with all, to measure its cost (default 16777216; 0: do not\n"
	"                     measure)\n"
	"  --help             print this and exit\n"
	"\n"
	"Serves / /hello /moved /fail and /metrics (OpenMetrics). SIGTERM or SIGINT ends it with\n"
	"a report of `key value` lines on standard output.\n";

static const struct option known[] = {
	{"address", required_argument, NULL, 'a'},
	{"port", required_argument, NULL, 'p'},
	{"threads", required_argument, NULL, 't'},
	{"counters", required_argument, NULL, 'c'},
	{"cost-calls", required_argument, NULL, 'm'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static void __attribute__((noreturn, format(printf, 1, 2))) bad_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("http_server: ", stderr);
	vfprintf(stderr, format, args);
	fputs("\nTry 'http_server --help'.\n", stderr);
	va_end(args);
	exit(EXIT_USAGE);
}

/* A whole decimal number from @min to @max: no blanks, no sign, nothing behind it. */
static int parse_number(const char *option, const char *text, int min, int max)
{
	size_t digits = strspn(text, "0123456789");

	errno = 0;
	long number = strtol(text, NULL, 10);

	if (!digits || text[digits] || errno || number < min || number > max)
		bad_usage("%s takes a number from %d to %d, not '%s'", option, min, max, text);
	return (int)number;
}

static const struct counter_ops *parse_counters(const char *text)
{
	const struct counter_ops *counters = counters_by_name(text);

	if (!counters)
		bad_usage("--counters takes percpu, atomic, mutex or none, not '%s'", text);
	return counters;
}

static void parse_address(const char *text, in_port_t port, struct options *options)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&options->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&options->address;

	memset(&options->address, 0, sizeof(options->address));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		options->address_length = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		options->address_length = sizeof(*v6);
	} else {
		bad_usage("--address takes a numeric IPv4 or IPv6 address, not '%s'", text);
	}
}

/* More threads than CPUs, so that threads are preempted and move while they count. */
static int default_threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 2;
	return cpus > THREADS_MAX / 2 ? THREADS_MAX : (int)cpus * 2;
}

static void __attribute__((noreturn)) print_help(void)
{
	fputs(help, stdout);
	exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

void options_parse(int argc, char **argv, struct options *options)
{
	const char *address = "127.0.0.1";
	in_port_t port = 0;
	int option;

	options->threads = default_threads();
	options->counters = &counters_percpu;
	options->cost_calls = DEFAULT_COST_CALLS;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'a':
			address = optarg;
			break;
		case 'p':
			port = (in_port_t)parse_number("--port", optarg, 0, 65535);
			break;
		case 't':
			options->threads = parse_number("--threads", optarg, 1, THREADS_MAX);
			break;
		case 'c':
			options->counters = parse_counters(optarg);
			break;
		case 'm':
			options->cost_calls =
				parse_number("--cost-calls", optarg, 0, COST_CALLS_MAX);
			break;
		case 'h':
			print_help();
		default: /* getopt_long() has said what is wrong */
			fputs("Try 'http_server --help'.\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		bad_usage("unexpected argument '%s'", argv[optind]);
	parse_address(address, port, options);
}
