#!/bin/sh
# SPDX-License-Identifier: MIT
# test.sh SOURCE BUILD PEER...: that run.sh measures every series, PEERs among them, which are there but not
# everywhere; that its files have their form, its plots are made, and say something where they cannot be; that a
# terminal is told how far it is, and nobody else; and that what is wrong is refused.
set -eu
source=$1 build=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
numbers=$build/bench/numbers/percpu_bench_numbers
export PERCPU_BUILD="$build"
failures=0

wrong() {
	echo "$*" >&2
	failures=$((failures + 1))
}

run() { # ARGUMENT...: $status, and what is said in said
	status=0
	"$source/bench/run.sh" "$@" >"$work/said" 2>&1 </dev/null || status=$?
}

refused() { # STATUS WORDS COMMAND...: which says the words, and ends so
	wanted=$1 words=$2
	shift 2
	status=0
	"$@" >"$work/said" 2>&1 </dev/null || status=$?
	if [ "$status" -ne "$wanted" ] || ! grep -qF -- "$words" "$work/said"; then
		wrong "$*: status $status and '$(cat "$work/said")' instead of $wanted and '$words'"
	fi
}

# ---- everything is measured ----------------------------------------------------------------------

run --quick --built --out "$work/out"
[ "$status" -eq 0 ] || {
	cat "$work/said" >&2
	exit 1
}
! grep -qE "$(printf '\r')|left" "$work/said" || wrong "progress in a pipe: $(cat "$work/said")"
"$numbers" check "$work/out/results.json" >"$work/curves"

nr_series=0
expect() { # FIGURES POINTS SERIES: at so many places at least
	for figure in $1; do
		nr_series=$((nr_series + 1))
		awk -F '\t' -v figure="$figure" -v series="$3" -v points="$2" '
			$1 == figure && $2 == series && $3 >= points { found = 1 }
			END { exit !found }' "$work/curves" || wrong "$figure: not measured $2 times: $3"
	done
}

counting='count-1 count-16 ratio-1 ratio-16 throughput-1 throughput-16'
for series in plain thread-local "atomic, the thread's own" 'atomic, shared' 'per-CPU array, sched_getcpu()' \
	'mutex, shared' 'per-thread, in a list (liburcu)' 'std::atomic shards (LongAdder)' 'this_cpu_inc()'; do
	expect "$counting" 2 "$series"
done
expect 'count-1 count-16 throughput-1 throughput-16' 2 'this_cpu_inc(), without rseq'
for series in 'alloc_percpu()' 'an array, a cache line a CPU'; do
	expect 'alloc-live' 2 "$series"
	expect 'alloc-possible memory-possible' 5 "$series"
done
expect startup-linked 1 libpercpu.so
expect startup-linked 1 libpercpu.a
expect startup-linked 1 libstdc++
expect startup-possible 5 libpercpu.so
for peer; do
	case $peer in
	librseq) expect "$counting" 2 librseq; expect startup-linked 1 librseq ;;
	dpdk) expect "$counting" 2 'DPDK, per lcore' ;;
	urcu) expect startup-linked 1 liburcu-bp ;;
	jemalloc) expect 'alloc-live' 2 'malloc() of jemalloc'; expect startup-linked 1 jemalloc ;;
	glibc) expect 'alloc-live' 2 'malloc() of glibc' ;;
	http) for series in 'no counters' 'percpu metrics' 'shared atomics' 'one mutex'; do
		expect 'http-rate http-cpu http-ratio' 1 "$series"
	done ;;
	*) wrong "what is $peer?" ;;
	esac
done

# ---- plots ---------------------------------------------------------------------------------------

if command -v gnuplot >/dev/null; then
	for figure in $("$numbers" list); do
		grep -q "^$figure	" "$work/curves" || continue
		svg=$work/out/$figure.svg
		if [ ! -s "$svg" ]; then
			wrong "there is no plot $figure"
			continue
		fi
		grep -q '^</svg>' "$svg" || wrong "$figure.svg has no end"
		# shellcheck disable=SC2013 # their first words
		for series in $(awk -F '\t' -v figure="$figure" '$1 == figure { print $2 }' "$work/curves" |
			sed 's/[^A-Za-z_].*//'); do
			grep -qF "$series" "$svg" || wrong "$figure.svg does not name $series"
		done
	done
fi

# Without gnuplot: every program that the script calls, but not that one.
mkdir "$work/bin"
for program in sh sed cut dirname mktemp rm mkdir grep cat mv nproc date sleep cksum; do
	ln -s "$(command -v $program)" "$work/bin/$program"
done
status=0
PATH=$work/bin "$source/bench/run.sh" --plots --built --out "$work/out" >"$work/said" 2>&1 || status=$?
if [ "$status" -ne 0 ] || ! grep -q 'no gnuplot.*gnuplot-nox' "$work/said"; then
	wrong "without gnuplot: status $status and '$(cat "$work/said")'"
fi

# A terminal is told what is left.
if command -v script >/dev/null && command -v gnuplot >/dev/null; then
	script -qec "'$source/bench/run.sh' --plots --built --out '$work/out'" "$work/terminal" >/dev/null </dev/null
	grep -q '1 of 1: plots *about 0:0[0-9] left' "$work/terminal" || wrong "no progress on a terminal"
fi

# Who ends it ends what it runs.
programs_of() { # FOLDER: those that write there
	grep -la "$1/percpu-numbers.*counting.json" /proc/[0-9]*/cmdline 2>/dev/null || true
}
until_that() { # COMMAND...: within 20 s
	for _ in $(seq 200); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}
mkdir "$work/ended"
TMPDIR=$work/ended "$source/bench/run.sh" --built --out "$work/out" >/dev/null 2>&1 </dev/null &
runs() { [ -n "$(programs_of "$work/ended")" ]; }
ended() { ! runs; }
until_that runs || wrong "it does not begin"
kill -TERM $!
wait $! || true
until_that ended || wrong "what it ran goes on when it was ended"
[ -z "$(ls "$work/ended")" ] || wrong "it leaves $(ls "$work/ended") behind"

# ---- what is wrong -------------------------------------------------------------------------------

refused 2 "what is '--none'?" "$source/bench/run.sh" --none
refused 2 "--out wants a folder" "$source/bench/run.sh" --out
refused 2 "--out wants a folder" "$source/bench/run.sh" --out ''
refused 2 "one of them" "$source/bench/run.sh" --docs --out "$work/out"
refused 2 "not --quick" "$source/bench/run.sh" --docs --quick
refused 1 "has no percpu_bench_numbers" env PERCPU_BUILD="$work/none" "$source/bench/run.sh" --built --plots
refused 1 "to make plots of" "$source/bench/run.sh" --built --plots --out "$work/empty"
"$source/bench/run.sh" --help | grep -q '^run.sh \[OPTION\]' || wrong "--help does not help"

for words in '' none merge 'check' 'plot count-1' 'page x'; do
	# shellcheck disable=SC2086 # words
	refused 2 "--help" "$numbers" $words
done
refused 1 "there is no plot" "$numbers" plot nothing "$work/out/results.json"
refused 1 "there is no plot" "$numbers" plot ratio-1 "$work/out/results.json"
refused 1 "No such file" "$numbers" check "$work/none"

spoil() { # WORDS SED-SCRIPT: of a file of numbers
	sed "$2" "$work/out/results.json" >"$work/spoilt.json"
	! cmp -s "$work/spoilt.json" "$work/out/results.json" || wrong "nothing is spoilt by $2"
	refused 1 "$1" "$numbers" check "$work/spoilt.json"
}
spoil "not JSON" '$d'
spoil "not of the form" 's/percpu-numbers-1/percpu-numbers-0/'
spoil 'no "host"' 's/"host"/"guest"/'
spoil 'no "curves"' 's/"curves"/"lines"/'
spoil "there is no figure 'count-2'" 's/"count-1"/"count-2"/'
spoil 'no "unit"' 's/"unit"/"measure"/'
spoil '"median" is no number' 's/"median":.*/"median": "fast",/'
spoil "measured less than once" 's/"n":.*/"n": 0,/'
spoil "quartiles out of order" 's/"min":.*/"min": 1e99,/'

# ---- the tables of a page ------------------------------------------------------------------------

page=$work/page.md
printf '%s\n' 'before' '<!-- numbers: machine -->' '<!-- end of numbers -->' 'between' \
	'<!-- numbers: count-1 -->' 'old' '<!-- end of numbers -->' 'after' >"$page"
refused 1 "count-1 is not what" "$numbers" page-check "$work/out/results.json" "$page"
"$numbers" page "$work/out/results.json" "$page" 2>/dev/null
"$numbers" page-check "$work/out/results.json" "$page" || wrong "a page that was just written is stale"
grep -q '^| ns, by threads | 1 | 2 |' "$page" || wrong "no heading in: $(cat "$page")"
grep -q '^| this_cpu_inc() | [0-9.]* | [0-9.]* |' "$page" || wrong "no table in: $(cat "$page")"
grep -q 'A quick run' "$page" || wrong "a quick run is not called one"
[ "$(grep -cxE 'before|between|after' "$page")" -eq 3 ] || wrong "the text around the tables is not kept"
sed 's/^| this_cpu_inc() | /&9/' "$page" >"$work/other.md"
refused 1 "count-1 is not what" "$numbers" page-check "$work/out/results.json" "$work/other.md"
sed 's/numbers: count-1/numbers: count-2/' "$page" >"$work/other.md"
refused 1 "there is no figure 'count-2'" "$numbers" page-check "$work/out/results.json" "$work/other.md"
sed '$d; s/end of numbers/end/' "$page" >"$work/other.md"
refused 1 "has no end" "$numbers" page-check "$work/out/results.json" "$work/other.md"
echo 'nothing' >"$work/other.md"
refused 1 "no tables" "$numbers" page-check "$work/out/results.json" "$work/other.md"

echo "$nr_series series, $failures wrong"
[ "$failures" -eq 0 ]
