#!/bin/sh
# A lease for writing (fcntl(F_SETLEASE, F_WRLCK)) says that nobody else has a file open: fcntl(2), "only if there
# are no other open file descriptors for the file". On a memfd it is given while another process has the
# descriptor that memfd_create() returned, and writes to a mapping of it. On an ordinary file, of the same file
# system (tmpfs), it is refused, and so it is on the memfd if the other process has opened that anew
# (/proc/self/fd/N) before.
#
# The kernel counts who has an inode open to write, and grants the lease if that is the asker alone. What opens a
# file by a path is counted (do_dentry_open()); what gets its file from alloc_file_pseudo(), as memfd_create()
# does, is not. So a program that asks for a lease to find out whether a file of shared memory is anybody's is told
# that it is not, by a file that was handed over as a descriptor and is in use. Who opens such a descriptor anew,
# before it is mapped, is found.
#
# Mappings do count where files do: a process that has closed its descriptor, and kept its mapping, is found too.
#
# Seen with Linux 6.18. Nothing of libpercpu is used. Exit status 0: as described; 1: it has changed; 77: there is
# no compiler, or no /proc.
set -eu
command -v cc >/dev/null && [ -e /proc/self/fd ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/lease.c" <<'EOF'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 4096

static int open_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* Another process writes to a mapping of @fd, and has no descriptor if @closed. */
static pid_t start_writer(int fd, int closed)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) || (child = fork()) < 0)
		exit(2);
	if (child == 0) {
		char *ptr = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (ptr == MAP_FAILED || write(ready[1], "", ptr[0] = 1) != 1)
			_exit(1);
		if (closed)
			close(fd);
		for (;;)
			pause();
	}
	if (read(ready[0], &byte, 1) != 1)
		exit(2);
	close(ready[0]);
	close(ready[1]);
	usleep(100000);
	return child;
}

/* Whether the kernel says that nobody else has it. */
static int is_alone(int fd)
{
	const int own = open_anew(fd);
	int err;

	/* what this process itself has beside it is not to count */
	close(fd);
	err = fcntl(own, F_SETLEASE, F_WRLCK);
	if (err && errno != EAGAIN)
		exit(2);
	close(own);
	return !err;
}

static void say(const char *what, int fd, int closed)
{
	const pid_t writer = start_writer(fd, closed);

	printf("%s: %s\n", what, is_alone(fd) ? "given" : "refused");
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
}

static int memory(void)
{
	const int fd = memfd_create("memory", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, SIZE))
		exit(2);
	return fd;
}

static int file(void)
{
	char path[] = "/dev/shm/lease-XXXXXX";
	const int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, SIZE))
		exit(2);
	unlink(path);
	return fd;
}

static int memory_anew(void)
{
	const int first = memory(), fd = open_anew(first);

	close(first);
	return fd;
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	say("memfd", memory(), 0);
	say("memfd opened anew", memory_anew(), 0);
	say("file", file(), 0);
	say("file, mapping only", file(), 1);
	return 0;
}
EOF
cc -O1 -w -o "$work/lease" "$work/lease.c"
"$work/lease" >"$work/said"
uname -r
cat "$work/said"
cat >"$work/expected" <<'EOF'
memfd: given
memfd opened anew: refused
file: refused
file, mapping only: refused
EOF
cmp -s "$work/said" "$work/expected"
