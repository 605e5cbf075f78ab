/* SPDX-License-Identifier: MIT */
/*
 * thread.c - how the threads of this process reach their CPU's copy.
 *
 * The tier is chosen once a process, because locked and unlocked updates of one copy must never
 * mix: an unlocked add between the load and the store of nobody loses nothing, but an unlocked add
 * on one CPU and a locked one on another do.
 *
 * rseq tier. A thread's this_cpu operation is a restartable sequence. Its slow side (slow.c) comes
 * into play if
 *
 *  - the unit of its CPU is not open: it is opened, and the sequence tried again;
 *  - the sequence was aborted by preemption, migration or a signal: it is tried again; after every
 *    64 aborts of a thread it makes a visit instead, because a debugger that steps through the
 *    sequence aborts it every time;
 *  - the CPU is shut, because a visitor is there: it waits for the visitor's lock, and tries again;
 *  - the thread has no rseq: it makes a visit.
 *
 * A visit is an operation on the copy of any CPU c, by a thread that is not on c or cannot use a
 * sequence (the protocol is modelled in tests/model/visit.pml):
 *
 *	V1  take the visit lock			(one visitor at a time; signals are blocked)
 *	V2  entry[c].window = negative		sequences that load it from now on are sent away
 *	V3  membarrier(RSEQ, c)			a sequence that had loaded it before V2 and is
 *						running on c is aborted; one that was preempted
 *						will be aborted when it runs again. So from here on
 *						nobody commits to c's copies
 *	V4  the operation, plainly
 *	V5  entry[c].window = window, released	sequences see what V4 wrote
 *	V6  drop the visit lock
 *
 * Fallback tier. Every entry stays negative for ever, so that all operations take the slow side,
 * and are done with locked instructions on the copy of the CPU that the thread is on (or was, a
 * moment ago; that is what makes the lock necessary, and sufficient).
 */
#include "thread.h"
#include "copy_op.h"
#include "lock.h"
#include "log.h"
#include "unit.h"

#include <percpu/backend.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the kernel has in an area that it never wrote: not registered. */
#define CPU_ID_UNINITIALIZED (-1)

/*
 * Stands in for the kernel's area where the C library has registered none, so that inlined code
 * has something to store its descriptor in, and a CPU number that sends it to the slow path.
 */
static __thread struct {
	uint32_t cpu_id_start;
	int32_t cpu_id;
	uint64_t rseq_cs;
} no_rseq __attribute__((__aligned__(32), __tls_model__("initial-exec"))) = {
	.cpu_id = CPU_ID_UNINITIALIZED,
};

bool pcpu_thread_sequences;
static const char *backend = "fallback: the library has not been set up";
static pthread_mutex_t visit_lock = PTHREAD_MUTEX_INITIALIZER;
static sigset_t fork_saved;

static bool libc_has_rseq(void)
{
	return __rseq_size > offsetof(struct rseq, rseq_cs);
}

ptrdiff_t pcpu_thread_rseq_offset(void)
{
	if (libc_has_rseq())
		return __rseq_offset;
	return (ptrdiff_t)((uintptr_t)&no_rseq - __pcpu_thread_pointer());
}

static int rseq_cpu_id(void)
{
	const char *tp = (const char *)__pcpu_thread_pointer();

	return *(const volatile int *)(tp + pcpu_thread_rseq_offset() +
				       offsetof(struct rseq, cpu_id));
}

static int membarrier(int cmd, unsigned int flags, int cpu)
{
	return (int)syscall(SYS_membarrier, cmd, flags, cpu);
}

static bool membarrier_rseq_register(void)
{
	const int need = MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |
			 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;
	int have = membarrier(MEMBARRIER_CMD_QUERY, 0, 0);

	return have > 0 && (have & need) == need &&
	       membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0) == 0;
}

/* The tier, as percpu_backend() names it. */
static const char *choose(enum pcpu_backend_choice choice)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	(void)choice;
	return "fallback: the library was built without restartable sequences";
#else
	if (choice == PCPU_BACKEND_FALLBACK)
		return "fallback: asked for by PERCPU_CONF";
	if (!libc_has_rseq())
		return "fallback: the C library has registered no rseq area";
	if (rseq_cpu_id() < 0)
		return "fallback: the kernel has refused rseq";
	if (!membarrier_rseq_register())
		return "fallback: the kernel has no membarrier for rseq";
	return "rseq: the area that the C library has registered";
#endif
}

bool pcpu_thread_init(enum pcpu_backend_choice choice)
{
	backend = choose(choice);
	pcpu_thread_sequences = backend[0] == 'r';
	return pcpu_thread_sequences;
}

PERCPU_API const char *percpu_backend(void)
{
	return backend;
}

bool pcpu_thread_keeps_up(void)
{
	return !pcpu_thread_sequences || rseq_cpu_id() >= 0;
}

unsigned int pcpu_thread_this_cpu(void)
{
	int cpu = rseq_cpu_id();

	if (cpu >= 0)
		return (unsigned int)cpu;
	cpu = sched_getcpu();
	if (cpu < 0)
		pcpu_fatal("the number of the CPU cannot be read: getcpu fails with errno %d",
			   errno);
	return (unsigned int)cpu;
}

PERCPU_API unsigned int __percpu_this_cpu_slow(void)
{
	return pcpu_thread_this_cpu();
}

PERCPU_API uintptr_t __percpu_this_base_slow(void)
{
	return pcpu_unit_open(pcpu_thread_this_cpu());
}

void pcpu_thread_wait_for_visitor(void)
{
	sigset_t saved;

	pcpu_lock_sigsave(&visit_lock, &saved);
	pcpu_unlock_sigrestore(&visit_lock, &saved);
}

#define ALL_CPUS (-1)

static int fence(int cpu)
{
	if (cpu != ALL_CPUS &&
	    membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU, cpu) == 0)
		return 0;
	if (cpu != ALL_CPUS && errno != EINVAL)
		return -errno;
	/* also on a kernel without the flag */
	return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0) ? -errno : 0;
}

/* After this no sequence on @cpu that began before is going to commit. */
static void fence_sequences(int cpu)
{
	int saved = errno, err = fence(cpu);

	/* the registration is the address space's: a child may have one of its own */
	if (err == -EPERM && membarrier_rseq_register())
		err = fence(cpu);
	if (err)
		pcpu_fatal("membarrier for rseq fails with errno %d: updates cannot be kept apart",
			   -err);
	/* the operation may be a signal handler's */
	errno = saved;
}

void pcpu_thread_fence_all(void)
{
	fence_sequences(ALL_CPUS);
}

uint64_t pcpu_thread_visit(const struct pcpu_op *op, uint32_t low)
{
	unsigned int cpu = pcpu_thread_this_cpu();
	uintptr_t base = pcpu_unit_open(cpu);
	uint64_t result;
	sigset_t saved;

	pcpu_lock_sigsave(&visit_lock, &saved);
	pcpu_unit_shut(cpu);
	fence_sequences((int)cpu);
	result = pcpu_op_plain(op, base + low);
	pcpu_unit_unshut(cpu);
	pcpu_unlock_sigrestore(&visit_lock, &saved);
	return result;
}

/* --- operations out of line, for code without sequences --- */

static uint64_t do_locked(const struct pcpu_op *op, uintptr_t ptr)
{
	return pcpu_op_locked(op, __percpu_this_base_slow() + __pcpu_low32(ptr));
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
#define DEFINE_SEQUENCE(n)                                                    \
	static uint64_t sequence_##n(const struct pcpu_op *op, uintptr_t ptr) \
	{                                                                     \
		switch (op->op) {                                             \
		case __PERCPU_OP_READ:                                        \
			return __pcpu_this_read_##n(ptr);                     \
		case __PERCPU_OP_WRITE:                                       \
			__pcpu_this_write_##n(ptr, op->a);                    \
			return 0;                                             \
		case __PERCPU_OP_ADD:                                         \
			__pcpu_this_add_##n(ptr, op->a);                      \
			return 0;                                             \
		case __PERCPU_OP_AND:                                         \
			__pcpu_this_and_##n(ptr, op->a);                      \
			return 0;                                             \
		case __PERCPU_OP_OR:                                          \
			__pcpu_this_or_##n(ptr, op->a);                       \
			return 0;                                             \
		case __PERCPU_OP_ADD_RETURN:                                  \
			return __pcpu_this_add_return_##n(ptr, op->a);        \
		case __PERCPU_OP_XCHG:                                        \
			return __pcpu_this_xchg_##n(ptr, op->a);              \
		default:                                                      \
			return __pcpu_this_cmpxchg_##n(ptr, op->a, op->b);    \
		}                                                             \
	}
DEFINE_SEQUENCE(1)
DEFINE_SEQUENCE(2)
DEFINE_SEQUENCE(4)
DEFINE_SEQUENCE(8)

static uint64_t do_sequence(const struct pcpu_op *op, uintptr_t ptr)
{
	switch (op->size) {
	case 1:
		return sequence_1(op, ptr);
	case 2:
		return sequence_2(op, ptr);
	case 4:
		return sequence_4(op, ptr);
	case 8:
		return sequence_8(op, ptr);
	default:
		return __pcpu_this_cmpxchg_double_8(ptr, op->a, op->a2, op->b, op->b2);
	}
}
#else
#define do_sequence do_locked
#endif

PERCPU_API uint64_t __percpu_op(unsigned int op, unsigned int size, uintptr_t ptr, uint64_t a,
				uint64_t b)
{
	struct pcpu_op what = {.op = op, .size = size, .a = a, .b = b};

	return pcpu_thread_sequences ? do_sequence(&what, ptr) : do_locked(&what, ptr);
}

PERCPU_API bool __percpu_op_double(uintptr_t ptr, uint64_t expect1, uint64_t expect2, uint64_t val1,
				   uint64_t val2)
{
	struct pcpu_op what = {
		.op = __PERCPU_OP_CMPXCHG,
		.size = 16,
		.a = expect1,
		.a2 = expect2,
		.b = val1,
		.b2 = val2,
	};

	return (pcpu_thread_sequences ? do_sequence(&what, ptr) : do_locked(&what, ptr)) != 0;
}

PERCPU_API void __percpu_bad_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
{
	pcpu_fatal(
		"cmpxchg_double of %#lx and %#lx: the second must follow the first, and the first "
		"must be aligned to %zu bytes",
		(unsigned long)ptr1, (unsigned long)ptr2, 2 * size);
}

void pcpu_thread_forget_sequence(void)
{
	char *tp = (char *)__pcpu_thread_pointer();

	*(volatile uint64_t *)(tp + pcpu_thread_rseq_offset() + offsetof(struct rseq, rseq_cs)) = 0;
}

void pcpu_thread_lock_for_fork(void)
{
	sigset_t saved;

	pcpu_lock_sigsave(&visit_lock, &saved);
	fork_saved = saved;
}

void pcpu_thread_unlock_after_fork(void)
{
	sigset_t saved = fork_saved;

	pcpu_unlock_sigrestore(&visit_lock, &saved);
}
