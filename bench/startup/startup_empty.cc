// SPDX-License-Identifier: MIT
/* What every process pays that has the C++ library, to start and end. */
int main()
{
	return 0;
}
