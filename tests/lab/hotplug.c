/* SPDX-License-Identifier: MIT */
/*
 * hotplug.c - the torture test while all CPUs but the first go offline and come back, again and
 * again. For a guest: it takes the machine's CPUs away. Exit status 0: nothing was lost, and there
 * were as many changes as to matter.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENOUGH 50

/* Returns whether the kernel has done it. */
static int set_online(int cpu, int online)
{
	char path[64];
	int fd, done;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	done = fd >= 0 && write(fd, online ? "1" : "0", 1) == 1;
	if (fd >= 0)
		close(fd);
	return done;
}

int main(void)
{
	const int nr_cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	int changes = 0, status;
	pid_t torture = fork();

	if (torture < 0)
		return 1;
	if (torture == 0) {
		setenv("PERCPU_TORTURE_HOTPLUG", "1", 1);
		execl(TORTURE, TORTURE, "1e6", (char *)NULL);
		_exit(127);
	}
	while (waitpid(torture, &status, WNOHANG) == 0) {
		for (int cpu = 1; cpu < nr_cpus; cpu++)
			changes += set_online(cpu, 0);
		for (int cpu = 1; cpu < nr_cpus; cpu++)
			set_online(cpu, 1);
	}
	printf("%d times a CPU went offline; the torture's status is %#x\n", changes, status);
	return status != 0 || changes < ENOUGH;
}
