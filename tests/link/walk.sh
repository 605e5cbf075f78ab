#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# walk.sh - an object is registered while a thread walks through the loaded objects (dl_iterate_phdr),
# and allocates there.
. "$(dirname "$0")/common.sh"
need gcc timeout
flags="-O2 -D_GNU_SOURCE $warnings $include"

begin "libpercpu.so"
step gcc $flags -rdynamic "$here/walk/host.c" $shared -ldl -pthread -o host &&
	step gcc $flags -fPIC -shared "$here/walk/object.c" $shared -o object.so &&
	step_prints 'host: allocated 1' timeout 60 ./host ./object.so || :
finish
