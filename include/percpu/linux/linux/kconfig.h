/* SPDX-License-Identifier: MIT */
/*
 * linux/kconfig.h - the options of a kernel's build that a program has the like of, and
 * IS_ENABLED() and its like. The kernel's build includes it before everything; here whoever wants
 * that does so by -include, and the other headers include it.
 */
#ifndef PERCPU_LINUX_KCONFIG_H
#define PERCPU_LINUX_KCONFIG_H

#if !defined(PERCPU_UP) && !defined(CONFIG_SMP)
#define CONFIG_SMP 1
#endif
#if !defined(PERCPU_UP) && !defined(CONFIG_HOTPLUG_CPU)
#define CONFIG_HOTPLUG_CPU 1
#endif
#ifndef CONFIG_64BIT
#define CONFIG_64BIT 1
#endif
/* this_cpu_cmpxchg() needs no lock, in both tiers */
#if !defined(CONFIG_HAVE_CMPXCHG_LOCAL) && !defined(PERCPU_NO_CMPXCHG_LOCAL)
#define CONFIG_HAVE_CMPXCHG_LOCAL 1
#endif
#ifndef CONFIG_HZ
#define CONFIG_HZ 1000
#endif

/*
 * An option that is 1 makes the second of three arguments a 1: its text becomes the name of a macro
 * that has a comma in it. Any other option, or none, leaves the 0 there.
 */
#define __PCPU_OPTION_IS_1 0,
#define __pcpu_second(first, second, ...) second
#define __pcpu_option_2(comma_or_not) __pcpu_second(comma_or_not 1, 0, 0)
#define __pcpu_option_1(value) __pcpu_option_2(__PCPU_OPTION_IS_##value)
#define __pcpu_option(option) __pcpu_option_1(option)

/** IS_BUILTIN(), IS_MODULE(), IS_ENABLED(), IS_REACHABLE() - 1 or 0, in #if too. */
#define IS_BUILTIN(option) __pcpu_option(option)
#define IS_MODULE(option) __pcpu_option(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#endif /* PERCPU_LINUX_KCONFIG_H */
