/* SPDX-License-Identifier: MIT */
/* conf.c - see conf.h. */
#include "conf.h"
#include "alloc_info.h"
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each returns false if the value is none that the key can have. */
static bool set_log(struct pcpu_conf *conf, const char *value)
{
	static const struct {
		const char *name;
		enum percpu_log_level level;
	} levels[] = {
		{"emerg", PERCPU_LOG_EMERG},	 {"err", PERCPU_LOG_ERR},
		{"warning", PERCPU_LOG_WARNING}, {"info", PERCPU_LOG_INFO},
		{"debug", PERCPU_LOG_DEBUG},
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(value, levels[i].name) == 0) {
			conf->log_level = levels[i].level;
			return true;
		}
	}
	return false;
}

static bool set_backend(struct pcpu_conf *conf, const char *value)
{
	if (strcmp(value, "auto") == 0)
		conf->backend = PCPU_BACKEND_AUTO;
	else if (strcmp(value, "rseq") == 0)
		conf->backend = PCPU_BACKEND_RSEQ;
	else if (strcmp(value, "fallback") == 0)
		conf->backend = PCPU_BACKEND_FALLBACK;
	else
		return false;
	return true;
}

static bool set_strict(struct pcpu_conf *conf, const char *value)
{
	if (strcmp(value, "yes") == 0)
		conf->strict = true;
	else if (strcmp(value, "no") == 0)
		conf->strict = false;
	else
		return false;
	return true;
}

static bool set_possible(struct pcpu_conf *conf, const char *value)
{
	char *end;
	unsigned long nr;

	errno = 0;
	nr = strtoul(value, &end, 10);
	if (errno || end == value || *end || value[0] == '-' || nr == 0 || nr >= PCPU_NR_CPUS)
		return false;
	conf->possible = (unsigned int)nr;
	return true;
}

static bool set_topology(struct pcpu_conf *conf, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len >= sizeof(conf->topology))
		return false;
	memcpy(conf->topology, value, len + 1);
	return true;
}

static const struct {
	const char *key;
	bool (*set)(struct pcpu_conf *conf, const char *value);
} keys[] = {
	{"log", set_log},	    {"backend", set_backend},	{"strict", set_strict},
	{"possible", set_possible}, {"topology", set_topology},
};

/* One key:value, which it cuts in two. */
static void parse_setting(struct pcpu_conf *conf, char *setting)
{
	char *value = strchr(setting, ':');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(setting, keys[i].key) != 0)
			continue;
		if (!value || !keys[i].set(conf, value))
			pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": %s cannot be \"%s\"",
				 setting, value ? value : "");
		return;
	}
	pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": there is no key \"%s\"", setting);
}

void pcpu_conf_parse(struct pcpu_conf *conf, const char *text)
{
	char copy[1024], *setting, *rest = copy;

	*conf = (struct pcpu_conf){.log_level = PERCPU_LOG_WARNING};
	if (!text)
		return;
	if (strlen(text) >= sizeof(copy)) {
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": ignored, it is longer than %zu characters",
			 sizeof(copy) - 1);
		return;
	}
	memcpy(copy, text, strlen(text) + 1);
	while ((setting = strsep(&rest, ",")) != NULL)
		if (*setting)
			parse_setting(conf, setting);
}
