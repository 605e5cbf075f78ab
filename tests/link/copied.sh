#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# copied.sh - an executable uses the per-CPU variables of a shared object, whatever it is compiled with:
# where the linker makes copies of them in the executable, these count; or there is a message.
. "$(dirname "$0")/common.sh"
flags="-O2 $warnings $include -I$here/copied"
expected='copied: 12, 1'

# Whether the program has copies, which is what this is about.
has_copies() {
	readelf -rW program | grep -q '_COPY .*object_hits'
}

check_case() { # COMPILER LINKER CODE [DEFINE]
	begin "$1, $2, $3 ${4-}"
	code=$(echo "$3" | tr , ' ')
	step $1 $flags -fPIC -shared -fuse-ld=$2 "$here/copied/object.c" $shared -o libobject.so &&
		step $1 $flags $code ${4-} -fuse-ld=$2 "$here/copied/main.c" ./libobject.so $shared \
			-o program &&
		step_prints "$expected" ./program &&
		step_prints "$expected" env PERCPU_CONF=backend:fallback,possible:5 ./program &&
		step_prints "$expected" env PERCPU_CONF=place:elsewhere,log:err ./program || return 0
	! has_copies || copies=$((copies + 1))
}

copies=0
need readelf
for compiler in gcc clang; do
	for linker in bfd lld gold; do
		command -v $compiler >/dev/null && can_link $compiler -fuse-ld=$linker || {
			skip_case "$compiler cannot link with $linker"
			continue
		}
		for code in -fPIE,-pie -fno-pie,-no-pie -fPIC; do
			check_case $compiler $linker $code
			check_case $compiler $linker $code -DOWN
		done
	done
done
begin "there were copies"
[ $copies -ge 6 ] || failed "$copies programs had any"

# The object would count in its own.
begin "-Bsymbolic"
step gcc $flags -fPIC -shared -Wl,-Bsymbolic "$here/copied/object.c" $shared -o libobject.so &&
	step gcc $flags -fno-pie -no-pie "$here/copied/main.c" ./libobject.so $shared -o program &&
	step_refused 'copy of the per-CPU variable object_[a-z]* of .*libobject.so.* -fPIC' \
		sh -c 'ulimit -c 0 && ./program' || :
finish
