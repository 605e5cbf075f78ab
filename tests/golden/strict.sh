#!/bin/sh
# SPDX-License-Identifier: MIT
# strict.sh - a file that is compiled with PERCPU_STRICT is the same as without: its instructions, with what
# they refer to, its sections and its symbols. But that some compilers call what is const read-only: the
# linker puts it to what is not, because there is some in every file.
#
# Usage: strict.sh SOURCE_FOLDER WORK_FOLDER COMPILER. Exit status 77: a tool is missing.
set -eu
source=$1 work=$2 compiler=$3
for command in "$compiler" objdump readelf nm; do
	command -v "$command" >/dev/null || exit 77
done
rm -rf "$work"
mkdir -p "$work"
cd "$work"

# What is in the object FILE; where in the file each section lies is no matter.
inspect() { # FILE
	objdump -dr --no-show-raw-insn "$1" | grep -v 'file format'
	readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] *//p' | awk '{ print $1, $2, $5 }' | grep -v 'tab'
	nm -S "$1" | sed 's/ R / D /; s/ r / d /'
}

for file in golden toolkit pinned object sizes; do
	for level in -O2 -O0; do
		for define in SMP PERCPU_STRICT; do
			"$compiler" -std=gnu11 "$level" "-D$define" -Wall -Wextra -Werror "-I$source/include" \
				-c "$source/tests/golden/$file.c" -o "$define.o"
			inspect "$define.o" >"$define.there"
		done
		lines=$(wc -l <SMP.there)
		echo "$compiler $level $file.c: $lines lines"
		[ "$lines" -gt 100 ]
		diff SMP.there PERCPU_STRICT.there
	done
done
