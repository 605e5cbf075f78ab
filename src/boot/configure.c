/* SPDX-License-Identifier: MIT */
/* configure.c - see configure.h. */
#include "boot/configure.h"
#include "boot/conf/read_conf.h"
#include "ground/log.h"
#include "machine/tier.h"

#include <percpu/configure.h>
#include <percpu/shared.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The program's, if it has them; as another name, which no attribute of the header's is on. */
extern const char *program_conf __asm__("percpu_conf") __attribute__((__weak__));
extern void program_before_start(void) __asm__("percpu_before_start") __attribute__((__weak__));

static struct {
	bool begun, started;
	uint64_t keys_of_variable; /* who runs the program has said these */
} configured;

/* Whoever comes first: somebody may configure before the boot (.preinit_array). */
static void begin(void)
{
	uint64_t keys;

	if (configured.begun)
		return;
	configured.begun = true;
	pcpu_conf_set_defaults(&pcpu_conf);
	if (&program_conf)
		pcpu_conf_read(&pcpu_conf, program_conf, "percpu_conf", &keys);
	pcpu_log_set_level(pcpu_conf.log_level);
}

void pcpu_configure_start(void)
{
	begin();
	if (program_before_start)
		program_before_start();
	pcpu_conf_read(&pcpu_conf, secure_getenv(PCPU_CONF_VARIABLE), PCPU_CONF_VARIABLE,
		       &configured.keys_of_variable);
	pcpu_log_set_level(pcpu_conf.log_level);
	configured.started = true;
}

/* --- after the start --- */

static bool backend_is(enum pcpu_backend_choice wanted)
{
	if (wanted == PCPU_BACKEND_AUTO)
		return true;
	return pcpu_tier.sequences == (wanted == PCPU_BACKEND_RSEQ);
}

/* Whether things are as a key of @wanted says, or can still become so. */
static bool can_be(const char *key, const struct pcpu_conf *wanted)
{
	if (!strcmp(key, "log"))
		return true;
	if (!strcmp(key, "shared"))
		return wanted->shared || !pcpu_tier.shared;
	if (!strcmp(key, "backend"))
		return backend_is(wanted->backend);
	if (!strcmp(key, "index"))
		return wanted->index == pcpu_tier.index;
	if (!strcmp(key, "strict"))
		return !wanted->strict ||
		       (backend_is(wanted->backend) && wanted->index == pcpu_tier.index);
	return false;
}

static bool all_can_be(const struct pcpu_conf *wanted, uint64_t changed)
{
	const char *key;

	for (size_t n = 0; (key = pcpu_conf_key(n)); n++)
		if ((changed >> n & 1) && !can_be(key, wanted)) {
			pcpu_log(PERCPU_LOG_WARNING,
				 "percpu_configure(): %s cannot be changed after the start: say it "
				 "in percpu_conf, in percpu_before_start() or in "
				 "the variable " PCPU_CONF_VARIABLE,
				 key);
			return false;
		}
	return true;
}

static void tell_of_variable(uint64_t keys)
{
	const char *key;

	for (size_t n = 0; (key = pcpu_conf_key(n)); n++)
		if (keys >> n & 1)
			pcpu_log(PERCPU_LOG_INFO,
				 "percpu_configure(): %s stays as " PCPU_CONF_VARIABLE " says",
				 key);
}

static int change(struct pcpu_conf *wanted)
{
	uint64_t changed = pcpu_conf_differences(&pcpu_conf, wanted);
	const uint64_t said = changed & configured.keys_of_variable;
	int err = 0;

	pcpu_conf_copy(wanted, &pcpu_conf, said);
	if (!all_can_be(wanted, changed & ~said))
		return -EBUSY;
	if (wanted->shared && !pcpu_tier.shared)
		err = percpu_share();
	if (err)
		return err;
	pcpu_conf = *wanted;
	pcpu_log_set_level(wanted->log_level);
	tell_of_variable(said);
	return 0;
}

PERCPU_API int percpu_configure(const char *text)
{
	struct pcpu_conf wanted;
	uint64_t keys;

	begin();
	wanted = pcpu_conf;
	if (!pcpu_conf_read(&wanted, text, "percpu_configure()", &keys))
		return -EINVAL;
	if (configured.started)
		return change(&wanted);
	pcpu_conf = wanted;
	pcpu_log_set_level(wanted.log_level);
	return 0;
}
