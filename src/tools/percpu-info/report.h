/* SPDX-License-Identifier: MIT */
/* report.h - the facts, as text, as JSON and as a picture. */
#ifndef INFO_REPORT_H
#define INFO_REPORT_H

#include "percpu-info/facts.h"

#include <stdio.h>

void report_text(FILE *stream, const struct facts *facts);
void report_json(FILE *stream, const struct facts *facts);

/* Groups and their units: in characters, and in SVG. */
void report_picture(FILE *stream, const struct facts *facts);
void report_svg(FILE *stream, const struct facts *facts);

#endif /* INFO_REPORT_H */
