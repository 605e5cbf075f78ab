/* SPDX-License-Identifier: MIT */
/*
 * up_down.h - a CPU comes, and a CPU goes: every step in its order, and what is undone if one
 * fails.
 *
 *	up					down
 *	U1  idle_thread_get()			D1  states of ONLINE, downwards, on the CPU
 *	U2  threads of the CPU are made		D2  CPU_DOWN_PREPARE; it leaves the active mask
 *	U3  CPU_UP_PREPARE			D3  sections on it are waited for
 *	U4  states of PREPARE			D4  its threads are parked
 *	U5  __cpu_up(), or the machine's	D5  __cpu_disable(), or the machine's
 *	U6  holding the CPU: states of		D6  it leaves the online mask
 *	    STARTING, CPU_STARTING		D7  holding the CPU: CPU_DYING, states of STARTING
 *	U7  it joins online and active		D8  __cpu_die()
 *	U8  CPU_ONLINE, which unparks its	D9  states of PREPARE, downwards
 *	    threads				D10 CPU_DEAD
 *	U9  states of ONLINE, upwards, on it	D11 threads that are left behind are named
 *						D12 the lock is let go: CPU_POST_DEAD
 *
 * If U9 fails, the CPU goes by D2 to D12, and nobody can refuse. Everything is done by the thread
 * that has pcpu_add_remove_lock.
 */
#ifndef PCPU_UP_DOWN_H
#define PCPU_UP_DOWN_H

#include <stdbool.h>

struct pcpu_change {
	unsigned int cpu;
	bool frozen; /* events of a suspend */
	bool must;   /* it is gone: nobody can refuse */
	/* What is done to the machine's CPU in U5 or D5. NULL: nothing. 0, or a negative errno. */
	int (*machine)(unsigned int cpu);
};

/* 0, or a negative errno: percpu/cpu.h says which. */
int pcpu_cpu_comes(const struct pcpu_change *change);
int pcpu_cpu_goes(const struct pcpu_change *change);

#endif /* PCPU_UP_DOWN_H */
