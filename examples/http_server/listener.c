/* SPDX-License-Identifier: MIT */
/* The listening socket. */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

static int bind_and_listen(int fd, const struct sockaddr_storage *address, socklen_t length,
			   const char **what)
{
	/* A server that is restarted must not wait for the connections of the last one to age. */
	*what = "setsockopt(SO_REUSEADDR)";
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)))
		return -errno;
	*what = "bind";
	if (bind(fd, (const struct sockaddr *)address, length))
		return -errno;
	*what = "listen";
	if (listen(fd, SOMAXCONN))
		return -errno;
	return 0;
}

int listener_open(const struct sockaddr_storage *address, socklen_t length, const char **what)
{
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		*what = "socket";
		return -errno;
	}

	int error = bind_and_listen(fd, address, length, what);

	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

void listener_print(int fd, FILE *out)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);
	char text[INET6_ADDRSTRLEN] = "?";

	getsockname(fd, (struct sockaddr *)&address, &length);
	if (address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;

		inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
		fprintf(out, "[%s]:%u", text, ntohs(v6->sin6_port));
	} else {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;

		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
		fprintf(out, "%s:%u", text, ntohs(v4->sin_port));
	}
}
