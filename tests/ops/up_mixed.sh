#!/bin/sh
# SPDX-License-Identifier: MIT
# up_mixed.sh - files with PERCPU_UP and files without do not make a program.
#
# Usage: up_mixed.sh COMPILER SOURCE_FOLDER WORK_FOLDER
set -eu
compiler=$1 source=$2 work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
echo '#include <percpu/alloc.h>
int main(void) { return 0; }' >main.c
echo '#include <percpu/stats.h>
int other(void) { return 0; }' >other.c

compile() { # OPTIONS...
	"$compiler" "-I$source/include" "$@" -DPERCPU_UP -c main.c -o main_up.o
	"$compiler" "-I$source/include" "$@" -DPERCPU_UP -c other.c -o other_up.o
	"$compiler" "-I$source/include" "$@" -c other.c -o other_smp.o
	"$compiler" "-I$source/include" "$@" -c main.c -o main_smp.o
}

refused() { # what links, and how it must not
	if "$compiler" "$@" -o mixed 2>message; then
		echo "FAILED: it links: $*" >&2
		exit 1
	fi
	grep -q PERCPU_UP_is_for_all_files_or_none message || {
		cat message >&2
		echo "FAILED: the message does not say what is wrong" >&2
		exit 1
	}
}

for lto in -fno-lto -flto; do
	compile -O2 $lto
	for linker in bfd lld; do
		# clang's link-time optimisation is lld's affair, gcc's is not
		case $compiler$lto$linker in
		*clang-fltobfd | *gcc-fltolld | *cc-fltolld) continue ;;
		esac
		"$compiler" $lto -fuse-ld=$linker main_up.o other_up.o -o pure
		./pure
		"$compiler" $lto -fuse-ld=$linker main_smp.o other_smp.o -o pure
		refused $lto -fuse-ld=$linker main_up.o other_smp.o
		refused $lto -fuse-ld=$linker main_smp.o other_up.o
	done
done
