#!/bin/sh
# function_size.sh SOURCE: whether a function of src/, include/, bench/ or examples/ has more than 40
# lines, or the median of those in src/ more than 8. What counts is lines with something in them, from
# the one with the function's name to the closing brace.
set -eu
source=$1
most=40 median=8
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
ctags --version 2>/dev/null | grep -q '^Universal Ctags' || {
	echo "skipped: Universal Ctags is not installed"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files_of '*.c' '*.h' | grep -E '^(src|include|bench|examples)/' >"$work/files"
cd "$source"

# The macros with arguments: a line that is one of them would pass for the head of a function.
xargs sed -n 's/^#[ \t]*define[ \t]*\([A-Z_0-9]*\)(.*/\1+/p' <"$work/files" | sort -u >"$work/macros"

# A line each: how many lines, the file, the function.
ctags -x --languages=C --langmap=C:.c.h --kinds-C=f --_xformat='%n %{end} %F %N' -I "@$work/macros" \
	-L "$work/files" >"$work/functions"
# shellcheck disable=SC2046 # names without blanks
awk 'NR == FNR { begins[$3, $1] = 1; ends[$3, $2] = ends[$3, $2] $1 " " $4 " "; next }
     FNR == 1 { full = 0 }
     (FILENAME, FNR) in begins { before[FNR] = full }
     NF { full++ }
     (FILENAME, FNR) in ends {
	nr = split(ends[FILENAME, FNR], part, " ")
	for (i = 1; i < nr; i += 2) print full - before[part[i]], FILENAME, part[i + 1]
     }' "$work/functions" $(cat "$work/files") | sort -n >"$work/sizes"

status=0
grep ' src/' "$work/sizes" | awk -v median=$median '
	{ size[NR] = $1 }
	END { middle = size[int((NR + 1) / 2)]
	      print NR " functions in src/, median " middle " lines"
	      exit !(NR && middle <= median) }' || { echo "median: at most $median"; status=1; }
awk -v most=$most '$1 > most { print $2 ": " $3 "() has " $1 " lines, at most " most; wrong = 1 }
		   END { exit wrong }' "$work/sizes" || status=1
exit $status
