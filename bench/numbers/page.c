// SPDX-License-Identifier: MIT
#include "numbers/page.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_file.h"
#include "numbers/document.h"
#include "numbers/figures.h"

#define BEGIN "<!-- numbers: "
#define BEGIN_END " -->\n"
#define END "<!-- end of numbers -->\n"

/* Three digits that say something. */
static void put_number(FILE *out, double value)
{
	const double size = value < 0 ? -value : value;

	fprintf(out, "%.*f", size < 9.995 ? 2 : size < 99.95 ? 1 : 0, value);
}

static void put_machine(FILE *out, const char *path, const cJSON *numbers)
{
	const cJSON *host = json_member(path, numbers, "host");

	fprintf(out, "Taken on %.0f CPUs (%s), Linux %s, %s, %s.%s\n",
		json_number(path, host, "cpus_allowed"), json_text(path, host, "cpu_model"),
		json_text(path, host, "kernel_release"), json_text(path, host, "compiler"),
		json_text(path, host, "libc"),
		cJSON_IsTrue(json_member(path, numbers, "quick"))
			? " **A quick run, whose numbers say nothing.**"
			: "");
}

static void put_heading(FILE *out, const char *path, const struct figure *figure,
			const cJSON *curve)
{
	const cJSON *points = json_member(path, curve, "points"), *point;

	fprintf(out, "| %s", json_text(path, curve, "unit"));
	if (*figure->x_label)
		fprintf(out, ", by %s", json_text(path, curve, "x"));
	fputs(" |", out);
	cJSON_ArrayForEach(point, points)
	{
		if (*figure->x_label)
			fprintf(out, " %.0f |", json_number(path, point, "at"));
		else
			fputs(" added |", out);
	}
	fputs("\n|---|", out);
	cJSON_ArrayForEach(point, points) fputs("---|", out);
	fputc('\n', out);
}

static void put_point(FILE *out, const char *path, const cJSON *point, bool quartiles)
{
	fputc(' ', out);
	put_number(out, json_number(path, point, "median"));
	if (quartiles) {
		fputs(" (", out);
		put_number(out, json_number(path, point, "p25"));
		fputs(" to ", out);
		put_number(out, json_number(path, point, "p75"));
		fputc(')', out);
	}
	fputs(" |", out);
}

static void put_table(FILE *out, const char *path, const cJSON *numbers,
		      const struct figure *figure)
{
	const cJSON *curve, *point, *longest = NULL, *curves = json_member(path, numbers, "curves");

	cJSON_ArrayForEach(curve, curves)
	{
		if (strcmp(json_text(path, curve, "figure"), figure->name) != 0)
			continue;
		if (!longest)
			put_heading(out, path, figure, curve);
		longest = curve;
		fprintf(out, "| %s |", json_text(path, curve, "series"));
		cJSON_ArrayForEach(point, json_member(path, curve, "points"))
			put_point(out, path, point, figure->how & QUARTILES);
		fputc('\n', out);
	}
	if (!longest)
		fputs("Not measured.\n", out);
}

/* What stands between the two lines; the caller frees it. */
static char *table_of(const char *path, const cJSON *numbers, const char *page, const char *name)
{
	const struct figure *figure = figures_find(name);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		err(EXIT_FAILURE, "open_memstream");
	fputc('\n', out);
	if (!strcmp(name, "machine"))
		put_machine(out, path, numbers);
	else if (figure)
		put_table(out, path, numbers, figure);
	else
		errx(EXIT_FAILURE, "%s: there is no figure '%s'", page, name);
	fputc('\n', out);
	fclose(out);
	return text;
}

/* Copies the page with its tables; returns how many, and in *@stale how many were others. */
static int copy(FILE *out, const char *path, const cJSON *numbers, const char *page,
		const char *text, int *stale)
{
	const char *begin;
	int nr = 0;

	while ((begin = strstr(text, BEGIN))) {
		const char *name = begin + strlen(BEGIN), *inside = strstr(name, BEGIN_END);
		const char *end = inside ? strstr(inside, END) : NULL;
		char called[64], *table;

		if (!end || inside - name >= (ptrdiff_t)sizeof(called))
			errx(EXIT_FAILURE, "%s: '%.40s' has no end", page, begin);
		snprintf(called, sizeof(called), "%.*s", (int)(inside - name), name);
		inside += strlen(BEGIN_END);
		table = table_of(path, numbers, page, called);
		if (strlen(table) != (size_t)(end - inside) ||
		    memcmp(table, inside, (size_t)(end - inside)) != 0) {
			warnx("%s: %s is not what %s says", page, called, path);
			++*stale;
		}
		fwrite(text, 1, (size_t)(inside - text), out);
		fputs(table, out);
		free(table);
		text = end;
		nr++;
	}
	fputs(text, out);
	return nr;
}

static int replace(const char *page, const char *text)
{
	FILE *out = fopen(page, "we");
	int failed = !out || fputs(text, out) == EOF;

	if ((out && fclose(out)) || failed) {
		warn("%s", page);
		return -1;
	}
	return 0;
}

int page_write(const char *path, const cJSON *numbers, const char *page, bool check)
{
	char *text = json_file_text(page), *anew = NULL;
	int nr, stale = 0;
	size_t size;
	FILE *out = open_memstream(&anew, &size);

	if (!out)
		err(EXIT_FAILURE, "open_memstream");
	nr = copy(out, path, numbers, page, text, &stale);
	fclose(out);
	if (check ? stale > 0 : replace(page, anew))
		nr = -1;
	free(text);
	free(anew);
	return nr;
}
