#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# sharing.sh - objects that processes load which share their copies: what they count is shared with
# later children, and a child is told that it is with nobody else.
#
# Usage: sharing.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
compiler=$1 link=-fuse-ld=$2
flags="-O2 -D_GNU_SOURCE $warnings $include"

begin "the program"
step "$compiler" $flags "$here/plugins/sharing_host.c" $shared -ldl "$link" -o host || finish
compiled=$case_commands

both_ways() { # WARNINGS ARGUMENTS...
	expected=$1
	shift
	step "$compiler" $flags -fPIC -shared "$here/plugins/plugin.c" "$@" $shared "$link" -o plugin.so || return 0
	for conf in backend:rseq backend:fallback alloc:page possible:16 \
		possible:16,place:elsewhere backend:fallback,place:elsewhere; do
		for way in worker daemon; do
			# the output has an end when the daemon has written its line
			step_prints 'host: all counts are there' env "PERCPU_CONF=$conf" \
				sh -c "timeout 100 ./host ./plugin.so $way $expected | cat" || :
		done
	done
}

begin "with static variables"
both_ways 1

begin "with dynamic areas only"
both_ways 0 -DDYNAMIC
finish
