#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# cycles.sh - plugins are loaded and closed again and again, beside threads that count and allocate: by
# dlopen() and in another namespace, in both tiers, with the shared library and with a static one in
# each.
#
# Usage: cycles.sh TIMES
. "$(dirname "$0")/common.sh"
need gcc
flags="-O2 -D_GNU_SOURCE $warnings $include -I$here/plugins"

begin "the program"
step gcc $flags "$here/cycles/host.c" $shared -ldl -o host || finish
compiled=$case_commands

cycles() { # NAME ARGUMENTS...
	name=$1
	shift
	begin "$name"
	step gcc $flags -fPIC -shared "$here/plugins/plugin.c" "$@" -o a.so &&
		step gcc $flags -fPIC -shared -DDYNAMIC "$here/plugins/plugin.c" "$@" -o b.so || return 0
	for tier in rseq fallback; do
		for where in same new; do
			step_prints "host: $times times" env "PERCPU_CONF=backend:$tier" \
				./host "$times" $where ./a.so ./b.so || :
		done
	done
	step_prints "host: $times times" env PERCPU_CONF=place:elsewhere,log:err \
		./host "$times" same ./a.so ./b.so || :
}

times=$1
cycles "libpercpu.so" $shared
cycles "each with its own libpercpu.a" $archive
finish
