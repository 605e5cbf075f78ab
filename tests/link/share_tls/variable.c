/* SPDX-License-Identifier: MIT */
/* variable.c - an object with a thread-local variable; with -DTWO two of them. */
__thread int variable = 5;
int next_value(void);

int next_value(void)
{
	return variable++;
}

#ifdef TWO
__thread int second_variable = 6;
int next_second_value(void);

int next_second_value(void)
{
	return second_variable++;
}
#endif
