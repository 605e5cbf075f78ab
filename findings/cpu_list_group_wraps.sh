#!/bin/sh
# Linux sets CPUs that a list does not name. Of "1-1:1/4294967295", which is the first of each
# 4294967295 CPUs from 1 to 1, a cpuset gets CPUs 0 and 1: the length of a group is added to the
# CPU's number in 32 bits, so that the sum is one less and the walk goes backwards. It is so where
# the two are 4294967296 or more together; a length of 4294967296 itself is refused (EOVERFLOW).
#
# And a newline ends a list, or does not: of "0<newline>1" a cpuset gets CPU 0, of
# "0,<newline>1" CPUs 0 and 1. Behind a number it is the end, behind a comma or a blank it is a
# blank itself. So of a file that is written as it is, line by line, the lines are one list if they
# end with commas.
#
# Expected before it was tried: -EINVAL or CPU 1 alone, since documentation (cpu lists in
# admin-guide/kernel-parameters) says that a group is within its range; and that a newline ends a list.
#
# Seen on Linux 6.18.44. Nothing of libpercpu is used, nor any package. The kernel is asked by a
# cpuset that nobody is in, in a mount namespace of its own. Exit status 0: as described; 1: it has
# changed; 77: it cannot be tried here (it needs root, and CPUs 0 and 1).
set -eu
if [ "${1:-}" != unshared ]; then
	[ "$(id -u)" -eq 0 ] || { echo "only root can make a cpuset" && exit 77; }
	exec unshare -m "$0" unshared
fi
work=$(mktemp -d)
set=
trap 'test -z "$set" || rmdir "$set"; umount "$work/cpuset" 2>/dev/null || :; rm -rf "$work"' EXIT
mkdir "$work/cpuset"
mount -t cgroup -o cpuset none "$work/cpuset" 2>/dev/null || mount -t cgroup2 none "$work/cpuset" || exit 77
mkdir "$work/cpuset/group_wraps.$$"
set=$work/cpuset/group_wraps.$$
[ -f "$set/cpuset.cpus" ] || { echo "there are no cpusets" && exit 77; }

becomes() { # LIST, a format of printf
	# shellcheck disable=SC2059 # it is one
	printf "$1" >"$work/list"
	# in one write
	dd if="$work/list" of="$set/cpuset.cpus" bs=4096 2>/dev/null && cat "$set/cpuset.cpus" || echo refused
}

[ "$(becomes 0-1)" = 0-1 ] || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
failures=0
row() { # LIST EXPECTED
	got=$(becomes "$1")
	printf '%-20s %s\n' "$1" "$got"
	[ "$got" = "$2" ] || failures=$((failures + 1))
}
row 1-1:1/2147483648 1
row 1-1:1/4294967295 0-1
row 1-1:1/4294967296 refused
row '0\n1' 0
row '0,\n1' 0-1
row '0 \n1' 0-1
[ "$failures" -eq 0 ] || { echo "$failures rows have changed" && exit 1; }
