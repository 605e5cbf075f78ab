// SPDX-License-Identifier: MIT
/* What every process pays to start and end. */
int main(void)
{
	return 0;
}
