#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# other_headers.sh - objects that were built with the headers of another libpercpu, whose record of a
# module says something else: one message that names the object, whatever the record's size is.
. "$(dirname "$0")/common.sh"
need gcc
flags="-O1 $warnings"
cat >object.c <<'EOF'
#include <percpu/percpu.h>
DEFINE_PER_CPU(long, object_hits);
void object_count(void);
void object_count(void)
{
	this_cpu_inc(object_hits);
}
EOF
cat >main.c <<'EOF'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	if (!dlopen(argv[argc - 1], RTLD_NOW))
		puts(dlerror());
	return 0;
}
EOF
cat >counts.c <<'EOF'
void object_count(void);
int main(void)
{
	object_count();
	return 0;
}
EOF

fatal() { # NAME
	echo "$1 was built with headers of another libpercpu .*version 99 .*build it again"
}

run() { # COMMAND...
	sh -c "ulimit -c 0 && exec $*"
}

try() { # NAME SED_SCRIPT
	cp -r "$PERCPU_SOURCE/include" "include_$1"
	sed -i "$2" "include_$1/percpu/impl/note.h" "include_$1/percpu/impl/module.h"
	begin "$1, loaded"
	step gcc $flags "-Iinclude_$1" -fPIC -shared object.c $shared -o libobject.so &&
		step gcc $flags main.c -ldl -o program &&
		step_refused "$(fatal ./libobject.so)" run ./program ./libobject.so || :
	begin "$1, linked"
	step gcc $flags counts.c ./libobject.so $shared -o program &&
		step_refused "$(fatal ./libobject.so)" run ./program || :
	begin "$1, a program"
	step gcc $flags "-Iinclude_$1" object.c counts.c $shared -o program &&
		step_refused "$(fatal ./program)" run ./program || :
}

try version 's/^\(#define __PCPU_NOTE_VERSION\) .*/\1 99/'
try size 's/^\(#define __PCPU_NOTE_VERSION\) .*/\1 99/
	s/^\(#define __PCPU_NOTE_RANGES\) .*/\1 6/
	s/"\.long 48\\n"/".long 56\\n"/
	s/^\(.*__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION) *\)$/\1".long 0,0\\n"/'
finish
