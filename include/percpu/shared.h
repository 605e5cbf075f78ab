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
 */
#ifndef PERCPU_SHARED_H
#define PERCPU_SHARED_H

#include <percpu/impl/compiler.h>

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

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/runtime.h>
#endif

#endif /* PERCPU_SHARED_H */
