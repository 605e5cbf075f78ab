#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# refused.sh - misuse that must be a compile-time error. Each file of refused/ compiles without a
# warning as it is; with -DBAD it must not compile, and the message must match what the file says
# after REFUSED.
. "$(dirname "$0")/common.sh"

check_file() { # FILE COMPILER FLAGS...
	file=$1
	shift
	begin "$(basename "$file"), $*"
	regex=$(sed -n 's/.*REFUSED: \(.*\) \*\/$/\1/p' "$file")
	[ -n "$regex" ] || {
		failed "the file does not say how it is refused"
		return
	}
	step "$@" $warnings -O1 $include -c "$file" -o refused.o &&
		step_refused "$regex" "$@" -Wall -O1 $include -DBAD -c "$file" -o refused.o || :
}

for compiler in gcc clang "g++ -x c++ -std=c++17" "clang++ -x c++ -std=c++17"; do
	command -v "${compiler%% *}" >/dev/null || {
		skip_case "there is no ${compiler%% *}"
		continue
	}
	for file in "$here"/refused/*.c; do
		check_file "$file" $compiler
	done
done
finish
