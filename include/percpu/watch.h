/* SPDX-License-Identifier: MIT */
/*
 * watch.h - who tells this process when the machine's CPUs come and go.
 *
 *	hotcpu_notifier(heard, 0);	// the watcher begins by itself, and heard() is called
 *
 * A thread of the library sleeps until the kernel says that a CPU went offline, came online, was
 * plugged in or out, and makes events of it: masks change, notifiers and states (cpu.h,
 * cpuhotplug.h) are called, in this thread. It begins when the first of these is registered, and
 * ends with the last; a process that never registers has none. It has all signals blocked, and its
 * stack has PERCPU_WATCH_STACK bytes, which is what callbacks have to do with. While nothing
 * happens it does not run.
 *
 * What it hears, and at once:
 *	- a CPU that is taken offline or online by its file "online", or by smt/control; hot-add and
 *	  hot-remove; by netlink, from the kernel, also in containers of the first user namespace
 *	- with PERCPU_WATCH_ACTIVE, a write to "cpuset.cpus" or "cpuset.cpus.partition" of the
 *	  process's cpuset or one above it, either version of cgroups; that its group is empty,
 *	  since the process was moved to another
 *
 * Where netlink is refused (seccomp), or tells nothing (a network namespace of another user
 * namespace: rootless containers), the kernel tells less: writes to the files "online" of CPUs,
 * where /sys is the host's. So there the list of CPUs is looked at once a second, too, unless
 * PERCPU_WATCH_QUIET says not to. A CPU that goes and comes between two looks is not seen.
 *
 * The kernel tells nobody of a CPU that goes by cpuN/hotplug/target; of sched_setaffinity() for a
 * thread; of a move out of a cgroup in which others stay; of CPUs that another group takes as its
 * partition. These are seen whenever there is something else to hear, and by percpu_watch_look().
 *
 * fork(): a child has no watcher, whatever its parent had, until something is registered in it, or
 * it calls percpu_watch_cpus(). Its masks are its parent's until then; the new watcher makes
 * events of what has changed. A callback of the watcher's that forks goes on in the child, and when
 * it returns, the child ends: its thread is the only one there.
 *
 * The thread has up to three file descriptors, closed on exec. A program that closes all
 * descriptors that it does not know ends the watcher, with a warning in the log.
 */
#ifndef PERCPU_WATCH_H
#define PERCPU_WATCH_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** The size of the watcher's stack, in bytes. */
#define PERCPU_WATCH_STACK (256 * 1024)

/** What percpu_watch_cpus() is asked for. */
enum percpu_watch_flags {
	/**
	 * The active mask (cpu_active_mask) has only CPUs that some thread of the process may use:
	 * of those online, what cpusets and sched_setaffinity() leave. Without it, all that are
	 * online.
	 */
	PERCPU_WATCH_ACTIVE = 1,
	/** Never look without being told, also where the kernel tells nothing. */
	PERCPU_WATCH_QUIET = 2,
};

/** What wakes the watcher: percpu_watch_wakers(). */
enum percpu_watch_wakers {
	PERCPU_WOKEN_BY_UEVENTS = 1, /* the kernel's messages */
	PERCPU_WOKEN_BY_FILES = 2,   /* writes to files, by inotify */
	PERCPU_WOKEN_BY_TIME = 4,    /* once a second */
};

/**
 * percpu_watch_cpus() - watch the machine's CPUs from now on, whether anybody listens or not
 * @flags: of enum percpu_watch_flags, or 0; they replace those of an earlier call, and are
 *	those of a watcher that begins by itself
 *
 * The masks follow the machine then, also without notifiers. What happened before is told soon
 * after.
 *
 * Returns 0; -EINVAL: a flag that is not known; -ENOENT: there is neither netlink nor a list of
 * CPUs in /sys; -EAGAIN, -ENOMEM, -EMFILE: no thread, no memory, no descriptors. After an error
 * all is as it was, but for a stop, which is taken back. May be called again. Thread-safe; not
 * safe in handlers of signals. There is nothing like it in the kernel, which is the machine.
 */
PERCPU_API int percpu_watch_cpus(unsigned int flags);

/**
 * percpu_watch_stop() - watch no longer, whoever listens, until percpu_watch_cpus() is called
 *
 * On return the thread calls nobody any more, and ends; in a callback of hotplug, inside of
 * cpus_read_lock() and of cpu_maps_update_begin(), for which the thread may be waiting, so it does
 * after that. Called before anything is registered, it keeps the thread from ever beginning.
 * Thread-safe; may block; not safe in handlers of signals.
 */
PERCPU_API void percpu_watch_stop(void);

/**
 * percpu_watch_look() - look now, at everything that the kernel does not tell of
 *
 * On return every difference has been told to whoever listens. Returns 0; -ESRCH: nobody watches;
 * -EDEADLK: in a callback of hotplug, inside of cpus_read_lock() or cpu_maps_update_begin().
 * Thread-safe; blocks; not safe in handlers of signals.
 */
PERCPU_API int percpu_watch_look(void);

/**
 * percpu_watch_wakers() - what wakes the watcher: of enum percpu_watch_wakers; 0: nobody watches
 *
 * Thread-safe; not safe in handlers of signals.
 */
PERCPU_API unsigned int percpu_watch_wakers(void);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/watch.h>
#endif

#endif /* PERCPU_WATCH_H */
