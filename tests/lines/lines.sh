#!/bin/sh
# SPDX-License-Identifier: MIT
# How many cache lines two threads on two CPUs both write to in a steady state, by lines.py.
# Usage: lines.sh PROGRAM CASE TIMES MOST_LINES. Exit status 77: no gdb, or not two CPUs.
set -eu
here=$(dirname "$0") program=$1 case=$2 times=$3 most=$4
gdb -batch -nx -ex 'python print(6 * 7)' 2>&1 | grep -q 42 || {
	echo "no gdb that knows Python"
	exit 77
}
out=$(gdb -batch -nx -x "$here/lines.py" --args "$program" "$case" "$times" 2>&1) || :
case $out in
*'exited with code 0115'* | *'ptrace'*)
	echo "$out" | tail -n 3
	exit 77
	;;
esac
echo "$out" | grep '^lines: ' || echo "$out" | tail -n 20
shared=$(echo "$out" | sed -n 's/^lines: \([0-9]*\) shared.*/\1/p')
[ -n "$shared" ] && [ "$shared" -le "$most" ]
