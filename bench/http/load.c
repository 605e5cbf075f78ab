// SPDX-License-Identifier: MIT
#include "http/load.h"

#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/start_line.h"
#include "harness/stopwatch.h"

static const char request[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct connection {
	int fd;
	size_t length; /* of what has come of an answer */
	char answer[4096];
};

struct client {
	struct load *load;
	pthread_t thread;
	int events;
	struct connection *connections;
	size_t requests; /* of this run: not sent yet */
	size_t open;     /* sent, not answered yet */
	struct stopwatch watch;
};

struct load {
	unsigned int threads;
	unsigned int connections; /* of each thread */
	struct client *clients;
	struct start_line start;
};

static void *zeroed(size_t nr, size_t size)
{
	void *memory = calloc(nr, size);

	if (!memory)
		err(EXIT_FAILURE, "connections");
	return memory;
}

static void ask(struct client *client, struct connection *connection)
{
	const ssize_t length = sizeof(request) - 1;

	if (!client->requests)
		return;
	if (send(connection->fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != length)
		err(EXIT_FAILURE, "a request");
	connection->length = 0;
	client->requests--;
	client->open++;
}

/* Whether all of it is there: the head, which says how long the body is, and the body. */
static bool is_whole(const struct connection *connection)
{
	static const char key[] = "\r\nContent-Length: ";
	const char *head_end = strstr(connection->answer, "\r\n\r\n");
	const char *length = strstr(connection->answer, key);

	if (!head_end)
		return false;
	if (strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0 || !length || length > head_end)
		errx(EXIT_FAILURE, "an answer: %s", connection->answer);
	return connection->length >= (size_t)(head_end + 4 - connection->answer) +
					     strtoul(length + sizeof(key) - 1, NULL, 10);
}

static void hear(struct client *client, struct connection *connection)
{
	const size_t room = sizeof(connection->answer) - 1 - connection->length;
	const ssize_t length =
		recv(connection->fd, connection->answer + connection->length, room, 0);

	if (length < 0)
		err(EXIT_FAILURE, "an answer");
	if (length == 0)
		errx(EXIT_FAILURE, "the server hangs up, or its answer is too long");
	connection->length += (size_t)length;
	connection->answer[connection->length] = '\0';
	if (!is_whole(connection))
		return;
	client->open--;
	ask(client, connection);
}

static void *work(void *argument)
{
	struct client *client = argument;
	const struct load *load = client->load;
	struct epoll_event events[64];

	start_line_wait(&client->load->start);
	stopwatch_start(&client->watch);
	for (unsigned int i = 0; i < load->connections; i++)
		ask(client, &client->connections[i]);
	while (client->open) {
		int nr = epoll_wait(client->events, events, 64, -1);

		for (int i = 0; i < nr; i++)
			hear(client, events[i].data.ptr);
	}
	stopwatch_stop(&client->watch);
	return NULL;
}

static void connect_one(const struct client *client, struct connection *connection,
			const struct sockaddr_in *address)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
	    connect(connection->fd, (const struct sockaddr *)address, sizeof(*address)) ||
	    epoll_ctl(client->events, EPOLL_CTL_ADD, connection->fd, &event))
		err(EXIT_FAILURE, "a connection to the server");
}

struct load *load_open(const struct sockaddr_in *address, unsigned int threads,
		       unsigned int connections)
{
	struct load *load = zeroed(1, sizeof(*load));

	load->threads = threads;
	load->connections = connections;
	load->clients = zeroed(threads, sizeof(*load->clients));
	start_line_init(&load->start, threads);
	for (unsigned int i = 0; i < threads; i++) {
		struct client *client = &load->clients[i];

		client->load = load;
		client->events = epoll_create1(EPOLL_CLOEXEC);
		if (client->events < 0)
			err(EXIT_FAILURE, "epoll_create1");
		client->connections = zeroed(connections, sizeof(*client->connections));
		for (unsigned int nr = 0; nr < connections; nr++)
			connect_one(client, &client->connections[nr], address);
	}
	return load;
}

double load_run(struct load *load, size_t requests)
{
	struct teamwatch team = TEAMWATCH_INIT;

	for (unsigned int i = 0; i < load->threads; i++) {
		struct client *client = &load->clients[i];

		client->requests = requests;
		client->watch = (struct stopwatch){0};
		if (pthread_create(&client->thread, NULL, work, client))
			errx(EXIT_FAILURE, "pthread_create");
	}
	for (unsigned int i = 0; i < load->threads; i++)
		pthread_join(load->clients[i].thread, NULL);
	for (unsigned int i = 0; i < load->threads; i++)
		teamwatch_add(&team, &load->clients[i].watch);
	return teamwatch_wall_ns(&team);
}

void load_close(struct load *load)
{
	for (unsigned int i = 0; i < load->threads; i++) {
		struct client *client = &load->clients[i];

		for (unsigned int nr = 0; nr < load->connections; nr++)
			close(client->connections[nr].fd);
		close(client->events);
		free(client->connections);
	}
	free(load->clients);
	free(load);
}
