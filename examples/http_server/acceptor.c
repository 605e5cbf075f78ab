/* SPDX-License-Identifier: MIT */
/* Accepts connections and hands them to the workers. */
#include "acceptor.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What ends with one connection: it was reset while it waited, or a signal came in between. */
static bool concerns_one_connection(int error)
{
	return error == ECONNABORTED || error == EPROTO || error == EINTR;
}

/* No descriptors left, most likely. The queue stays readable: wait for some, do not spin. */
static void wait_for_resources(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000L}, NULL);
}

static void accept_all(int listener, struct MHD_Daemon *workers)
{
	struct sockaddr_storage address;

	for (;;) {
		socklen_t length = sizeof(address);
		int fd = accept4(listener, (struct sockaddr *)&address, &length,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		/* The library picks the worker by the descriptor; it closes what it refuses. */
		if (fd >= 0) {
			MHD_add_connection(workers, fd, (struct sockaddr *)&address, length);
		} else if (!concerns_one_connection(errno)) {
			if (errno != EAGAIN)
				wait_for_resources();
			return;
		}
	}
}

static int accept_until(int listener, int stop_fd, struct MHD_Daemon *workers)
{
	struct pollfd events[] = {
		{.fd = stop_fd, .events = POLLIN},
		{.fd = listener, .events = POLLIN},
	};

	while (!events[0].revents) {
		if (poll(events, 2, -1) < 0 && errno != EINTR)
			return -errno;
		accept_all(listener, workers);
	}
	return 0;
}

int acceptor_run(int listener, struct MHD_Daemon *workers, const sigset_t *stop)
{
	int stop_fd = signalfd(-1, stop, SFD_CLOEXEC);

	if (stop_fd < 0)
		return -errno;

	int error = accept_until(listener, stop_fd, workers);

	close(stop_fd);
	return error;
}
