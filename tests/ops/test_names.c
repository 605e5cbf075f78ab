/* SPDX-License-Identifier: MIT */
/*
 * test_names.c - every operation by its own name, each on a variable that shows what it did.
 *
 * That all types and operands work is shown by test_ops.c, which makes the names by pasting; here
 * they are written out.
 */
#include <percpu/percpu.h>

#include <stdio.h>

struct names_pair_1 {
	uint8_t first __attribute__((__aligned__(2))), second;
};
struct names_pair_2 {
	uint16_t first __attribute__((__aligned__(4))), second;
};
struct names_pair_4 {
	uint32_t first __attribute__((__aligned__(8))), second;
};
struct names_pair_8 {
	uint64_t first __attribute__((__aligned__(16))), second;
};
DEFINE_PER_CPU(uint8_t, names_1);
DEFINE_PER_CPU(uint16_t, names_2);
DEFINE_PER_CPU(uint32_t, names_4);
DEFINE_PER_CPU(uint64_t, names_8);
DEFINE_PER_CPU(struct names_pair_1, names_pair_1);
DEFINE_PER_CPU(struct names_pair_2, names_pair_2);
DEFINE_PER_CPU(struct names_pair_4, names_pair_4);
DEFINE_PER_CPU(struct names_pair_8, names_pair_8);

static int failures;

static void expect(bool holds, int line)
{
	if (holds)
		return;
	fprintf(stderr, "FAILED: line %d\n", line);
	failures++;
}
#define EXPECT(holds) expect(holds, __LINE__)

/* --- the sized forms --- */

static void raw_forms_of_1(void)
{
	raw_cpu_write_1(names_1, 100);
	EXPECT(raw_cpu_read_1(names_1) == 100);
	raw_cpu_add_1(names_1, 27);
	EXPECT(raw_cpu_read_1(names_1) == 127);
	raw_cpu_and_1(names_1, 0x3c);
	EXPECT(raw_cpu_read_1(names_1) == 0x3c);
	raw_cpu_or_1(names_1, 0x03);
	EXPECT(raw_cpu_read_1(names_1) == 0x3f);
	EXPECT(raw_cpu_add_return_1(names_1, 2) == 0x41);
	EXPECT(raw_cpu_xchg_1(names_1, 9) == 0x41);
	EXPECT(raw_cpu_cmpxchg_1(names_1, 9, 10) == 9);
	EXPECT(raw_cpu_cmpxchg_1(names_1, 9, 11) == 10);
	EXPECT(raw_cpu_read_1(names_1) == 10);
	EXPECT(raw_cpu_cmpxchg_double_1(names_pair_1.first, names_pair_1.second, 0, 0, 3, 4));
	EXPECT(!raw_cpu_cmpxchg_double_1(names_pair_1.first, names_pair_1.second, 3, 9, 5, 6));
	EXPECT(raw_cpu_read_1(names_pair_1.first) == 3 && raw_cpu_read_1(names_pair_1.second) == 4);
	raw_cpu_write_1(names_pair_1.first, 0);
	raw_cpu_write_1(names_pair_1.second, 0);
}

static void raw_forms_of_2(void)
{
	raw_cpu_write_2(names_2, 100);
	EXPECT(raw_cpu_read_2(names_2) == 100);
	raw_cpu_add_2(names_2, 27);
	EXPECT(raw_cpu_read_2(names_2) == 127);
	raw_cpu_and_2(names_2, 0x3c);
	EXPECT(raw_cpu_read_2(names_2) == 0x3c);
	raw_cpu_or_2(names_2, 0x03);
	EXPECT(raw_cpu_read_2(names_2) == 0x3f);
	EXPECT(raw_cpu_add_return_2(names_2, 2) == 0x41);
	EXPECT(raw_cpu_xchg_2(names_2, 9) == 0x41);
	EXPECT(raw_cpu_cmpxchg_2(names_2, 9, 10) == 9);
	EXPECT(raw_cpu_cmpxchg_2(names_2, 9, 11) == 10);
	EXPECT(raw_cpu_read_2(names_2) == 10);
	EXPECT(raw_cpu_cmpxchg_double_2(names_pair_2.first, names_pair_2.second, 0, 0, 3, 4));
	EXPECT(!raw_cpu_cmpxchg_double_2(names_pair_2.first, names_pair_2.second, 3, 9, 5, 6));
	EXPECT(raw_cpu_read_2(names_pair_2.first) == 3 && raw_cpu_read_2(names_pair_2.second) == 4);
	raw_cpu_write_2(names_pair_2.first, 0);
	raw_cpu_write_2(names_pair_2.second, 0);
}

static void raw_forms_of_4(void)
{
	raw_cpu_write_4(names_4, 100);
	EXPECT(raw_cpu_read_4(names_4) == 100);
	raw_cpu_add_4(names_4, 27);
	EXPECT(raw_cpu_read_4(names_4) == 127);
	raw_cpu_and_4(names_4, 0x3c);
	EXPECT(raw_cpu_read_4(names_4) == 0x3c);
	raw_cpu_or_4(names_4, 0x03);
	EXPECT(raw_cpu_read_4(names_4) == 0x3f);
	EXPECT(raw_cpu_add_return_4(names_4, 2) == 0x41);
	EXPECT(raw_cpu_xchg_4(names_4, 9) == 0x41);
	EXPECT(raw_cpu_cmpxchg_4(names_4, 9, 10) == 9);
	EXPECT(raw_cpu_cmpxchg_4(names_4, 9, 11) == 10);
	EXPECT(raw_cpu_read_4(names_4) == 10);
	EXPECT(raw_cpu_cmpxchg_double_4(names_pair_4.first, names_pair_4.second, 0, 0, 3, 4));
	EXPECT(!raw_cpu_cmpxchg_double_4(names_pair_4.first, names_pair_4.second, 3, 9, 5, 6));
	EXPECT(raw_cpu_read_4(names_pair_4.first) == 3 && raw_cpu_read_4(names_pair_4.second) == 4);
	raw_cpu_write_4(names_pair_4.first, 0);
	raw_cpu_write_4(names_pair_4.second, 0);
}

static void raw_forms_of_8(void)
{
	raw_cpu_write_8(names_8, 100);
	EXPECT(raw_cpu_read_8(names_8) == 100);
	raw_cpu_add_8(names_8, 27);
	EXPECT(raw_cpu_read_8(names_8) == 127);
	raw_cpu_and_8(names_8, 0x3c);
	EXPECT(raw_cpu_read_8(names_8) == 0x3c);
	raw_cpu_or_8(names_8, 0x03);
	EXPECT(raw_cpu_read_8(names_8) == 0x3f);
	EXPECT(raw_cpu_add_return_8(names_8, 2) == 0x41);
	EXPECT(raw_cpu_xchg_8(names_8, 9) == 0x41);
	EXPECT(raw_cpu_cmpxchg_8(names_8, 9, 10) == 9);
	EXPECT(raw_cpu_cmpxchg_8(names_8, 9, 11) == 10);
	EXPECT(raw_cpu_read_8(names_8) == 10);
	EXPECT(raw_cpu_cmpxchg_double_8(names_pair_8.first, names_pair_8.second, 0, 0, 3, 4));
	EXPECT(!raw_cpu_cmpxchg_double_8(names_pair_8.first, names_pair_8.second, 3, 9, 5, 6));
	EXPECT(raw_cpu_read_8(names_pair_8.first) == 3 && raw_cpu_read_8(names_pair_8.second) == 4);
	raw_cpu_write_8(names_pair_8.first, 0);
	raw_cpu_write_8(names_pair_8.second, 0);
}

static void this_forms_of_1(void)
{
	this_cpu_write_1(names_1, 100);
	EXPECT(this_cpu_read_1(names_1) == 100);
	this_cpu_add_1(names_1, 27);
	EXPECT(this_cpu_read_1(names_1) == 127);
	this_cpu_and_1(names_1, 0x3c);
	EXPECT(this_cpu_read_1(names_1) == 0x3c);
	this_cpu_or_1(names_1, 0x03);
	EXPECT(this_cpu_read_1(names_1) == 0x3f);
	EXPECT(this_cpu_add_return_1(names_1, 2) == 0x41);
	EXPECT(this_cpu_xchg_1(names_1, 9) == 0x41);
	EXPECT(this_cpu_cmpxchg_1(names_1, 9, 10) == 9);
	EXPECT(this_cpu_cmpxchg_1(names_1, 9, 11) == 10);
	EXPECT(this_cpu_read_1(names_1) == 10);
	EXPECT(this_cpu_cmpxchg_double_1(names_pair_1.first, names_pair_1.second, 0, 0, 3, 4));
	EXPECT(!this_cpu_cmpxchg_double_1(names_pair_1.first, names_pair_1.second, 3, 9, 5, 6));
	EXPECT(this_cpu_read_1(names_pair_1.first) == 3 &&
	       this_cpu_read_1(names_pair_1.second) == 4);
	this_cpu_write_1(names_pair_1.first, 0);
	this_cpu_write_1(names_pair_1.second, 0);
}

static void this_forms_of_2(void)
{
	this_cpu_write_2(names_2, 100);
	EXPECT(this_cpu_read_2(names_2) == 100);
	this_cpu_add_2(names_2, 27);
	EXPECT(this_cpu_read_2(names_2) == 127);
	this_cpu_and_2(names_2, 0x3c);
	EXPECT(this_cpu_read_2(names_2) == 0x3c);
	this_cpu_or_2(names_2, 0x03);
	EXPECT(this_cpu_read_2(names_2) == 0x3f);
	EXPECT(this_cpu_add_return_2(names_2, 2) == 0x41);
	EXPECT(this_cpu_xchg_2(names_2, 9) == 0x41);
	EXPECT(this_cpu_cmpxchg_2(names_2, 9, 10) == 9);
	EXPECT(this_cpu_cmpxchg_2(names_2, 9, 11) == 10);
	EXPECT(this_cpu_read_2(names_2) == 10);
	EXPECT(this_cpu_cmpxchg_double_2(names_pair_2.first, names_pair_2.second, 0, 0, 3, 4));
	EXPECT(!this_cpu_cmpxchg_double_2(names_pair_2.first, names_pair_2.second, 3, 9, 5, 6));
	EXPECT(this_cpu_read_2(names_pair_2.first) == 3 &&
	       this_cpu_read_2(names_pair_2.second) == 4);
	this_cpu_write_2(names_pair_2.first, 0);
	this_cpu_write_2(names_pair_2.second, 0);
}

static void this_forms_of_4(void)
{
	this_cpu_write_4(names_4, 100);
	EXPECT(this_cpu_read_4(names_4) == 100);
	this_cpu_add_4(names_4, 27);
	EXPECT(this_cpu_read_4(names_4) == 127);
	this_cpu_and_4(names_4, 0x3c);
	EXPECT(this_cpu_read_4(names_4) == 0x3c);
	this_cpu_or_4(names_4, 0x03);
	EXPECT(this_cpu_read_4(names_4) == 0x3f);
	EXPECT(this_cpu_add_return_4(names_4, 2) == 0x41);
	EXPECT(this_cpu_xchg_4(names_4, 9) == 0x41);
	EXPECT(this_cpu_cmpxchg_4(names_4, 9, 10) == 9);
	EXPECT(this_cpu_cmpxchg_4(names_4, 9, 11) == 10);
	EXPECT(this_cpu_read_4(names_4) == 10);
	EXPECT(this_cpu_cmpxchg_double_4(names_pair_4.first, names_pair_4.second, 0, 0, 3, 4));
	EXPECT(!this_cpu_cmpxchg_double_4(names_pair_4.first, names_pair_4.second, 3, 9, 5, 6));
	EXPECT(this_cpu_read_4(names_pair_4.first) == 3 &&
	       this_cpu_read_4(names_pair_4.second) == 4);
	this_cpu_write_4(names_pair_4.first, 0);
	this_cpu_write_4(names_pair_4.second, 0);
}

static void this_forms_of_8(void)
{
	this_cpu_write_8(names_8, 100);
	EXPECT(this_cpu_read_8(names_8) == 100);
	this_cpu_add_8(names_8, 27);
	EXPECT(this_cpu_read_8(names_8) == 127);
	this_cpu_and_8(names_8, 0x3c);
	EXPECT(this_cpu_read_8(names_8) == 0x3c);
	this_cpu_or_8(names_8, 0x03);
	EXPECT(this_cpu_read_8(names_8) == 0x3f);
	EXPECT(this_cpu_add_return_8(names_8, 2) == 0x41);
	EXPECT(this_cpu_xchg_8(names_8, 9) == 0x41);
	EXPECT(this_cpu_cmpxchg_8(names_8, 9, 10) == 9);
	EXPECT(this_cpu_cmpxchg_8(names_8, 9, 11) == 10);
	EXPECT(this_cpu_read_8(names_8) == 10);
	EXPECT(this_cpu_cmpxchg_double_8(names_pair_8.first, names_pair_8.second, 0, 0, 3, 4));
	EXPECT(!this_cpu_cmpxchg_double_8(names_pair_8.first, names_pair_8.second, 3, 9, 5, 6));
	EXPECT(this_cpu_read_8(names_pair_8.first) == 3 &&
	       this_cpu_read_8(names_pair_8.second) == 4);
	this_cpu_write_8(names_pair_8.first, 0);
	this_cpu_write_8(names_pair_8.second, 0);
}

/* --- by the size of the variable --- */

static void raw_operations(void)
{
	__bad_size_call_parameter(names_4); /* it is none */
	raw_cpu_write(names_4, 0xf0);
	EXPECT(raw_cpu_read(names_4) == 0xf0);
	raw_cpu_and(names_4, 0x3c);
	raw_cpu_or(names_4, 0x0f);
	EXPECT(raw_cpu_read(names_4) == 0x3f);
	raw_cpu_add(names_4, 2);
	raw_cpu_sub(names_4, 1);
	raw_cpu_inc(names_4);
	raw_cpu_inc(names_4);
	raw_cpu_dec(names_4);
	EXPECT(raw_cpu_read(names_4) == 0x41);
	EXPECT(raw_cpu_add_return(names_4, 4) == 0x45);
	EXPECT(raw_cpu_sub_return(names_4, 5) == 0x40);
	EXPECT(raw_cpu_inc_return(names_4) == 0x41);
	EXPECT(raw_cpu_dec_return(names_4) == 0x40);
	EXPECT(raw_cpu_xchg(names_4, 1) == 0x40);
	EXPECT(raw_cpu_cmpxchg(names_4, 1, 9) == 1);
	EXPECT(raw_cpu_cmpxchg(names_4, 3, 9) == 9);
	EXPECT(raw_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 0, 0, 3, 4));
	EXPECT(!raw_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 3, 9, 5, 6));
	raw_cpu_write(names_pair_8.first, 0);
	raw_cpu_write(names_pair_8.second, 0);
}

static void unchecked_operations(void)
{
	__this_cpu_write(names_4, 0xf0);
	EXPECT(__this_cpu_read(names_4) == 0xf0);
	__this_cpu_and(names_4, 0x3c);
	__this_cpu_or(names_4, 0x0f);
	EXPECT(__this_cpu_read(names_4) == 0x3f);
	__this_cpu_add(names_4, 2);
	__this_cpu_sub(names_4, 1);
	__this_cpu_inc(names_4);
	__this_cpu_inc(names_4);
	__this_cpu_dec(names_4);
	EXPECT(__this_cpu_read(names_4) == 0x41);
	EXPECT(__this_cpu_add_return(names_4, 4) == 0x45);
	EXPECT(__this_cpu_sub_return(names_4, 5) == 0x40);
	EXPECT(__this_cpu_inc_return(names_4) == 0x41);
	EXPECT(__this_cpu_dec_return(names_4) == 0x40);
	EXPECT(__this_cpu_xchg(names_4, 1) == 0x40);
	EXPECT(__this_cpu_cmpxchg(names_4, 1, 9) == 1);
	EXPECT(__this_cpu_cmpxchg(names_4, 3, 9) == 9);
	EXPECT(__this_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 0, 0, 3, 4));
	EXPECT(!__this_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 3, 9, 5, 6));
	__this_cpu_write(names_pair_8.first, 0);
	__this_cpu_write(names_pair_8.second, 0);
}

static void this_operations(void)
{
	this_cpu_write(names_4, 0xf0);
	EXPECT(this_cpu_read(names_4) == 0xf0);
	this_cpu_and(names_4, 0x3c);
	this_cpu_or(names_4, 0x0f);
	EXPECT(this_cpu_read(names_4) == 0x3f);
	this_cpu_add(names_4, 2);
	this_cpu_sub(names_4, 1);
	this_cpu_inc(names_4);
	this_cpu_inc(names_4);
	this_cpu_dec(names_4);
	EXPECT(this_cpu_read(names_4) == 0x41);
	EXPECT(this_cpu_add_return(names_4, 4) == 0x45);
	EXPECT(this_cpu_sub_return(names_4, 5) == 0x40);
	EXPECT(this_cpu_inc_return(names_4) == 0x41);
	EXPECT(this_cpu_dec_return(names_4) == 0x40);
	EXPECT(this_cpu_xchg(names_4, 1) == 0x40);
	EXPECT(this_cpu_cmpxchg(names_4, 1, 9) == 1);
	EXPECT(this_cpu_cmpxchg(names_4, 3, 9) == 9);
	EXPECT(this_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 0, 0, 3, 4));
	EXPECT(!this_cpu_cmpxchg_double(names_pair_8.first, names_pair_8.second, 3, 9, 5, 6));
	this_cpu_write(names_pair_8.first, 0);
	this_cpu_write(names_pair_8.second, 0);
}

int main(void)
{
	preempt_disable();
	raw_forms_of_1();
	raw_forms_of_2();
	raw_forms_of_4();
	raw_forms_of_8();
	this_forms_of_1();
	this_forms_of_2();
	this_forms_of_4();
	this_forms_of_8();
	raw_operations();
	unchecked_operations();
	this_operations();
	preempt_enable();
	return failures != 0;
}
