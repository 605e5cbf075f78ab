#!/bin/sh
# SPDX-License-Identifier: MIT
# races.sh - tools that look for races find none in a program that does everything right (races.c),
# and find the one that is put there, with a library that was not built with them.
#
# Usage: races.sh COMPILER SOURCE BUILD WORK: ThreadSanitizer. Exit status 77: it is not there.
set -eu
compiler=$1 source=$2 build=$3 work=$4
rm -rf "$work"
mkdir -p "$work"
cd "$work"
unset PERCPU_CONF TSAN_OPTIONS
failures=0

failed() { # MESSAGE
	echo "FAILED: $*"
	cat output
	failures=$((failures + 1))
}

command -v "$compiler" >/dev/null || { echo "there is no $compiler"; exit 77; }
echo 'int main(void) { return 0; }' >empty.c
if ! "$compiler" -fsanitize=thread empty.c -o empty || ! ./empty; then
	echo "there is no ThreadSanitizer"
	exit 77
fi

for level in -O0 -O2; do
	"$compiler" -g $level -Wall -Wextra -Werror -fsanitize=thread "-I$source/include" \
		"$source/tests/ops/races.c" "-L$build" "-Wl,-rpath,$build" -lpercpu -o shared
	"$compiler" -g $level -fsanitize=thread "-I$source/include" "$source/tests/ops/races.c" \
		"$build/libpercpu.a" -lnuma -lm -o static
	for program in shared static; do
		for conf in backend:auto backend:fallback alloc:page debug:1; do
			PERCPU_CONF=$conf ./$program >output 2>&1 || failed "$program $level $conf"
			grep -q 'counts: 1' output || failed "$program $level $conf does not count"
			! grep -q ThreadSanitizer output || failed "$program $level $conf has races"
		done
		./$program wrong >output 2>&1 && failed "$program $level: the race is not found"
		grep -q 'WARNING: ThreadSanitizer: data race' output ||
			failed "$program $level: something else is found"
	done
done
[ $failures -eq 0 ] || exit 1
echo "$compiler: nothing is found where there is nothing, and something where there is"
