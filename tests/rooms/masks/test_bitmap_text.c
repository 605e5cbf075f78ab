/* SPDX-License-Identifier: MIT */
/*
 * test_bitmap_text.c - bitmaps as text: what may stand in a list and in a text of hex digits, what
 * is made of it, and how bitmaps are written.
 */
#include "../../masks/model.h"

#include "support/cmocka_all.h"

#include <percpu/bitmap.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GARBAGE 0xa5a5a5a5a5a5a5a5UL

struct row {
	const char *text;
	int nbits, err;
	const char *bits; /* numbers and ranges, "0-2,5"; NULL: there is an error */
};

/* The kernel's own, as far as they are public, and how it answered where it was asked. */
/* clang-format off */
static const struct row lists[] = {
	{"0", 8, 0, "0"},
	{"1", 8, 0, "1"},
	{"16-31", 32, 0, "16-31"},
	{"0-31:1/2", 32, 0, "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"},
	{"0-31:1/4", 32, 0, "0,4,8,12,16,20,24,28"},
	{"1-31:1/4", 32, 0, "1,5,9,13,17,21,25,29"},
	{"1-31:4/4", 32, 0, "1-31"},
	{"0-31:1/4,32-63:2/4", 64, 0, 
	 "0,4,8,12,16,20,24,28,32-33,36-37,40-41,44-45,48-49,52-53,56-57,60-61"},
	{"  ,,  0-31:3/4  ,, 32-63:4/4  ,,  ", 64, 0, 
	 "0-2,4-6,8-10,12-14,16-18,20-22,24-26,28-30,32-63"},
	{"0-31:1/4,32-63:2/4,64-95:3/4,96-127:4/4", 128, 0, 
	 "0,4,8,12,16,20,24,28,32-33,36-37,40-41,44-45,48-49,52-53,56-57,60-61,64-66,68-70,"
	 "72-74,76-78,80-82,84-86,88-90,92-94,96-127"},
	{"", 8, 0, ""},
	{"\n", 8, 0, ""},
	{" ,  ,,  , ,   ", 8, 0, ""},
	{" ,  ,,  , ,   \n", 8, 0, ""},
	{"1-1", 32, 0, "1"},
	{"15-15", 32, 0, "15"},
	{"0-0:0/1", 32, 0, ""},
	{"0-0:1/1", 32, 0, "0"},
	{"0-0:31/31", 32, 0, "0"},
	{"1-1:1/1", 32, 0, "1"},
	{"15-15:1/2", 32, 0, "15"},
	{"15-15:31/31", 32, 0, "15"},
	{"16-31:16/31", 32, 0, "16-31"},
	{"31-31:31/31", 32, 0, "31"},
	{"0-0:1/N", 32, 0, "0"},
	{"0-0:N/N", 32, 0, "0"},
	{"15-15:N/N", 32, 0, "15"},
	{"15-N:1/N", 32, 0, "15"},
	{"N-N:N/N", 32, 0, "31"},
	{"0-N:1/3,1-N:1/3,2-N:1/3", 32, 0, "0-31"},
	{"1-10:8/12,8-31:24/29,0-31:0/3", 32, 0, "1-31"},
	{"all", 32, 0, "0-31"},
	{"all:1/2", 32, 0, "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"},
	{"ALL:1/2", 32, 0, "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"},
	{"alll", 8, -EINVAL, NULL},
	{"-1", 8, -EINVAL, NULL},
	{"10-1", 8, -EINVAL, NULL},
	{"8-8", 8, -ERANGE, NULL},
	{"0-31:", 32, -EINVAL, NULL},
	{"0-31:0", 32, -EINVAL, NULL},
	{"0-31:0/0", 32, -EINVAL, NULL},
	{"0-31:1/0", 32, -EINVAL, NULL},
	{"0-98765432123456789:10/1", 8, -EOVERFLOW, NULL},
	{"a-31", 8, -EINVAL, NULL},
	{"a-31:10/1", 8, -EINVAL, NULL},
	{"0-31:a/1", 8, -EINVAL, NULL},
	/* numbers */
	{"00000000000000000000007", 8, 0, "7"},
	{"8", 8, -ERANGE, NULL}, {"0-8", 8, -ERANGE, NULL}, {"0,8", 8, -ERANGE, NULL},
	{"4294967294", 8, -ERANGE, NULL},
	{"4294967295", 8, -EINVAL, NULL}, /* the number behind it, which a range needs, is none */
	{"0-4294967295", 8, -EINVAL, NULL}, {"0-4294967295:1/2", 8, -ERANGE, NULL},
	{"4294967296", 8, -EOVERFLOW, NULL}, {"18446744073709551616", 8, -EOVERFLOW, NULL},
	{"99999999999999999999999999999999999999999", 8, -EOVERFLOW, NULL},
	{"+1", 8, -EINVAL, NULL}, {"0x1", 8, -EINVAL, NULL}, {"1.0", 8, -EINVAL, NULL},
	/* ranges */
	{"3-1", 8, -EINVAL, NULL}, {"-3", 8, -EINVAL, NULL}, {"1-", 8, -EINVAL, NULL},
	{"1--2", 8, -EINVAL, NULL}, {"1-2-3", 8, -EINVAL, NULL}, {"0 - 1", 8, -EINVAL, NULL},
	{"0- 1", 8, -EINVAL, NULL}, {"-", 8, -EINVAL, NULL}, {"1-\n2", 8, -EINVAL, NULL},
	{"5,0-3", 8, 0, "0-3,5"}, {"0-3,2-5,2", 8, 0, "0-5"},
	/* the last bit, and all */
	{"N", 8, 0, "7"}, {"n", 8, -EINVAL, NULL}, {"5-N", 8, 0, "5-7"}, {"N-5", 8, -EINVAL, NULL},
	{"NN", 8, -EINVAL, NULL}, {"N-N", 1, 0, "0"}, {"7N", 8, -EINVAL, NULL},
	{"aLL", 8, 0, "0-7"}, {"al", 8, -EINVAL, NULL}, {"all-1", 8, -EINVAL, NULL},
	{"all,1", 8, 0, "0-7"}, {"0,all", 8, 0, "0-7"}, {"0-all", 8, -EINVAL, NULL},
	/* groups */
	{"all:N/N", 8, 0, "0-7"}, {"0-15:2/4", 16, 0, "0-1,4-5,8-9,12-13"},
	{"1-1:1/4294967295", 2, 0, "1"}, /* where the kernel sets 0 too */
	{"0-7:1/4294967296", 8, -EOVERFLOW, NULL}, {"0-7:2/1", 8, -EINVAL, NULL},
	{"0-7:1", 8, -EINVAL, NULL}, {"0-7:1/", 8, -EINVAL, NULL}, {"0-7:/2", 8, -EINVAL, NULL},
	{"0-7:1,2", 8, -EINVAL, NULL}, {"3:1/2", 8, -EINVAL, NULL}, {"0-7 :1/2", 8, -EINVAL, NULL},
	{"0-7:1/2:1/2", 8, -EINVAL, NULL}, {"0-7:0/4,1", 8, 0, "1"}, {"0-7:4/4", 8, 0, "0-7"},
	/* behind the last number of a group the next region may stand at once */
	{"0-7:1/4N", 8, 0, "0,4,7"}, {"0-7:1/4all", 8, 0, "0-7"}, {"0-7:1/4-", 8, -EINVAL, NULL},
	{"0-7:1/4x", 8, -EINVAL, NULL},
	/* what stands between, and where it ends */
	{"1 2\t3\v4\f5\r6", 8, 0, "1-6"}, {"0\xa0" "1", 8, 0, "0-1"}, {"\xa0" "1", 8, 0, "1"},
	{"0;1", 8, -EINVAL, NULL}, {"0/1", 8, -EINVAL, NULL}, {",", 8, 0, ""},
	{",1,,2,", 8, 0, "1-2"},
	{"1\n2", 8, 0, "1"}, {"1,\n2", 8, 0, "1-2"}, {"1 \n2", 8, 0, "1-2"}, {"\n1", 8, 0, "1"},
	{"1\nx", 8, 0, "1"}, {"1,\nx", 8, -EINVAL, NULL}, {"0-7:1/4\n2", 8, 0, "0,4"},
	{"1\x7f", 8, -EINVAL, NULL}, {"\x01", 8, -EINVAL, NULL}, {"1\x85", 8, -EINVAL, NULL},
	/* of no bits at all */
	{"", 0, 0, ""}, {"0", 0, -ERANGE, NULL}, {"all", 0, -EINVAL, NULL},
	{"0", -1, -EINVAL, NULL},
};

static const struct row hexes[] = {
	{"", 32, 0, ""},
	{" ", 32, 0, ""},
	{"0\n", 32, 0, ""},
	{"1", 32, 0, "0"},
	{"1,0", 33, 0, "32"},
	{"deadbeef,\n,0,1", 96, 0, "0-3,5-7,9-13,15-16,18-19,21,23,25-28,30-31"},
	{"baadf00d,deadbeef,1,0", 128, 0, 
	 "32,64-67,69-71,73-77,79-80,82-83,85,87,89-92,94-96,98-99,108-112,114-115,117,119,121,"
	 "123-125,127"},
	{"badf00d,deadbeef,1,0", 124, 0, 
	 "32,64-67,69-71,73-77,79-80,82-83,85,87,89-92,94-96,98-99,108-112,114-115,117,119-121,"
	 "123"},
	{"  badf00d,deadbeef,1,0  ", 124, 0, 
	 "32,64-67,69-71,73-77,79-80,82-83,85,87,89-92,94-96,98-99,108-112,114-115,117,119-121,"
	 "123"},
	{" , badf00d,deadbeef,1,0 , ", 124, 0, 
	 "32,64-67,69-71,73-77,79-80,82-83,85,87,89-92,94-96,98-99,108-112,114-115,117,119-121,"
	 "123"},
	{"goodfood,deadbeef,1,0", 128, -EINVAL, NULL},
	{"3,0", 33, -EOVERFLOW, NULL},
	{"badf00d,deadbeef,1,0", 90, -EOVERFLOW, NULL},
	{"fbadf00d,deadbeef,1,0", 95, -EOVERFLOW, NULL},
	{"3", 40, 0, "0-1"}, {"2,00000001", 40, 0, "0,33"}, {"2,1", 40, 0, "0,33"},
	{" f ", 40, 0, "0-3"},
	{"80,00000000", 40, 0, "39"}, {"100,00000000", 40, -EOVERFLOW, NULL},
	{"fffffffff", 40, -EOVERFLOW, NULL}, {"000000001", 40, -EOVERFLOW, NULL},
	{"0,0,3", 40, -EOVERFLOW, NULL}, {"0,3", 2, -EOVERFLOW, NULL}, {"4", 2, -EOVERFLOW, NULL},
	{",", 40, 0, ""}, {",44", 40, 0, "2,6"}, {"1,,5", 40, 0, "0,2,32"},
	{"f f", 40, 0, "0-3,32-35"},
	{"3,", 40, 0, "0-1"}, {"0x3", 40, -EINVAL, NULL}, {"g", 40, -EINVAL, NULL},
	{"3\n0", 40, 0, "0-1"}, {"3,\n,1", 40, 0, "0-1"}, {"\n1", 40, 0, ""},
	{"\xa0" "3", 40, 0, "0-1"},
	{"DEADbeef", 32, 0, "0-3,5-7,9-13,15-16,18-19,21,23,25-28,30-31"},
	/* from the end: what is found first is said */
	{"g3,3", 2, -EOVERFLOW, NULL}, {"x,fffffffff", 128, -EOVERFLOW, NULL},
	{"fffffffff,x", 128, -EINVAL, NULL}, {"x00000000", 128, -EINVAL, NULL},
	{"x,8", 2, -EOVERFLOW, NULL},
	{"x,8", 40, -EINVAL, NULL},
	{"", 0, 0, ""}, {"0", 0, -EOVERFLOW, NULL}, {"0", -1, -EINVAL, NULL},
};

/* As Linux 4.1 read them: PERCPU_PARSE_LINUX_4_1. */
static const struct row old_lists[] = {
	{"0-3,5", 8, 0, "0-3,5"}, {"5,0-3", 8, 0, "0-3,5"}, {"7", 8, 0, "7"},
	{" 1,2 \n", 8, 0, "1-2"},
	{"8", 8, -ERANGE, NULL}, {"0-8", 8, -ERANGE, NULL}, {"4294967296", 8, -ERANGE, NULL},
	{"18446744073709551617", 8, -ERANGE, NULL},
	{"3-1", 8, -EINVAL, NULL}, {"-3", 8, -EINVAL, NULL}, {"a", 8, -EINVAL, NULL},
	{"1-", 8, -EINVAL, NULL}, {"1--2", 8, -EINVAL, NULL}, {"1 ,2", 8, -EINVAL, NULL},
	{"1 2", 8, -EINVAL, NULL}, {"1, 2", 8, -EINVAL, NULL}, {"0-", 8, -EINVAL, NULL},
	{"", 8, 0, ""}, {" \n", 8, 0, ""}, {",1", 8, -EINVAL, NULL}, {"1,,2", 8, -EINVAL, NULL},
	{"1,", 8, 0, "1"}, {"1\n2", 8, 0, "1"}, {"1,\n2", 8, 0, "1"}, {"\n1", 8, 0, ""},
	{"all", 8, -EINVAL, NULL}, {"N", 8, -EINVAL, NULL}, {"0-7:1/2", 8, -EINVAL, NULL},
};

static const struct row old_hexes[] = {
	{"3", 40, 0, "0-1"}, {"2,00000001", 40, 0, "0,33"}, {"2,1", 40, 0, "0,33"},
	{"0,0,3", 40, 0, "0-1"}, {"0,0,0", 40, 0, ""}, {" f ", 40, 0, "0-3"},
	{"80,00000000", 40, 0, "39"},
	{"100,00000000", 40, -EOVERFLOW, NULL}, {"fffffffff", 40, -EOVERFLOW, NULL},
	{"1,0,0", 40, -EOVERFLOW, NULL}, {"0,1,0", 40, 0, "32"},
	{"", 40, -EINVAL, NULL}, {" ", 40, -EINVAL, NULL}, {",", 40, -EINVAL, NULL},
	{",44", 40, -EINVAL, NULL}, {"1,,5", 40, -EINVAL, NULL}, {"f f", 40, -EINVAL, NULL},
	{"0x3", 40, -EINVAL, NULL}, {"g", 40, -EINVAL, NULL}, {"1,", 40, 0, "0"},
	{"1\n2", 40, 0, "0"},
};
/* clang-format on */

typedef int (*reader)(const char *text, size_t len, unsigned long *bits, int nbits);

/* Numbers and ranges by the C library. */
static void set_expected(bool *has, const char *list)
{
	char *at = (char *)list;

	memset(has, 0, MODEL_MAX);
	while (*at) {
		const long first = strtol(at, &at, 10);
		const long last = *at == '-' ? strtol(at + 1, &at, 10) : first;

		memset(has + first, 1, (size_t)(last - first) + 1);
		at += *at == ',';
	}
}

static void check_row(const struct row *row, reader read)
{
	static unsigned long bits[MODEL_WORDS];
	static bool has[MODEL_MAX];
	int err;

	for (size_t i = 0; i < MODEL_WORDS; i++)
		bits[i] = GARBAGE;
	err = read(row->text, strlen(row->text), bits, row->nbits);
	if (err != row->err)
		fail_msg("\"%s\" of %d bits: errno %d, expected %d", row->text, row->nbits, -err,
			 -row->err);
	if (!err)
		set_expected(has, row->bits);
	for (int bit = 0; !err && bit < row->nbits; bit++)
		if ((bits[bit / 64] >> bit % 64 & 1) != has[bit])
			fail_msg("\"%s\" of %d bits: bit %d", row->text, row->nbits, bit);
	/* nothing behind its words; and after an error nothing at all */
	for (int i = err ? 0 : (row->nbits + 63) / 64; i < MODEL_WORDS; i++)
		if (bits[i] != GARBAGE)
			fail_msg("\"%s\" of %d bits changes word %d", row->text, row->nbits, i);
}

static void check_rows(const struct row *rows, size_t nr, reader read)
{
	for (size_t i = 0; i < nr; i++)
		check_row(rows + i, read);
}

static int list(const char *text, size_t len, unsigned long *bits, int nbits)
{
	(void)len;
	return bitmap_parselist(text, bits, nbits);
}

/* Of characters without a zero behind them: that is not there to be read. */
static const char *at_the_end_of_a_page(const char *text, size_t len)
{
	static char *pages;

	if (!pages) {
		pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		assert_true(pages != MAP_FAILED && mprotect(pages + 4096, 4096, PROT_NONE) == 0);
	}
	return memcpy(pages + 4096 - len, text, len);
}

static int list_user(const char *text, size_t len, unsigned long *bits, int nbits)
{
	return bitmap_parselist_user(at_the_end_of_a_page(text, len), (unsigned int)len, bits,
				     nbits);
}

static int old_list(const char *text, size_t len, unsigned long *bits, int nbits)
{
	(void)len;
	return bitmap_parselist_flags(text, bits, nbits, PERCPU_PARSE_LINUX_4_1);
}

static int hex(const char *text, size_t len, unsigned long *bits, int nbits)
{
	(void)len;
	return bitmap_parse(text, ~0u, bits, nbits);
}

static int hex_user(const char *text, size_t len, unsigned long *bits, int nbits)
{
	return bitmap_parse_user(at_the_end_of_a_page(text, len), (unsigned int)len, bits, nbits);
}

static int old_hex(const char *text, size_t len, unsigned long *bits, int nbits)
{
	return bitmap_parse_flags(at_the_end_of_a_page(text, len), (unsigned int)len, bits, nbits,
				  PERCPU_PARSE_LINUX_4_1);
}

static void lists_are_read_as_todays_kernel_does(void **state)
{
	(void)state;
	check_rows(lists, ARRAY_SIZE(lists), list);
	check_rows(lists, ARRAY_SIZE(lists), list_user);
}

static void hex_digits_are_read_as_todays_kernel_does(void **state)
{
	(void)state;
	check_rows(hexes, ARRAY_SIZE(hexes), hex);
	check_rows(hexes, ARRAY_SIZE(hexes), hex_user);
}

static void old_forms_are_read_by_a_flag(void **state)
{
	(void)state;
	check_rows(old_lists, ARRAY_SIZE(old_lists), old_list);
	check_rows(old_hexes, ARRAY_SIZE(old_hexes), old_hex);
}

static void what_is_behind_the_length_is_not_read(void **state)
{
	unsigned long bits = 0;

	(void)state;
	assert_int_equal(bitmap_parselist_user("1,2", 1, &bits, 8), 0);
	assert_int_equal(bits, 2);
	assert_int_equal(bitmap_parselist_user("1\0002", 3, &bits, 8), 0);
	assert_int_equal(bits, 2);
	assert_int_equal(bitmap_parse_user("12", 1, &bits, 8), 0);
	assert_int_equal(bits, 1);
	assert_int_equal(bitmap_parse("3\0004", 3, &bits, 8), 0);
	assert_int_equal(bits, 3);
	assert_int_equal(bitmap_parselist_user("x", 0, &bits, 8), 0);
	assert_int_equal(bits, 0);
}

static void text_that_is_not_there_and_unknown_flags_are_refused(void **state)
{
	unsigned long bits = GARBAGE;

	(void)state;
	assert_int_equal(bitmap_parselist_user(NULL, 1, &bits, 8), -EFAULT);
	assert_int_equal(bitmap_parse_user(NULL, 1, &bits, 8), -EFAULT);
	assert_int_equal(bitmap_parselist(NULL, &bits, 8), -EFAULT);
	assert_int_equal(bitmap_parselist_flags("1", &bits, 8, 2), -EINVAL);
	assert_int_equal(bitmap_parse_flags("1", 1, &bits, 8, 3), -EINVAL);
	assert_true(bits == GARBAGE);
	assert_int_equal(bitmap_parselist_user(NULL, 0, &bits, 8), 0);
}

/* --- writing --- */

static void bitmaps_are_written_as_the_kernel_does(void **state)
{
	static const struct {
		const char *bits;
		int nbits;
		const char *hex, *list;
	} rows[] = {
		{"0-1,3", 4, "b", "0-1,3"},
		{"0-3", 8, "0f", "0-3"},
		{"", 4, "0", ""},
		{"31", 32, "80000000", "31"},
		{"0,33", 40, "02,00000001", "0,33"},
		{"0,33", 64, "00000002,00000001", "0,33"},
		{"0-64", 65, "1,ffffffff,ffffffff", "0-64"},
		{"0", 1, "1", "0"},
		{"4", 5, "10", "4"},
		{"", 0, "", ""},
		{"0,4,8,12,16,20,24,28,32-33,36-37,40-41,44-45,48-49,52-53,56-57,60-61", 64,
		 "33333333,11111111",
		 "0,4,8,12,16,20,24,28,32-33,36-37,40-41,44-45,48-49,52-53,56-57,60-61"},
	};
	unsigned long bits[2];
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(bitmap_parselist(rows[i].bits, bits, 128), 0);
		/* what is behind the end is not written */
		if (rows[i].nbits < 128)
			bitmap_set(bits, (unsigned int)rows[i].nbits,
				   128 - (unsigned int)rows[i].nbits);
		assert_int_equal(bitmap_pb(text, sizeof(text), rows[i].nbits, bits),
				 strlen(rows[i].hex));
		assert_string_equal(text, rows[i].hex);
		assert_int_equal(bitmap_pbl(text, sizeof(text), rows[i].nbits, bits),
				 strlen(rows[i].list));
		assert_string_equal(text, rows[i].list);
	}
}

static void what_there_is_no_room_for_is_cut_off(void **state)
{
	const unsigned long bits = 0xff00ff;
	const char whole[] = "0-7,16-23";

	(void)state;
	assert_int_equal(bitmap_pbl(NULL, 0, 64, &bits), strlen(whole));
	for (size_t size = 1; size < 16; size++) {
		char text[16];

		memset(text, '#', sizeof(text));
		assert_int_equal(bitmap_pbl(text, size, 64, &bits), strlen(whole));
		assert_int_equal(strlen(text), size - 1 < strlen(whole) ? size - 1 : strlen(whole));
		assert_memory_equal(text, whole, strlen(text));
		for (size_t i = size; i < sizeof(text); i++)
			assert_int_equal(text[i], '#');
	}
}

static void page_is_filled_to_its_end_at_most(void **state)
{
	static char page[8192] __attribute__((__aligned__(4096)));
	static unsigned long bits[512];
	char *near_the_end = page + 4096 - 8;

	(void)state;
	bitmap_fill(bits, 32768);
	assert_int_equal(bitmap_print_to_pagebuf(true, page, bits, 32768), 8);
	assert_string_equal(page, "0-32767\n");
	memset(page, '#', sizeof(page));
	assert_int_equal(bitmap_print_to_pagebuf(true, near_the_end, bits, 32768), 7);
	assert_string_equal(near_the_end, "0-32767");
	assert_int_equal(page[4096], '#');
	assert_int_equal(bitmap_print_to_pagebuf(false, page + 4095, bits, 64), 0);
	assert_int_equal(page[4095], '\0');
	assert_int_equal(bitmap_print_to_pagebuf(false, page, bits, 64), 18);
	assert_string_equal(page, "ffffffff,ffffffff\n");
	/* 32768 bits are 9215 digits and commas */
	assert_int_equal(bitmap_print_to_pagebuf(false, page, bits, 32768), 4095);
	assert_int_equal(page[4096], '#');
}

static void what_is_written_is_read_as_the_same(void **state)
{
	static struct model a, to;
	static char text[65536];

	(void)state;
	for (int nbits = 1; nbits < 300; nbits++) {
		model_make(&a, (unsigned int)nbits);
		model_make(&to, (unsigned int)nbits);
		memcpy(to.has, a.has, sizeof(to.has));
		bitmap_pbl(text, sizeof(text), nbits, a.bits);
		assert_int_equal(bitmap_parselist(text, to.bits, nbits), 0);
		assert_true(model_agrees(&to, (unsigned int)nbits));
		bitmap_zero(to.bits, (unsigned int)nbits);
		bitmap_pb(text, sizeof(text), nbits, a.bits);
		assert_int_equal(bitmap_parse(text, ~0u, to.bits, nbits), 0);
		assert_true(model_agrees(&to, (unsigned int)nbits));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_as_todays_kernel_does),
		cmocka_unit_test(hex_digits_are_read_as_todays_kernel_does),
		cmocka_unit_test(old_forms_are_read_by_a_flag),
		cmocka_unit_test(what_is_behind_the_length_is_not_read),
		cmocka_unit_test(text_that_is_not_there_and_unknown_flags_are_refused),
		cmocka_unit_test(bitmaps_are_written_as_the_kernel_does),
		cmocka_unit_test(what_there_is_no_room_for_is_cut_off),
		cmocka_unit_test(page_is_filled_to_its_end_at_most),
		cmocka_unit_test(what_is_written_is_read_as_the_same),
	};

	model_random = random_from(random_seed());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
