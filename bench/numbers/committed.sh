#!/bin/sh
# SPDX-License-Identifier: MIT
# committed.sh SOURCE NUMBERS: that what docs/performance.md shows are the numbers that lie beside it: its tables,
# and each plot, which says of what it was made.
set -eu
source=$1 numbers=$2
plots=$source/docs/plots page=$source/docs/performance.md
failures=0

wrong() {
	echo "$*" >&2
	failures=$((failures + 1))
}

"$numbers" page-check "$plots/results.json" "$page" || wrong "bench/run.sh --plots --docs writes them"
! grep -q '"quick":[^,]*true' "$plots/results.json" || wrong "the numbers are of a quick run"
nr=0
for figure in $("$numbers" list); do
	nr=$((nr + 1))
	sum=$("$numbers" plot "$figure" "$plots/results.json" | cksum)
	tail -n 1 "$plots/$figure.svg" | grep -qxF "<!-- numbers: $sum -->" ||
		wrong "$figure.svg is not of these numbers: bench/run.sh --plots --docs"
	grep -qF "](plots/$figure.svg)" "$page" || wrong "$page does not show $figure.svg"
done
for svg in "$plots"/*.svg; do
	"$numbers" list | grep -qxF "$(basename "$svg" .svg)" || wrong "nobody makes $svg"
done
echo "$nr plots, $failures wrong"
[ "$nr" -gt 5 ] && [ "$failures" -eq 0 ]
