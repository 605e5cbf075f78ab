#!/bin/sh
# /proc/PID/smaps_rollup of Linux 6.1 leaves out mappings while another thread of the process maps and unmaps: the sum
# is too small, here by up to half and in more than half of the readings, and nothing says so. It is the cheap way to a
# resident size that is counted page by page, and so what exporters and tests of leaks read: they see a process shrink
# that does not, and the least of many readings is the wrong one. smaps has all, summed line by line; so has
# smaps_rollup of Linux 6.12.
#
# Seen with linux-image-6.1.0-50-cloud-amd64 6.1.176-1 (Debian 12); not with linux-image-6.12.117+deb13-cloud-amd64
# 6.12.117-1 (Debian 13); under QEMU. Nothing of libpercpu is used. Takes two minutes. Exit status 0: as described;
# 1: it has changed; 77: kernels or QEMU cannot be had.
set -eu
me=smaps_rollup_leaves_out_mappings.sh
# shellcheck source=findings/guest.sh
. "$(dirname "$0")/guest.sh"
begin_guests

cat >"$work/probe.c" <<'EOF2'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define MIB (1UL << 20)

static void *map_and_unmap(void *unused)
{
	(void)unused;
	for (;;)
		munmap(mmap(NULL, 1 << 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1 << 16);
}

/* The sum of a file's lines. */
static unsigned long resident(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned long kib, sum = 0;
	char line[256];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Rss: %lu kB", &kib) == 1)
			sum += kib;
	fclose(file);
	return sum / 1024;
}

static void read_often(const char *path)
{
	time_t end = time(NULL) + 10;
	int less = 0;

	while (time(NULL) < end)
		less += resident(path) < 64;
	printf("fact: %s beside a thread that maps: %s\n", strrchr(path, '/') + 1,
	       less ? "less at times" : "never less");
}

int main(void)
{
	pthread_t thread;

	mount("proc", "/proc", "proc", 0, NULL);
	for (int i = 0; i < 64; i++) {
		/* each with a hole behind it, as they would be one mapping else */
		char *at = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		munmap(at + MIB, MIB);
		memset(at, 1, MIB);
	}
	printf("fact: alone: %lu MiB\n", resident("/proc/self/smaps_rollup"));
	pthread_create(&thread, NULL, map_and_unmap, NULL);
	read_often("/proc/self/smaps_rollup");
	read_often("/proc/self/smaps");
	printf("fact: done\n");
	fflush(NULL);
	reboot(RB_POWER_OFF);
	return 0;
}
EOF2
${CC:-cc} -static -pthread -O1 -w -o "$work/probe" "$work/probe.c"

mkdir -p "$root/proc"
set -- "$work/probe" -smp 2
expect bookworm linux-image-6.1.0-50-cloud-amd64=6.1.176-1 "$@" <<'EOF2'
alone: 64 MiB
smaps_rollup beside a thread that maps: less at times
smaps beside a thread that maps: never less
EOF2
expect trixie linux-image-6.12.117+deb13-cloud-amd64=6.12.117-1 "$@" <<'EOF2'
alone: 64 MiB
smaps_rollup beside a thread that maps: never less
smaps beside a thread that maps: never less
EOF2
exit $changed
