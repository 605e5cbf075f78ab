/* SPDX-License-Identifier: MIT */
/*
 * shared.h - processes that count into the same copies.
 *
 *	if (percpu_share() == 0) {		// or PERCPU_CONF=shared:yes in the environment
 *		requests = alloc_percpu(unsigned long);
 *		for (int i = 0; i < workers; i++)
 *			if (fork() == 0)
 *				serve();	// this_cpu_inc(*requests)
 *		... per_cpu_sum(*requests) is what all of them have counted
 *	}
 *
 * Ordinarily a child has copies of its own from the fork on. After percpu_share() the copies of
 * static variables and of dynamic areas are memory that a process shares with its children, and
 * with theirs. All operations, sections, local locks and visits (percpu_remote_begin(),
 * per_cpu_xchg()) are then exact, and exclusive, among all these processes.
 *
 * What is different:
 *  - processes have in common what there was when they were forked. What any of them, parent or
 *    child, allocates later, or loads with dlopen(), is its own, and that of the children that it
 *    forks after that. So a program may call daemon() after percpu_share(), and allocate and fork
 *    then: the child is a master like its parent. A child that loads a module with per-CPU
 *    variables is told once, by a warning in the log, with whom it shares them: its parent may load
 *    the same module, and count in other copies;
 *  - in a child free_percpu() does nothing, with one warning in the log, to what was allocated
 *    before the fork: others may be counting in it. Children have no caches of free areas, so they
 *    allocate more slowly;
 *  - a percpu_counter (counter.h) that a process and its child both have counts for both, and costs
 *    a few nanoseconds more; one that percpu_counter_init() has made by then is in the way;
 *  - a percpu_ref and a percpu_rw_semaphore are each process's own, and count in one word;
 *  - the units of all CPUs that are online are open from the start. A unit that opens later opens
 *    for all processes; but another one's core dumps have its copies only after that process has
 *    opened a unit, or had to make room for allocations; a child's have from the fork on;
 *  - a process may be killed at any moment: of what it did, its last operation alone is in doubt.
 *    If it was inside of a section, or next to have a CPU, that CPU is its own until somebody wants
 *    it, and then for a tenth of a second more; the log has an error then. Processes must see each
 *    other's thread numbers in /proc: no PID namespaces between them. One that replaces itself by
 *    exec() inside of a section has not ended: the CPU stays its own. What it had allocated, or
 *    was about to, was nobody else's but its children's;
 *  - a process that is killed, or exits, with a local lock leaves it taken for all of them, for
 *    ever; nothing is logged. The local locks that a thread has when it forks stay its own: the
 *    child has none;
 *  - the threads of a process that is killed, or exits, while they are pinned stay counted: from
 *    then on percpu_remote_begin() gives -EBUSY for their CPU;
 *  - children are made by fork(). One of _Fork() or clone() has its parent's number until its first
 *    operation: a section before that is not kept apart from the parent's;
 *  - holding another CPU sends a process there for a moment, which shares the caller's memory, ends
 *    at once, and is no child that wait() or SIGCHLD know of; instead of interrupting that CPU. The
 *    caller stays where it is, and its affinity as it is set. (Where no process is to be had, it
 *    goes there and comes back: what is set from outside in between stays, unless it was set just
 *    when it left. If it cannot be restricted again to where it was, it may run wherever it is
 *    allowed to, and the log has a warning.) It is fatal if the caller's cpuset does not include
 *    that CPU while it is online;
 *  - letting go of a CPU, and giving back a local lock, cost a barrier.
 *
 * Copies in a file outlive the processes, and are found by others that are no children: a server
 * that replaces its program while it serves, or starts again after a crash (docs/surviving.md).
 *
 *	if (percpu_share_file("/run/server.copies", 0) == 0)
 *		requests = alloc_percpu_named(unsigned long, "requests");
 *	... fork(), and this_cpu_inc(*requests), as above
 *
 * The first process makes the file, later ones attach to it, whichever program they run. What has a
 * name is common to all of them: all operations, sections, local locks and visits are as exact and
 * as exclusive among them as among children, and a process that is killed at any moment leaves what
 * it has counted. Everything else, static variables and other areas, is shared with children, as
 * after percpu_share(), and starts anew in each program that attaches.
 */
#ifndef PERCPU_SHARED_H
#define PERCPU_SHARED_H

#include <percpu/impl/checker.h>
#include <percpu/impl/compiler.h>
#include <percpu/impl/value.h>

#include <stddef.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_share() - share the copies with the processes that this one forks from now on
 *
 * To be called while no other thread uses the library. Threads may have used it before, areas may
 * have been allocated, and what has been counted (by constructors of libraries, for instance) is
 * kept.
 *
 * Returns 0, also if the copies are shared already; -EOPNOTSUPP: they are not told apart by CPU
 * (index:mm_cid); -EBUSY, with a warning in the log: there are object pools (pool.h), or counters
 * of percpu_counter_init() (counter.h), which are to be made afterwards; -ENOMEM, or another error
 * of the system calls. After an error the copies are not shared, and everything is as it was. Not
 * thread-safe. There is nothing like it in the kernel.
 */
PERCPU_API int percpu_share(void) __attribute__((__warn_unused_result__));

/* What percpu_share_file() is to do: nothing in particular, or one of these. */
#define PERCPU_SHARE_ATTACH 1u /* the file must be there: -ENOENT */
#define PERCPU_SHARE_NEW 2u    /* it must not: -EEXIST */

/**
 * percpu_share_file() - share the copies with processes that attach to a file, and with children
 * @path: the file, which is made if there is none; on tmpfs, in /run or /dev/shm, unless counts are
 *	to outlast the machine's restart. Only its user can read it
 * @flags: 0, PERCPU_SHARE_ATTACH or PERCPU_SHARE_NEW
 *
 * To be called as percpu_share(), early: while no other thread uses the library. It opens the units
 * of all possible CPUs, and from then on this process's allocator does without its caches. What it
 * costs in memory is in docs/surviving.md.
 *
 * A process that attaches while others have the file must fit to them, and is told by a warning in
 * the log what does not. If nobody has it any more, whoever comes next takes over what was counted.
 *
 * Returns 0, also if it is that file that the process has; the errors of percpu_share();
 * -EINVAL: no file of the library's, one that was cut short, or no ordinary file; -EPERM: it is
 * another user's, or others may write to it; -ELOOP: a symbolic link; -EPROTO: the processes that
 * have it count in another way (library, tier, possible CPUs), or it is of a format that this
 * library does not know; -EXDEV: they are in another PID or time namespace; -EADDRINUSE: this
 * process has something else where they have the copies; -ENOSPC, -EOPNOTSUPP: its file system has
 * no space, or cannot promise any; -EFBIG: longer than RLIMIT_FSIZE; -ETIMEDOUT: a process that was
 * stopped while it attached is in the way; -EAGAIN: start again (a module is displaced, once in
 * 100,000 starts); -EOPNOTSUPP: alloc:page, or short address space; -EBUSY: the copies are shared
 * already in another way, a thread is in a section or pinned, or, in the fallback tier, another
 * thread has counted; or another error of the system calls. After an error the copies are not
 * shared, and everything is as it was. Each has a warning in the log. Not thread-safe, not
 * signal-safe. There is nothing like it in the kernel.
 */
PERCPU_API int percpu_share_file(const char *path, unsigned int flags)
	__attribute__((__warn_unused_result__));

/**
 * percpu_share_fd() - the same with a file that is open, or with a new one that has no name
 * @fd: a descriptor that is open to be read and written, such as one that was inherited; it stays
 *	the caller's, who may close it. -1: memory (memfd_create()), which lasts as long as a
 *	process has it, by a descriptor or as its copies
 *
 * Returns as percpu_share_file(); -EBADF: the descriptor is none, or open in another way.
 */
PERCPU_API int percpu_share_fd(int fd) __attribute__((__warn_unused_result__));

/**
 * percpu_shared_fd() - the file in which the copies are, to be handed on
 *
 * It is closed by exec(): who wants the next program to have it makes a copy with dup(), or clears
 * FD_CLOEXEC, and says the number in the environment. The library needs the descriptor to make new
 * names; children may close it.
 *
 * Returns a descriptor that stays the library's, or -ENOENT: the copies are in no file.
 * Thread-safe, signal-safe.
 */
PERCPU_API int percpu_shared_fd(void);

/**
 * __alloc_percpu_named() - the area of a name in the file, which is made if there is none
 * @name: 1 to 47 bytes
 * @size: bytes of the object, as it was when the name was made
 * @align: its alignment, a power of two, a page at most
 *
 * By the name a program finds what an earlier one has counted; so what becomes another thing, with
 * other fields, gets another name. A new area is zero. It is there as long as the file, and is not
 * for free_percpu(). All names of a file have room in 1 MiB a CPU, and there are 1024 at most.
 *
 * Returns a per-CPU pointer as __alloc_percpu() does, the same each time in this process and its
 * children; or NULL, errno and a warning in the log: EINVAL: there is no file
 * (percpu_share_file()), or no such area; ENAMETOOLONG; EEXIST: the name is one of another size or
 * alignment; ENOSPC: no room, or no space in the file system; EBADF: the descriptor of
 * percpu_shared_fd() has been closed, and the name is new; ETIMEDOUT: a process was stopped while
 * it made a name. Thread-safe; may block; not signal-safe.
 */
PERCPU_API void __percpu *__alloc_percpu_named(const char *name, size_t size, size_t align)
	__attribute__((__warn_unused_result__));

__PCPU_END_DECLS

/** alloc_percpu_named() - the area of that name, for one object of @type a CPU, typed. */
#define alloc_percpu_named(type, name)                    \
	__pcpu_typed_pointer(__typeof__(type) __percpu *, \
			     __alloc_percpu_named(name, sizeof(type), __alignof__(type)))

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/runtime.h>
#endif

#endif /* PERCPU_SHARED_H */
