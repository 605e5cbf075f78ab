#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# starts.sh - programs are started again and again at the addresses that the system chooses. No start
# may fail for where the loader has put something. (addresses.sh has every kind of such a place.)
#
# Usage: starts.sh TIMES
. "$(dirname "$0")/common.sh"
need gcc
times=$1
flags="-O2 $warnings $include"

begin "what starts programs"
step gcc -O2 $warnings "$here/starts/spawn.c" -o spawn || finish
compiled=$case_commands

begin "a PIE"
step gcc $flags -fPIE -pie "$here/starts/count.c" $shared -o count &&
	step_prints "$times starts" ./spawn "$times" ./count || :

begin "a static PIE"
step gcc $flags -fPIE -static-pie "$here/starts/count.c" $archive -o count_static &&
	step_prints "$times starts" ./spawn "$times" ./count_static || :

begin "a program that loads an object which counts, and the library with it"
step gcc $flags -DOBJECT -fPIC -shared "$here/starts/count.c" $shared -o object.so &&
	step gcc -O2 $warnings "$here/starts/host.c" -ldl -o host &&
	step_prints "$times starts" ./spawn "$times" ./host ./object.so || :

begin "a program with variables that loads such an object"
step gcc $flags -DCOUNTS -fPIE -pie "$here/starts/host.c" $shared -ldl -o counting_host &&
	step_prints "$times starts" ./spawn "$times" ./counting_host ./object.so || :
finish
