#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# share_tls.sh - the tool of the build that makes an object's thread-local variable common to all
# threads changes what it understands, and refuses what it does not.
. "$(dirname "$0")/common.sh"
need gcc objcopy readelf
tool=$PERCPU_LIBRARIES/src/share_tls

# Makes variable.o with FLAGS.
make_object() { # FLAGS...
	step gcc -O2 $warnings "$@" -c "$here/share_tls/variable.c" -o variable.o
}

# The tool must refuse variable.o with a message that matches, and leave it as it is.
check_refused() { # REGEX
	cp variable.o before.o
	step_refused "share_tls: variable.o: $1" "$tool" variable.o offset && step cmp variable.o before.o
}

# Links variable.o, whose section needs another name, with the program.
check_shared() { # FLAGS...
	step objcopy --rename-section .tdata=.data.variable variable.o &&
		step gcc -O2 $warnings "$@" "$here/share_tls/main.c" variable.o -pthread -o program &&
		step_prints 'share_tls: 5 6 7' ./program
}

for kind in -pie -no-pie -static; do
	begin "threads have the variable in common, $kind"
	make_object -fPIC -ftls-model=initial-exec && step "$tool" variable.o offset &&
		check_shared $kind || :
done

begin "nothing thread-local is left"
if make_object -fPIC -ftls-model=initial-exec && step "$tool" variable.o offset &&
	step readelf -SrsW variable.o; then
	grep -E ' (TLS|WAT) |TPOFF' output >found && mv found output && failed "there is this" || :
fi

begin "the general dynamic form is refused"
make_object -fPIC && check_refused '.*relocation of type 19, which cannot be changed' || :

begin "descriptors are refused"
make_object -fPIC -mtls-dialect=gnu2 &&
	check_refused '.*relocation of type 34, which cannot be changed' || :

begin "the local dynamic form is refused"
make_object -fPIC -ftls-model=local-dynamic &&
	check_refused '.*relocation of type (20|21), which cannot be changed' || :

begin "the local exec form is refused"
make_object -fno-pie -ftls-model=local-exec &&
	check_refused '.*relocation of type 23, which cannot be changed' || :

begin "two variables are refused"
make_object -fPIC -ftls-model=initial-exec -DTWO && check_refused 'two thread-local variables' || :

begin "a variable of another object is refused"
echo 'extern __thread int other; int get_other(void); int get_other(void) { return other; }' >other.c
step gcc -O2 -fPIC -ftls-model=initial-exec -c other.c -o variable.o &&
	check_refused 'the thread-local variable other is not defined here' || :

begin "an object without thread-local variables is refused"
echo 'int nothing;' >nothing.c
step gcc -c nothing.c -o variable.o && check_refused 'no thread-local variable' || :

begin "an object that has the offset's name is refused"
make_object -fPIC -ftls-model=initial-exec -Dnext_value=offset &&
	check_refused 'has a symbol offset already' || :

begin "an object that was cut off is refused"
make_object -fPIC -ftls-model=initial-exec && head -c 1000 variable.o >cut.o && mv cut.o variable.o &&
	check_refused '.*not in the file' || :

begin "what is no object is refused"
echo 'this is a text that is as long as the header of an object, which is 64 bytes' >variable.o
check_refused 'not a relocatable object for x86-64' || :

begin "a file that is not there is refused"
step_refused 'share_tls: not_there.o: cannot be read' "$tool" not_there.o offset || :
finish
