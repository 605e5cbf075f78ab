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

# --- where the object would count in its own ---
# What linkers do to an object so that its code uses its own variables: of some of these it has no mark.
echo '{ object_count; object_sum; };' >list
begin "the program"
step gcc $flags -fno-pie -c "$here/copied/main.c" -o main.o || finish
compiled=$case_commands
fatal='program has a copy of the per-CPU variable object_[a-z]* of .*libobject.so.* -fPIC'
for linker in bfd gold lld mold; do
	for options in -Wl,-Bsymbolic -Wl,--dynamic-list=list; do
		can_link gcc -fuse-ld=$linker || {
			skip_case "gcc cannot link with $linker"
			continue
		}
		begin "$options, $linker"
		step gcc $flags -fPIC -shared -fuse-ld=$linker $options "$here/copied/object.c" $shared \
			-o libobject.so &&
			step gcc -no-pie main.o ./libobject.so $shared -o program || continue
		# gold leaves the object's variables to the loader where they are on no list
		if readelf -rW libobject.so | grep -q object_hits; then
			step_prints "$expected" ./program || :
		else
			step_refused "$fatal" sh -c 'ulimit -c 0 && ./program' || :
		fi
	done
done

begin "an object that exports its variables only after the program has been linked"
step gcc $flags -fPIC -shared "$here/copied/object.c" $shared -o libobject.so &&
	step gcc -no-pie main.o ./libobject.so $shared -o program &&
	step gcc $flags -fPIC -shared -DEXPORTED "$here/copied/object.c" $shared -o libobject.so &&
	step_refused "$fatal" sh -c 'ulimit -c 0 && ./program' || :

compiled=
# It takes an ordinary variable's address, as far as its compiler can tell.
begin "a program without the headers"
cat >no_headers.c <<'EOF'
extern unsigned long object_hits;
int main(void)
{
	unsigned long *volatile address = &object_hits;
	return !address;
}
EOF
step gcc $flags -fPIC -shared "$here/copied/object.c" $shared -o libobject.so &&
	step gcc $flags -fno-pie -no-pie no_headers.c ./libobject.so $shared -o program &&
	step_refused 'program has copies of .* does not include <percpu/percpu.h>' \
		sh -c 'ulimit -c 0 && ./program' || :
finish
