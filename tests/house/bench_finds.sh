#!/bin/sh
# SPDX-License-Identifier: MIT
# bench_finds.sh BENCH SYMBOLS: bench_order.sh says no to benchmarks that are not in order. Each case spoils a copy
# in one way, and what is said must name it.
set -eu
bench=$1 symbols=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/spoil.sh
. "$here/../support/spoil.sh"

copy() {
	rm -rf "$work/bench"
	cp -R "$bench" "$work/bench"
	cp "$symbols" "$work/symbols"
}

expect() { # what is said
	spoilt "a fault" "$1" sh "$here/bench_order.sh" "$work/bench" "$work/symbols"
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
good sh "$here/bench_order.sh" "$work/bench" "$work/symbols"
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
spoilt_end
