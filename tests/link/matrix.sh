#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# matrix.sh - the matrix program, built and run in every way that a user may build a program. What
# must hold of it is in matrix/main.c; no way of building needs a linker script or a flag.
#
# Usage: matrix.sh c COMPILER LINKER | cxx COMPILER | gc_sections | lto COMPILER | mixes LINKER
#	| options COMPILER
. "$(dirname "$0")/common.sh"

expected='matrix: 18 variables, [1-9][0-9]* CPUs, counted 190000'
expected_of_5='matrix: 18 variables, ([5-9]|[1-9][0-9]+) CPUs, counted 190000'

# Compiles the three files into one.FLAVOUR.o and so on.
compile() { # FLAVOUR COMPILER FLAGS...
	flavour=$1
	shift
	compiled=
	for file in one two main; do
		compiled="$compiled
$* $include -c $here/matrix/$file.c -o $file.$flavour.o"
	done
	begin "compile for $flavour"
	for file in one two main; do
		"$@" $include -c "$here/matrix/$file.c" -o "$file.$flavour.o" >output 2>&1 && continue
		failed "$file.c does not compile"
		return 1
	done
}

# Runs the linked program in the tier that the machine has and in the fallback.
check() { # PROGRAM
	step_prints "$expected" "./$1" &&
		step_prints "$expected_of_5" env PERCPU_CONF=backend:fallback,possible:5 "./$1"
}

# Links what was compiled as FLAVOUR, and runs it.
link_and_check() { # NAME FLAVOUR LIBRARY COMPILER FLAGS...
	begin "$1"
	flavour=$2 library=$3
	shift 3
	# mold 2.37 writes over the file that is there, and leaves some of that file's bytes as relocations
	rm -f program
	step "$@" "one.$flavour.o" "two.$flavour.o" "main.$flavour.o" $library -o program &&
		check program || return 0
}

# Every kind of executable that position-independent objects (pie) and others (no_pie) can make.
link_pie() { # NAME COMPILER FLAGS...
	name=$1
	shift
	link_and_check "$name, PIE, libpercpu.so" pie "$shared" "$@" -pie
	link_and_check "$name, PIE, libpercpu.a" pie "$archive" "$@" -pie
	if can_link "$@" -static-pie; then
		link_and_check "$name, static-pie" pie "$archive" "$@" -static-pie
	else
		skip_case "$name: $* -static-pie cannot link an empty program"
	fi
}

link_no_pie() { # NAME COMPILER FLAGS...
	name=$1
	shift
	link_and_check "$name, no-pie, libpercpu.so" no_pie "$shared" "$@" -no-pie
	link_and_check "$name, no-pie, libpercpu.a" no_pie "$archive" "$@" -no-pie
	link_and_check "$name, static" no_pie "$archive" "$@" -static
}

matrix_c() { # COMPILER LINKER
	need_linker "$1" "$2"
	for opt in -O0 -O1 -O2 -O3 -Os; do
		compile pie "$1" $warnings $opt -fPIE && link_pie "$*, $opt" "$1" $opt "-fuse-ld=$2"
		compile no_pie "$1" $warnings $opt -fno-pie &&
			link_no_pie "$*, $opt" "$1" $opt "-fuse-ld=$2"
	done
}

matrix_cxx() { # COMPILER
	need "$1"
	for opt in -O0 -O2; do
		language="-x c++ -std=c++17"
		compile pie "$1" $warnings $opt -fPIE $language || continue
		compile_commands=$compiled
		for linker in bfd lld gold; do
			compiled=$compile_commands
			can_link "$1" -fuse-ld=$linker || {
				skip_case "$1 cannot link with $linker"
				continue
			}
			link_pie "$1, $linker, $opt" "$1" $opt -fuse-ld=$linker
		done
		compile no_pie "$1" $warnings $opt -fno-pie $language &&
			link_no_pie "$1, $opt" "$1" $opt
	done
}

# What --gc-sections may take away: the unused variable's section, and nothing of the library's.
matrix_gc_sections() {
	sections="-ffunction-sections -fdata-sections"
	for compiler in gcc clang; do
		command -v $compiler >/dev/null || {
			skip_case "there is no $compiler"
			continue
		}
		compile pie $compiler $warnings -O2 -fPIE $sections || continue
		for linker in bfd lld gold; do
			can_link $compiler -fuse-ld=$linker || {
				skip_case "$compiler cannot link with $linker"
				continue
			}
			link_pie "$compiler, $linker, --gc-sections" $compiler -O2 \
				-fuse-ld=$linker -Wl,--gc-sections
		done
		compile no_pie $compiler $warnings -O2 -fno-pie $sections || continue
		for linker in bfd lld; do
			can_link $compiler -fuse-ld=$linker || continue
			link_no_pie "$compiler, $linker, --gc-sections" $compiler -O2 \
				-fuse-ld=$linker -Wl,--gc-sections
		done
	done
}

# gcc with the linker's plugin for bfd, clang with lld; both with every way to cut the program.
matrix_lto() { # COMPILER
	case $1 in
	gcc | g++) linker=bfd cuts="-flto -flto=2,-flto-partition=max -flto,-flto-partition=none" ;;
	clang | clang++) linker=lld cuts="-flto -flto=thin" ;;
	esac
	case $1 in
	*++) language="-x c++ -std=c++17" ;;
	*) language= ;;
	esac
	need_linker "$1" $linker
	can_link "$1" -fuse-ld=$linker -flto || skip "$1 cannot optimise at link time with $linker"
	for cut in $cuts; do
		cut=$(echo "$cut" | tr , ' ')
		opts="-O0 -O2 -Os"
		[ "$cut" = -flto ] || opts=-O2
		for opt in $opts; do
			compile pie "$1" $warnings $opt -fPIE $cut $language &&
				link_pie "$1, $linker, $opt $cut" "$1" $opt $cut -fuse-ld=$linker
		done
		compile no_pie "$1" $warnings -O2 -fno-pie $cut $language &&
			link_no_pie "$1, $linker, $cut" "$1" -O2 $cut -fuse-ld=$linker
	done
}

# What compiles a file of @flavour: of a compiler, and for the link-time optimiser or not.
compiler_of() { # FLAVOUR
	case $1 in
	gcc) echo gcc -O2 ;;
	gcc_lto) echo gcc -O2 -flto ;;
	clang) echo clang -O2 ;;
	clang_lto) echo clang -O2 -flto ;;
	clang_thin) echo clang -O2 -flto=thin ;;
	esac
}

# One file of flavour ONE and the others of flavour REST, in every kind of program and as an object.
link_mix() { # ONE REST LINKER COMPILER FLAGS...
	mix="one.$1.o two.$2.o" main=main.$2.o name="$1 and $2, $3"
	linker=-fuse-ld=$3
	shift 3
	begin "$name, PIE, libpercpu.a"
	step "$@" $linker -pie $mix $main $archive -o program && step_prints "$expected" ./program || :
	begin "$name, static"
	step "$@" $linker -static $mix $main $archive -o program &&
		step_prints "$expected" ./program || :
	begin "$name, shared object, libpercpu.so"
	step "$@" $linker -shared $mix $shared -o libmix.so &&
		step "$@" $linker -pie $main -L. -lmix -Wl,-rpath,. $shared -o program &&
		step_prints "$expected" ./program || :
}

# Files that are for the optimiser, of either kind, and others, in one program. One compiler's
# optimiser cannot read what is for the other's.
matrix_mixes() { # LINKER
	need gcc clang
	need_linker gcc "$1"
	need_linker clang "$1"
	for flavour in gcc gcc_lto clang clang_lto clang_thin; do
		command=$(compiler_of $flavour)
		compile $flavour $command $warnings -fPIC || return 0
	done
	compiled=
	for of in "clang -flto:gcc clang clang_lto clang_thin" "gcc -flto:gcc gcc_lto clang"; do
		driver=${of%:*} flavours=${of#*:}
		can_link $driver "-fuse-ld=$1" || {
			skip_case "$driver cannot link with $1"
			continue
		}
		for one in $flavours; do
			for rest in $flavours; do
				link_mix "$one" "$rest" "$1" $driver
			done
		done
	done
}

# Options that change the code or what the compiler accepts; PIE with libpercpu.so each.
matrix_options() { # COMPILER
	need "$1"
	for options in -fsanitize=address "-fsanitize=undefined -fno-sanitize-recover=all" \
		"-std=c11 -pedantic" "-std=gnu17 -fPIC" "-march=native" "-mcmodel=medium" \
		"-fno-plt" "-fstack-protector-all" "-fcommon" "-g3" "-fno-asynchronous-unwind-tables" \
		"-fcf-protection=full" "-mno-red-zone"; do
		# clang 19 warns of what -march=native finds on some processors
		can_link "$1" $warnings -Wno-unused-command-line-argument $options || {
			skip_case "$1 $options cannot link an empty program, or warns"
			continue
		}
		compile pie "$1" $warnings -O1 -fPIE $options &&
			link_and_check "$1 $options" pie "$shared" "$1" $options -pie
	done
}

kind=$1
shift
"matrix_$kind" "$@"
finish
