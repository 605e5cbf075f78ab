#!/bin/sh
# gcc 16 in C23, which is what it takes C for since gcc 15, refuses a structure that has a pointer to its own
# kind in a named address space: "'struct node' and '__seg_gs struct node' are in disjoint named address
# spaces". In C17 it takes it, as gcc 14 does in C23 too. A pointer that is declared outside of the structure is no
# matter.
#
# So code with named address spaces (the kernel's per-CPU pointers since 6.15 are of that kind, and the kernel
# is compiled as gnu11) has lists and trees only with -std=gnu17 or before.
#
# Seen with 16.2.0-3 (testing: refused in C23) and 14.2.0-19 (Debian 13: taken in both). Nothing of libpercpu
# is used. Exit status 0: as described; 1: it has changed; 77: a compiler cannot be had.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
[ "$(uname -m)" = x86_64 ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# the compiler proper, and what it loads
loaded="libc6 libmpc3 libmpfr6 libgmp10 libisl23 libzstd1 zlib1g"
# shellcheck disable=SC2086 # a list of packages
unpack "$work/16" testing cpp-16-x86-64-linux-gnu=16.2.0-3 $loaded
# shellcheck disable=SC2086
unpack "$work/14" trixie cpp-14-x86-64-linux-gnu=14.2.0-19 $loaded
cd "$work"

cat >inside.c <<'EOF'
struct node { long value; struct node __seg_gs *next; };
EOF
cat >outside.c <<'EOF'
struct node;
extern struct node __seg_gs *first;
struct node { long value; };
EOF

changed=0
expect() { # taken|refused VERSION STANDARD FILE
	root=$work/$2/root
	libraries=$root/usr/lib/x86_64-linux-gnu
	result=taken
	"$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" \
		"$root/usr/libexec/gcc/x86_64-linux-gnu/$2/cc1" -quiet -fpreprocessed "-std=$3" "$4" -o /dev/null \
		2>said || result=refused
	echo "gcc $2 -std=$3 $4: $result"
	sed 's/^/	/' said
	[ "$result" = "$1" ] && { [ "$1" = taken ] || grep -q 'disjoint named address spaces' said; } || changed=1
}
expect taken 14 gnu17 inside.c
expect taken 14 gnu23 inside.c
expect taken 16 gnu17 inside.c
expect refused 16 gnu23 inside.c
expect taken 16 gnu23 outside.c
exit $changed
