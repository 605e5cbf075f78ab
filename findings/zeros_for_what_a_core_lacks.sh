#!/bin/sh
# gdb reads memory that the kernel has left out of a core as zeros, and says nothing: what has MADV_DONTDUMP, with
# every gdb. Shared memory that /proc/PID/coredump_filter leaves out is zeros to gdb 13.1, "Cannot access memory" to
# 16.3, and "<unavailable>" to 18.1, because newer ones look at the core's list of mapped files, where shared
# anonymous memory is too ("/dev/zero (deleted)"). In all these cases the core has a program header with the address,
# the size in memory, and no bytes (p_filesz 0). What gcore has left out has no header, and cannot be accessed.
#
# So a value in a core that is 0 may be one that nobody has saved: who adds up many of them finds too little. Whether
# a core has an address is told by its program headers (readelf -l).
#
# Seen with the gdbs of Debian 12, 13 and testing, and cores of Linux 6.18. Nothing of libpercpu is used. Exit status
# 0: as described; 1: it has changed; 77: no core can be had here.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v gdb >/dev/null || exit 77
case $(cat /proc/sys/kernel/core_pattern) in
*[/\|]* | '') echo "cores do not go to the current folder" && exit 77 ;;
esac
ulimit -c 100000 2>/dev/null || exit 77

cat >lack.c <<'EOF'
#include <stdlib.h>
#include <sys/mman.h>

#define SIZE 65536

long *kept, *hidden, *shared, *unmapped = (long *)4096;

static long *map(int kind)
{
	long *ptr = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);

	if (ptr == MAP_FAILED)
		exit(1);
	*ptr = 4711;
	mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* keeps them apart */
	return ptr;
}

int main(void)
{
	kept = map(MAP_PRIVATE);
	hidden = map(MAP_PRIVATE);
	shared = map(MAP_SHARED);
	if (madvise(hidden, SIZE, MADV_DONTDUMP))
		return 1;
	abort();
}
EOF
"${CC:-cc}" -g lack.c -o lack || exit 77
# without shared memory (core(5))
sh -c 'echo 0x31 >/proc/self/coredump_filter && exec ./lack' >/dev/null 2>&1 || :
set -- core*
[ -s "$1" ] || exit 77
uname -r
gdb --version | head -n 1

major=$(gdb --version | sed -nE '1s/.* ([0-9]+)\.[0-9.]+$/\1/p')
changed=0
expect() { # VARIABLE WHAT_GDB_SAYS
	said=$(gdb -batch -nx lack -core "$core" -ex "print *$1" 2>&1 | tail -n 1)
	echo "$1: $said"
	echo "$said" | grep -Eq "$2" || changed=1
}
core=$1
expect kept '= 4711$'
expect hidden '= 0$'
case $major in
13) expect shared '= 0$' ;;
16 | 17) expect shared 'Cannot access memory' ;;
*) expect shared 'unavailable|Cannot access memory' ;;
esac
expect unmapped 'Cannot access memory'
exit $changed
