/* SPDX-License-Identifier: MIT */
/*
 * roles.h - processes that are no relatives: the test's program is started anew, with what it is to
 * do as arguments. So it has its own addresses, and finds the copies by the file alone.
 */
#ifndef SURVIVE_ROLES_H
#define SURVIVE_ROLES_H

#include "support/cmocka_all.h"
#include "support/wait_for.h"

#include <percpu/percpu.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECONDS 120

/* The file of the test, in a folder of its own, and a page that all processes see. */
static char folder[64], path[96];

struct board {
	int ready, stop;
};
static struct board *board;
#define BOARD_FD 700
#define BOARD_SIZE 65536 /* what is behind it is the test's */

static inline void map_board(void)
{
	board = (struct board *)mmap(NULL, BOARD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, BOARD_FD,
				     0);
	assert_true(board != MAP_FAILED);
}

/* A group's beginning and end. Roles find the board by its number. */
static inline int begin(void **state)
{
	const int fd = memfd_create("board", 0);

	(void)state;
	snprintf(folder, sizeof(folder), "/dev/shm/percpu-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/copies", folder);
	assert_true(fd >= 0 && ftruncate(fd, BOARD_SIZE) == 0);
	assert_int_equal(dup2(fd, BOARD_FD), BOARD_FD);
	close(fd);
	map_board();
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

/* Starts the program in the role of the first argument; up to three more. */
static inline pid_t start_role(const char *role, const char *a, const char *b)
{
	const pid_t child = fork();

	if (child == 0) {
		execl("/proc/self/exe", "role", role, a, b, (char *)NULL);
		_exit(127);
	}
	assert_true(child > 0);
	return child;
}

static inline void end_role(pid_t child)
{
	assert_int_equal(wait_for(child, SECONDS), 0);
}

static inline void play(const char *role, const char *a, const char *b)
{
	end_role(start_role(role, a, b));
}

static inline void wait_until(const int *flag, int value)
{
	for (int i = 0; __atomic_load_n(flag, __ATOMIC_SEQ_CST) < value; i++) {
		assert_true(i < SECONDS * 1000 * patience_factor());
		usleep(1000);
	}
}

static inline void say(int *flag)
{
	__atomic_fetch_add(flag, 1, __ATOMIC_SEQ_CST);
}

/* In a role: a condition that does not hold is its end. */
#define MUST(condition)                                                                         \
	do                                                                                      \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1);                                                               \
		}                                                                               \
	while (0)

#endif /* SURVIVE_ROLES_H */
