#!/bin/sh
# A list of CPUs is read in three ways by the kernel (cpuset.cpus, /proc/irq/*/smp_affinity_list),
# by taskset -c and by numactl --physcpubind, and not all that one of them refuses is refused by the
# others. On CPUs 0 and 1 of a machine with no more than a few hundred:
#
#	list		kernel		taskset		numactl
#	1 0		0-1		refused		refused
#	all		0-1		refused		0-1
#	N		the last	refused		refused
#	0-1:1/2		0		refused		refused
#	0-1:2		refused		0		refused
#	1-0		refused		refused		1
#	0x1		refused		refused		1
#	4294967297	refused		1		1
#
# The last three are the unexpected ones. libnuma takes the end of a range that goes backwards for
# nothing, numbers as C writes them ("010" is 8), and both programs keep 32 bits of a larger number:
# a list with a slip in it runs a program on another CPU than anybody has named, without a word.
#
# One would expect that everybody refuses a backward range and a number that is too large, and that
# numactl wants decimal digits as its manual has them.
#
# Seen with Linux 6.18.44, util-linux 2.38.1-5+deb12u3 and numactl 2.0.16-1 (Debian 12). Nothing of
# libpercpu is used. The kernel is asked by a cpuset that nobody is in, in a mount namespace of its
# own. Exit status 0: as described; 1: it has changed; 77: it cannot be tried here (it needs root).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != unshared ]; then
	[ "$(id -u)" -eq 0 ] || { echo "only root can make a cpuset" && exit 77; }
	exec unshare -m "$0" unshared
fi
work=$(mktemp -d)
set=
trap 'test -z "$set" || rmdir "$set"; umount "$work/cpuset" 2>/dev/null || :; rm -rf "$work"' EXIT
# shellcheck source=findings/packages.sh
. "$here/packages.sh"
unpack "$work" bookworm util-linux=2.38.1-5+deb12u3 numactl=2.0.16-1 libnuma1=2.0.16-1
LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
bin=$work/root/usr/bin

taskset -pc 0,1 $$ >/dev/null 2>&1 || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
mkdir "$work/cpuset"
mount -t cgroup -o cpuset none "$work/cpuset" 2>/dev/null || mount -t cgroup2 none "$work/cpuset" || exit 77
mkdir "$work/cpuset/three_readers.$$"
set=$work/cpuset/three_readers.$$
[ -f "$set/cpuset.cpus" ] || { echo "there are no cpusets" && exit 77; }

of_kernel() { # LIST
	printf '%s' "$1" >"$work/list"
	# in one write
	dd if="$work/list" of="$set/cpuset.cpus" bs=4096 2>/dev/null && cat "$set/cpuset.cpus" || echo refused
}

of_program() { # PROGRAM ARGUMENT...
	allowed=$("$@" sed -n 's/Cpus_allowed_list:\t//p' /proc/self/status 2>/dev/null) || allowed=
	case $allowed in
	'' | *[!0-9,-]*) echo refused ;;
	*) echo "$allowed" ;;
	esac
}

[ "$(of_program env)" = 0-1 ] || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
failures=0
row() { # LIST KERNEL TASKSET NUMACTL
	kernel=$(of_kernel "$1")
	taskset=$(of_program "$bin/taskset" -c "$1")
	numactl=$(of_program "$bin/numactl" --physcpubind="$1")
	printf '%-12s %-12s %-12s %s\n' "$1" "$kernel" "$taskset" "$numactl"
	[ "$kernel $taskset $numactl" = "$2 $3 $4" ] || failures=$((failures + 1))
}

last=$(of_kernel N)
printf '%-12s %-12s %-12s %s\n' list kernel taskset numactl
row 0-1 0-1 0-1 0-1
row '1 0' 0-1 refused refused
row all "$(of_kernel 0-N)" refused 0-1
row N "$last" refused refused
row 0-1:1/2 0 refused refused
row 0-1:2 refused 0 refused
row 1-0 refused refused 1
row 0x1 refused refused 1
row 4294967297 refused 1 1
[ "$failures" -eq 0 ] || { echo "$failures rows have changed" && exit 1; }
