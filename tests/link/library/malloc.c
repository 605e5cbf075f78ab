/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - whose malloc() a program has that uses the library.
 *
 * Usage: malloc [LIBRARY]. With an argument the program loads the library itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef LINKED
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, linked_count);

static void use_library(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	this_cpu_inc(linked_count);
	free_percpu(alloc_percpu(unsigned long));
}
#else
/* Like a program that knows nothing of the library: the prototypes are those of percpu/alloc.h. */
static void use_library(int argc, char **argv)
{
	void *library = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW | RTLD_GLOBAL);
	void *(*alloc)(size_t size, size_t align);
	void (*dealloc)(void *area);

	if (!library) {
		printf("%s\n", dlerror());
		exit(1);
	}
	*(void **)&alloc = dlsym(library, "__alloc_percpu");
	*(void **)&dealloc = dlsym(library, "free_percpu");
	if (!alloc || !dealloc)
		exit(2);
	dealloc(alloc(8, 8));
}
#endif

/* The file that @address, a function's, comes from. */
static const char *origin(void *address)
{
	static char name[4096];
	Dl_info info;

	if (!dladdr(address, &info))
		return "nowhere";
	strncpy(name, info.dli_fname, sizeof(name) - 1);
	return strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"malloc", "calloc", "realloc", "free",
					    "posix_memalign"};
	void *before = malloc(100), *during;

	use_library(argc, argv);
	during = realloc(before, 1000000);
	free(during);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *function = dlsym(RTLD_DEFAULT, names[i]);

		if (!function || strcmp(origin(function), "libc.so.6") != 0) {
			printf("%s is of %s\n", names[i], origin(function));
			return 3;
		}
	}
	printf("malloc is of %s\n", origin(dlsym(RTLD_DEFAULT, "malloc")));
	return 0;
}
