#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# late.sh - libpercpu.so comes by dlopen(), into a program that was not linked with it and has
# threads already. Nothing has to be set for that.
#
# Usage: late.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
need ar nm readelf
compiler=$1 link=-fuse-ld=$2
library=$PERCPU_LIBRARIES/libpercpu.so
flags="-O2 -D_GNU_SOURCE $warnings $include"
# 4 threads early, 4 later ten times; 10,000 each
counted='late: 440000 static, 440000 dynamic, 440000 taken'

begin "libpercpu.so needs at most 512 bytes of thread-local storage"
if step readelf -lW "$library"; then
	size=$(awk '$1 == "TLS" { print $6 }' output)
	[ -n "$size" ] || failed "it has no segment of that kind: is it the right file?"
	[ $((size)) -le 512 ] || failed "they are $((size))"
fi

begin "the private jemalloc has no thread-local storage, and is called by nobody but src/ground/mem.c"
if step ar x --output=. "$PERCPU_LIBRARIES/libpercpu.a" pcpu_jemalloc.o &&
	step readelf -SrsW pcpu_jemalloc.o; then
	grep -q 'pcpu_je_tls_offset - 4' output || failed "its accesses are not those that were changed"
	grep -E ' (TLS|WAT) |TPOFF|\.init_array' output >found && mv found output && failed "it has these" || :
fi
if step nm -u pcpu_jemalloc.o; then
	grep -E ' (pthread_(create|atfork|key_create|setspecific))$' output >found &&
		mv found output && failed "it uses these" || :
fi

begin "the program"
step "$compiler" $flags "$here/late/main.c" -ldl -pthread "$link" -o late || finish
compiled=$case_commands

# Loads the library for the program alone or for all, in the tier that the machine has and in the
# fallback.
check() { # local|global
	step_prints "$counted" ./late "$1" "$library" ./object.so &&
		step_prints "$counted" env PERCPU_CONF=backend:fallback,possible:5 \
			./late "$1" "$library" ./object.so
}

begin "an object that needs the library, which was loaded with RTLD_LOCAL"
step "$compiler" $flags -fPIC -shared "$here/late/object.c" $shared "$link" -o object.so &&
	check local || :

begin "an object that needs the library, which was loaded with RTLD_GLOBAL"
step "$compiler" $flags -fPIC -shared "$here/late/object.c" $shared "$link" -o object.so &&
	check global || :

begin "an object that was linked without the library, which was loaded with RTLD_GLOBAL"
step "$compiler" $flags -fPIC -shared "$here/late/object.c" "$link" -o object.so && check global || :

# jemalloc would end the process because of these.
begin "options that a program's own jemalloc is given are not the library's"
step "$compiler" $flags -fPIC -shared "$here/late/object.c" $shared "$link" -o object.so &&
	step_prints "$counted" env MALLOC_CONF=abort_conf:true,no_such_option:1 \
		./late local "$library" ./object.so || :
finish
