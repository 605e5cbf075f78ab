#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2086,SC2154 # common.sh sets variables; lists of options
# landing_pads.sh - a program that is compiled with -fcf-protection loses nothing by the library: what
# is in assembly is marked as fit for landing pads and shadow stacks, and indirect calls find the pads.
#
# Usage: landing_pads.sh
. "$(dirname "$0")/common.sh"
need gcc ar readelf objdump

is_marked() { # FILE
	step readelf -n "$1" && {
		grep -q 'x86 feature: IBT, SHSTK' output || failed "$1 is not marked"
	}
}

starts_with_pad() { # FILE FUNCTION
	step objdump -d --disassemble="$2" "$1" && {
		sed -n "/<$2>:\$/{n;p;}" output | grep -q endbr64 || failed "$2 has no landing pad"
	}
}

begin "the library's assembly is marked"
# by their names: everything in it that was assembled
# shellcheck disable=SC2046
step ar x "$PERCPU_LIBRARIES/libpercpu.a" $(ar t "$PERCPU_LIBRARIES/libpercpu.a" | grep '\.S\.o$')
for object in slow vectors runtime; do
	is_marked $object.S.o || :
done

begin "what is called by its address has a landing pad"
starts_with_pad slow.S.o __percpu_slow || :

begin "so have the constructors of a module that counts"
cat >counts.c <<'END'
#include <percpu/percpu.h>
DEFINE_PER_CPU(long, number);
void count(void);
void count(void) { this_cpu_inc(number); }
END
step gcc $warnings -O2 -fcf-protection "$include" -c counts.c && is_marked counts.o &&
	starts_with_pad counts.o __percpu_module_init || :
finish
