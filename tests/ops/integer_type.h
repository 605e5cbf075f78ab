/* SPDX-License-Identifier: MIT */
/* integer_type.h - all rows of the integer TYPE called NAME in FAMILY. */
#define VALUE_A ((TYPE)100)
#define VALUE_B ((TYPE)-7)
#define VALUE_C ((TYPE)55)
#include "integer_rows.h"
#include "value_rows.h"
#undef VALUE_A
#undef VALUE_B
#undef VALUE_C
