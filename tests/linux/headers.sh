#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - every header of include/percpu/linux/ compiles alone, and all of them together, as a
# kernel file includes them: without any warning, with PERCPU_UP too.
#
# Usage: headers.sh SOURCE_FOLDER WORK_FOLDER COMPILER STANDARD...
set -eu
source=$1 work=$2 compiler=$3
shift 3
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
compile() { # STANDARD DEFINE
	echo "$compiler -std=$1 -D$2: $checked headers"
	# shellcheck disable=SC2086 # a list of options
	"$compiler" "-std=$1" "-D$2" $warnings "-I$folder" "-I$source/include" -fsyntax-only ./*.c
}
compile "$1" PERCPU_UP
for standard; do
	compile "$standard" SMP
done
