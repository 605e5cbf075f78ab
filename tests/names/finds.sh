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
behaviours=$work/copy/tests/names/behaviours.txt

copy() {
	rm -rf "$work/copy"
	cp -R "$work/whole" "$work/copy"
}

# Enough of everything to be spoilt.
mkdir -p "$work/whole/docs" "$work/whole/tests/names"
cp -R "$source/include" "$work/whole/include"
cp "$source/tests/names/1-static.list" "$source/tests/names/3-alloc.list" "$work/whole/tests/names/"
grep -E '^hotplug |link/exports\.sh' "$source/tests/names/behaviours.txt" >"$work/whole/tests/names/behaviours.txt"
{
	awk '$2 ~ /^percpu/ { print $3 }' "$work"/whole/tests/names/*.list
	sed -n 's/^[a-z]* | .* | //p' "$work/whole/tests/names/behaviours.txt" | tr ';' '\n' |
		sed -n 's/^ *\([^ :]*\):.*/\1/p'
} | sort -u | while read -r test; do
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

# --- behaviours ---
# behaviour LINE: the list has LINE in place of that of the last CPU.
behaviour() {
	sed -i "s#^hotplug | the last CPU stays.*#$1#" "$behaviours"
	grep -qxF "$1" "$behaviours"
}
here_it_is=rooms/hotplug/test_up_down.c

copy
behaviour "hotplug | the last CPU stays | $here_it_is:no_such_test"
expect "a behaviour whose test is not there" "tests/$here_it_is has no no_such_test"

copy
behaviour "hotplug | the last CPU stays | $here_it_is:last_cpu_stays; ops/no_such.c:last_cpu_stays"
expect "a behaviour whose file is not there" "tests/ops/no_such.c is not there"

copy
sed -i 's|^\(static void \)last_cpu_stays(|/* last_cpu_stays() */ \1other(|; /child_test(last_cpu_stays)/d' \
	"$work/copy/tests/$here_it_is"
expect "a test that only a comment has" "tests/$here_it_is has no last_cpu_stays"

copy
sed -i 's/^begin "another object"/begin "an object"/' "$work/copy/tests/link/exports.sh"
expect "a script without the fact" "tests/link/exports.sh has no another object"

copy
behaviour "hotplug | the last CPU stays | "
expect "a behaviour with neither test nor reason" "neither a test nor a reason: the last CPU stays"

copy
behaviour "hotplug | the last CPU stays | - no"
expect "a reason that is none" "neither a test nor a reason: the last CPU stays"

copy
behaviour "hotplug | the last CPU stays"
expect "a line without its end" "no line of it: hotplug | the last CPU stays"

copy
behaviour "plugs | the last CPU stays | $here_it_is:last_cpu_stays"
expect "a subject that is none" "no line of it: plugs"

copy
behaviour "hotplug | the writer may be a reader as well | $here_it_is:last_cpu_stays"
expect "a behaviour that is there twice" "it is there twice: the writer may be a reader as well"

copy
behaviour "hotplug | the last CPU stays | - it will have a test later"
expect "a behaviour that is put off" "it is put off: the last CPU stays"

copy
behaviour "hotplug | the last of all CPUs stays | $here_it_is:last_cpu_stays"
expect "a page without a behaviour" "kernel-names.md is not what the lists say"

copy
rm "$behaviours"
expect "no behaviours" "no behaviour was checked"

spoilt_end
