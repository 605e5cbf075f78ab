/* SPDX-License-Identifier: MIT */
/* main.c - threads that use, one after the other, what was the variable of each. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

int next_value(void);
extern char variable[];
__attribute__((__visibility__("hidden"))) intptr_t offset;

static void *use_variable(void *value)
{
	offset = (intptr_t)variable - (intptr_t)__builtin_thread_pointer();
	*(int *)value = next_value();
	return NULL;
}

int main(void)
{
	int values[3];

	for (int i = 0; i < 3; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, use_variable, &values[i]))
			return 1;
		pthread_join(thread, NULL);
	}
	printf("share_tls: %d %d %d\n", values[0], values[1], values[2]);
	return 0;
}
