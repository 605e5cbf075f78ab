#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# templates.sh - per-CPU variables that templates define, and inline ones: each program counts, or does
# not compile, with a message that says why. None faults.
. "$(dirname "$0")/common.sh"

no_template='gcc_before_14_has_no_per_cpu_variables_of_templates'
conflict='causes a section type conflict'

# The version of COMPILER if it is a gcc, or 0.
gcc_version() { # COMPILER
	version=$(echo 'gnu __GNUC__ __clang_major__' | "$1" -E -P -x c++ - |
		sed -n 's/^gnu \([0-9]*\) __clang_major__$/\1/p')
	echo "${version:-0}"
}

check_case() { # COMPILER OPTIMISATION CASE
	program="$1 -std=gnu++17 $warnings $2 $include -DCASE=$3 $here/templates.cc"
	begin "case $3, $1 $2"
	if [ "$3" -eq 0 ] || [ "$gcc" -eq 0 ]; then
		step $program $shared -o program && step_prints '5 counted, 1' ./program || :
	elif [ "$gcc" -ge 14 ] || [ "$3" -eq 5 ]; then
		# what is inline or a template's, and what is not, cannot be in one section
		step_refused "$conflict" $program $shared -o program || :
		[ "$gcc" -lt 14 ] || [ "$3" -eq 0 ] ||
			{ step $program -DALONE $shared -o program && step_prints '5 counted' ./program; } || :
	else
		step_refused "$no_template" $program $shared -o program || :
	fi
}

for compiler in g++ clang++; do
	command -v $compiler >/dev/null || {
		skip_case "there is no $compiler"
		continue
	}
	gcc=$(gcc_version $compiler)
	for optimisation in -O0 -O2; do
		for case in 0 1 2 3 4 5; do
			check_case $compiler $optimisation $case
		done
	done
done
finish
