#!/bin/sh
# SPDX-License-Identifier: MIT
# finds.sh SOURCE: names.sh says no to lists that are not true. Each case spoils a copy in one way, and
# what is said must name it.
set -eu
source=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/spoil.sh
. "$here/../support/spoil.sh"
list=$work/copy/tests/names/1-static.list

copy() {
	rm -rf "$work/copy"
	cp -R "$work/whole" "$work/copy"
}

# Enough of everything to be spoilt.
mkdir -p "$work/whole/docs" "$work/whole/tests/names"
cp -R "$source/include" "$work/whole/include"
cp "$source/tests/names/1-static.list" "$source/tests/names/3-alloc.list" "$work/whole/tests/names/"
awk '$2 ~ /^percpu/ { print $3 }' "$work"/whole/tests/names/*.list | sort -u | while read -r test; do
	mkdir -p "$work/whole/tests/$(dirname "$test")"
	cp "$source/tests/$test" "$work/whole/tests/$test"
done
sh "$here/names.sh" "$work/whole" write >/dev/null

expect() { # what is wrong, what is said
	spoilt "$1" "$2" sh "$here/names.sh" "$work/copy" check
}

# line NAME LINE: the list has LINE where it has NAME's.
line() {
	sed -i "s|^$1 .*|$2|" "$list"
	grep -qxF "$2" "$list"
}

copy
good sh "$here/names.sh" "$work/copy" check
line DEFINE_PER_CPU "DEFINE_PER_CPU percpu/log.h ops/test_variables.c"
expect "a name that its header does not have" "DEFINE_PER_CPU is not in its header"

copy
line DEFINE_PER_CPU "DEFINE_PER_CPU percpu/no_such.h ops/test_variables.c"
expect "a header that is not there" "no_such.h"

copy
line DEFINE_PER_CPU "DEFINE_PER_CPU percpu/defs.h ops/test_variables.c struct"
expect "a name of another kind" "DEFINE_PER_CPU is not in its header"

copy
line DEFINE_PER_CPU "DEFINE_PER_CPU percpu/defs.h ops/no_such.c"
expect "a test that is not there" "tests/ops/no_such.c, which is to use names, is not there"

copy
sed -i 's/DEFINE_PER_CPU_ALIGNED(int/DEFINE_PER_CPU(int/; s/DEFINE_PER_CPU_FIRST(int/DEFINE_PER_CPU(int/' \
	"$work/copy/tests/ops/test_variables.c"
expect "a test that does not use the name" "test_variables.c does not use DEFINE_PER_CPU_ALIGNED"

copy
sed -i 's|^DEFINE_PER_CPU_ALIGNED(int.*|/* DEFINE_PER_CPU_ALIGNED */|' "$work/copy/tests/ops/test_variables.c"
expect "a test whose comment has the name" "test_variables.c does not use DEFINE_PER_CPU_ALIGNED"

copy
line DEFINE_PER_CPU "DEFINE_PER_CPU - it has no meaning in a process"
expect "a macro that is said not to be there" "DEFINE_PER_CPU is a macro of a header"

copy
sed -i 's|^free_percpu .*|free_percpu - it has no meaning in a process|' "$work/copy/tests/names/3-alloc.list"
expect "a function that is said not to be there" "free_percpu is declared in a header"

copy
line PERCPU_INPUT "PERCPU_INPUT - it will be there later"
expect "a name that is put off" "PERCPU_INPUT is put off"

copy
line PERCPU_INPUT "PERCPU_INPUT -"
expect "a name without a reason" "no line of a list: PERCPU_INPUT"

copy
line PERCPU_INPUT "PERCPU_INPUT defs.h ops/test_variables.c"
expect "a header that is none of the library's" "no line of a list: PERCPU_INPUT"

copy
line PERCPU_INPUT "PERCPU_VADDR - it is part of a linker script"
expect "a name that is there twice" "PERCPU_VADDR is there twice"

copy
line PERCPU_INPUT "PERCPU_INPUT - it is part of a linker script, which nobody needs"
expect "a page that is not made of the lists" "kernel-names.md is not what the lists say"

copy
: >"$list"
cp "$list" "$work/copy/tests/names/3-alloc.list"
expect "no names" "nothing was checked"

spoilt_end
