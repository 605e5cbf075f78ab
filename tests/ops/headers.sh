#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - every public header compiles alone, without any warning, as the program's own header.
#
# Usage: headers.sh SOURCE_FOLDER WORK_FOLDER COMPILER STANDARD...
#
# Not as a system header, whose warnings compilers keep to themselves. With PERCPU_UP too: there, a
# function that a header declares and include/percpu/up/ does not define is a warning.
set -eu
source=$1 work=$2 compiler=$3
shift 3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
case $compiler in
*++) suffix=cc ;;
*) suffix=c ;;
esac
warnings="-Wall -Wextra -Wshadow -Wpedantic -Wpointer-arith -Wundef -Werror"
checked=0
for header in "$source"/include/percpu/*.h; do
	file=$(basename "$header" .h).$suffix
	# ISO C wants a file to declare something
	printf '#include <percpu/%s>\nextern int declared;\n' "$(basename "$header")" >"$file"
	checked=$((checked + 1))
done
[ "$checked" -gt 10 ]
for standard; do
	for define in SMP PERCPU_UP; do
		echo "$compiler -std=$standard -D$define: $checked headers"
		# shellcheck disable=SC2086 # a list of options
		"$compiler" "-std=$standard" "-D$define" $warnings "-I$source/include" -fsyntax-only ./*.$suffix
	done
done
