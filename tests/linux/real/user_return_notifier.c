// SPDX-License-Identifier: MIT
/*
 * user_return_notifier.c - kernel/user-return-notifier.c: those of a CPU are called on it, as often
 * as they are fired, until they are taken off.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/user-return-notifier.h>

#include "check.h"

#define ROUNDS 20000

struct notified {
	struct user_return_notifier urn;
	unsigned int calls;
};

static unsigned int wrong;

static void returned(struct user_return_notifier *urn)
{
	container_of(urn, struct notified, urn)->calls++;
}

/* On and off a CPU's list in one section, as the kernel has preemption disabled there. */
static void use(unsigned int nr)
{
	struct notified one = {.urn.on_user_return = returned}, two = one;

	for (unsigned int i = 1; i <= ROUNDS; i++) {
		preempt_disable();
		user_return_notifier_register(&one.urn);
		user_return_notifier_register(&two.urn);
		if (!test_thread_flag(TIF_USER_RETURN_NOTIFY))
			wrong++;
		fire_user_return_notifiers();
		user_return_notifier_unregister(&one.urn);
		fire_user_return_notifiers();
		user_return_notifier_unregister(&two.urn);
		if (test_thread_flag(TIF_USER_RETURN_NOTIFY) || one.calls != i ||
		    two.calls != 2 * i)
			wrong++;
		preempt_enable();
	}
	(void)nr;
}

int main(void)
{
	check_at_once(4, use);
	CHECK_THAT(wrong == 0);
	return check_result();
}
