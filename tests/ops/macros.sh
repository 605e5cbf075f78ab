#!/bin/sh
# SPDX-License-Identifier: MIT
# macros.sh - the library's headers leave a program no macro that macros.list does not name, and the
# list names none that is not there.
#
# Usage: macros.sh SOURCE_FOLDER WORK_FOLDER
set -eu
source=$1 work=$2
list=$source/tests/ops/macros.list
rm -rf "$work"
mkdir -p "$work"
cd "$work"
failures=0

# The names that are defined after the lines of standard input.
macros() { # COMPILER FLAG LANGUAGE
	"$1" "$2" -x "$3" "-I$source/include" -dM -E - |
		sed -n 's/^#define \([A-Za-z_0-9]*\).*/\1/p' | LC_ALL=C sort
}

# A build's names that no pattern of the list fits. And in "helpers" those that are of no use to it.
check() { # COMPILER LANGUAGE FLAG
	for header in errno signal stdarg stdbool stddef stdint stdio stdlib string; do
		echo "#include <$header.h>"
	done >standard
	macros "$1" "$3" "$2" <standard >before
	echo '#include <percpu/percpu.h>' | cat standard - | macros "$1" "$3" "$2" >after
	LC_ALL=C comm -13 before after >ours
	# shellcheck disable=SC2016 # awk's variables
	awk -v build="$1 $3" '
		FNR == NR && /^(public|helper) / {
			for (i = 2; i <= NF; i++) {
				expression = $i
				gsub(/\*/, "[A-Za-z_0-9]*", expression)
				kind["^" expression "$"] = $1
			}
		}
		FNR == NR { next }
		{
			found = ""
			for (expression in kind)
				if ($0 ~ expression) found = expression
			if (!found) {
				print "FAILED: " build ": " $0 " is left to the program"
				status = 1
			} else if (kind[found] == "helper") {
				print >"helpers." build
				nr++
			}
		}
		END {
			print build ": " FNR " macros, " nr " of them helpers"
			exit status || FNR < 200
		}' "$list" ours || failures=$((failures + 1))
}

for flag in -DSMP -DPERCPU_UP -DPERCPU_PINNED -DPERCPU_DEBUG_PREEMPT -DPERCPU_STRICT \
	-fsanitize=thread; do
	for compiler in gcc clang; do
		check $compiler c $flag
	done
	for compiler in g++ clang++; do
		check $compiler c++ $flag
	done
done

sed -n 's/^helper //p' "$list" | tr ' ' '\n' | LC_ALL=C sort >listed
cat helpers.* | LC_ALL=C sort -u >there
LC_ALL=C comm -23 listed there >stale
[ ! -s stale ] || {
	echo "FAILED: no build has these any more: $(paste -s -d ' ' stale)"
	failures=$((failures + 1))
}
[ "$failures" -eq 0 ]
