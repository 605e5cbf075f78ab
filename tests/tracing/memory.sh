#!/bin/sh
# SPDX-License-Identifier: MIT
# memory.sh - tools that check memory find what is wrong with areas, where it happens, and nothing in a
# program that does everything right (checked.c), with a library that was not built with them.
# Usage: memory.sh TOOL SOURCE BUILD WORK
#	gcc, clang	AddressSanitizer of that compiler, with its search for leaks
#	leak		gcc's search for leaks alone
#	memcheck	of valgrind
# Exit status 77: it is not there.
set -eu
tool=$1 source=$2 build=$3 work=$4
rm -rf "$work"
mkdir -p "$work"
cd "$work"
unset PERCPU_CONF ASAN_OPTIONS LSAN_OPTIONS VALGRIND_OPTS
# shellcheck disable=SC3045 # dash has it
ulimit -c 0
file=$source/tests/tracing/checked.c
failures=0

failed() { # MESSAGE
	echo "FAILED: $*"
	cat output
	failures=$((failures + 1))
}

skip() { # WHY
	echo "skip: $*"
	exit 77
}

# The number of the line of checked.c that matches.
line() { # REGEX
	grep -nm1 -- "$1" "$file" | cut -d: -f1
}

# Compiles checked.c: shared, and static against the archive.
compile() { # COMPILER FLAGS...
	"$@" -g -O1 -fno-omit-frame-pointer "-I$source/include" "$file" "-L$build" \
		"-Wl,-rpath,$build" -lpercpu -o shared
	"$@" -g -O1 -fno-omit-frame-pointer "-I$source/include" "$file" "$build/libpercpu.a" \
		-pthread -o static
}

# Nothing is found where there is nothing.
right() { # PROGRAM...
	"$@" nothing >output 2>&1 || failed "$* nothing: status $?"
	[ "$(cat output)" = right ] || failed "$* nothing: something is found"
}

# Where clang has no symbolizer a report has only places in files.
name_places() {
	sed -nE 's/.* \(([^() ]*)\+(0x[0-9a-f]+)\).*/\1 \2/p' output | while read -r object place; do
		addr2line -fie "$object" "$place"
	done >places
	cat places >>output
}

# It is found: the report matches both, and the program fails.
found() { # THING WHAT WHERE PROGRAM...
	thing=$1 what=$2 where=$3
	shift 3
	if "$@" "$thing" >output 2>&1; then failed "$* $thing is not found"; fi
	name_places
	for text in "$what" "$where"; do
		grep -q -- "$text" output || failed "$* $thing: $text is not reported"
	done
}

accesses() { # WHAT PROGRAM...
	what=$1
	shift
	found freed "$what" "checked.c:$(line 'cpu)->second = 1')" "$@"
	found behind "$what" "checked.c:$(line 'cpu)\[1\]')" "$@"
	found never "$what" "checked.c:$(line 'cpu)\[500\]')" "$@"
}

# The same of a program that knows nothing of it.
preloaded() {
	gcc -g -O1 "-I$source/include" "$file" "-L$build" "-Wl,-rpath,$build" -lpercpu -o plain
	right env "LD_PRELOAD=$(readlink -f "$(gcc -print-file-name=libasan.so)")" ./plain
}

leaked_object="leak_in_thread"
case $tool in
gcc | clang | leak)
	compiler=$tool kind=address
	[ "$tool" != leak ] || compiler=gcc kind=leak
	command -v "$compiler" >/dev/null || skip "there is no $compiler"
	echo 'int main(void) { return 0; }' >empty.c
	"$compiler" "-fsanitize=$kind" empty.c -o empty || skip "there is no sanitizer"
	./empty || skip "the sanitizer does not run"
	compile "$compiler" "-fsanitize=$kind"
	for program in ./shared ./static; do
		for conf in backend:auto backend:fallback alloc:page possible:40 debug:1; do
			export "PERCPU_CONF=$conf"
			right $program
		done
		unset PERCPU_CONF
		found leaked_object 'LeakSanitizer: detected' $leaked_object $program
		[ $kind = leak ] || accesses 'AddressSanitizer: use-after-poison' $program
	done
	[ $kind = leak ] || ASAN_OPTIONS=allow_user_poisoning=0 right ./shared
	[ "$tool" != gcc ] || preloaded
	;;
memcheck)
	command -v valgrind >/dev/null || skip "valgrind is not installed"
	compile gcc
	check="valgrind -q --leak-check=full --error-exitcode=9"
	# shellcheck disable=SC2086 # a command's words
	{
		right $check ./static
		found leaked_object '300 bytes in 1 blocks are definitely lost' $leaked_object \
			$check ./shared
		found freed 'Invalid write of size 8' "checked.c:$(line 'cpu)->second = 1')" $check ./shared
		found behind 'Invalid write of size 8' "checked.c:$(line 'cpu)\[1\]')" $check ./shared
		found freed_op 'Invalid read of size 8' "__percpu_slow" $check ./static
	}
	;;
*)
	echo "memory.sh: the tool is gcc, clang, leak or memcheck, not $tool" >&2
	exit 2
	;;
esac
PERCPU_CONF=debug:2 ./shared leaked_area >output 2>&1 || failed "debug:2 leaked_area: status $?"
grep -q 'percpu: live areas: 1, of 16 bytes a CPU' output || failed "debug:2: the area is not reported"
[ $failures -eq 0 ] || exit 1
echo "$tool: nothing is found where there is nothing, and something where there is"
