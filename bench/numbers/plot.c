// SPDX-License-Identifier: MIT
#include "numbers/plot.h"

#include <stdio.h>
#include <string.h>

#include "harness/json_file.h"
#include "numbers/document.h"

/*
 * Colours that can be told from white and from black, and by people who see fewer of them; text is
 * of the grey that has the same contrast to both.  A series has the same one in all plots.
 */
#define TEXT "#767676"
#define OURS "#d7301f"
static const struct {
	const char *series;
	const char *colour;
} colours[] = {
	{"plain", "#3182bd"},
	{"thread-local", "#e6862b"},
	{"atomic, the thread's own", "#2f9e6e"},
	{"atomic, shared", "#9a6fc0"},
	{"per-CPU array, sched_getcpu()", "#b08a55"},
	{"mutex, shared", "#c2559a"},
	{"per-thread, in a list (liburcu)", "#7f8c2f"},
	{"std::atomic shards (LongAdder)", "#2aa5b5"},
	{"librseq", "#767676"},
	{"DPDK, per lcore", "#a0522d"},
	{"this_cpu_inc(), without rseq", "#f07a5f"},
	{"malloc() of glibc", "#3182bd"},
	{"malloc() of the C library", "#3182bd"},
	{"malloc() of jemalloc", "#e6862b"},
	{"jemalloc", "#e6862b"},
	{"an array, a cache line a CPU", "#b08a55"},
	{"libpercpu.a", "#f07a5f"},
	{"liburcu-bp", "#7f8c2f"},
	{"libstdc++", "#2aa5b5"},
	{"no counters", "#3182bd"},
	{"shared atomics", "#9a6fc0"},
	{"one mutex", "#c2559a"},
};

static const char *colour_of(const char *series)
{
	if (series_is_ours(series))
		return OURS;
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		if (!strcmp(colours[i].series, series))
			return colours[i].colour;
	}
	return TEXT;
}

struct drawing {
	const char *path;
	const cJSON *curves;
	const struct figure *figure;
};

#define EACH_CURVE(drawing, curve)                                                                 \
	cJSON_ArrayForEach(                                                                        \
		curve, (drawing)->curves) if (!strcmp(json_text((drawing)->path, curve, "figure"), \
						      (drawing)->figure->name))

static unsigned int count_curves(const struct drawing *drawing)
{
	unsigned int nr = 0;
	const cJSON *curve;

	EACH_CURVE(drawing, curve)
	nr++;
	return nr;
}

static void put_style(const struct figure *figure)
{
	printf("set terminal svg noenhanced size 760,400 dynamic font 'sans-serif,13'\n"
	       "set title \"%s\" textcolor rgb '" TEXT "'\n"
	       "set xlabel '%s' textcolor rgb '" TEXT "'\n"
	       "set ylabel '%s' textcolor rgb '" TEXT "'\n"
	       "set border 3 linecolor rgb '" TEXT "'\n"
	       "set tics nomirror textcolor rgb '" TEXT "'\n"
	       "set grid ytics linecolor rgb '" TEXT "' linewidth 0.3\n"
	       "set key outside right center Left reverse samplen 2 textcolor rgb '" TEXT "'\n"
	       "set bars 0.5\n"
	       "set format y '%%.10g'\n",
	       figure->title, figure->x_label, figure->y_label);
	if (figure->how & LOG_Y)
		puts("set logscale y");
	else
		puts("set yrange [0:*]");
}

/* The data of a curve, a block each: where, median, quartiles. */
static void put_data(const struct drawing *drawing)
{
	const cJSON *curve, *point;
	unsigned int nr = 0;

	EACH_CURVE(drawing, curve)
	{
		printf("$data%u << EOD\n", nr++);
		cJSON_ArrayForEach(point, json_member(drawing->path, curve, "points"))
			printf("%.10g %.6g %.6g %.6g\n", json_number(drawing->path, point, "at"),
			       json_number(drawing->path, point, "median"),
			       json_number(drawing->path, point, "p25"),
			       json_number(drawing->path, point, "p75"));
		puts("EOD");
	}
}

/* A mark at each place that was measured, of the curve that has most. */
static void put_places(const struct drawing *drawing)
{
	const cJSON *curve, *point, *longest = NULL;
	const char *comma = "";

	EACH_CURVE(drawing, curve)
	{
		const cJSON *points = json_member(drawing->path, curve, "points");

		if (!longest || cJSON_GetArraySize(points) > cJSON_GetArraySize(longest))
			longest = points;
	}
	printf("set xtics (");
	cJSON_ArrayForEach(point, longest)
	{
		const double at = json_number(drawing->path, point, "at");

		printf("%s'%'.0f' %.10g", comma, at, at);
		comma = ", ";
	}
	puts(")\nset offsets graph 0.05, graph 0.05, 0, 0");
}

static void put_lines(const struct drawing *drawing)
{
	const char *start = "plot ";
	const cJSON *curve;
	unsigned int nr = 0;

	if (drawing->figure->how & LOG_X)
		puts("set logscale x 2");
	put_places(drawing);
	EACH_CURVE(drawing, curve)
	{
		const char *series = json_text(drawing->path, curve, "series");
		const bool ours = series_is_ours(series);

		printf("%s$data%u using 1:2:3:4 with yerrorlines linecolor rgb '%s' "
		       "linewidth %s dashtype %u pointtype %u pointsize %s title \"%s\"",
		       start, nr, colour_of(series), ours ? "3" : "1.5", ours ? 1 : nr % 4 + 1,
		       ours ? 7 : nr % 6 + 8, ours ? "0.8" : "0.6", series);
		start = ", \\\n  ";
		nr++;
	}
	putchar('\n');
}

/* A group of bars a place, a bar a curve. */
static void put_bars(const struct drawing *drawing)
{
	const unsigned int all = count_curves(drawing);
	const double width = 0.8 / all;
	const char *start = "plot ";
	const cJSON *curve;
	unsigned int nr = 0;

	puts("set style fill solid 0.85 noborder");
	put_places(drawing);
	if (!*drawing->figure->x_label)
		puts("unset xtics");
	EACH_CURVE(drawing, curve)
	{
		const char *series = json_text(drawing->path, curve, "series");
		const double shift = (nr - (all - 1) / 2.0) * width;

		printf("%s$data%u using ($1+%.4f):2:(%.4f) with boxes linecolor rgb '%s' "
		       "title \"%s\", $data%u using ($1+%.4f):3:(0):($4-$3) with vectors nohead "
		       "linecolor rgb '" TEXT "' notitle",
		       start, nr, shift, width * 0.9, colour_of(series), series, nr, shift);
		start = ", \\\n  ";
		nr++;
	}
	putchar('\n');
}

unsigned int plot(const char *path, const cJSON *numbers, const struct figure *figure)
{
	const struct drawing drawing = {path, json_member(path, numbers, "curves"), figure};
	const unsigned int nr = count_curves(&drawing);

	if (!nr)
		return 0;
	put_style(figure);
	put_data(&drawing);
	if (figure->how & BARS)
		put_bars(&drawing);
	else
		put_lines(&drawing);
	return nr;
}
