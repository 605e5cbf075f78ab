// SPDX-License-Identifier: MIT
#include "harness/figure.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static bool quick;

void figures_be_quick(void)
{
	quick = true;
}

bool figures_are_quick(void)
{
	return quick;
}

unsigned int figures_slices(void)
{
	return quick ? 3 : 200;
}

size_t figures_part(size_t nr)
{
	return quick ? nr / 16 : nr;
}

/* A line of groups.c; a bound of 0: none. */
static void print_figure(double bound, const char *unit, double value, const char *name,
			 va_list arguments)
{
	printf("%s\t%.6g\t%.6g\t", unit, value, bound);
	vprintf(name, arguments);
	putchar('\n');
}

void figure(const char *unit, double value, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	print_figure(0, unit, value, name, arguments);
	va_end(arguments);
}

void figure_at_most(double bound, const char *unit, double value, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	print_figure(bound, unit, value, name, arguments);
	va_end(arguments);
}
