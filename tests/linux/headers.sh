#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - every header of include/percpu/linux/ compiles alone, and all of them together, in the
# order of the alphabet and back, as a kernel file includes them: without any warning. Alone is tried
# with the first standard, in a build of the kind ALONE (SMP, PERCPU_UP); together in all.
#
# Usage: headers.sh SOURCE_FOLDER WORK_FOLDER COMPILER ALONE STANDARD...
set -eu
source=$1 work=$2 compiler=$3 alone=$4
shift 4
command -v "$compiler" >/dev/null || exit 77
rm -rf "$work"
mkdir -p "$work"
cd "$work"
warnings="-Wall -Wextra -Wshadow -Wundef -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wwrite-strings -Wvla -Werror"
folder=$source/include/percpu/linux
checked=0
for header in $(cd "$folder" && find . -name '*.h' | sed 's|^\./||' | LC_ALL=C sort); do
	printf '#include <%s>\nextern int declared;\n' "$header" >"$(echo "${header%.h}" | tr / _).c"
	printf '#include <%s>\n' "$header" >>all.c
	checked=$((checked + 1))
done
[ "$checked" -gt 20 ]
LC_ALL=C sort -r all.c >all_backwards.c
compile() { # STANDARD DEFINE FILE...
	echo "$compiler -std=$1 -D$2: $checked headers"
	flags="-std=$1 -D$2 $warnings -I$folder -I$source/include -fsyntax-only"
	shift 2
	# shellcheck disable=SC2086 # a list of options
	"$compiler" $flags "$@"
}
for standard; do
	for define in SMP PERCPU_UP; do
		compile "$standard" $define all.c all_backwards.c
	done
done
compile "$1" "$alone" ./*.c
