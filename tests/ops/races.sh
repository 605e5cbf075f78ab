#!/bin/sh
# SPDX-License-Identifier: MIT
# races.sh - tools that look for races find none in a program that does everything right (races.c),
# and find the one that is put there, with a library that was not built with them.
#
# Usage: races.sh TOOL SOURCE BUILD WORK. TOOL is gcc or clang, for their ThreadSanitizer, or helgrind or drd.
# Exit status 77: it is not there.
set -eu
tool=$1 source=$2 build=$3 work=$4
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

end() {
	[ $failures -eq 0 ] || exit 1
	echo "$tool: nothing is found where there is nothing, and something where there is"
	exit 0
}

# --- valgrind's tools: the program is any, and the library the shared one ---
under_valgrind() { # PROGRAM ARGUMENT...
	valgrind --tool="$tool" --error-exitcode=9 "--suppressions=$source/cmake/valgrind.supp" "$@" \
		>output 2>&1
}

if [ "$tool" = helgrind ] || [ "$tool" = drd ]; then
	command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
	for level in -O0 -O2; do
		cc -g $level "-I$source/include" "$source/tests/ops/races.c" "-L$build" \
			"-Wl,-rpath,$build" -lpercpu -o program
		under_valgrind ./program || failed "$level has races"
		grep -q 'counts: 1' output || failed "$level does not count"
		under_valgrind ./program wrong && failed "$level: the race is not found"
		grep -q "races.c:$(sed -n '/unprotected++/=' "$source/tests/ops/races.c")" output || failed "$level: something else is found"
	done
	end
fi

# --- ThreadSanitizer ---
compiler=$tool
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
		"$build/libpercpu.a" -o static
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
end
