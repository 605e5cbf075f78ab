/* SPDX-License-Identifier: MIT */
/* losing_kernel.c - see losing_kernel.h. */
#include "machine/losing_kernel.h"
#include "arch_constants.h"

#include <stdlib.h>
#include <sys/utsname.h>

bool pcpu_release_is_within(const char *release, unsigned long from, unsigned long until)
{
	char *end;
	unsigned long version, major = strtoul(release, &end, 10);

	if (*end != '.')
		return from < until;
	version = PCPU_VERSION(major, strtoul(end + 1, NULL, 10));
	return version >= from && version < until;
}

static void get_name(struct utsname *name)
{
	if (uname(name) != 0)
		name->release[0] = '\0';
}

bool pcpu_kernel_is_losing(void)
{
	struct utsname name;

	get_name(&name);
	return pcpu_release_is_within(name.release, PCPU_LOSING_FROM, PCPU_LOSING_UNTIL);
}

bool pcpu_kernel_is_known_to_abort(void)
{
	struct utsname name;

	get_name(&name);
	return name.release[0] >= '1' && name.release[0] <= '9' &&
	       pcpu_release_is_within(name.release, PCPU_ABORTING_FROM, PCPU_ABORTING_UNTIL);
}
