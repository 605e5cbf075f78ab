// SPDX-License-Identifier: MIT
/*
 * percpu_bench_numbers: what run.sh does with what the programs have measured: one file of it,
 * plots for gnuplot, and the tables of a page.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_file.h"
#include "numbers/document.h"
#include "numbers/figures.h"
#include "numbers/merge.h"
#include "numbers/page.h"
#include "numbers/plot.h"

static const char help[] =
	"Usage: percpu_bench_numbers COMMAND...\n"
	"What run.sh does with the JSON of the other programs.\n"
	"\n"
	"  merge FILE...         one file of numbers of them, on standard output\n"
	"  merge --quick FILE... the same, which says that the numbers say nothing\n"
	"  check NUMBERS         whether its form is right; prints the curves, a line each\n"
	"  list                  the figures that are plots\n"
	"  plot FIGURE NUMBERS   a program for gnuplot, which writes SVG to standard output\n"
	"  page NUMBERS PAGE     writes the tables of the page anew\n"
	"  page-check NUMBERS PAGE\n"
	"                        whether they are what the numbers say\n"
	"  --help\n"
	"\n"
	"docs/performance.md describes the form. Exit status: 0, 1 after a message, or 2 where\n"
	"the command line is wrong.\n";

static _Noreturn void misuse(void)
{
	fputs("Try 'percpu_bench_numbers --help'.\n", stderr);
	exit(2);
}

static int do_merge(char **words)
{
	const bool quick = words[0] && !strcmp(words[0], "--quick");

	if (!words[quick])
		misuse();
	return merge(words + quick, quick) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int do_check(char **words)
{
	cJSON *numbers = numbers_read(words[0]);
	const cJSON *curve;

	cJSON_ArrayForEach(curve, json_member(words[0], numbers, "curves"))
		printf("%s\t%s\t%d\n", json_text(words[0], curve, "figure"),
		       json_text(words[0], curve, "series"),
		       cJSON_GetArraySize(json_member(words[0], curve, "points")));
	cJSON_Delete(numbers);
	return EXIT_SUCCESS;
}

static int do_list(char **words)
{
	(void)words;
	for (size_t i = 0; i < nr_figures; i++) {
		if (figures[i].title)
			puts(figures[i].name);
	}
	return EXIT_SUCCESS;
}

static int do_plot(char **words)
{
	const struct figure *figure = figures_find(words[0]);
	cJSON *numbers;
	unsigned int nr;

	if (!figure || !figure->title)
		errx(EXIT_FAILURE, "there is no plot '%s'", words[0]);
	numbers = numbers_read(words[1]);
	nr = plot(words[1], numbers, figure);
	cJSON_Delete(numbers);
	if (!nr)
		errx(EXIT_FAILURE, "%s: nothing of %s", words[1], words[0]);
	return EXIT_SUCCESS;
}

static int do_page(char **words, bool check)
{
	cJSON *numbers = numbers_read(words[0]);
	const int nr = page_write(words[0], numbers, words[1], check);

	cJSON_Delete(numbers);
	if (nr == 0)
		warnx("%s: no tables", words[1]);
	return nr > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int do_page_write(char **words)
{
	return do_page(words, false);
}

static int do_page_check(char **words)
{
	return do_page(words, true);
}

static const struct {
	const char *name;
	int words; /* that follow; -1: any number */
	int (*run)(char **words);
} commands[] = {
	{"merge", -1, do_merge}, {"check", 1, do_check},     {"list", 0, do_list},
	{"plot", 2, do_plot},    {"page", 2, do_page_write}, {"page-check", 2, do_page_check},
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		if (commands[i].words >= 0 && commands[i].words != argc - 2)
			misuse();
		return commands[i].run(argv + 2) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	misuse();
}
