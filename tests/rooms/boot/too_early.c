/* SPDX-License-Identifier: MIT */
/*
 * too_early.c - not a test, but what test_boot starts: it uses a per-CPU variable before the
 * library can be set up, in the way that TOO_EARLY in its environment names.
 */
#include <percpu/percpu.h>

#include <stdio.h>
#include <string.h>

static DEFINE_PER_CPU(unsigned long, counted);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);

static void use(const char *way)
{
	if (strcmp(way, "inc") == 0)
		this_cpu_inc(counted);
	else if (strcmp(way, "read") == 0)
		printf("%lu\n", this_cpu_read(counted));
	else if (strcmp(way, "raw") == 0)
		raw_cpu_inc(counted);
	else if (strcmp(way, "section") == 0)
		get_cpu_var(counted)++;
	else if (strcmp(way, "copy") == 0)
		per_cpu(counted, 1)++;
	else if (strcmp(way, "take") == 0)
		per_cpu_xchg(counted, 0, 0);
	else if (strcmp(way, "lock") == 0)
		local_lock(&lock);
}

static void early(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	for (; *envp; envp++)
		if (strncmp(*envp, "TOO_EARLY=", 10) == 0)
			use(*envp + 10);
}

static void (*const before_constructors)(int argc, char **argv, char **envp)
	__attribute__((__section__(".preinit_array"), __used__)) = early;

/* The loader calls it to find out which function this is. */
static int answer(void)
{
	return 0;
}

#ifdef RESOLVE
static int (*resolve(void))(void)
{
	this_cpu_inc(counted);
	return answer;
}
int resolved(void) __attribute__((__ifunc__("resolve")));
#else
#define resolved answer
#endif

int main(void)
{
	this_cpu_inc(counted);
	return resolved() + (per_cpu_sum(counted) != 1);
}
