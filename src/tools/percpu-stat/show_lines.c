/* SPDX-License-Identifier: MIT */
/* show_lines.c - see show.h. As vmstat prints its lines. */
#include "percpu-stat/show.h"

#include <stdio.h>
#include <string.h>

/* Lines between one heading and the next. */
#define LINES 20

/* Room for a number: 4 digits, or 3 with a letter. */
#define ROOM 8

static const char *text_of(double number, char text[ROOM])
{
	static const char letters[] = " KMGTPE";
	int letter = 0;

	if (number < 0)
		number = 0;
	for (; number >= 9999.5 && letters[letter + 1]; letter++)
		number /= 1000;
	if (!letter)
		snprintf(text, ROOM,
			 number > 0 && number < 9.95 && number != (double)(int)number ? "%.1f"
										      : "%.0f",
			 number);
	else
		snprintf(text, ROOM, "%.0f%c", number, letters[letter]);
	return text;
}

static void put(double number, int width)
{
	char text[ROOM];

	printf(" %*s", width, text_of(number, text));
}

static void put_known(uint64_t value, int width)
{
	if (value == FIGURE_UNKNOWN)
		printf(" %*s", width, "-");
	else
		put((double)value, width);
}

/* --- a line --- */

struct line {
	const struct figures *now, *before;
	double seconds; /* between them */
};

static double difference(const struct line *line, enum figure figure)
{
	const uint64_t now = line->now->value[figure], before = line->before->value[figure];

	return now > before ? (double)(now - before) : 0;
}

static void put_rate(const struct line *line, enum figure figure, int width)
{
	put(line->seconds > 0 ? difference(line, figure) / line->seconds : 0, width);
}

static void put_percent(double part, double all)
{
	if (all > 0)
		printf(" %3.0f", 100 * (part < all ? part : all) / all);
	else
		printf(" %3s", "-");
}

/* Microseconds, of those that were since the last line. */
static void put_mean(const struct line *line, enum figure time, enum figure times)
{
	const double nr = difference(line, times);

	put(nr > 0 ? difference(line, time) / nr / 1000 : 0, 5);
}

static void put_times(const struct line *line, enum figure times, enum figure time,
		      enum figure longest)
{
	put_rate(line, times, 5);
	put_mean(line, time, times);
	put((double)line->now->value[longest] / 1000, 5);
}

static void put_areas(const struct line *line)
{
	const uint64_t *now = line->now->value;

	/* of a CPU, those of its cache: others are nobody's */
	const bool of_cpu = now[ALLOCATIONS] == FIGURE_UNKNOWN;

	put_rate(line, of_cpu ? CACHE_ALLOCATIONS : ALLOCATIONS, 6);
	put_rate(line, of_cpu ? CACHE_FREES : FREES, 6);
	put_known(now[LIVE_AREAS], 5);
	put_known(now[LIVE_BYTES], 5);
}

static void put_caches(const struct line *line)
{
	if (line->now->value[ALLOCATIONS] == FIGURE_UNKNOWN)
		printf(" %3s", "-");
	else
		put_percent(difference(line, CACHE_ALLOCATIONS), difference(line, ALLOCATIONS));
	put_rate(line, CACHE_REFILLS, 5);
	put_rate(line, CACHE_RETURNS, 5);
	put_known(line->now->value[CACHED_AREAS], 5);
}

/* How much of the free space is not in one piece. */
static void put_chunks(const struct line *line)
{
	const uint64_t *now = line->now->value;

	put_known(now[CHUNKS], 5);
	put_known(now[FREE_BYTES], 5);
	if (now[FREE_BYTES] == FIGURE_UNKNOWN)
		printf(" %3s", "-");
	else
		put_percent((double)now[FREE_BYTES] - (double)now[LARGEST_FREE],
			    (double)now[FREE_BYTES]);
}

static void put_line(const char *who, const struct line *line)
{
	printf("%7s", who);
	put_areas(line);
	put_caches(line);
	put_chunks(line);
	put_rate(line, SLOW_OPERATIONS, 5);
	put_rate(line, ABORTS, 5);
	put_times(line, HOLDS, HOLD_TIME, LONGEST_HOLD);
	put_times(line, WAITS, WAIT_TIME, LONGEST_WAIT);
	put_known(line->now->value[OPEN_UNITS], 4);
	put_known(line->now->value[RESIDENT], 5);
	putchar('\n');
}

static void put_heading(void)
{
	static unsigned int lines;

	if (lines++ % LINES)
		return;
	printf("        ---------areas---------- ------caches------ ----chunks----- --slow side"
	       " -----holds------- -----waits------- --copies--\n"
	       "    pid alloc/s free/s  live bytes hit  fill  back   has    nr  free  fr"
	       "   ops abort   nr/s  mean  most  nr/s  mean  most cpus bytes\n");
}

/* --- lines of CPUs --- */

static void put_cpus(const struct process *process, double seconds)
{
	char who[16];

	for (unsigned int cpu = 0; cpu < process->page.header.nr_cpus; cpu++) {
		if (!figures_are_of_use(&process->cpus[cpu]))
			continue;
		snprintf(who, sizeof(who), "cpu%u", cpu);
		put_line(who,
			 &(struct line){&process->cpus[cpu], &process->cpus_before[cpu], seconds});
	}
}

void show_lines(const struct process *processes, size_t nr, bool of_cpus)
{
	char who[16];

	for (size_t i = 0; i < nr; i++) {
		const struct process *process = &processes[i];
		const double since = process->read_before > 0
					     ? process->read_before
					     : (double)process->page.header.started_ns * 1e-9;
		const struct line line = {&process->all, &process->before,
					  process->read_at - since};

		put_heading();
		snprintf(who, sizeof(who), "%d", (int)process->pid);
		put_line(who, &line);
		if (of_cpus)
			put_cpus(process, line.seconds);
	}
	fflush(stdout);
}
