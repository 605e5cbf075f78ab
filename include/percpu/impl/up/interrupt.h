/* SPDX-License-Identifier: MIT */
/*
 * up/interrupt.h - interrupt.h with PERCPU_UP: the one thread's state, and the lines.
 *
 * As in the library (its interrupts/interrupt_self.h has the steps), without a CPU to hold, and
 * without a thread to leave softirqs to: they are done until none is raised any more.
 */
#ifndef PERCPU_UP_INTERRUPT_H
#define PERCPU_UP_INTERRUPT_H

#include <percpu/interrupt.h>

#include <percpu/impl/up/log.h>

#include <errno.h>
#include <signal.h>

#include <percpu/impl/begin.h>

enum { __PERCPU_UP_LINES = 65, __PERCPU_UP_SHARED = 8 };

struct percpu_up_line {
	struct {
		irq_handler_t handler;
		void *dev;
		const char *name;
		unsigned long flags;
	} actions[__PERCPU_UP_SHARED];
	unsigned int depth;
	bool came;
	struct sigaction before;
};

struct percpu_up_interrupts {
	unsigned long noted;
	unsigned int count, softirqs, outer;
	bool off;
	void (*softirq_actions[NR_SOFTIRQS])(void);
	struct percpu_up_line lines[__PERCPU_UP_LINES];
};

__PCPU_BEGIN_DECLS
/* Weak: every file defines it, the program has one. */
extern struct percpu_up_interrupts __percpu_up_interrupts;
__attribute__((__weak__)) struct percpu_up_interrupts __percpu_up_interrupts;
__PCPU_END_DECLS

static inline struct percpu_up_interrupts *__percpu_up_self(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return &__percpu_up_interrupts;
}

static inline struct percpu_up_line *__percpu_up_line(unsigned int irq)
{
	if (irq == 0 || irq >= __PERCPU_UP_LINES)
		__percpu_up_fatal("an interrupt that is no signal's");
	return &__percpu_up_interrupts.lines[irq];
}

static inline void __percpu_up_handle(unsigned int irq)
{
	struct percpu_up_line *line = __percpu_up_line(irq);
	int i;

	if (line->depth) {
		line->came = true;
		return;
	}
	for (i = 0; i < __PERCPU_UP_SHARED; i++)
		if (line->actions[i].handler)
			(void)line->actions[i].handler((int)irq, line->actions[i].dev);
}

static inline bool __percpu_up_may_do_softirqs(void)
{
	return __percpu_up_self()->softirqs &&
	       !(__percpu_up_self()->count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK));
}

static inline void __percpu_up_handle_noted(void)
{
	unsigned long noted;

	while ((noted = __atomic_exchange_n(&__percpu_up_self()->noted, 0, __ATOMIC_RELAXED)) !=
	       0) {
		__percpu_up_self()->count += HARDIRQ_OFFSET;
		for (; noted; noted &= noted - 1)
			__percpu_up_handle((unsigned int)__builtin_ctzl(noted) + 1);
		__percpu_up_self()->off = true;
		__percpu_up_self()->count -= HARDIRQ_OFFSET;
	}
}

static inline void __percpu_up_act(unsigned int softirqs)
{
	unsigned int nr;

	for (nr = 0; nr < NR_SOFTIRQS; nr++)
		if ((softirqs >> nr & 1) && __percpu_up_interrupts.softirq_actions[nr])
			__percpu_up_interrupts.softirq_actions[nr]();
}

static inline void __percpu_up_set_on(void)
{
	unsigned int softirqs;

	for (;;) {
		__percpu_up_handle_noted();
		while (__percpu_up_may_do_softirqs()) {
			softirqs = __percpu_up_self()->softirqs;
			__percpu_up_self()->softirqs = 0;
			__percpu_up_self()->count += SOFTIRQ_OFFSET;
			__percpu_up_self()->off = false;
			if (__percpu_up_self()->noted) {
				__percpu_up_self()->off = true;
				__percpu_up_handle_noted();
				__percpu_up_self()->off = false;
			}
			__percpu_up_act(softirqs);
			__percpu_up_self()->off = true;
			__percpu_up_self()->count -= SOFTIRQ_OFFSET;
		}
		__percpu_up_self()->off = false;
		if (!__percpu_up_self()->noted)
			return;
		__percpu_up_self()->off = true;
	}
}

PERCPU_API unsigned long __percpu_irq_save(void)
{
	const bool was_off = __percpu_up_self()->off;

	__percpu_up_self()->off = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return was_off;
}

PERCPU_API void __percpu_irq_restore(unsigned long flags)
{
	if (!flags && __percpu_up_self()->off)
		__percpu_up_set_on();
}

PERCPU_API unsigned long __percpu_irqs_off(void)
{
	return __percpu_up_self()->off;
}

PERCPU_API void __percpu_bh_disable(void)
{
	__percpu_up_self()->count += SOFTIRQ_DISABLE_OFFSET;
}

PERCPU_API void __percpu_bh_enable(void)
{
	if ((__percpu_up_self()->count & SOFTIRQ_MASK) < SOFTIRQ_DISABLE_OFFSET)
		__percpu_up_fatal("local_bh_enable() where bottom halves are on");
	__percpu_up_self()->count -= SOFTIRQ_DISABLE_OFFSET;
	if (__percpu_up_may_do_softirqs() && !__percpu_up_self()->off) {
		__percpu_up_self()->off = true;
		__percpu_up_set_on();
	}
}

PERCPU_API unsigned int __percpu_preempt_count(void)
{
	return __percpu_up_self()->count;
}

static inline unsigned int __percpu_up_depth(void)
{
	return (__percpu_up_self()->count & HARDIRQ_MASK) >> HARDIRQ_SHIFT;
}

PERCPU_API void __percpu_irq_enter(void)
{
	const unsigned int was_off = (unsigned int)__percpu_irq_save();
	const unsigned int level = __percpu_up_depth();

	if (level == HARDIRQ_MASK >> HARDIRQ_SHIFT)
		__percpu_up_fatal("too many handlers of interrupts inside of each other");
	__percpu_up_self()->outer = (__percpu_up_self()->outer & ~(1u << level)) | was_off << level;
	__percpu_up_self()->count += HARDIRQ_OFFSET;
}

PERCPU_API void __percpu_irq_exit(void)
{
	if (!__percpu_up_depth())
		__percpu_up_fatal("irq_exit() without irq_enter()");
	(void)__percpu_irq_save();
	__percpu_up_self()->count -= HARDIRQ_OFFSET;
	__percpu_irq_restore(__percpu_up_self()->outer >> __percpu_up_depth() & 1);
}

PERCPU_API void __percpu_nmi(int step)
{
	__percpu_up_self()->count += (unsigned int)step * NMI_OFFSET;
}

/* --- lines --- */

static inline void __percpu_up_came(unsigned int irq)
{
	if (__percpu_up_self()->off) {
		__atomic_fetch_or(&__percpu_up_self()->noted, 1ul << (irq - 1), __ATOMIC_RELAXED);
	} else {
		__percpu_irq_enter();
		__percpu_up_handle(irq);
		__percpu_irq_exit();
	}
}

static inline void __percpu_up_on_signal(int sig)
{
	const int saved = errno;

	__percpu_up_came((unsigned int)sig);
	errno = saved;
}

static inline int __percpu_up_install(unsigned int irq, struct percpu_up_line *line)
{
	struct sigaction ours;

	__builtin_memset(&ours, 0, sizeof(ours));
	ours.sa_flags = (int)SA_RESTART;
	ours.sa_handler = __percpu_up_on_signal;
	sigfillset(&ours.sa_mask);
	return sigaction((int)irq, &ours, &line->before) == 0 ? 0 : -EINVAL;
}

/* How many handlers there are, or whether one of them does not share. */
static inline int __percpu_up_users(const struct percpu_up_line *line, bool *shares, int *room)
{
	int i, users = 0;

	*shares = true;
	*room = -1;
	for (i = 0; i < __PERCPU_UP_SHARED; i++) {
		if (!line->actions[i].handler) {
			*room = i;
			continue;
		}
		users++;
		*shares = *shares && (line->actions[i].flags & IRQF_SHARED);
	}
	return users;
}

PERCPU_API int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			   const char *name, void *dev)
{
	struct percpu_up_line *line;
	int room, users, err = 0;
	bool shares;

	if (irq == 0 || irq >= __PERCPU_UP_LINES || !handler || ((flags & IRQF_SHARED) && !dev))
		return -EINVAL;
	line = __percpu_up_line(irq);
	users = __percpu_up_users(line, &shares, &room);
	if (users && !(shares && (flags & IRQF_SHARED)))
		return -EBUSY;
	if (room < 0)
		return -ENOMEM;
	if (!users)
		err = __percpu_up_install(irq, line);
	if (err)
		return err;
	line->actions[room].dev = dev;
	line->actions[room].name = name;
	line->actions[room].flags = flags;
	__atomic_store_n(&line->actions[room].handler, handler, __ATOMIC_RELEASE);
	return 0;
}

PERCPU_API const void *free_irq(unsigned int irq, void *dev)
{
	struct percpu_up_line *line = __percpu_up_line(irq);
	bool shares;
	int i, room;

	for (i = 0; i < __PERCPU_UP_SHARED; i++)
		if (line->actions[i].handler && line->actions[i].dev == dev)
			break;
	if (i == __PERCPU_UP_SHARED) {
		__percpu_up_say(PERCPU_LOG_WARNING, "free_irq(): nobody has requested it so");
		return NULL;
	}
	__atomic_store_n(&line->actions[i].handler, (irq_handler_t)NULL, __ATOMIC_RELEASE);
	if (!__percpu_up_users(line, &shares, &room))
		sigaction((int)irq, &line->before, NULL);
	return line->actions[i].name;
}

PERCPU_API void synchronize_irq(unsigned int irq)
{
	(void)__percpu_up_line(irq);
}

PERCPU_API void disable_irq_nosync(unsigned int irq)
{
	__percpu_up_line(irq)->depth++;
}

PERCPU_API void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
}

PERCPU_API void enable_irq(unsigned int irq)
{
	struct percpu_up_line *line = __percpu_up_line(irq);

	if (!line->depth) {
		__percpu_up_say(PERCPU_LOG_WARNING, "enable_irq(): it is not disabled");
		return;
	}
	if (--line->depth == 0 && line->came) {
		line->came = false;
		__percpu_up_came(irq);
	}
}

/* --- softirqs --- */

PERCPU_API void open_softirq(int nr, void (*action)(void))
{
	if (nr < 0 || nr >= NR_SOFTIRQS)
		__percpu_up_fatal("open_softirq() of what is none");
	__percpu_up_interrupts.softirq_actions[nr] = action;
}

PERCPU_API void raise_softirq_irqoff(unsigned int nr)
{
	const unsigned long flags = __percpu_irq_save();

	if (nr >= NR_SOFTIRQS)
		__percpu_up_fatal("raise_softirq() of what is none");
	if (__percpu_up_interrupts.softirq_actions[nr])
		__percpu_up_self()->softirqs |= 1u << nr;
	__percpu_irq_restore(flags);
}

PERCPU_API void raise_softirq(unsigned int nr)
{
	raise_softirq_irqoff(nr);
}

PERCPU_API unsigned int local_softirq_pending(void)
{
	return __percpu_up_self()->softirqs;
}

PERCPU_API void do_softirq(void)
{
	__percpu_irq_restore(__percpu_irq_save());
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_INTERRUPT_H */
