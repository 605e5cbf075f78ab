#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# objects.sh - per-CPU variables of shared objects: loaded at start, by dlopen(), again and again,
# and executables that have none.
#
# Usage: objects.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
compiler=$1 link=-fuse-ld=$2
flags="-O2 $warnings $include"

# Makes object_NAME.so. LIBRARY may be empty: then the executable must have the library.
make_object() { # NAME INITIAL LIBRARY
	step "$compiler" $flags -fPIC -shared "-DOBJECT=object_$1" "-DINITIAL=$2" \
		"$here/objects/object.c" $3 "$link" -o "object_$1.so"
}

make_objects() { # LIBRARY
	make_object a 500UL "$1" && make_object b 900UL "$1"
}

# Compiles and links PROGRAM.c as a PIE or not.
make_program() { # PROGRAM KIND ARGUMENTS...
	program=$1 kind=$2
	shift 2
	code=-fPIE
	[ "$kind" = -pie ] || code=-fno-pie
	step "$compiler" $flags $code "$here/objects/$program.c" "$@" "$link" $kind -o "$program"
}

for kind in -pie -no-pie; do
	begin "only dynamic areas, $kind, libpercpu.so"
	make_program alloc_only $kind $shared && step_prints 'alloc_only: 100000' ./alloc_only || :

	begin "no module record in the executable, $kind, libpercpu.so"
	make_program calls_only $kind $shared &&
		step_prints 'calls_only: 100' ./calls_only || :

	begin "only dynamic areas, $kind, libpercpu.a"
	make_program alloc_only $kind $archive && step_prints 'alloc_only: 100000' ./alloc_only || :

	begin "two objects loaded at start, $kind"
	make_objects "$shared" &&
		make_program start $kind ./object_a.so ./object_b.so $shared &&
		step_prints 'start: a 40000, b 40000' ./start &&
		step_prints 'start: a 40000, b 40000' \
			env PERCPU_CONF=backend:fallback,possible:5 ./start || :

	begin "two objects come and go, $kind"
	make_objects "$shared" && make_program reload $kind $shared -ldl &&
		step_prints 'reload: 300 times' ./reload 300 ./object_a.so ./object_b.so &&
		step_prints 'reload: 100 times' env PERCPU_CONF=backend:fallback,possible:5 \
			./reload 100 ./object_a.so ./object_b.so || :

	begin "two objects come and go, $kind, which has libpercpu.a and exports it"
	make_objects "" && make_program reload $kind -Wl,--whole-archive \
		"$PERCPU_LIBRARIES/libpercpu.a" -Wl,--no-whole-archive -rdynamic $archive &&
		step_prints 'reload: 100 times' ./reload 100 ./object_a.so ./object_b.so || :
done
finish
