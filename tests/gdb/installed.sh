#!/bin/sh
# Whether gdb loads what is installed by itself: beside a shared library without symbols of its own, and with a
# program that names it, which one that is linked to libpercpu.a does where that is made for /usr.
# Usage: installed.sh SOURCE BUILD PROGRAM LIBRARY CC; exit status 77: gdb cannot look at processes here.
set -eu
source=$1 build=$2 program=$3 library=$4 cc=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cmake --install "$build" --prefix "$work/usr" >"$work/log" || { cat "$work/log" && exit 1; }
there=$(find "$work/usr" -name "$library" ! -type l)
folder=$work/usr/share/gdb/auto-load
found=$(find "$folder" -name '*-gdb.py')
without=$(find "$folder" -name '*-gdb.gdb')
[ "$without" = "${found%.py}.gdb" ] || { echo "not beside $found: $without" && exit 1; }
strip "$there"

# As gdb's own folder is, /usr/share/gdb/auto-load.
session() { # PROGRAM COMMAND...
	name=$1
	shift
	{
		printf 'set pagination off\nbreak stop_here\nset environment PERCPU_CONF possible:64\n'
		printf 'set environment LD_LIBRARY_PATH %s\nrun\npython print("-- begin")\n' "$(dirname "$there")"
		printf '%s\n' "$@"
	} >"$work/script"
	timeout 100 gdb -batch -nx -iex "set auto-load scripts-directory $folder" \
		-iex "set auto-load safe-path $folder" -x "$work/script" "$name" \
		</dev/null >"$work/out" 2>&1 || :
	grep -q '^-- begin' "$work/out" || { cat "$work/out" && echo "gdb cannot look at processes here" && exit 77; }
	sed -n '/^-- begin/,$p' "$work/out" >"$work/said"
}
is_said() {
	for line; do
		grep -q "$line" "$work/said" || { cat "$work/out" && echo "not said: $line" && exit 1; }
	done
}

session "$program" 'print requests' 'percpu pool.used' 'info percpu' 'info percpu areas'
is_said 'per-CPU, sum 8 = {CPU 0 = 3, CPU 1 = 5}' 'sum: 11' 'backend: [rf]' 'held by thread 1 .* in stop_here' \
	'^module libpercpu' '^first chunk at .*2 areas' '^2 areas live'

"$cc" -I"$source/include" -I"$source/src" -I"$source/src/arch/$(uname -m)" "-DPCPU_GDB_SCRIPT=\"$found\"" \
	-c "$source/src/boot/runtime.S" -o "$work/runtime.S.o"
archive=$(find "$work/usr" -name libpercpu.a)
ar r "$archive" "$work/runtime.S.o"
"$cc" -g -D_GNU_SOURCE -I"$work/usr/include" "$source/tests/gdb/counted.c" -o "$work/static" "$archive" -pthread -ldl
session "$work/static" 'print requests'
is_said 'per-CPU, sum 8 = {CPU 0 = 3, CPU 1 = 5}'

# a gdb without Python, or one that does not find what it has written in it
gdb -batch -nx --data-directory="$work" -ex "source $without" -ex percpu -ex 'info percpu' >"$work/said" 2>&1 || :
is_said 'this gdb has no Python' 'cannot show the copies' 'cannot show what libpercpu does'
echo "loaded for both libraries"
