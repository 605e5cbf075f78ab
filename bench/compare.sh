#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh [OPTION]... [COMMIT] [-- ARGUMENT...]: what the working tree's change costs.
#
# Builds COMMIT (HEAD~1 unless given) beside the working tree, in a temporary folder and with the
# compilers, flags and build type of the tree's own build, and runs the benchmark programs of both in
# turn. A machine drifts, so that figures of two runs one after the other say little; here every round
# has both builds in it, and which comes first changes from round to round. Then percpu_bench_compare
# prints a line a figure: before, now, the ratio of the medians over the rounds, and the noise, which a
# change must be larger than to be one. Run it while the machine does nothing else.
#
# percpu_bench, percpu_bench_alloc and percpu_bench_toolkit are each build's own. percpu_bench_around is the tree's, compiled
# against what each build installs: COMMIT need not know its figures.
#
#   -r, --rounds N         rounds (5)
#   -p, --program PROGRAM  percpu_bench, percpu_bench_alloc, percpu_bench_around or percpu_bench_toolkit
#                          (the first two)
#   -t, --targets          the figures that have targets, and these: a table in Markdown
#   -l, --librseq FOLDER   an installation of librseq, whose memory pools percpu_bench_around measures too.
#                          (github: compudj/librseq, version 0.1.0-pre, commit cbdabc4; it wants autoconf,
#                          automake, libtool and libnuma: ./bootstrap, ./configure --prefix=FOLDER, and in
#                          src and include make install)
#   -j, --json FILE        write the comparison as JSON too
#   -b, --built FOLDER     the build in FOLDER is "before"; there is no COMMIT, nothing is built
#   -- ARGUMENT...         for the programs, e.g. --quick, or --filter usual/ with a --program
#
# The tree's build is in $PERCPU_BUILD, or build/ (cmake/setup.sh makes it).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
now=${PERCPU_BUILD:-$root/build}
rounds=5
programs="percpu_bench percpu_bench_alloc"
json='' before='' commit='' targets='' librseq=''

fail() {
	echo "compare.sh: $*" >&2
	exit 1
}

while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in
	-h | --help) sed -n '3,/^set /s/^# \{0,1\}//p' "$0"; exit 0 ;;
	-t | --targets) ;;
	-*) [ $# -ge 2 ] || fail "$1 wants a value" ;;
	esac
	case $1 in
	-r | --rounds) rounds=$2; shift ;;
	-p | --program) programs=$2; shift ;;
	-t | --targets) targets=--targets
		programs="percpu_bench_alloc percpu_bench_around percpu_bench_toolkit" ;;
	-l | --librseq) librseq=$(cd "$2" && pwd); shift ;;
	-j | --json) json=$2; shift ;;
	-b | --built) before=$2; shift ;;
	-*) fail "what is $1? Try --help." ;;
	*) [ -z "$commit" ] || fail "one commit only"; commit=$1 ;;
	esac
	shift
done
[ $# -eq 0 ] || shift
case $rounds in '' | *[!0-9]* | 0*) fail "--rounds: '$rounds' is not a number from 1" ;; esac
[ -z "$before" ] || [ -z "$commit" ] || fail "--built and a commit"
[ -f "$now/CMakeCache.txt" ] || fail "$now is no build of CMake's"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/percpu-compare.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

quietly() { # COMMAND...: what it says is shown if it fails
	"$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; fail "failed: $*"; }
}

cached() { sed -n "s/^$1:[A-Z]*=//p" "$now/CMakeCache.txt"; }

build_commit() { # into $before
	before=$scratch/build
	mkdir "$scratch/source"
	git -C "$root" archive --output="$scratch/source.tar" "${commit:=HEAD~1}" ||
		fail "there is no commit $commit"
	tar -xf "$scratch/source.tar" -C "$scratch/source"
	set -- -DPERCPU_TESTS=OFF -DPERCPU_EXAMPLES=OFF -DPERCPU_TOOLS=OFF -DPERCPU_BENCH=ON
	for name in CMAKE_BUILD_TYPE CMAKE_C_COMPILER CMAKE_CXX_COMPILER CMAKE_C_FLAGS \
		PERCPU_JEMALLOC PERCPU_HWLOC PERCPU_NUMA PERCPU_SANITIZE; do
		set -- "$@" "-D$name=$(cached $name)"
	done
	quietly cmake -G "$(cached CMAKE_GENERATOR)" -S "$scratch/source" -B "$before" "$@"
	# shellcheck disable=SC2086 # a list of words
	quietly cmake --build "$before" --target $built
}

program_of() { # SIDE BUILD PROGRAM
	case $3 in
	percpu_bench) echo "$2/bench/percpu_bench" ;;
	percpu_bench_alloc) echo "$2/bench/alloc/percpu_bench_alloc" ;;
	percpu_bench_toolkit) echo "$2/bench/toolkit/percpu_bench_toolkit" ;;
	percpu_bench_around) echo "$scratch/around.$1/percpu_bench_around" ;;
	*) fail "there is no program $3 to compare" ;;
	esac
}

build_around() { # SIDE BUILD: the tree's program against what BUILD installs
	sanitize=$(cached PERCPU_SANITIZE)
	quietly cmake --install "$2" --prefix "$scratch/installed.$1"
	quietly cmake -G "$(cached CMAKE_GENERATOR)" -S "$root/bench/around" -B "$scratch/around.$1" \
		"-DCMAKE_PREFIX_PATH=$scratch/installed.$1" "-DPERCPU_BENCH_LIBRSEQ=$librseq" \
		"-DCMAKE_C_COMPILER=$(cached CMAKE_C_COMPILER)" "-DCMAKE_BUILD_TYPE=$(cached CMAKE_BUILD_TYPE)" \
		"-DCMAKE_C_FLAGS=$(cached CMAKE_C_FLAGS) ${sanitize:+-fsanitize=$sanitize}"
	quietly cmake --build "$scratch/around.$1"
}

# of each build; and of this one what is installed beside the library
built='' tools=''
[ "$(cached PERCPU_TOOLS)" != ON ] || tools=percpu_tools
for program in $programs; do
	program_of now "$now" "$program" >"$scratch/log"
	case $program in
	percpu_bench_around) built="$built percpu percpu_static" ;;
	*) built="$built $program" ;;
	esac
done
if [ -z "$before" ]; then
	# shellcheck disable=SC2086 # a list of words
	quietly cmake --build "$now" --target $built $tools percpu_bench_compare
	build_commit
fi
case $programs in *percpu_bench_around*)
	build_around before "$before"
	build_around now "$now" ;;
esac

files=
run_one() { # SIDE BUILD PROGRAM NAME ARGUMENT...: what it writes is called NAME
	path=$(program_of "$1" "$2" "$3")
	file=$scratch/$4
	files="$files --$1=$file"
	shift 4
	quietly "$path" "--json=$file" "$@"
}

run() { # SIDE BUILD ROUND ARGUMENT...
	side=$1 build=$2 round=$3
	shift 3
	for program in $programs; do
		if [ "$program$targets$#" != percpu_bench_alloc--targets0 ]; then
			run_one "$side" "$build" "$program" "$program.$side.$round" "$@"
			continue
		fi
		for part in percpu/4/ percpu/16/ memory/percpu metadata/percpu; do # what has a target
			run_one "$side" "$build" "$program" \
				"$program.$(echo "$part" | tr -d /).$side.$round" --filter "$part"
		done
	done
}

round=1
while [ "$round" -le "$rounds" ]; do
	echo "round $round of $rounds" >&2
	if [ $((round % 2)) = 1 ]; then
		run before "$before" "$round" "$@"
		run now "$now" "$round" "$@"
	else
		run now "$now" "$round" "$@"
		run before "$before" "$round" "$@"
	fi
	round=$((round + 1))
done
# shellcheck disable=SC2086 # a list of words
"$now/bench/compare/percpu_bench_compare" $targets ${json:+"--json=$json"} $files
