#!/bin/sh
# gcc 15.3 and 16.2 make assembler code of a valid C file that their assembler does not take. Where the distance of an
# initial-exec thread-local variable from the thread pointer is one of two values that are chosen between, and the
# variable has been used before in the function, -O2 -fPIC makes one conditional move of it, from the word that the
# linker fills in: "cmove own@gottpoff(%rip), %rax". The x86-64 ABI has mov and add for that relocation. gcc 14 and 12
# make a jump instead.
#
# gas 2.44 and 2.47 refuse it ("@GOTTPOFF operator cannot be used with `cmove'"): the file does not compile. gas 2.40
# takes it, and the object can be linked into a shared object but not into a program, where bfd has to relax what it
# does not know ("TLS transition ... failed"): a static library is broken where the shared one of the same objects is
# not. lld refuses as bfd does; mold leaves the move as it is, which is right.
#
# What helps is a register in between: __asm__("" : "+r"(distance)).
#
# Seen with gcc 16.2.0-3, gcc 15.3.0-4 and binutils 2.47.50.20261021-1 (testing); gcc 14.2.0-19 and binutils 2.44-3
# (Debian 13); binutils 2.40-2 (Debian 12). Nothing of libpercpu is used; nothing that is made is run. Exit status 0:
# as described; 1: it has changed; 77: not to be had.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
[ "$(uname -m)" = x86_64 ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
loaded="libc6 libmpc3 libmpfr6 libgmp10 libisl23 libzstd1 zlib1g libbinutils libjansson4"
# shellcheck disable=SC2086 # a list of packages
unpack "$work/new" testing cpp-16-x86-64-linux-gnu=16.2.0-3 cpp-15-x86-64-linux-gnu=15.3.0-4 \
	binutils-x86-64-linux-gnu=2.47.50.20261021-1 libsframe3 $loaded
# shellcheck disable=SC2086
unpack "$work/13" trixie cpp-14-x86-64-linux-gnu=14.2.0-19 binutils-x86-64-linux-gnu=2.44-3 libsframe1 $loaded
unpack "$work/12" bookworm binutils-x86-64-linux-gnu=2.40-2 libbinutils libjansson4 libc6 zlib1g libzstd1
cd "$work"

cat >own.c <<'EOF'
static __thread int own __attribute__((tls_model("initial-exec")));
long chosen;
void use(int *);

static long distance(void)
{
#ifdef REGISTER
	long its = (char *)&own - (char *)__builtin_thread_pointer();

	__asm__("" : "+r"(its));
	return chosen ? chosen : its;
#else
	return chosen ? chosen : (char *)&own - (char *)__builtin_thread_pointer();
#endif
}

long used_distance(int twice)
{
	use(&own);
	if (twice)
		use(0);
	return distance();
}
EOF
echo 'void use(int *p) { (void)p; }' >use.c

run() { # RELEASE PROGRAM ARGUMENT...: a program of an unpacked release, with its own libraries
	root=$work/$1/root program=$2
	shift 2
	libraries=$root/usr/lib/x86_64-linux-gnu loader=$root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	[ -e "$loader" ] || loader=$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	"$loader" --library-path "$libraries:$root/lib/x86_64-linux-gnu" "$root/usr/$program" "$@"
}
changed=0
expect() { # WHAT STATUS TEXT COMMAND...: its status, and a text in its output
	what=$1 want=$2 text=$3 status=0
	shift 3
	"$@" >output 2>&1 || status=$?
	echo "$what: status $status $(head -n 2 output | tr '\n' ' ')"
	{ [ "$status" = "$want" ] && { [ -z "$text" ] || grep -q -e "$text" output; }; } || changed=1
}
compile() { # RELEASE VERSION CONDITIONAL-MOVES OPTION...
	release=$1 version=$2 want=$3
	shift 3
	run "$release" "libexec/gcc/x86_64-linux-gnu/$version/cc1" -quiet -O2 -fPIC "$@" own.c -o own.s
	moves=$(grep -c 'cmov.*gottpoff' own.s || :)
	echo "gcc $version $*: $moves conditional moves"
	[ "$moves" = "$want" ] || changed=1
}
as=bin/x86_64-linux-gnu-as ld=bin/x86_64-linux-gnu-ld.bfd

compile 13 14 0
compile new 16 0 -DREGISTER
compile new 15 1
compile new 16 1
expect "gas 2.47" 1 'cannot be used with' run new $as own.s -o own.o
expect "gas 2.44" 1 'cannot be used with' run 13 $as own.s -o own.o
expect "gas 2.40" 0 '' run 12 $as own.s -o own.o
run new libexec/gcc/x86_64-linux-gnu/16/cc1 -quiet -O2 -fPIC use.c -o use.s
run 12 $as use.s -o use.o
for binutils in 12 13 new; do
	expect "a shared object, $binutils" 0 '' run $binutils $ld -shared own.o use.o -o own.so
	expect "a program, $binutils" 1 'TLS transition' run $binutils $ld -e used_distance own.o use.o -o program
done
exit $changed
