#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# refused.sh - misuse that must be a compile-time error. Each case of refused.c compiles without a
# warning as it is; with -DBAD it must not compile, and the message must match what the case says
# after REFUSED.
. "$(dirname "$0")/common.sh"

check_case() { # CASE COMPILER FLAGS...
	name=$1
	shift
	begin "$name, $*"
	regex=$(sed -n "/defined(CASE_$name)\$/{n;s/.*REFUSED: \(.*\) \*\/\$/\1/p;}" "$file")
	[ -n "$regex" ] || {
		failed "the case does not say how it is refused"
		return
	}
	step "$@" $warnings -O1 $include "-DCASE_$name" -c "$file" -o refused.o &&
		step_refused "$regex" "$@" -Wall -O1 $include "-DCASE_$name" -DBAD -c "$file" \
			-o refused.o || :
}

file=$here/refused.c
cases_of_file=$(sed -n 's/^#.*defined(CASE_\(.*\))$/\1/p' "$file")
for compiler in gcc clang "g++ -x c++ -std=c++17" "clang++ -x c++ -std=c++17"; do
	command -v "${compiler%% *}" >/dev/null || {
		skip_case "there is no ${compiler%% *}"
		continue
	}
	for name in $cases_of_file; do
		check_case "$name" $compiler
	done
done
finish
