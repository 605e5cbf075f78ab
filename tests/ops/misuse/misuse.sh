#!/bin/sh
# SPDX-License-Identifier: MIT
# misuse.sh - what a compiler says of each line in the tables of docs/misuse.md is what stands there: one of
# the texts between ` in the compiler's column, or nothing, where it has a dash.
#
# Usage: misuse.sh SOURCE_FOLDER WORK_FOLDER gcc|clang|g++|clang++ [COMPILER]
#
# COMPILER is the program, if it is not called as its column is. A text that stands behind "from 14" is of
# gcc with named address spaces, and others say nothing; "or nothing" is for a message that some versions
# do not have.
set -eu
source=$1 work=$2 column=$3 compiler=${4:-$3}
here=$source/tests/ops/misuse
rm -rf "$work"
mkdir -p "$work"
cd "$work"
export LC_ALL=C
failures=0

# Warnings of what a line of a table is too short for are off.
options="-Wall -Wextra -Wno-unused -Wno-unused-parameter -Wno-unused-but-set-parameter -I$source/include -I$here -fsyntax-only"
case $column in
gcc) options="$options -x c -std=gnu11 -ftrack-macro-expansion=0 -fno-diagnostics-show-caret" number=3 ;;
clang) options="$options -x c -std=gnu11 -Wno-uninitialized -ferror-limit=0" number=4 ;;
g++) options="$options -x c++ -std=gnu++20 -ftrack-macro-expansion=0 -fno-diagnostics-show-caret" number=5 ;;
clang++) options="$options -x c++ -std=gnu++20 -ferror-limit=0" number=6 ;;
esac
spaces=no
if [ "$column" = gcc ] && [ "$("$compiler" -dumpversion | cut -d. -f1)" -ge 14 ] &&
	echo | "$compiler" -dM -E -std=gnu11 - | grep -q __SEG_GS; then
	spaces=yes
fi

# The rows of the table NAME: what is written, and the compiler's cell, with a tab between them.
rows() { # NAME
	awk -F ' *[|] *' -v name="$1" -v number="$number" '
		/^<!-- / { inside = $0 == "<!-- misuse: " name " -->"; next }
		inside && $2 ~ /^`/ && $number != "not C" {
			code = $2
			gsub(/`/, "", code)
			print code "\t" $number
		}' "$source/docs/misuse.md"
}

check() { # TABLE FLAG
	rows "$1" >listed
	awk -F '\t' '
		BEGIN { print "#include \"names.h\"" }
		{
			print "void case_" NR "(NAMES);"
			print "#line 1 \"case_" NR "\""
			print "void case_" NR "(NAMES) { " $1 "; }"
		}' listed >cases.c
	# shellcheck disable=SC2086 # a list of options
	"$compiler" $options "$2" cases.c >said 2>&1 || true
	awk -F '\t' -v table="$1" -v compiler="$compiler" -v spaces="$spaces" '
		FNR == NR {
			if (match($0, /case_[0-9]+:1:.*(error|warning): /)) {
				nr = $0
				sub(/^.*case_/, "", nr)
				said[nr + 0] = said[nr + 0] $0 "\n"
			} else if ($0 ~ /^[^ ]*(names.h|cases.c):.*(error|warning): /)
				print "FAILED: " compiler " says of no line of the table: " $0
			next
		}
		{
			text = $2
			if (text ~ /from 14/ && spaces == "no")
				text = "-"
			quoted = split(text, part, "`")
			found = (quoted < 2 || text ~ /or nothing/) && !said[FNR]
			for (i = 2; i <= quoted; i += 2)
				found = found || index(said[FNR], part[i])
			if (!found)
				print "FAILED: " compiler ", table " table ": of \"" $1 "\" it is to say " $2 \
					", and says " (said[FNR] ? said[FNR] : "nothing")
			checked++
		}
		END { print compiler ", " table ": " checked " lines" }' said listed >result
	cat result
	grep -q '[1-9][0-9]* lines$' result || failures=1
	! grep -q '^FAILED' result || failures=1
}

check always -DSMP
check strict -DPERCPU_STRICT
[ "$failures" = 0 ]
