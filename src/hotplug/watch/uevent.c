/* SPDX-License-Identifier: MIT */
/* uevent.c - see uevent.h. */
#include "hotplug/watch/uevent.h"
#include "ground/fault.h"
#include "ground/layout.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel's own group; what udev sends to others has another one. */
#define KERNEL_GROUP 1
/* The kernel makes none that are longer: UEVENT_BUFFER_SIZE, and the path. */
#define MESSAGE_MAX 8192
/* The number of the first user namespace, always. */
#define INITIAL_USER_NS 0xEFFFFFFDu

#define CPUS "/devices/system/cpu/cpu"

static const struct {
	const char *begin;
	enum pcpu_uevent_action action;
} beginnings[] = {
	{"offline@" CPUS, PCPU_CPU_OFFLINE},
	{"online@" CPUS, PCPU_CPU_ONLINE},
	{"add@" CPUS, PCPU_CPU_ADDED},
	{"remove@" CPUS, PCPU_CPU_REMOVED},
};
#define NR_BEGINNINGS (sizeof(beginnings) / sizeof(beginnings[0]))

/* The rest of a path: a number, and nothing behind it. */
static bool read_number(const char *at, const char *end, unsigned int *cpu)
{
	unsigned int number = 0;
	const char *begin = at;

	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (unsigned int)(*at - '0');
		if (number >= PCPU_NR_CPUS)
			return false;
	}
	*cpu = number;
	return at > begin && (at == end || *at == '\0');
}

bool pcpu_uevent_parse(const char *text, size_t length, struct pcpu_uevent *event)
{
	for (size_t i = 0; i < NR_BEGINNINGS; i++) {
		size_t begin = strlen(beginnings[i].begin);

		if (length <= begin || memcmp(text, beginnings[i].begin, begin) != 0)
			continue;
		event->action = beginnings[i].action;
		return read_number(text + begin, text + length, &event->cpu);
	}
	return false;
}

/* --- the socket --- */

#define WORD sizeof(uint32_t)
#define PER_WORD 2 /* instructions */
#define PROGRAM_MAX (NR_BEGINNINGS * (sizeof("offline@" CPUS) / WORD * PER_WORD + 1) + 1)

/*
 * Takes a message that begins with @text, down to a word; goes on behind its own end with others.
 */
static size_t filter_beginning(struct sock_filter *program, const char *text)
{
	const size_t nr_words = strlen(text) / WORD;

	for (size_t i = 0; i < nr_words; i++) {
		const size_t left = PER_WORD * (nr_words - i - 1) + 1;
		uint32_t word;

		memcpy(&word, text + i * WORD, WORD);
		*program++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							  (uint32_t)(i * WORD));
		*program++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(word), 0,
							  (uint8_t)left);
	}
	*program = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	return PER_WORD * nr_words + 1;
}

/*
 * Other devices' messages would wake the watcher for nothing. Where the kernel takes no filter they
 * do, and are dropped then.
 */
static void filter_others(int fd)
{
	struct sock_filter program[PROGRAM_MAX], *at = program;
	struct sock_fprog filter;

	for (size_t i = 0; i < NR_BEGINNINGS; i++)
		at += filter_beginning(at, beginnings[i].begin);
	*at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	filter.filter = program;
	filter.len = (unsigned short)(at - program);
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

int pcpu_uevents_open(void)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	int fd = -1, err;

	errno = EPERM;
	if (!pcpu_fault(PCPU_FAULT_UEVENTS))
		fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    NETLINK_KOBJECT_UEVENT);
	if (fd < 0)
		return -errno;
	filter_others(fd);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/*
 * Messages come to the network namespaces of the first user namespace. Of an owner that is above
 * the process's own user namespace the kernel says EPERM: it may be the first.
 */
enum pcpu_hearing pcpu_uevents_hearing(const char *proc)
{
	char path[128];
	struct stat owner;
	enum pcpu_hearing hearing = PCPU_UNSURE;
	int net, user;

	snprintf(path, sizeof(path), "%s/self/ns/net", proc);
	net = open(path, O_RDONLY | O_CLOEXEC);
	if (net < 0)
		return hearing;
	user = pcpu_fault(PCPU_FAULT_PROC) ? -1 : ioctl(net, NS_GET_USERNS);
	if (user >= 0 && fstat(user, &owner) == 0)
		hearing = owner.st_ino == INITIAL_USER_NS ? PCPU_HEARS : PCPU_DEAF;
	if (user >= 0)
		close(user);
	close(net);
	return hearing;
}

/* Root of the namespace can send to this group too. */
static bool is_from_kernel(const struct msghdr *message)
{
	const struct sockaddr_nl *from = message->msg_name;

	return message->msg_namelen < sizeof(*from) || from->nl_family != AF_NETLINK ||
	       from->nl_pid == 0;
}

int pcpu_uevents_next(int fd, struct pcpu_uevent *event)
{
	char text[MESSAGE_MAX] = "";
	struct sockaddr_nl from;
	struct iovec piece = {.iov_base = text, .iov_len = sizeof(text)};
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &piece, .msg_iovlen = 1};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

	if (length >= 0 && pcpu_fault(PCPU_FAULT_LOST)) {
		length = -1;
		errno = ENOBUFS;
	}
	if (length > 0)
		return is_from_kernel(&message) && pcpu_uevent_parse(text, (size_t)length, event)
			       ? 1
			       : -EAGAIN;
	if (length == 0)
		return -EPIPE;
	if (errno == EAGAIN)
		return 0;
	return errno == ENOBUFS || errno == EINTR ? -EAGAIN : -errno;
}
