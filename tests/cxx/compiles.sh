#!/bin/sh
# SPDX-License-Identifier: MIT
# compiles.sh SOURCE WORK: percpu.hpp's every name (uses.cc), and names with namespaces (names.cc), by
# each compiler that is here, in each language, without a warning; and what must not compile, with
# what is said of it.
set -eu
source=$1 work=$2
here=$source/tests/cxx
mkdir -p "$work"
cd "$work"
warnings="-Wall -Wextra -Werror -pedantic -Wconversion -Wsign-conversion -Wold-style-cast -Wshadow -Wvolatile
	-Wzero-as-null-pointer-constant"
failures=0 found=0

compiles() { # COMPILER FLAG...
	compiles_file uses.cc "$@"
}

compiles_file() { # FILE COMPILER FLAG...
	file=$1
	shift
	found=1
	"$@" -fsyntax-only -Wno-unknown-warning-option "-I$source/include" "$here/$file" >log 2>&1 && return
	echo "FAILED: $*"
	head -20 log
	failures=$((failures + 1))
}

refused() { # COMPILER CASE MESSAGE [FILE]
	if "$1" -std=c++17 -fsyntax-only -DCASE="$2" "-I$source/include" "$here/${4:-uses.cc}" >log 2>&1; then
		echo "FAILED: case $2 compiles with $1"
	elif grep -Eq "error: .*($3)" log; then
		return
	else
		echo "FAILED: of case $2 $1 says:"
		head -20 log
	fi
	failures=$((failures + 1))
}

for compiler in g++ clang++; do
	command -v $compiler >/dev/null || continue
	useless=
	[ $compiler != g++ ] || useless=-Wuseless-cast
	for language in c++17 gnu++20 gnu++2b; do
		# shellcheck disable=SC2086 # lists of options
		compiles $compiler -std=$language $warnings $useless
	done
	compiles $compiler -std=c++17 -Wall -Werror -fno-exceptions -O2
	compiles $compiler -std=c++17 -Wall -Werror -DPERCPU_UP
	compiles $compiler -std=c++17 -Wall -Werror -DPERCPU_PINNED -DPERCPU_DEBUG_PREEMPT
	refused $compiler 1 "a per-CPU object is plain data"
	refused $compiler 2 "a per-CPU object is plain data|forming pointer|const"
	refused $compiler 3 "needs a variable of 1, 2, 4 or 8 bytes"
	refused $compiler 4 "not an operation on floating types"
	refused $compiler 5 "deleted"
	refused $compiler 6 "cannot convert|no viable conversion"
	refused $compiler 7 "deleted"
	refused $compiler 8 "no match for|no viable overloaded"
	refused $compiler 9 "no matching function|no matching constructor"
	refused $compiler 10 "not an operation on pointers"
	for more in "-std=c++11" "-std=gnu++20 -DPERCPU_STRICT" "-std=c++17 -DPERCPU_UP" "-std=gnu++14 -DPERCPU_PINNED"; do
		# shellcheck disable=SC2086 # lists of options
		compiles_file names.cc $compiler $more -Wall -Wextra -Werror -Wconversion -Wold-style-cast -Wshadow
	done
	for case in 1 2 3 4; do
		refused $compiler $case "is of a variable, by its name" names.cc
	done
done
[ $found = 1 ] || {
	echo "skip: there is no C++ compiler"
	exit 77
}
[ $failures -eq 0 ]
