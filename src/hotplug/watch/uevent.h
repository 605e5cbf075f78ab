/* SPDX-License-Identifier: MIT */
/*
 * uevent.h - what the kernel says of CPUs through netlink: messages of kobjects.
 *
 *	offline@/devices/system/cpu/cpu3\0ACTION=offline\0DEVPATH=...\0SEQNUM=554\0
 *
 * A message is queued when the masks have changed, and before write() of the file "online" returns
 * to whoever has changed them. There are none for a CPU that goes by other ways (hotplug/target,
 * which is for debugging, and suspend), so what they say is compared with the masks whenever all
 * have been read.
 */
#ifndef PCPU_UEVENT_H
#define PCPU_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

enum pcpu_uevent_action {
	PCPU_CPU_OFFLINE,
	PCPU_CPU_ONLINE,
	PCPU_CPU_ADDED,   /* it is there, and offline */
	PCPU_CPU_REMOVED, /* the machine has lost it */
};

struct pcpu_uevent {
	enum pcpu_uevent_action action;
	unsigned int cpu;
};

/* Whether a socket of this process is told anything. */
enum pcpu_hearing {
	PCPU_HEARS,
	PCPU_DEAF,   /* the network namespace is a user namespace's: nothing, and no error */
	PCPU_UNSURE, /* it may be one of those, and nobody says */
};

/*
 * Whether @text, of @length bytes, is about a CPU of a number below PCPU_NR_CPUS, and what it
 * says.
 */
bool pcpu_uevent_parse(const char *text, size_t length, struct pcpu_uevent *event);

/* A socket to which messages about CPUs come, and no others; or a negative errno. */
int pcpu_uevents_open(void);

/* @proc is "/proc", but for tests. */
enum pcpu_hearing pcpu_uevents_hearing(const char *proc);

/*
 * Reads one message that is there. 1: it is in @event; 0: no more are there; -EAGAIN: one that does
 * not matter, or some were lost, look for more; another negative errno: nothing will ever come.
 */
int pcpu_uevents_next(int fd, struct pcpu_uevent *event);

#endif /* PCPU_UEVENT_H */
