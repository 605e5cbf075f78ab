#!/bin/sh
# Names for anonymous memory, prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME), of which prctl(2) says "since Linux
# 5.17": the kernels of Debian 12 and 13 have none. CONFIG_ANON_VMA_NAME is off in every flavour for amd64, so that
# the call is EINVAL, as for an operation that does not exist, and a C library's names (glibc's tunable
# glibc.mem.decorate_maps) never appear. A file of memory (memfd) has its name everywhere.
#
# So a library that names its mappings to be seen in smaps is not seen on Debian, whatever the kernel's version.
#
# Seen with linux-config-6.1 of Debian 12 and linux-config-6.12 of Debian 13, and asked of the running kernel,
# Linux 6.18.44. Nothing of libpercpu is used. Exit status 0: as described; 1: it has changed; 77: the packages
# cannot be had here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# shellcheck source=findings/packages.sh
. "$here/packages.sh"

look() { # RELEASE PACKAGE
	unpack "$work/$1" "$1" "$2"
	find "$work/$1/root/usr/src" -name 'config*.xz' >"$work/files"
	[ -s "$work/files" ] || { echo "$2 has no configurations" && exit 77; }
	on=0 nr=0
	while read -r file; do
		xz -dc "$file" >"$work/config"
		nr=$((nr + 1))
		! grep -q '^CONFIG_ANON_VMA_NAME=y' "$work/config" || on=$((on + 1))
	done <"$work/files"
	echo "$1, $2: $nr configurations, $on with names for anonymous memory"
	if [ $nr = 0 ] || [ $on != 0 ]; then status=1; fi
}
look bookworm linux-config-6.1
look trixie linux-config-6.12

cat >"$work/name.c" <<'EOF'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

int main(void)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct utsname system;
	int ret = prctl(0x53564d41, 0, page, 4096, "a name");

	uname(&system);
	printf("Linux %s: %s\n", system.release, ret ? strerror(errno) : "named");
	return 0;
}
EOF
! "${CC:-cc}" -O1 "$work/name.c" -o "$work/name" || "$work/name"
exit $status
