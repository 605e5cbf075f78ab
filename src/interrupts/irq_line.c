/* SPDX-License-Identifier: MIT */
/*
 * irq_line.c - signals that are interrupts, and their handlers; percpu/interrupt.h.
 *
 * A handler of the signal goes through the line's actions without a lock:
 *
 *	handle	L1  running++
 *		L2  the actions, as they are linked now
 *		L3  running--
 *	free	F1  the action is taken off the list; it keeps its own link
 *		F2  running is 0: nobody is in it, and who comes later does not find it
 *
 * L1 and F1 are in one order for everybody (sequentially consistent), so F2 misses nobody. What is
 * linked and taken off is so under a mutex, which fork() takes.
 */
#include "ground/fault.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/pause.h"
#include "interrupts/interrupt_self.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

/* Signals are numbered from 1. */
#define NR_LINES 65

struct action {
	struct action *next;
	irq_handler_t handler;
	void *dev;
	const char *name;
	unsigned long flags;
};

struct line {
	struct action *actions;
	unsigned int running;
	unsigned int depth; /* of disable_irq() */
	bool came;          /* meanwhile */
	struct sigaction before;
};

static struct {
	struct line of[NR_LINES];
	pthread_mutex_t mutex;
	pthread_once_t once;
} lines = {.mutex = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

/* --- handling --- */

static void call_actions(struct line *line, int irq)
{
	struct action *action = __atomic_load_n(&line->actions, __ATOMIC_SEQ_CST);

	for (; action; action = __atomic_load_n(&action->next, __ATOMIC_ACQUIRE))
		(void)action->handler(irq, action->dev);
}

static void handle(unsigned int irq)
{
	struct line *line = &lines.of[irq];

	__atomic_fetch_add(&line->running, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&line->depth, __ATOMIC_SEQ_CST))
		__atomic_store_n(&line->came, true, __ATOMIC_SEQ_CST);
	else
		call_actions(line, (int)irq);
	__atomic_fetch_sub(&line->running, 1, __ATOMIC_SEQ_CST);
}

static void on_signal(int signal)
{
	pcpu_interrupt_came((unsigned int)signal);
}

static void wait_for_handlers(const struct line *line)
{
	for (unsigned int n = 0; __atomic_load_n(&line->running, __ATOMIC_SEQ_CST); n++)
		pcpu_pause(n);
}

/* --- requests --- */

static void lock(void)
{
	pthread_mutex_lock(&lines.mutex);
}

static void unlock(void)
{
	pthread_mutex_unlock(&lines.mutex);
}

static void begin(void)
{
	pcpu_interrupt_ways.handle = handle;
	pthread_atfork(lock, unlock, unlock);
}

static int install(unsigned int irq, struct line *line)
{
	struct sigaction ours = {.sa_flags = SA_RESTART};

	ours.sa_handler = on_signal;
	sigfillset(&ours.sa_mask);
	return sigaction((int)irq, &ours, &line->before) == 0 ? 0 : -EINVAL;
}

/* The lock is held. */
static int add(unsigned int irq, struct action *action)
{
	struct line *line = &lines.of[irq];
	struct action **at = &line->actions;
	int err = 0;

	if (*at && !((*at)->flags & action->flags & IRQF_SHARED))
		return -EBUSY;
	if (!*at)
		err = install(irq, line);
	if (err)
		return err;
	while (*at)
		at = &(*at)->next;
	__atomic_store_n(at, action, __ATOMIC_SEQ_CST);
	return 0;
}

PERCPU_API int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			   const char *name, void *dev)
{
	struct action *action;
	int err;

	if (irq == 0 || irq >= NR_LINES || !handler || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	pthread_once(&lines.once, begin);
	action = pcpu_fault(PCPU_FAULT_MEM) ? NULL : pcpu_mem_zalloc(sizeof(*action));
	if (!action)
		return -ENOMEM;
	*action = (struct action){NULL, handler, dev, name, flags};
	lock();
	err = add(irq, action);
	unlock();
	if (err)
		pcpu_mem_free(action, sizeof(*action));
	return err;
}

/* The lock is held. NULL: there is none. */
static struct action *take_off(unsigned int irq, const void *dev)
{
	struct line *line = &lines.of[irq];
	struct action **at = &line->actions, *action;

	while (*at && (*at)->dev != dev)
		at = &(*at)->next;
	action = *at;
	if (!action)
		return NULL;
	if (at == &line->actions && !action->next)
		sigaction((int)irq, &line->before, NULL);
	__atomic_store_n(at, action->next, __ATOMIC_SEQ_CST);
	return action;
}

PERCPU_API const void *free_irq(unsigned int irq, void *dev)
{
	struct action *action = NULL;
	const char *name;

	if (irq < NR_LINES) {
		lock();
		action = take_off(irq, dev);
		unlock();
	}
	if (!action) {
		pcpu_log(PERCPU_LOG_WARNING, "free_irq(%u): nobody has requested it so", irq);
		return NULL;
	}
	wait_for_handlers(&lines.of[irq]);
	name = action->name;
	pcpu_mem_free(action, sizeof(*action));
	return name;
}

/* --- off, for all CPUs --- */

static struct line *line_of(unsigned int irq, const char *call)
{
	if (irq == 0 || irq >= NR_LINES)
		pcpu_fatal("%s(%u): there is no such signal", call, irq);
	return &lines.of[irq];
}

PERCPU_API void synchronize_irq(unsigned int irq)
{
	wait_for_handlers(line_of(irq, "synchronize_irq"));
}

PERCPU_API void disable_irq_nosync(unsigned int irq)
{
	__atomic_fetch_add(&line_of(irq, "disable_irq")->depth, 1, __ATOMIC_SEQ_CST);
}

PERCPU_API void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

PERCPU_API void enable_irq(unsigned int irq)
{
	struct line *line = line_of(irq, "enable_irq");
	unsigned int depth = __atomic_load_n(&line->depth, __ATOMIC_SEQ_CST);

	do {
		if (!depth) {
			pcpu_log(PERCPU_LOG_WARNING, "enable_irq(%u): it is not disabled", irq);
			return;
		}
	} while (!__atomic_compare_exchange_n(&line->depth, &depth, depth - 1, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	if (depth == 1 && __atomic_exchange_n(&line->came, false, __ATOMIC_SEQ_CST))
		pcpu_interrupt_came(irq);
}
