// SPDX-License-Identifier: MIT
/* percpu_test.c - lib/percpu_test.c: its own checks, whose warnings are counted. */
#include <linux/errno.h>
#include <linux/module.h>

#include "check.h"

static int warnings, infos;

static void hear(enum percpu_log_level level, const char *message)
{
	if (level <= PERCPU_LOG_WARNING) {
		fprintf(stderr, "%s\n", message);
		warnings++;
	} else if (strstr(message, "percpu test start") || strstr(message, "percpu test done")) {
		infos++;
	}
}

int main(void)
{
	percpu_set_log_handler(hear, PERCPU_LOG_INFO);
	CHECK_THAT(init_module() == -EAGAIN);
	CHECK_THAT(warnings == 0 && infos == 2);
	return check_result();
}
