#!/bin/sh
# SPDX-License-Identifier: MIT
# right.sh - correct programs compile with PERCPU_STRICT without a warning: every public header, the toolkit's
# uses; in C++ strict.c, which the tests strict_* have in C; in C the examples, and files in kernel style.
#
# Usage: right.sh SOURCE_FOLDER WORK_FOLDER COMPILER
set -eu
source=$1 work=$2 compiler=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
standards="gnu99,SMP gnu11,PERCPU_UP gnu2x,PERCPU_PINNED"
warnings="-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror"
suffix=c
case $compiler in
*++)
	standards="gnu++11,SMP gnu++20,PERCPU_UP"
	warnings="$warnings -Wold-style-cast"
	suffix=cc
	;;
esac
for header in "$source"/include/percpu/*.h "$source"/include/percpu/kernel/*.h; do
	header=${header#"$source/include/"}
	echo "#include <$header>"
done >headers.$suffix
cp "$source/tests/ops/uses_toolkit.c" "toolkit.$suffix"
# shellcheck disable=SC2086 # lists of options
for options in $standards; do
	echo "$compiler $options"
	"$compiler" "-std=${options%,*}" -DPERCPU_STRICT "-D${options#*,}" $warnings "-I$source/include" \
		-fsyntax-only ./*.$suffix
done
if [ $suffix = cc ]; then
	"$compiler" -std=gnu++17 -DPERCPU_STRICT -Wall -Wextra -Werror "-I$source/include" -fsyntax-only \
		-x c++ "$source/tests/ops/strict.c"
	exit
fi
examples=$(find "$source/examples" -name '*.c')
# shellcheck disable=SC2086
"$compiler" -std=gnu11 -D_GNU_SOURCE -DPERCPU_STRICT -Wall -Wextra -Werror "-I$source/include" \
	"-I$source/examples/http_server" "-I$source/examples/plugin" -fsyntax-only $examples
for file in "$source"/tests/linux/own/*.c; do
	"$compiler" -std=gnu11 -D_GNU_SOURCE -DPERCPU_STRICT -Wall -Werror "-I$source/include" \
		"-I$source/include/percpu/linux" -fsyntax-only "$file"
done
