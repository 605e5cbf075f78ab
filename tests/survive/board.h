/* SPDX-License-Identifier: MIT */
/* board.h - what servers and the test that drives them tell each other, beside the library. */
#ifndef SURVIVE_BOARD_H
#define SURVIVE_BOARD_H

#include <percpu/percpu.h>

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { COUNTED, IN_SECTIONS, MOVED, KINDS };

/* The area of the name "counts". */
struct counts {
	long n[KINDS];
};

/* Of one worker. What it has tried and not done, when it is killed, is in doubt. */
struct slot {
	volatile long tried[KINDS], done[KINDS];
	bool is_to_be_killed;
	pid_t worker;
} __attribute__((__aligned__(64)));

#define SLOTS 400
#define BOARD_FD 700

static struct {
	pid_t master; /* the newest */
	bool killing; /* workers that begin now may be killed */
	int nr_slots;
	struct slot slots[SLOTS];
} * board;

static inline void map_board(void)
{
	void *there = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, BOARD_FD, 0);

	if (there == MAP_FAILED)
		exit(3);
	board = (__typeof__(board))there;
}

static inline struct slot *take_slot(void)
{
	const int n = __atomic_fetch_add(&board->nr_slots, 1, __ATOMIC_SEQ_CST);

	if (n >= SLOTS)
		exit(3);
	board->slots[n].is_to_be_killed = board->killing;
	__atomic_store_n(&board->slots[n].worker, getpid(), __ATOMIC_SEQ_CST);
	return &board->slots[n];
}

static inline void tell_master(void)
{
	__atomic_store_n(&board->master, getpid(), __ATOMIC_SEQ_CST);
}

#endif /* SURVIVE_BOARD_H */
