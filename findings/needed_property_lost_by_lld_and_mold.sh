#!/bin/sh
# gcc's -mno-direct-extern-access marks what it compiles with a property, "1_needed: indirect external access":
# programs must not have copies of the object's protected variables. bfd and gold put the property into the
# object that they link, and then glibc's loader ends a program that has such a copy ("error due to
# GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS"). lld and mold leave the property out, without a word. Of an object
# that they have linked from the same files, the loader prints a warning, and the program runs: with two
# variables, its own copy and the object's.
#
# A program gets there by an object that has made a variable protected since the program was linked: a new
# version of a library. And without the property, in an object that was linked by whatever linker, the loader's
# answer is that warning too: protected visibility by itself is a matter of the linker that links the program.
#
# Expected was: all linkers merge the property, as they do with those about indirect branches (x86 features);
# or the loader refuses every copy of a protected variable.
# Seen with mold 2.37.1 and lld 19.1.7 (Debian 13), and on Debian 12 with gcc 12.2, bfd and gold 2.40, lld 14.0.6, mold
# 1.10.1 and glibc 2.36; the same with lld 21.1, mold 2.42.1, bfd 2.47, gcc 16.2 and glibc 2.43 of testing (2026).
# Nothing of libpercpu is used. Exit status 0: as described; 1: it has changed; 77: a package is missing.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
# shellcheck source=findings/four_linkers.sh
. "$(dirname "$0")/four_linkers.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
begin "$folder"
gcc -O1 -fPIC -shared object.c -o libobject.so
gcc -O1 program.c -o program -L. -lobject -Wl,-rpath,.
gcc -O1 -fPIC -mno-direct-extern-access -DPROTECTED -c object.c -o object.o
readelf -nW object.o | grep -q 'indirect external access'

changed=0
expect() { # LINKER PROPERTY STATUS TEXT: it is kept or lost; how the program ends, and says what
	link_with "$1" -shared object.o -o libobject.so
	property=lost
	! readelf -nW libobject.so | grep -q 'indirect external access' || property=kept
	status=0
	./program >said 2>&1 || status=$?
	echo "$1: $property, exit status $status"
	sed 's/^/    /' said
	[ "$property $status" = "$2 $3" ] && tail -n 1 said | grep -q "$4" || changed=1
}
expect bfd kept 127 'error due to GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS'
expect gold kept 127 'error due to GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS'
expect lld lost 0 two
expect mold lost 0 two
exit $changed
