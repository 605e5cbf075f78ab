#!/bin/sh
# SPDX-License-Identifier: MIT
# template.sh - who writes to an initial value instead of a copy is told at the end of the process, from
# debug level 1 on, and at the next allocation at level 3.
# Usage: template.sh SOURCE BUILD WORK
set -eu
source=$1 build=$2 work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
# shellcheck disable=SC3045 # dash has it
ulimit -c 0
failures=0

failed() { # MESSAGE
	echo "FAILED: $*"
	cat output
	failures=$((failures + 1))
}

printf '#include <percpu/percpu.h>\nDEFINE_PER_CPU(long, first) = 2;\nDEFINE_PER_CPU(int, others) = 3;\n' >plugin.c
cc -shared -fPIC "-I$source/include" plugin.c "-L$build" -lpercpu -o plugin.so
for kind in shared static; do
	library="-L$build -Wl,-rpath,$build -lpercpu" plugin=$work/plugin.so
	# shellcheck disable=SC2086 # several words
	[ $kind = shared ] || library="$build/libpercpu.a -pthread" plugin=
	# shellcheck disable=SC2086
	cc -g -O2 -rdynamic "-I$source/include" "$source/tests/tracing/template.c" $library -o $kind
	for level in 0 1 2 3; do
		export "PERCPU_CONF=debug:$level"
		./$kind nothing ${plugin:+"$plugin"} >output 2>&1 || failed "$kind nothing, level $level: status $?"
		[ "$(cat output)" = "at the end" ] || failed "$kind nothing, level $level: something is said"
		for thing in static aligned ${plugin:+plugin}; do
			status=0
			./$kind "$thing" ${plugin:+"$plugin"} >output 2>&1 || status=$?
			if [ $level = 0 ]; then
				[ $status = 0 ] || failed "$kind $thing, level 0: status $status"
				continue
			fi
			[ $status = 134 ] || failed "$kind $thing, level $level: status $status"
			case $thing in
			static) what='counted+0 of .*: the word there was 0x5 and is 0x6\.' ;;
			aligned) what='aligned+0 of .*: the word there was 0 and is 0x1\.' ;;
			plugin) what='others+0 of .*plugin.so.*: the word there was 0x3 and is 0x4\.' ;;
			esac
			grep -q "^percpu: the initial value of a per-CPU variable was written to, at $what" output ||
				failed "$kind $thing, level $level: it is not told"
			[ $level != 3 ] || ! grep -q 'at the end' output || failed "$kind $thing, level 3: not at once"
		done
		[ $level = 0 ] && continue
		status=0
		./$kind child >output 2>&1 || status=$?
		[ $status = 77 ] || failed "$kind child, level $level: status $status"
		grep -q 'counted+0 of' output || failed "$kind child, level $level: it is not told"
	done
done
[ $failures -eq 0 ] || exit 1
echo "who writes to an initial value is told"
