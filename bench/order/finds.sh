#!/bin/sh
# SPDX-License-Identifier: MIT
# finds.sh BENCH SYMBOLS: order.sh says no to benchmarks that are not in order. Each case spoils a copy
# in one way, and what is said must name it.
set -eu
bench=$1 symbols=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

copy() {
	rm -rf "$work/bench"
	cp -R "$bench" "$work/bench"
	cp "$symbols" "$work/symbols"
}

expect() { # what is said
	if sh "$here/order.sh" "$work/bench" "$work/symbols" >"$work/said" 2>&1; then
		echo "FAILED: it does not say: $1" >&2
		status=1
	elif ! grep -q "$1" "$work/said"; then
		echo "FAILED: it does not say '$1' but" >&2
		cat "$work/said" >&2
		status=1
	fi
}

include() { # file, header
	copy
	echo "#include \"$2\"" >>"$work/bench/$1"
}

use() { # user, definer: a symbol that they share
	copy
	printf '%s\n' "$1 U spoilt" "$2 D spoilt" >>"$work/symbols"
}

copy
sh "$here/order.sh" "$work/bench" "$work/symbols" >/dev/null || {
	echo "FAILED: the benchmarks are not in order before they are spoilt" >&2
	exit 1
}
include harness/stats.c alloc/lines.h
expect "harness/stats uses alloc/lines"
include operations/way.c alloc/ways.h
expect "operations/way uses alloc/ways"
include alloc/lines.h alloc/results.h
expect "in a circle: alloc/lines"
include alloc/lines.h alloc/no_such.h
expect "alloc/no_such.h, which is not there"
use alloc/measure_live alloc/measure
expect "in a circle: alloc/measure"
use harness/stats harness/target
expect "in a circle: harness/stats"
copy
: >"$work/symbols"
expect "nothing was checked"
exit $status
