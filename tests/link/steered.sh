#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# steered.sh - an object that the loader would put to an earlier one's coordinates comes to lie
# elsewhere, and the process stays fast; without the guard in that place it would not.
. "$(dirname "$0")/common.sh"
need gcc
flags="-O2 -D_GNU_SOURCE $warnings $include"

begin "the program"
step gcc $flags "$here/steered/host.c" $shared -ldl -o host &&
	step gcc $flags -fPIC -shared "$here/steered/object.c" $shared -o first.so &&
	step cp first.so second.so || finish
compiled=$case_commands
begin "steered"
step_prints 'host: another, 0' ./host ./first.so ./second.so steered || :
begin "with 16 CPUs"
step_prints 'host: another, 0' env PERCPU_CONF=possible:16 ./host ./first.so ./second.so steered || :
begin "control"
step_prints 'host: the same, 1' ./host ./first.so ./second.so control || :
begin "where address space is scarce there is no guard"
step_prints 'host: the same, 1' env PERCPU_CONF=alloc:page ./host ./first.so ./second.so steered || :
finish
