/* SPDX-License-Identifier: MIT */
/*
 * leaky.c - a server of sorts whose connections have per-CPU counters: a connection that is refused
 * does not give its own back.
 */
#include <percpu/percpu.h>

#include <stdbool.h>
#include <stdlib.h>

struct traffic {
	unsigned long bytes, packets;
};

struct connection {
	struct traffic __percpu *traffic;
	bool refused;
};

static unsigned long __percpu *accepted;

void all_closed(void);

void all_closed(void)
{
	__asm__ volatile("");
}

static struct connection *open_connection(bool refused)
{
	struct connection *connection = malloc(sizeof(*connection));

	if (!connection)
		exit(EXIT_FAILURE);
	connection->traffic = alloc_percpu(struct traffic);
	connection->refused = refused;
	return connection;
}

static void close_connection(struct connection *connection)
{
	if (!connection->refused)
		free_percpu(connection->traffic);
	free(connection);
}

int main(void)
{
	accepted = alloc_percpu(unsigned long);
	for (int i = 0; i < 100; i++) {
		this_cpu_inc(*accepted);
		close_connection(open_connection(i % 10 == 0));
	}
	all_closed();
	free_percpu(accepted);
	return EXIT_SUCCESS;
}
