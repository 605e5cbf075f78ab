#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [OPTION]...: everything that docs/performance.md plots, by one command.
#
# Builds the programs, runs them one after the other, and writes their numbers into one file of JSON
# (docs/performance.md describes its form), and a plot a figure (SVG), where gnuplot is there. How far it is, and
# what is left, is shown on a terminal, and nothing of it elsewhere. Run it while the machine does nothing else; it
# takes some three minutes on two CPUs.
#
#   -q, --quick         seconds, only to see that it works: the numbers say nothing
#   -o, --out FOLDER    where results.json and the plots go (numbers/ in the build)
#   -d, --docs          into docs/plots/, and the tables of docs/performance.md are written anew
#   -b, --built         the build is there as it should be: nothing is built
#   -p, --plots         nothing is measured: plots, and with --docs tables, of the results.json that is there
#   -h, --help
#
# The build is in $PERCPU_BUILD, or build/. What it compares with is what pkg-config finds when the build is
# configured: librseq, where PKG_CONFIG_PATH leads to it (bench/compare.sh --help says how to build it); DPDK
# (Debian: libdpdk-dev), liburcu (liburcu-dev), jemalloc (libjemalloc-dev). The HTTP server wants libmicrohttpd
# (libmicrohttpd-dev), the plots gnuplot (gnuplot-nox).
# Exit status: 0, 1 where something failed, 2 where the command line is wrong.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${PERCPU_BUILD:-$root/build}
quick='' out='' docs='' built='' plots_only=''

say() {
	echo "run.sh: $*" >&2
}

fail() {
	say "$*"
	exit 1
}

misuse() {
	say "$*. Try --help."
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) sed -n '3,/^set /s/^# \{0,1\}//p' "$0"; exit 0 ;;
	-q | --quick) quick=--quick ;;
	-d | --docs) docs=yes ;;
	-b | --built) built=yes ;;
	-p | --plots) plots_only=yes ;;
	-o | --out)
		if [ $# -lt 2 ] || [ -z "$2" ]; then misuse "$1 wants a folder"; fi
		out=$2
		shift
		;;
	*) misuse "what is '$1'?" ;;
	esac
	shift
done
[ -z "$docs" ] || [ -z "$out" ] || misuse "--docs and --out: one of them"
[ -z "$docs" ] || [ -z "$quick" ] || misuse "--docs wants numbers that say something, not --quick"
[ -z "$docs" ] || out=$root/docs/plots
: "${out:=$build/numbers}"

unset OMP_NUM_THREADS OMP_THREAD_LIMIT # which nproc would heed
scratch=$(mktemp -d "${TMPDIR:-/tmp}/percpu-numbers.XXXXXX")
job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# ---- progress: on a terminal only ----------------------------------------------------------------

step=0 steps=0 left=0
if [ -t 2 ]; then terminal=yes; else terminal=''; fi

# How many seconds a step takes, roughly: what is left is a guess from these.
seconds_of() { # STEP
	case $quick$1 in
	build) echo 60 ;;
	counting) echo 60 ;;
	allocation) echo 60 ;;
	start-up) echo 12 ;;
	server) echo 45 ;;
	plots) echo 2 ;;
	*) echo 2 ;;
	esac
}

show() { # STEP SECONDS-SO-FAR
	expected=$(seconds_of "$1")
	rest=$((left - ($2 < expected ? $2 : expected)))
	printf '\r%d of %d: %-12s about %d:%02d left \033[K' "$step" "$steps" "$1" $((rest / 60)) $((rest % 60)) >&2
}

# What it says is shown if it fails; on a terminal, the time goes on meanwhile.
run_step() { # STEP COMMAND...
	name=$1
	shift
	step=$((step + 1))
	"$@" >"$scratch/log" 2>&1 &
	job=$!
	if [ -n "$terminal" ]; then
		begun=$(date +%s)
		while kill -0 "$job" 2>/dev/null; do
			show "$name" $(($(date +%s) - begun))
			sleep 0.5
		done
		printf '\r\033[K' >&2
	fi
	status=0
	wait "$job" || status=$?
	job=
	left=$((left - $(seconds_of "$name")))
	[ "$status" -eq 0 ] || {
		cat "$scratch/log" >&2
		fail "failed: $name ($*)"
	}
}

# ---- the steps -----------------------------------------------------------------------------------

programs="percpu_bench percpu_bench_alloc percpu_bench_startup percpu_bench_http percpu_bench_numbers"
numbers=$build/bench/numbers/percpu_bench_numbers

build_all() {
	cmake -S "$root" -B "$build" -DPERCPU_BENCH=ON -DPERCPU_EXAMPLES=ON
	# shellcheck disable=SC2086 # a list of words
	cmake --build "$build" --target $programs
	# where libmicrohttpd is there
	! cmake --build "$build" --target help | grep -qw http_server ||
		cmake --build "$build" --target http_server
}

# These run in a shell of their own, which becomes the program: who ends this script ends that.
count() {
	if [ -n "$quick" ]; then set -- --rounds 1 --slice 200; else set -- --rounds 50 --slice 10000; fi
	exec "$build/bench/percpu_bench" --peers --threads $(($(nproc) * 2)) "$@" "--json=$scratch/counting.json"
}

# jemalloc is loaded beside the C library's malloc(): its thread-local storage wants room.
allocate() {
	exec env "GLIBC_TUNABLES=${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}glibc.rtld.optional_static_tls=16384" \
		"$build/bench/alloc/percpu_bench_alloc" --sweep $quick "--json=$scratch/allocation.json"
}

start() {
	exec "$build/bench/startup/percpu_bench_startup" --sweep --rounds $((${#quick} ? 2 : 400)) \
		"--json=$scratch/start-up.json"
}

serve() {
	exec "$build/bench/http/percpu_bench_http" $quick "--json=$scratch/server.json"
}

# The sum of what a plot was made of: a test compares it with the numbers beside it.
draw() { # FIGURE
	"$numbers" plot "$1" "$out/results.json" >"$scratch/$1.gnuplot" &&
		gnuplot "$scratch/$1.gnuplot" >"$scratch/$1.svg" &&
		echo "<!-- numbers: $(cksum <"$scratch/$1.gnuplot") -->" >>"$scratch/$1.svg" &&
		mv "$scratch/$1.svg" "$out/$1.svg"
}

draw_all() {
	for figure in $("$numbers" list); do
		grep -q "^$figure	" "$scratch/curves" || continue
		draw "$figure" || return
	done
}

parts='counting allocation start-up server'
serving=yes
if [ -z "$built" ]; then
	steps=1
	left=$(seconds_of build)
fi
[ -n "$plots_only" ] || for part in $parts; do
	steps=$((steps + 1))
	left=$((left + $(seconds_of "$part")))
done
steps=$((steps + 1))
left=$((left + $(seconds_of plots)))

# What others do then is in the numbers; below, how much there was of it is said, and in the file.
busy=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo 0)
[ -n "$built" ] || run_step build build_all
[ -x "$numbers" ] || fail "$build has no percpu_bench_numbers: build with PERCPU_BENCH=ON, or leave out --built"
mkdir -p "$out"

if [ -z "$plots_only" ]; then
	run_step counting count
	run_step allocation allocate
	run_step start-up start
	if [ -x "$build/examples/http_server/http_server" ]; then
		run_step server serve
	else
		serving=''
		say "no server, so nothing of it: http_server is not built (Debian: apt-get install libmicrohttpd-dev)"
	fi
	# shellcheck disable=SC2086 # words, or none
	"$numbers" merge $quick "$scratch/counting.json" "$scratch/allocation.json" "$scratch/start-up.json" \
		${serving:+"$scratch/server.json"} >"$scratch/results.json"
	mv "$scratch/results.json" "$out/results.json"
fi
[ -f "$out/results.json" ] || fail "there is no $out/results.json to make plots of"
"$numbers" check "$out/results.json" >"$scratch/curves"
for peer in librseq 'DPDK, per lcore' 'malloc() of jemalloc'; do
	grep -qF "	$peer	" "$scratch/curves" || say "not there, so not measured: $peer"
done

echo "numbers: $out/results.json"
if [ -z "$plots_only$quick" ] && [ "${busy%.*}" -ge 1 ]; then
	say "the machine was busy when this began (load $busy): take the numbers again when it is not"
fi
if command -v gnuplot >/dev/null; then
	run_step plots draw_all
	echo "plots:   $out/"
else
	say "no gnuplot, so no plots (Debian: apt-get install gnuplot-nox); the numbers do not need it"
fi
if [ -n "$docs" ]; then
	"$numbers" page "$out/results.json" "$root/docs/performance.md" 2>/dev/null
	echo "tables:  $root/docs/performance.md"
fi
