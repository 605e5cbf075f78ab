#!/bin/sh
# Checks a model with spin, and that each of its mutations is found out.
# Usage: run.sh MODEL CC [-DMACRO=value ...] [KIND:MUTATION ...]
# KIND is what finds the mutation out: assertion, deadlock or cycle. Works in the current folder.
# 77: there is no spin.
set -eu
model=$1 cc=$2
shift 2
mutations=
for argument; do
	shift
	case $argument in
	-D*) set -- "$@" "$argument" ;;
	*) mutations="$mutations $argument" ;;
	esac
done
[ -n "$mutations" ] || { echo "a check that finds no mutation out proves nothing" >&2; exit 1; }
command -v spin >/dev/null || { echo "spin is not installed"; exit 77; }

search() { # kind macro...: leaves what the search of the whole model says in pan.log
	kind=$1
	shift
	spin "$@" -a "$model" >spin.log || { cat spin.log >&2; exit 1; }
	case $kind in
	# errors are found soon: what takes longest is the compiler
	safety) "$cc" -O0 -w -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m1000000 -w20 >pan.log ;;
	# and every cycle without progress is an error, beside assertions and deadlocks
	cycles) "$cc" -O1 -w -DNP -DCOLLAPSE -o pan pan.c && ./pan -l -m1000000 >pan.log ;;
	esac || { cat pan.log >&2; exit 1; }
	if grep -q 'max search depth too small' pan.log; then
		echo "the search was not complete" >&2
		exit 1
	fi
}

must_fail() { # kind mutation message macro...
	kind=$1 mutation=$2 message=$3
	shift 3
	grep -Eq "(def |defined\()$mutation\>" "$model" || { echo "$model knows no $mutation"; exit 1; }
	search "$kind" "$@" "-D$mutation"
	grep "^pan:1: .*$message" pan.log | sed "s/^pan:1:/$mutation:/" | grep . ||
		{ echo "$mutation is not found out:"; cat pan.log; exit 1; }
}

# who looks for cycles does not see where a run ends
for kind in safety cycles; do
	search "$kind" "$@"
	grep 'errors: 0$' pan.log || { echo "$model: the protocol fails"; cat pan.log; exit 1; }
	grep 'states, stored' pan.log
done
for mutation in $mutations; do
	name=${mutation#*:}
	case $mutation in
	assertion:*) must_fail safety "$name" 'assertion violated' "$@" ;;
	deadlock:*) must_fail safety "$name" 'invalid end state' "$@" ;;
	cycle:*) must_fail cycles "$name" 'non-progress cycle' "$@" ;;
	*) echo "$mutation: there is no such kind" >&2; exit 1 ;;
	esac
done
