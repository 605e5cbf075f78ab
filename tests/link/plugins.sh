#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# plugins.sh - objects that a program without per-CPU variables loads and closes. What has counted
# stays where it is, whatever threads still know of it.
#
# Usage: plugins.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
compiler=$1 link=-fuse-ld=$2
flags="-O2 $warnings $include"
tiers="rseq fallback"

begin "the program"
step "$compiler" -O2 -D_GNU_SOURCE $warnings "$here/plugins/host.c" -ldl -pthread "$link" -o host || finish
compiled=$case_commands

make_plugin() { # NAME ARGUMENTS...
	plugin=$1
	shift
	step "$compiler" $flags -fPIC -shared "$here/plugins/plugin.c" "$@" "$link" -o "$plugin.so"
}

come_and_go() { # PLUGIN...
	for tier in $tiers; do
		step_prints 'host: 100 times' env "PERCPU_CONF=backend:$tier" ./host 100 "$@" || :
	done
}

begin "two with static variables, libpercpu.so"
make_plugin a $shared && make_plugin b $shared && come_and_go ./a.so ./b.so

begin "two with dynamic areas only, libpercpu.so"
make_plugin a -DDYNAMIC $shared && make_plugin b -DDYNAMIC $shared && come_and_go ./a.so ./b.so

begin "each with its own libpercpu.a"
make_plugin a $archive && make_plugin b $archive && come_and_go ./a.so ./b.so

begin "by names without a folder"
make_plugin a $shared && make_plugin b $shared &&
	LD_LIBRARY_PATH=. && export LD_LIBRARY_PATH && come_and_go a.so b.so
finish
