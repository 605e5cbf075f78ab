/* SPDX-License-Identifier: MIT */
/*
 * bitmap_text.c - bitmaps as text: percpu/bitmap.h. With PERCPU_UP a program has these functions
 * from the header; without, the library has them for it.
 */
#include <percpu/impl/up/bitmap_text.h>
