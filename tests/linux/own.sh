#!/bin/sh
# SPDX-License-Identifier: MIT
# own.sh - small files as kernel code is written (own/) compile, and run: each is a module with a
# main() of its own, which is let go when it says that it is ready, and says whether all was exact.
#
# Usage: own.sh SOURCE BUILD WORK COMPILER [DEFINE...]
set -eu
source=$1 build=$2 work=$3 compiler=$4
shift 4
command -v "$compiler" >/dev/null || exit 77
here=$source/tests/linux
rm -rf "$work"
mkdir -p "$work"
cd "$work"
urcu=
libs=
if pkg-config --exists liburcu-bp 2>/dev/null; then
	urcu=-DPERCPU_LINUX_URCU libs=-lurcu-bp
fi
failed=0

# run NAME: starts it, ends it when it is ready, and looks at what it has said.
run() {
	PERCPU_CONF="${PERCPU_CONF:+$PERCPU_CONF,}log:info" "./$1" 2>"$1.said" &
	child=$!
	until grep -q ': ready$' "$1.said"; do
		kill -0 $child 2>/dev/null || break
		sleep 0.02
	done
	kill -TERM $child 2>/dev/null || :
	status=0
	wait $child || status=$?
	if [ $status != 0 ] || ! grep -q ": passed$" "$1.said" || grep -q -e WARNING -e BUG "$1.said"; then
		echo "FAILED: $1, exit status $status:"
		cat "$1.said"
		failed=1
	else
		grep -v -e ready -e passed "$1.said" || :
	fi
}

for file in "$here"/own/*.c; do
	name=$(basename "$file" .c)
	# shellcheck disable=SC2086 # lists of options
	"$compiler" -std=gnu11 -O1 -Wall -Wextra -Wshadow -Werror -Wno-sign-compare \
		-fno-strict-aliasing -fwrapv -DPERCPU_MODULE_MAIN $urcu "$@" \
		"-I$source/include/percpu/linux" "-I$source/include" "$file" -o "$name" \
		"$build/libpercpu.so" "-Wl,-rpath,$build" $libs -pthread
	run "$name"
done
# refuses ARGUMENT STATUS TEXT: a beginning that fails, with what it says
refuses() {
	status=0
	./packet_stats "$1" 2>packet_stats.said || status=$?
	if [ $status != "$2" ] || ! grep -q "$3" packet_stats.said; then
		echo "FAILED: packet_stats $1: exit status $status"
		failed=1
	fi
}
refuses threads=x 2 'threads=x: Invalid argument'
refuses packets=7 1 'its beginning returned -22'
exit $failed
