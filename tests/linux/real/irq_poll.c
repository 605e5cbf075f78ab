// SPDX-License-Identifier: MIT
/*
 * irq_poll.c - lib/irq_poll.c, a softirq: everything that is there to be polled is polled, on the
 * CPU that has scheduled it and by one at a time, and nothing while it is disabled.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/irq_poll.h>
#include <linux/sched.h>

#include "check.h"

#define DEVICES 4
#define EVENTS 20000

struct device {
	struct irq_poll poll;
	atomic_t events, polled;
	atomic_t inside;
	bool disabled;
};
static struct device device[DEVICES];
static unsigned int wrong, softirqs, full_weights;

static int poll(struct irq_poll *iop, int weight)
{
	struct device *dev = container_of(iop, struct device, poll);
	int work = 0;

	if (atomic_inc_return(&dev->inside) != 1 || !in_softirq() || READ_ONCE(dev->disabled))
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&softirqs, 1, __ATOMIC_RELAXED);
	while (work < weight && atomic_dec_if_positive(&dev->events) >= 0) {
		atomic_inc(&dev->polled);
		work++;
	}
	atomic_dec(&dev->inside);
	if (work == weight)
		__atomic_fetch_add(&full_weights, 1, __ATOMIC_RELAXED);
	else
		irq_poll_complete(iop);
	return work;
}

/* An interrupt of the device: there is an event, and somebody is to look. */
static void interrupt(unsigned int nr)
{
	for (int i = 0; i < EVENTS; i++) {
		struct device *dev = &device[(nr + i) % DEVICES];

		atomic_inc(&dev->events);
		irq_poll_sched(&dev->poll);
	}
}

static unsigned int left(void)
{
	unsigned int nr = 0;

	for (int i = 0; i < DEVICES; i++)
		nr += atomic_read(&device[i].events);
	return nr;
}

/* An event may come between the last look and irq_poll_complete(), as with a device. */
static void poll_the_rest(void)
{
	while (left()) {
		for (int i = 0; i < DEVICES; i++)
			irq_poll_sched(&device[i].poll);
		sched_yield();
	}
}

static void nothing_is_polled_while_disabled(void)
{
	struct device *dev = &device[0];
	const int before = atomic_read(&dev->polled);

	irq_poll_disable(&dev->poll);
	WRITE_ONCE(dev->disabled, true);
	atomic_inc(&dev->events);
	irq_poll_sched(&dev->poll);
	CHECK_THAT(atomic_read(&dev->polled) == before && atomic_read(&dev->events) == 1);
	WRITE_ONCE(dev->disabled, false);
	irq_poll_enable(&dev->poll);
	irq_poll_sched(&dev->poll);
	poll_the_rest();
	CHECK_THAT(atomic_read(&dev->polled) == before + 1);
}

int main(void)
{
	unsigned int polled = 0;

	for (int i = 0; i < DEVICES; i++)
		irq_poll_init(&device[i].poll, 8, poll);
	check_at_once(4, interrupt);
	poll_the_rest();
	for (int i = 0; i < DEVICES; i++)
		polled += atomic_read(&device[i].polled);
	CHECK_THAT(polled == 4 * EVENTS && wrong == 0 && softirqs > 0);
	nothing_is_polled_while_disabled();
	printf("%u calls, %u of them with as much as there may be\n", softirqs, full_weights);
	return check_result();
}
