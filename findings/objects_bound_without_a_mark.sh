#!/bin/sh
# An object that mold links with -Bsymbolic has neither DT_SYMBOLIC nor DF_SYMBOLIC, by which readelf, the loader
# and whoever else looks can tell that its code uses its own variables; bfd, gold and lld set both or one.
# (So it was in mold 1.10.1 and still is in 2.42.1.) A dynamic list does to an object's variables what
# -Bsymbolic does, and leaves no mark with bfd, lld and mold; gold takes one for executables only, and leaves
# the object's variables to the loader.
#
# What users see: gcc's code in a program, as it is by default, takes the object's variable for the program's
# own, and the linker makes a copy of it there. Of such an object, the program and the object then have a
# variable each. No linker says anything, though the one that makes the copy could know for -Bsymbolic, and
# the loader does not either. All four refuse the copy if the variable is protected.
#
# Expected was: a mark wherever code is bound, or a message of the linker that makes the copy.
# Seen with mold 2.37.1 (Debian 13), and on Debian 12 gcc 12.2, bfd and gold 2.40, lld 14.0.6, glibc 2.36; the same
# with what Debian 13 and testing (2026) have: gcc 14.2, 16.2; bfd 2.44, 2.47; lld 19.1, 21.1; glibc 2.41, 2.43.
# Nothing of libpercpu is used. Exit status 0: as described; 1: it has changed; 77: a package is missing.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
# shellcheck source=findings/four_linkers.sh
. "$(dirname "$0")/four_linkers.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
begin "$folder"
echo '{ where; };' >list

changed=0
expect() { # LINKER FLAG MARK VARIABLES: marked or not; one or two
	link_with "$1" -O1 -fPIC -shared "$2" object.c -o libobject.so
	mark=unmarked
	! readelf -dW libobject.so | grep -q SYMBOLIC || mark=marked
	gcc -O1 program.c -o program -L. -lobject -Wl,-rpath,.
	variables=$(./program 2>&1)
	echo "$1 $2: $mark, $variables"
	[ "$mark, $variables" = "$3, $4" ] || changed=1
}
for linker in bfd gold lld; do
	expect $linker -Wl,-Bsymbolic marked two
done
expect mold -Wl,-Bsymbolic unmarked two
for linker in bfd lld mold; do
	expect $linker -Wl,--dynamic-list=list unmarked two
done
expect gold -Wl,--dynamic-list=list unmarked one
gcc -O1 -fPIC -shared -DPROTECTED object.c -o libobject.so
for linker in bfd gold lld mold; do
	if link_with $linker -O1 program.c -o program -L. -lobject 2>message; then
		echo "protected, $linker: links" && changed=1
	else
		echo "protected, $linker: $(grep -m 1 variable message)"
	fi
done
exit $changed
