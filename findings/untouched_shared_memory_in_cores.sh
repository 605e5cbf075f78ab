#!/bin/sh
# A core dump makes shared anonymous memory resident that nobody has ever touched, and that nobody
# may touch (PROT_NONE): as much as is mapped, on top of what the machine has in use. Private
# anonymous memory that was not touched costs nothing. gdb's gcore does the opposite as well: it
# writes private mappings without any access, as zeros, in real blocks.
#
# So a server that reserves address space as MAP_SHARED | MAP_NORESERVE, to be used later, has a
# machine run out of memory when it crashes. MADV_DONTDUMP is what keeps both from it.
#
# Seen on Linux 6.18.44 and gdb 13.1 (Debian 12). Nothing of libpercpu is used. Maps 64 MiB a case
# and bounds the cores. Exit status 0: as described; 1: it has changed; 77: no core can be had here.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
case $(cat /proc/sys/kernel/core_pattern) in
*[/\|]* | '') echo "cores do not go to the current folder" && exit 77 ;;
esac
ulimit -c 300000 2>/dev/null || exit 77

cat >map.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const size_t size = 64 << 20;
	int kind = strcmp(argv[1], "shared") ? MAP_PRIVATE : MAP_SHARED;
	void *ptr = mmap(NULL, size, PROT_NONE, kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (ptr == MAP_FAILED || (argc > 3 && madvise(ptr, size, MADV_DONTDUMP)))
		return 1;
	if (!strcmp(argv[2], "abort"))
		abort();
	printf("mapped\n");
	fflush(stdout);
	pause();
	return 0;
}
EOF
"${CC:-cc}" -O1 map.c -o map || exit 77

mebibytes() { # file: of the disk
	echo $(($(stat -c %b "$1") / 2048))
}

by_kernel() { # ARGUMENT...
	rm -f core*
	sh -c './map "$@"' map "$1" abort ${2:+"$2"} >/dev/null 2>&1 || :
	set -- core*
	[ -s "$1" ] || exit 77
	mebibytes "$1"
}

by_gdb() { # ARGUMENT...
	rm -f core* out
	./map "$1" wait ${2:+"$2"} >out &
	pid=$!
	until grep -q mapped out; do sleep 0.1; done
	gdb -batch -nx -p $pid -ex 'gcore core.gdb' >/dev/null 2>&1 || :
	kill $pid
	wait $pid 2>/dev/null || :
	[ -s core.gdb ] || exit 77
	mebibytes core.gdb
}

changed=0
expect() { # LEAST MOST WHAT FOUND
	echo "$3: $4 MiB"
	[ "$4" -ge "$1" ] && [ "$4" -le "$2" ] || changed=1
}

uname -r
expect 64 80 "kernel, shared, without any access" "$(by_kernel shared)"
expect 0 16 "kernel, private" "$(by_kernel private)"
expect 0 16 "kernel, shared, MADV_DONTDUMP" "$(by_kernel shared dont)"
if command -v gdb >/dev/null; then
	gdb --version | head -n 1
	expect 64 80 "gcore, private, without any access" "$(by_gdb private)"
	expect 0 16 "gcore, private, MADV_DONTDUMP" "$(by_gdb private dont)"
fi
exit $changed
