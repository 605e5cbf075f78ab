/* SPDX-License-Identifier: MIT */
/*
 * host.c - a thread that walks through the loaded objects, and has the loader's lock for that,
 * allocates, while another one's object is being registered: neither waits for the other.
 *
 * Usage: host OBJECT, whose first constructor calls let_walk().
 */
#include "walk.h"

#include <dlfcn.h>
#include <link.h>
#include <percpu/percpu.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static sem_t begin, walking;
static int allocated;

static int allocate(struct dl_phdr_info *info, size_t size, void *ctx)
{
	char __percpu *area;

	(void)info;
	(void)size;
	(void)ctx;
	sem_post(&walking);
	/* the registration gets to where it waits; where it does not, nothing is found */
	usleep(200000);
	area = __alloc_percpu(LARGE, 8); /* no cache has one */
	allocated = area != NULL;
	free_percpu(area);
	return 1;
}

static void *walk(void *unused)
{
	sem_wait(&begin);
	dl_iterate_phdr(allocate, NULL);
	return unused;
}

void let_walk(void)
{
	sem_post(&begin);
	sem_wait(&walking);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	sem_init(&begin, 0, 0);
	sem_init(&walking, 0, 0);
	if (argc != 2 || pthread_create(&thread, NULL, walk, NULL))
		return 2;
	if (!dlopen(argv[1], RTLD_NOW)) {
		puts(dlerror());
		return 2;
	}
	pthread_join(thread, NULL);
	printf("host: allocated %d\n", allocated);
	return 0;
}
