#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# exports.sh - EXPORT_PER_CPU_SYMBOL: a program and a shared object have the same copies of what either
# exports, or the program does not link. docs/modules.md has the table that this is the test of.
#
# Usage: exports.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
need readelf
compiler=$1 link=-fuse-ld=$2
flags="-O2 $warnings $include"
expected='exports: 2000 in the object, 3000 votes, 4000 in the program'
case $compiler in
gcc) indirect=-mno-direct-extern-access ;;
clang) indirect=-fno-direct-access-external-data ;;
esac

make_object() { # FLAGS...
	step $compiler $flags -fPIC -shared $link "$@" "$here/exports/object.c" $shared -o libobject.so
}

is_protected() {
	readelf -W --dyn-syms libobject.so >output
	[ "$(grep -c 'PROTECTED .* \(of_object\|votes_of_object\)$' output)" -eq 2 ] && return
	failed "what is exported is not protected"
	return 1
}

link_program() { # KIND
	step $compiler $link $1 main.o -L. -lobject -Wl,-rpath,. $shared -o program
}

compile_program() { # FLAGS...
	step $compiler $flags "$@" -c "$here/exports/main.c" -o main.o
}

# Code that takes the object's variable for the program's own.
refuse_program() { # KIND
	step_refused 'of_object' $compiler $link $1 main.o -L. -lobject -Wl,-rpath,. $shared -o program
}

run_program() { # PROGRAM
	step_prints "$expected" "./$1" ./libobject.so
}

# --- every kind of program ---
begin "the object"
make_object || finish
is_protected
compiled=$case_commands
begin "no PIE as the compiler makes it"
compile_program -fno-pie && refuse_program -no-pie || :
begin "no PIE, $indirect"
compile_program -fno-pie $indirect && link_program -no-pie && run_program program || :
begin "a PIE as the compiler makes it"
case $compiler in
gcc) compile_program -fPIE && refuse_program -pie || : ;;
clang) compile_program -fPIE && link_program -pie && run_program program || : ;;
esac
begin "a PIE, -fPIC"
compile_program -fPIC && link_program -pie && run_program program &&
	step_prints "$expected" env PERCPU_CONF=backend:fallback,possible:5 ./program &&
	step_prints "$expected" env PERCPU_CONF=place:elsewhere,log:err ./program || :

# The variables of one object in another; the program has none, and is compiled in the usual way.
begin "another object"
echo 'int run(int argc, char **argv); int main(int argc, char **argv) { return run(argc, argv); }' >runs.c
step $compiler -O2 $include -Dmain=run -fPIC -shared $link "$here/exports/main.c" -L. -lobject \
	-Wl,-rpath,. $shared -o libuser.so &&
	step $compiler $link runs.c -L. -luser -Wl,-rpath,. -o program && run_program program || :

# --- every kind of object, linked and loaded ---
compiled=
begin "a program that loads the object"
step $compiler $flags -D_GNU_SOURCE -DLOADED -fPIE -pie -rdynamic -fvisibility=hidden $link \
	"$here/exports/main.c" $shared -ldl -o loads && compiled=$case_commands
echo '{ object_count; object_sees; };' >list
for object in "-fvisibility=hidden -DEARLY" -Wl,-Bsymbolic -Wl,--dynamic-list=list \
	"-flto -fvisibility=hidden -DEARLY" "-flto -Wl,-Bsymbolic"; do
	begin "an object with $object"
	case $object in
	-flto*) can_link $compiler $link -flto || {
		skip_case "$compiler cannot optimise at link time with $2"
		continue
	} ;;
	esac
	make_object $object && is_protected && link_program -pie && run_program program &&
		run_program loads || :
done
finish
