#!/bin/sh
# SPDX-License-Identifier: MIT
# The order of folders of programs, bench/ and src/tools/. A program's folder uses what is in it and in one
# that all share; that uses nothing else; and nothing goes in a circle. A room is a file without its ending.
# Usage: bench_order.sh FOLDER SYMBOLS [SHARED]; SYMBOLS is what symbols.sh prints of the programs' objects, and
# SHARED, harness, the folder that all share. Says what is wrong, a line each, and exits with 1 if there is
# anything.
set -eu
bench=$1 symbols=$2 shared=${3:-harness}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# A line each: the room that includes, the room that is included.
(cd "$bench" && grep -rn '^#include "' --include='*.[ch]' .) |
	sed 's|^\./\([^:]*\)\.[ch]:[0-9]*:#include "\([^"]*\)\.h".*|\1 \2|' |
	awk '$1 != $2' | sort -u >"$work/includes"
while read -r room included; do
	[ -f "$bench/$included.h" ] || echo "$room includes $included.h, which is not there"
done <"$work/includes" >"$work/wrong"

# The same of who uses whose symbols. Programs may have the same names: each means its own.
awk -v shared="$shared" 'function folder(room) { sub(/\/.*/, "", room); return room }
     { where = folder($1) }
     $2 == "D" { definer[where, $3] = $1 }
     $2 == "U" { uses[$1 " " $3] = 1 }
     END { for (use in uses) {
	split(use, part, " ")
	where = folder(part[1])
	if ((where, part[2]) in definer)
		print part[1], definer[where, part[2]]
	else if ((shared, part[2]) in definer)
		print part[1], definer[shared, part[2]] } }' "$symbols" |
	awk '$1 != $2' | sort -u >"$work/calls"

sort -u "$work/includes" "$work/calls" >"$work/edges"
awk -v shared="$shared" '{ from = $1; to = $2; sub(/\/.*/, "", from); sub(/\/.*/, "", to)
       if (to != from && to != shared) print $1 " uses " $2 }' "$work/edges" >>"$work/wrong"
if ! tsort "$work/edges" >"$work/sorted" 2>"$work/circles"; then
	sed 's/^tsort: *//' "$work/circles" | grep -v 'input contains a loop' |
		sed 's/^/in a circle: /' >>"$work/wrong"
fi

echo "$(wc -l <"$work/includes") includes, $(wc -l <"$work/calls") uses of symbols"
[ -s "$work/includes" ] && [ -s "$work/calls" ] || echo "nothing was checked" >>"$work/wrong"
[ ! -s "$work/wrong" ] || { cat "$work/wrong"; exit 1; }
