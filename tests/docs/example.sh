#!/bin/sh
# SPDX-License-Identifier: MIT
# example.sh FILE [PROGRAM [ARGUMENT...]] - whether what the head of an example says is so: the lines of its first
# comment that begin with "$" are commands, and those behind them what the last one prints. There "..." stands for
# anything, and alone on a line for any lines.
#
# PROGRAM is what the commands build, built already; without it they are done as they are written, in FILE's folder.
set -eu
file=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk 'FNR > 1 && /\*\// { exit } sub(/^ \*\t/, "")' "$file" >"$work/head"
sed -n 's/^\$ //p' "$work/head" >"$work/commands"
grep -v '^\$ ' "$work/head" >"$work/expected" || :
if [ ! -s "$work/commands" ] || [ ! -s "$work/expected" ]; then
	echo "$file does not say how it is built and what it prints" >&2
	exit 1
fi
if [ $# -gt 0 ]; then
	"$@" >"$work/printed"
else
	echo "$file:"
	sed 's/^/\$ /' "$work/commands"
	(cd "$(dirname "$file")" && sh -euc "$(cat "$work/commands")") >"$work/printed"
fi
awk '
	# Whether the text has the pieces of the pattern between its "...", in their order.
	function like(text, pattern,	nr, piece, i, at) {
		nr = split(pattern, piece, /\.\.\./)
		if (nr == 1)
			return text == pattern
		if (substr(text, 1, length(piece[1])) != piece[1])
			return 0
		text = substr(text, length(piece[1]) + 1)
		for (i = 2; i < nr; i++) {
			at = index(text, piece[i])
			if (!at)
				return 0
			text = substr(text, at + length(piece[i]))
		}
		at = length(text) - length(piece[nr])
		return at >= 0 && substr(text, at + 1) == piece[nr]
	}
	NR == FNR { expected[++lines] = $0; next }
	{ printed[++nr_printed] = $0 }
	END {
		# a line that is not the expected one belongs to the last "..." that was alone
		for (i = j = 1; j <= nr_printed; ) {
			if (i <= lines && expected[i] == "...")
				any = i++
			else if (i <= lines && like(printed[j], expected[i])) {
				i++
				j++
			} else if (any) {
				i = any + 1
				j++
			} else
				break
		}
		while (i <= lines && expected[i] == "...")
			i++
		exit j <= nr_printed || i <= lines
	}' "$work/expected" "$work/printed" || {
	echo "$file says that it prints" >&2
	sed 's/^/    /' "$work/expected" >&2
	echo "and it prints" >&2
	sed 's/^/    /' "$work/printed" >&2
	exit 1
}
