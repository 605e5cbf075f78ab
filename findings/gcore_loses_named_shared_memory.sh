#!/bin/sh
# gdb's gcore leaves shared anonymous memory out of a core once it has a name (PR_SET_VMA_ANON_NAME), and says
# nothing. Without a name it is there; so is a memfd; and so is private memory with a name, unless nobody has
# written to it yet: then it could be read as zeros without a name, and cannot be read with one. The kernel's own
# cores have all of them.
#
# gcore takes /proc/PID/smaps for what is to be dumped, and knows shared anonymous memory by the file that the
# kernel shows for it, "/dev/zero (deleted)". Since Linux 6.2 memory that has a name shows that instead,
# "[anon_shmem:name]", which gdb takes for a file; and shared files are left out (coredump_filter, bit 3). So a
# program that names its mappings for whoever looks at them takes them from whoever debugs it. Naming a memfd
# (memfd_create()) costs nothing of that.
#
# Seen with gdb 13.1, 16.3 and 18.1 (Debian 12, 13 and testing). Many kernels are built without such names
# (CONFIG_ANON_VMA_NAME), Debian's among them: there the line of smaps is played, as fs/proc/task_mmu.c writes it
# (a bind mount in a namespace of its own; for root). Nothing of libpercpu is used. Exit status 0: as described;
# 1: it has changed; 77: gdb cannot look at processes here, or the line cannot be played.
set -eu
if [ "${1-}" != inside ]; then
	command -v gdb >/dev/null || exit 77
	unshare --mount true 2>/dev/null || { echo "needs a mount namespace" && exit 77; }
	exec unshare --mount sh "$0" inside
fi
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"

cat >map.c <<'EOF'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SIZE 65536

static void map(const char *what, int kind, int fd, int named)
{
	char *ptr = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, kind, fd, 0);

	if (ptr == MAP_FAILED)
		exit(1);
	if (!strstr(what, "untouched"))
		*(long *)ptr = 4711;
	if (named)
		prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, ptr, SIZE, what);
	mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* keeps them apart */
	printf("%s %lx\n", what, (unsigned long)ptr);
}

int main(void)
{
	int fd = memfd_create("named_memfd", 0);

	if (fd < 0 || ftruncate(fd, SIZE))
		return 1;
	map("private", MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map("named_private", MAP_PRIVATE | MAP_ANONYMOUS, -1, 1);
	map("shared", MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	map("named_shared", MAP_SHARED | MAP_ANONYMOUS, -1, 1);
	map("named_memfd", MAP_SHARED, fd, 0);
	map("untouched", MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map("named_untouched", MAP_PRIVATE | MAP_ANONYMOUS, -1, 1);
	fflush(stdout);
	pause();
	return 0;
}
EOF
"${CC:-cc}" map.c -o map || exit 77
./map >places &
pid=$!
until grep -q named_untouched places; do sleep 0.1; done
at() {
	sed -n "s/^$1 //p" places
}

if ! grep -q 'anon_shmem:named_shared' "/proc/$pid/smaps"; then
	echo "this kernel has no such names: they are played"
	sed -E -e "s|^($(at named_shared)-.*[^ ]) +/dev/zero.*|\1 [anon_shmem:named_shared]|" \
		-e "s/^(($(at named_private)|$(at named_untouched))-.* [0-9]+) *$/\1 [anon:named_private]/" "/proc/$pid/smaps" >smaps
	grep -q anon_shmem smaps || exit 77
	mount --bind smaps "/proc/$pid/smaps" || exit 77
fi
uname -r
gdb --version | head -n 1
gdb -batch -nx -p "$pid" -ex 'gcore core.gdb' >log 2>&1 || :
[ -s core.gdb ] || exit 77

changed=0
expect() { # WHAT there|missing
	found=missing
	gdb -batch -nx -core core.gdb map -ex "x/gd 0x$(at "$1")" 2>/dev/null | grep -Eq '(4711|0)$' && found=there
	echo "$1: $found"
	[ "$found" = "$2" ] || changed=1
}
expect private there
expect named_private there
expect shared there
expect named_shared missing
expect named_memfd there
expect untouched there
expect named_untouched missing
exit $changed
