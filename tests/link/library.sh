#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# library.sh - the shared library as others see it: its symbols, its name, and that it leaves the
# program's malloc() alone.
. "$(dirname "$0")/common.sh"
need gcc nm readelf
library=$PERCPU_LIBRARIES/libpercpu.so

begin "libpercpu.so exports what exports.txt lists, and nothing else"
exported=$LINK_WORK/exported
if step nm -D --defined-only --format=posix "$library"; then
	# of type A are the versions themselves (versions.sh)
	awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }' output | LC_ALL=C sort >"$exported"
	sed '/^#/d; /^$/d; s/ .*//' "$here/exports.txt" | LC_ALL=C sort >expected
	step diff -u expected "$exported" || :
fi

begin "libpercpu.a defines no global name of another kind"
# pcpu_ is the library's inside, pcpu_je_ the private jemalloc; __percpu_module_ are hidden, and
# each module has its own, as it has of __percpu_fallback_, and of what notes of probes refer to,
# whoever's they are.
if step nm --defined-only --extern-only --format=posix "$PERCPU_LIBRARIES/libpercpu.a"; then
	awk 'NF > 1 && $1 !~ /:$/ { print $1 }' output | LC_ALL=C sort -u >defined
	LC_ALL=C comm -13 expected defined |
		grep -v -e '^pcpu_' -e '^__percpu_module_' -e '^__percpu_fallback_' \
			-e '^_\.stapsdt\.base$' >foreign || :
	mv foreign output
	[ ! -s output ] || failed "it defines these names"
	grep -qx __percpu_rt defined || failed "it does not define __percpu_rt"
fi

begin "the shared library's name is libpercpu.so.1"
if step readelf -dW "$library"; then
	grep -q 'SONAME.*\[libpercpu\.so\.1\]' output || failed "no such SONAME"
	grep -q 'TEXTREL' output && failed "it has text relocations"
	grep -q 'FLAGS.*BIND_NOW' output || failed "it looks for functions late, on any stack"
fi

begin "a program that is linked with libpercpu.so has the C library's malloc"
step gcc -O2 $warnings $include -DLINKED "$here/library/malloc.c" $shared -ldl -o linked &&
	step_prints 'malloc is of libc\.so\.6' ./linked || :

begin "a program that is linked with libpercpu.a has the C library's malloc"
step gcc -O2 $warnings $include -DLINKED "$here/library/malloc.c" $archive -ldl -o linked &&
	step_prints 'malloc is of libc\.so\.6' ./linked || :

# The private jemalloc's thread-local variables need a place beside those of the objects that were
# loaded at start: README.md, "Limits".
begin "a program that loads libpercpu.so later keeps its malloc"
step gcc -O2 $warnings $include "$here/library/malloc.c" -ldl -o loads &&
	step_prints 'malloc is of libc\.so\.6' \
		./loads "$library" || :

finish
