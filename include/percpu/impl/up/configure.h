/* SPDX-License-Identifier: MIT */
/*
 * up/configure.h - configure.h with PERCPU_UP: the level of the log is all that there is to say.
 */
#ifndef PERCPU_UP_CONFIGURE_H
#define PERCPU_UP_CONFIGURE_H

#include <percpu/configure.h>
#include <percpu/impl/up/log.h>

#include <errno.h>
#include <string.h>

#include <percpu/impl/begin.h>

__pcpu_inline int percpu_configure(const char *text)
{
	static const struct {
		char text[12];
		enum percpu_log_level level;
	} levels[] = {{"log:emerg", PERCPU_LOG_EMERG},
		      {"log:err", PERCPU_LOG_ERR},
		      {"log:warning", PERCPU_LOG_WARNING},
		      {"log:info", PERCPU_LOG_INFO},
		      {"log:debug", PERCPU_LOG_DEBUG}};

	if (!text || !*text)
		return 0;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(text, levels[i].text) == 0) {
			__percpu_up_log.level = levels[i].level;
			return 0;
		}
	__percpu_up_say(PERCPU_LOG_WARNING,
			"percpu_configure(): with PERCPU_UP there is log:LEVEL, and no other key");
	return -EINVAL;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_CONFIGURE_H */
