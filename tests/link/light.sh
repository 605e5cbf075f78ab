#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# light.sh - what every process with the library has at its start: no other libraries than the C
# library's, and not many system calls. (What it takes in time: bench/startup.)
. "$(dirname "$0")/common.sh"
need gcc readelf
flags="-O2 $warnings $include"
# The library's own, and what the loader makes for it. They have been 61 and 19: 8 of them for the page
# that it publishes, which comes with the first use.
most_calls=64 most_of_loader=25

begin "the programs"
step gcc -O2 $warnings -D_GNU_SOURCE "$here/light/calls.c" -o calls &&
	step gcc $flags "$here/light/main.c" -o empty &&
	step gcc $flags -static "$here/light/main.c" -o empty_static &&
	step gcc $flags -DCOUNTS "$here/light/main.c" $shared -o counts &&
	step gcc $flags -DCOUNTS -static "$here/light/main.c" $archive -o counts_static || finish
compiled=$case_commands

# Of a file's name the last part, and nothing behind the first dot.
libraries() { sed -n 's|.*/\([^/]*\)\.so[.0-9]*$|\1|p' | LC_ALL=C sort -u | tr '\n' ' '; }

begin "libpercpu.so needs the C library, and nothing else"
if step readelf -dW "$PERCPU_LIBRARIES/libpercpu.so"; then
	needed=$(sed -n 's|.*(NEEDED).*\[\(.*\)\]|/\1|p' output | libraries)
	case $needed in
	"ld-linux-x86-64 libc " | "libc ") ;;
	*) failed "it needs $needed" ;;
	esac
fi

begin "a process has no other libraries in it"
step ./counts maps && loaded=$(libraries <output) &&
	[ "$loaded" = "ld-linux-x86-64 libc libpercpu " ] || failed "it has $loaded"

begin "a machine that is played leaves no other libraries in it"
step env PERCPU_CONF="topology:numa:2 pu:4" ./counts maps && loaded=$(libraries <output) &&
	[ "$loaded" = "ld-linux-x86-64 libc libpercpu " ] || failed "it has $loaded"

begin "who asks for such a machine and has no hwloc is told, and has its own machine"
mkdir hidden && : >hidden/libhwloc.so.15
for program in "env LD_LIBRARY_PATH=hidden:$PERCPU_LIBRARIES ./counts" ./counts_static; do
	step env PERCPU_CONF="topology:numa:2 pu:4" $program || continue
	[ "$(cat output)" = "percpu: PERCPU_CONF: there is no hwloc to be had, topology is ignored" ] ||
		failed "it is told something else"
done

# The least of five starts: who is preempted in the midst of one may have to look, or to wait, once more.
calls_of() { # PROGRAM: in $calls
	calls=
	for _ in 1 2 3 4 5; do
		step ./calls "$1" || return 1
		found=$(sed -n 's/^calls: //p' output)
		[ -n "$found" ] || return 1
		[ -n "$calls" ] && [ "$calls" -le "$found" ] || calls=$found
	done
}

# On a machine with several nodes there is more to be read; and where the kernel is not known, or
# sequences are not to be had, more or less to be tested.
one_node() {
	[ "$(cat /sys/devices/system/node/online 2>/dev/null)" = 0 ]
}

added() { # MOST EMPTY COUNTS
	calls_of "$2" && before=$calls && calls_of "$3" || return 0
	[ $((calls - before)) -le "$1" ] ||
		failed "it adds $((calls - before)) system calls to $before"
}

case $(uname -r) in
5.1[0-9].* | 6.[0-9].* | 6.1[0-8].* | 6.1[0-8]-*) known=yes ;;
*) known=no ;;
esac
begin "a start adds at most $most_calls system calls"
if [ $known = no ] || ! one_node; then
	skip_case "the kernel is not one that the short self-test is enough for, or has more nodes"
elif ! ./calls ./empty >output; then
	skip_case "nothing can be traced"
else
	added $most_calls empty_static counts_static
	# the loader looks for the library, which is not where it looks first
	LD_LIBRARY_PATH=$PERCPU_LIBRARIES
	export LD_LIBRARY_PATH
	added $((most_calls + most_of_loader)) empty counts
fi
finish
