/* SPDX-License-Identifier: MIT */
/*
 * version.h - which libpercpu a program is compiled for, and which one it runs with.
 *
 * The numbers here are the only place that says the version: the build reads them. A program that
 * was compiled for one version runs with every later one that has the same first number; the
 * symbols have versions, so that with an earlier one it does not start where something is missing
 * (docs/install.md).
 */
#ifndef PERCPU_VERSION_H
#define PERCPU_VERSION_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

/** The version of these headers. */
#define PERCPU_VERSION_MAJOR 1
#define PERCPU_VERSION_MINOR 0
#define PERCPU_VERSION_PATCH 0

#define __PCPU_VERSION_TEXT_1(major, minor, patch) #major "." #minor "." #patch
#define __PCPU_VERSION_TEXT(major, minor, patch) __PCPU_VERSION_TEXT_1(major, minor, patch)

/** The version of these headers as a string, "1.0.0" say. */
#define PERCPU_VERSION \
	__PCPU_VERSION_TEXT(PERCPU_VERSION_MAJOR, PERCPU_VERSION_MINOR, PERCPU_VERSION_PATCH)

/** Whether these headers are of version @major.@minor.@patch or later; for #if as well. */
#define PERCPU_VERSION_AT_LEAST(major, minor, patch) \
	(PERCPU_VERSION_MAJOR > (major) ||           \
	 (PERCPU_VERSION_MAJOR == (major) &&         \
	  (PERCPU_VERSION_MINOR > (minor) ||         \
	   (PERCPU_VERSION_MINOR == (minor) && PERCPU_VERSION_PATCH >= (patch)))))

__PCPU_BEGIN_DECLS

/**
 * percpu_version() - the version of the library that the process runs with
 *
 * Returns a constant string, "1.0.0" say; with PERCPU_UP, where there is no library,
 * PERCPU_VERSION. Thread- and signal-safe.
 */
PERCPU_API const char *percpu_version(void);

__PCPU_END_DECLS

#ifdef PERCPU_UP
PERCPU_API const char *percpu_version(void)
{
	return PERCPU_VERSION;
}
#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_VERSION_H */
