// SPDX-License-Identifier: MIT
#include "around/figure.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static bool quick;

void figures_be_quick(void)
{
	quick = true;
}

unsigned int figures_slices(void)
{
	return quick ? 3 : 200;
}

size_t figures_part(size_t nr)
{
	return quick ? nr / 16 : nr;
}

void figure(const char *unit, double value, const char *name, ...)
{
	va_list arguments;

	printf("%s\t%.6g\t", unit, value);
	va_start(arguments, name);
	vprintf(name, arguments);
	va_end(arguments);
	putchar('\n');
}
