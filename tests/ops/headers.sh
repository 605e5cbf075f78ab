#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - every header compiles alone, and all macros expand (uses*.c), without any warning, as the
# program's own.
#
# Usage: headers.sh SOURCE_FOLDER WORK_FOLDER COMPILER STANDARD...
#
# Not as a system header, whose warnings compilers keep to themselves. With PERCPU_UP too: there, a
# function that a header declares and include/percpu/impl/up/ does not define is a warning.
set -eu
source=$1 work=$2 compiler=$3
shift 3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
warnings="-Wall -Wextra -Wshadow -Wpedantic -Wpointer-arith -Wundef -Wconversion -Wsign-conversion
	-Wcast-qual -Wcast-align -Wfloat-equal -Wdouble-promotion -Wwrite-strings -Wredundant-decls
	-Werror"
case $compiler in
*++) suffix=cc warnings="$warnings -Wold-style-cast -Wzero-as-null-pointer-constant -Wextra-semi" ;;
*) suffix=c warnings="$warnings -Wstrict-prototypes -Wmissing-prototypes -Wbad-function-cast" ;;
esac
case $compiler in
g++) warnings="$warnings -Wuseless-cast -Wvolatile -Wcomma-subscript -Wlogical-op" ;;
gcc) warnings="$warnings -Warith-conversion -Wlogical-op -Wjump-misses-init" ;;
clang++) warnings="$warnings -Wdeprecated -Wcomma" ;;
clang) warnings="$warnings -Wcomma -Wassign-enum" ;;
esac
checked=0
for header in "$source"/include/percpu/*.h "$source"/include/percpu/kernel/*.h \
	"$source"/include/percpu/impl/*.h; do
	header=${header#"$source/include/"}
	file=$(echo "${header%.h}" | tr / _).$suffix
	# ISO C wants a file to declare something
	printf '#include <%s>\nextern int declared;\n' "$header" >"$file"
	checked=$((checked + 1))
done
[ "$checked" -gt 20 ]
for uses in "$source"/tests/ops/uses*.c; do
	cp "$uses" "$(basename "$uses" .c).$suffix"
done
# A program may have macros with the names of operations: and and or are some of the C library.
cat >names.$suffix <<'EOF'
#include <iso646.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define read other_read
#define write other_write
#define add 1
#define xchg 2
#include <percpu/percpu.h>
extern int number;
int all(int __percpu *p);
int all(int __percpu *p)
{
	this_cpu_write(*p, 1);
	this_cpu_add(*p, 1);
	raw_cpu_and(*p, 1);
	pinned_cpu_or(*p, 1);
	this_cpu_and_4(*p, 1);
	return this_cpu_read(*p) + __this_cpu_xchg(*p, 1);
}
EOF
for standard; do
	for define in SMP PERCPU_UP; do
		echo "$compiler -std=$standard -D$define: $checked headers"
		# shellcheck disable=SC2086 # a list of options
		"$compiler" "-std=$standard" "-D$define" $warnings "-I$source/include" -fsyntax-only ./*.$suffix
	done
done

# What is too old says so first, before all that follows from it.
case $compiler in
*++) old=c++98 said='libpercpu needs C++11' ;;
*) old=c90 said='libpercpu needs C99' ;;
esac
for header in percpu/percpu.h percpu/metrics.h percpu/cpumask.h; do
	echo "#include <$header>" >"old.$suffix"
	if "$compiler" "-std=$old" "-I$source/include" -fsyntax-only "old.$suffix" >old.said 2>&1; then
		echo "$compiler -std=$old compiles $header" >&2
		exit 1
	fi
	grep -m 1 'error: ' old.said | grep -qF "$said" || {
		echo "$compiler -std=$old does not begin with: $said" >&2
		head -3 old.said >&2
		exit 1
	}
done
