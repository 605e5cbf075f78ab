#!/bin/sh
# gcc 16.2 makes a wrong program, at -O2, of a signed number of which it knows the range, and of which
# max(number, 0) is handed on from function to function as a wider one: where the callee has two arguments of that
# kind, they are taken for numbers whose low 32 bits are zero (-fdump-ipa-cp-details: "mask = 0xf..f00000000"), and
# so for 0. The functions have to be out of line and of the file's own. No warning says so, no sanitizer of gcc sees
# it; -fno-ipa-bit-cp, or -O1, makes it right. min(number, constant) is not concerned, nor is max() of unsigned ones.
#
# So a count that is "never negative", as in `nbits > 0 ? (unsigned long)nbits : 0`, is to be had by another way, such
# as a product with (nbits > 0).
#
# Seen with 16.2.0-3 (testing: 0 instead of 1), and 14.2.0-19 (Debian 13: right). Nothing of libpercpu is used.
# Exit status 0: as described; 1: it has changed; 77: a compiler cannot be had.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
[ "$(uname -m)" = x86_64 ] || exit 77
command -v cc >/dev/null || exit 77 # assembles and links
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# the compiler proper, and what it loads
loaded="libc6 libmpc3 libmpfr6 libgmp10 libisl23 libzstd1 zlib1g"
# shellcheck disable=SC2086 # a list of packages
unpack "$work/16" testing cpp-16-x86-64-linux-gnu=16.2.0-3 $loaded
# shellcheck disable=SC2086
unpack "$work/14" trixie cpp-14-x86-64-linux-gnu=14.2.0-19 $loaded
cd "$work"

cat >first.c <<'EOF'
extern int printf(const char *format, ...);
#define APART static __attribute__((noinline))

APART unsigned long find(const unsigned char *of, unsigned long nr, unsigned long none)
{
	for (unsigned long i = 0; i < nr; i++)
		if (of[i])
			return i;
	return none;
}

APART unsigned long first(const unsigned char *of, unsigned long nr)
{
	return find(of, nr, nr);
}

APART unsigned long first_of_positive(const unsigned char *of, int nr)
{
	return first(of, nr > 0 ? (unsigned long)nr : 0);
}

APART unsigned long ask(const unsigned char *of, int nr)
{
	return first_of_positive(of, nr);
}

int main(int argc, char **argv)
{
	static unsigned char bytes[300];

	(void)argc;
	bytes[1] = 1;
	printf("%lu\n", ask(bytes, (unsigned char)argv[0][0] % 100));
	return 0;
}
EOF

changed=0
expect() { # NUMBER VERSION OPTION...
	want=$1 version=$2
	shift 2
	root=$work/$version/root
	libraries=$root/usr/lib/x86_64-linux-gnu
	"$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" \
		"$root/usr/libexec/gcc/x86_64-linux-gnu/$version/cc1" -quiet "$@" first.c -o first.s
	cc first.s -o first
	printed=$(./first)
	echo "gcc $version $*: $printed"
	[ "$printed" = "$want" ] || changed=1
}
expect 1 14 -O2
expect 0 16 -O2
expect 1 16 -O2 -fno-ipa-bit-cp
expect 1 16 -O1
exit $changed
