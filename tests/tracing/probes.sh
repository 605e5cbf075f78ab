#!/bin/sh
# SPDX-License-Identifier: MIT
# probes.sh - the library's static probes (arch/probe.h), as their readers see them.
# Usage: probes.sh READER SOURCE BUILD WORK
#	notes     readelf: which there are, in every kind of program; that they are those of docs/tracing.md
#	gdb       gdb stops at them, and has the arguments
#	bpftrace  sees what a program (traced.c) does, with the arguments that it expects
#	perf      the same of the kernel's ten arguments of an allocation
# Exit status 77: the reader is not there, or may not read.
# shellcheck disable=SC2015 # A && B || C: C is to run when either fails
set -eu
reader=$1 source=$2 build=$3 work=$4
here=$source/tests/tracing
library=$(readlink -f "$build/libpercpu.so")
rm -rf "$work"
mkdir -p "$work"
cd "$work"
unset PERCPU_CONF
export LC_ALL=C
failures=0

failed() { # MESSAGE
	echo "FAILED: $*"
	failures=$((failures + 1))
}

skip() { # WHY
	echo "skip: $*"
	exit 77
}

need() { # COMMAND
	command -v "$1" >/dev/null || skip "there is no $1"
}

# A line each: the probe and how many arguments it has.
probes_in() { # FILE
	readelf -n "$1" | awk '/Provider:/ { ours = $2 == "percpu" } /Name:/ { name = $2 }
		/Arguments:/ && ours { print name, NF - 1 }' | sort -u
}

documented() {
	sed -n 's/^| `\([a-z_]*\)(\([^)]*\))`.*/\1 \2/p' "$source/docs/tracing.md" | tr -d ',' |
		awk '{ print $1, NF - 1 }' | sort
}

# --- notes ---
same_probes() { # WHAT FILE
	probes_in "$2" >found
	diff table found >difference || { failed "$1: < docs/tracing.md, > $2"; cat difference; }
}

# A static program of each linker, with what strips it most.
static_programs() {
	for linker in bfd gold lld mold; do
		cc -O2 "-fuse-ld=$linker" -static -Wl,--gc-sections "-I$source/include" \
			"$here/traced.c" "$build/libpercpu.a" -o "static_$linker" 2>log || {
			grep -q 'cannot find\|invalid linker' log || { failed "$linker"; cat log; }
			continue
		}
		strip "static_$linker"
		same_probes "a static program of $linker, stripped" "static_$linker"
	done
}

# probe.c by a compiler: ARGUMENTS is what all of them begin with.
compiled() { # ARGUMENT-REGEX COMPILER FLAGS...
	regex=$1
	shift
	command -v "$1" >/dev/null || return 0
	"$@" "-I$source/src" "$here/probe.c" -o probe 2>log || { failed "$*"; cat log; return 0; }
	readelf -n probe | grep -A4 stapsdt >notes || true
	for name in twice each; do
		grep -q "Name: $name" notes || { failed "$*: no note of $name"; cat notes; }
	done
	! grep Arguments: notes | grep -Evq "^    Arguments: ($regex ?){2,3}\$" || { failed "$*: arguments"; cat notes; }
	at=$(readelf -sW probe | awk '$8 == "watchers" { print $2 }')
	grep -q "Semaphore: 0x$at" notes || { failed "$*: the semaphore is not at $at"; cat notes; }
}

if [ "$reader" = notes ]; then
	need readelf
	documented >table
	same_probes "the shared library" "$library"
	cp "$library" stripped.so
	strip stripped.so
	same_probes "the shared library, stripped" stripped.so
	static_programs
	for level in -O0 -O2; do
		for compiler in gcc clang; do
			for lto in "" -flto; do
				[ "$compiler$lto" != clang-flto ] || lto="-flto -fuse-ld=lld"
				# shellcheck disable=SC2086 # no option, or two
				compiled '8@%r[a-z0-9]+' "$compiler" $level -fPIE $lto
			done
		done
		compiled '8@x[0-9]+' aarch64-linux-gnu-gcc $level
	done
	[ $failures -eq 0 ] || exit 1
	echo "$(wc -l <table) probes, everywhere"
	exit 0
fi

# --- readers of a program that runs ---
# with a library of its own: a tracer sees every process that has the file
mkdir own
cp "$library" own/
for name in libpercpu.so "$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')"; do
	ln -sf "$(basename "$library")" "own/$name"
done
library=$work/own/$(basename "$library")
cc -g -O2 -Wall -Wextra -Werror "-I$source/include" "$here/traced.c" -Lown "-Wl,-rpath,$work/own" \
	-lpercpu -o traced
printf '#include <percpu/percpu.h>\nDEFINE_PER_CPU(int, in_plugin) = 3;\n' >plugin.c
cc -shared -fPIC "-I$source/include" plugin.c -Lown -lpercpu -o plugin.so
export PERCPU_CONF="possible:$(($(getconf _NPROCESSORS_CONF) + 2))"

if [ "$reader" = gdb ]; then
	need gdb
	echo >input
	gdb -q -nx -batch -ex 'start <input' -ex 'info probes stap percpu' \
		-ex 'break -probe-stap percpu:percpu_alloc_percpu_fail' \
		-ex 'break -probe-stap percpu:percpu_free_percpu' \
		-ex 'break -probe-stap percpu:alloc' -ex continue -ex 'info symbol $_probe_arg3' \
		-ex 'delete 4' -ex continue \
		-ex 'printf "\nfree ptr=%p\n", $_probe_arg2' -ex 'delete 3' -ex continue \
		-ex 'printf "\nfail %d %d %d %d of %d\n", $_probe_arg0, $_probe_arg1, $_probe_arg2, $_probe_arg3, $_probe_argc' \
		-ex kill ./traced >output 2>&1 </dev/null || true
	awk '$1 == "stap" && $2 == "percpu" { print $3 }' output | sort -u >seen
	probes_in "$library" | awk '{ print $1 }' | diff - seen || failed "info probes: < the library, > gdb"
	grep -q '^main + ' output || failed "who allocates is not seen"
	grep -Eq '^free ptr=0x[0-9a-f]+$' output || failed "no free is seen"
	grep -qx 'fail 1 0 32768 16 of 4' output || failed "no failure is seen"
	[ $failures -eq 0 ] || { cat output; exit 1; }
	echo "gdb stops at probes, and has their arguments"
	exit 0
fi

# The kernel's tracer: root's, and not everywhere.
need "$reader"
[ -w /sys/kernel/tracing/uprobe_events ] || skip "uprobes cannot be defined here"

# Starts the program, which waits until start_line is called.
start() {
	mkfifo fifo
	./traced ./plugin.so <fifo >expected 2>errors &
	program=$!
	exec 3>fifo
	tries=0
	until grep -q ready expected; do
		[ $((tries += 1)) -lt 600 ] || { failed "the program does not start"; exit 1; }
		sleep 0.05
	done
}

if [ "$reader" = bpftrace ]; then
	sed "s|LIBRARY|$library|" "$here/probes.bt" >probes.bt
	echo 'BEGIN { printf("attached%c", 10); }' >>probes.bt
	start
	bpftrace -B line probes.bt >output 2>bpftrace.log &
	tracer=$!
	tries=0
	until grep -q attached output; do
		if ! kill -0 $tracer 2>/dev/null || [ $((tries += 1)) -gt 600 ]; then
			kill $tracer $program 2>/dev/null || true
			skip "bpftrace does not attach: $(head -3 bpftrace.log)"
		fi
		sleep 0.05
	done
	echo >&3
	wait $program || failed "the program: $(cat errors)"
	# what it still has in its buffers
	tries=0
	until grep -q ^fatal output || [ $((tries += 1)) -gt 600 ]; do sleep 0.05; done
	kill -INT $tracer 2>/dev/null || true
	wait $tracer || true
	sed -n 's/^expect //p' expected >lines
	while read -r line; do
		grep -qF -- "$line" output || failed "not seen: $line"
	done <lines
	for event in alloc percpu_free_percpu; do
		[ "$(grep -c "^$event " output)" -eq "$(($(grep -c "^$event " lines) + $(grep -c "^more $event" expected)))" ] ||
			failed "$event is seen more often, or less, than it happens"
	done
	[ $failures -eq 0 ] || { cat output expected errors bpftrace.log; exit 1; }
	echo "bpftrace sees all of $(wc -l <lines) events"
	exit 0
fi

# perf names its events by the provider: nobody else's may be in the way, or taken away.
exec 9</sys/kernel/tracing
command -v flock >/dev/null && flock -w 60 9
export HOME="$work"
event=sdt_percpu:percpu_alloc_percpu
! perf probe -l 2>/dev/null | grep -q sdt_percpu: || skip "somebody traces these probes already"
if ! perf --buildid-dir "$work/ids" buildid-cache --add "$library" >log 2>&1 ||
	! perf --buildid-dir "$work/ids" probe -q $event >>log 2>&1; then
	skip "perf cannot define the probe: $(tail -3 log)"
fi
trap 'perf probe -q -d "sdt_percpu:*" >/dev/null 2>&1' EXIT
echo | perf --buildid-dir "$work/ids" record -q -o data -e $event ./traced >expected 2>errors ||
	skip "perf cannot record: $(tail -3 errors)"
perf script -i data 2>errors | sed 's/arg[0-9]*=//g' >output
# all but the first, where the call is, and the last, which are flags
awk '/percpu_alloc_percpu:/ { at = NF - 9; printf "perf %s %s %s %s %.0f %s %s\n",
	$(at + 1), $(at + 2), $(at + 3), $(at + 4), $(at + 5) + $(at + 6), $(at + 7), $(at + 8) }' output >seen
grep ^perf expected >lines
while read -r line; do
	grep -qxF -- "$line" seen || failed "not seen: $line"
done <lines
[ -s lines ] || failed "nothing is expected"
[ $failures -eq 0 ] || { cat seen expected errors; exit 1; }
echo "perf sees $(wc -l <lines) allocations, with all of their arguments"
