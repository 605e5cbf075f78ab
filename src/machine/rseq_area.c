/* SPDX-License-Identifier: MIT */
/*
 * rseq_area.c - each thread's rseq area.
 *
 * glibc registers an area for each thread, from 2.35 on, and says where it is. Where it does not
 * (GLIBC_TUNABLES=glibc.pthread.rseq=0), and with another C library (musl), the area is our own, in
 * static TLS, and each thread registers it when it comes to need it.
 *
 * An answer of the kernel, whichever, is an answer: it may not know rseq, or may have been told to
 * refuse it, or the thread has an area already that somebody else has registered.
 *
 * The end of a thread. The kernel writes to the area whenever it has preempted the thread, so the
 * area must not go away before the thread does.
 *
 *  - glibc neither frees nor reuses a thread's static TLS before the kernel has reported the
 *    thread's end (its own area is in the same block, and is never unregistered). So nothing has to
 *    be done.
 *  - musl: a detached thread unmaps its TLS itself and then makes the system call that ends it; a
 *    preemption in between would be the end of the process. So the area is unregistered by the
 *    destructor of a pthread key, and the thread does not register again. It can still operate, in
 *    later destructors and signal handlers, as a thread that has no rseq. (To register again in the
 *    rounds of destructors that are left is no good: nobody can tell which round it is in a thread
 *    whose first operation is in a destructor, and behind the last one nobody would unregister.)
 *    For the same reason a thread should not register that is past its destructors: see in_doubt().
 *  - The main thread's TLS stays, whether it ends by pthread_exit() or not.
 *
 * fork(): the kernel registers the child's thread for the area of the same address, as the memory
 * is the same. vfork() and posix_spawn() give the child no rseq, but it has the memory of its
 * parent, and nothing but exec or _exit() to do.
 */
#include "machine/rseq_area.h"
#include "raw_syscall.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>

/*
 * The C library's word on its areas. Where the library is built for a C library that has them, they
 * are called for like any other symbol: for one that is only wanted weakly no archive's member is
 * linked, and lld makes it null in an executable with a fixed address whatever there is. Elsewhere
 * they may turn up at run time, or not.
 */
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 35)
#define LIBC_HAS_AREAS 1
#endif
#endif
#ifdef LIBC_HAS_AREAS
#define LIBC_AREA_SYMBOL
#else
#define LIBC_HAS_AREAS (&__rseq_offset && &__rseq_size)
#define LIBC_AREA_SYMBOL __attribute__((__weak__))
#endif
extern const ptrdiff_t __rseq_offset LIBC_AREA_SYMBOL;
extern const unsigned int __rseq_size LIBC_AREA_SYMBOL;

/* The kernel's least, and the alignment. It has room for all the fields that are known here. */
#define REGISTRATION_SIZE 32
#define FLAG_UNREGISTER 1

/* Of the auxiliary vector: the bytes of an area that the kernel uses. */
#define AUXV_RSEQ_FEATURE_SIZE 27

_Static_assert(sizeof(struct pcpu_rseq) == REGISTRATION_SIZE, "as registered");

/*
 * The kernel's where areas are our own, and else only what operations may look at: each stores its
 * descriptor there, and is then sent away by the CPU number. Initial-exec: at a constant distance
 * from the thread pointer.
 */
static __thread struct pcpu_rseq own_area __attribute__((__tls_model__("initial-exec"))) = {
	.cpu_id = PCPU_RSEQ_UNREGISTERED,
	/* the index that operations use instead, if the process has asked for it: as negative */
	.mm_cid = UINT32_MAX,
};

/* The thread's requests at which in_doubt() has said no. */
static __thread unsigned int doubtful __attribute__((__tls_model__("initial-exec")));
#define MANY_DOUBTFUL 64

static struct {
	bool own;         /* areas are the library's: a thread registers its own */
	ptrdiff_t offset; /* from the thread pointer to the C library's; 0: not used */
} areas;

static bool libc_has_registered(void)
{
	/* the size is 0 where the registration was refused */
	return LIBC_HAS_AREAS && __rseq_size > offsetof(struct pcpu_rseq, rseq_cs);
}

static int cpu_id(void)
{
	const char *tp = __builtin_thread_pointer();

	return *(const volatile int *)(tp + pcpu_rseq_offset() +
				       offsetof(struct pcpu_rseq, cpu_id));
}

static int rseq_call(struct pcpu_rseq *area, int flags)
{
	return (int)pcpu_raw_syscall(SYS_rseq, (long)area, REGISTRATION_SIZE, flags,
				     (long)PCPU_RSEQ_SIGNATURE);
}

int pcpu_rseq_register(struct pcpu_rseq *area)
{
	return rseq_call(area, 0);
}

int pcpu_rseq_unregister(struct pcpu_rseq *area)
{
	return rseq_call(area, FLAG_UNREGISTER);
}

/*
 * Leaves the thread's area with numbers that send operations away: the kernel leaves 0 in mm_cid,
 * which an operation in a handler would take for its index. SIGSYS stays as it is, because where
 * the call is forbidden by that signal, to have it blocked is death.
 */
static void unregister_own(void)
{
	const uint64_t block = ~(UINT64_C(1) << (SIGSYS - 1));
	uint64_t saved;

	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&block, (long)&saved, sizeof(saved));
	pcpu_rseq_unregister(&own_area);
	*(volatile uint32_t *)&own_area.mm_cid = UINT32_MAX;
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&saved, 0, sizeof(saved));
}

/* --- the end of a thread --- */

#ifdef __GLIBC__
static int prepare_for_ends(void)
{
	return 0;
}

static bool arrange_end(void)
{
	return true;
}

static bool may_be_ending(void)
{
	return false;
}
#else
static pthread_key_t end_key;

/* Set for good before the area is unregistered: a signal handler may operate in between. */
static __thread volatile bool ended __attribute__((__tls_model__("initial-exec")));

static void end_thread(void *unused)
{
	volatile int32_t *cpu = &own_area.cpu_id;

	(void)unused;
	ended = true;
	if (*cpu >= 0)
		unregister_own();
	*cpu = PCPU_RSEQ_REFUSED;
}

static int prepare_for_ends(void)
{
	return pthread_key_create(&end_key, end_thread);
}

/* Sees to it that a registration will be undone. In musl this is a store to the thread's record. */
static bool arrange_end(void)
{
	return !ended && pthread_setspecific(end_key, &own_area) == 0;
}

/* pthread_exit() disables cancellation first: a thread that can be cancelled is not ending. */
static bool may_be_ending(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_setcancelstate(state, NULL);
	return state != PTHREAD_CANCEL_ENABLE;
}
#endif

/* --- registration --- */

/* A signal handler has at least its own signal masked. */
static bool may_be_in_handler(void)
{
	uint64_t blocked = 0;
	/* where the call is refused, nobody knows */
	long err =
		pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&blocked, sizeof(blocked));

	return err || blocked != 0;
}

/*
 * Whether this is no moment to register: the thread may be past its destructors, or it may have
 * been interrupted in an operation between the store of the descriptor and the load of the CPU
 * number. There, registered in the meantime, it would go on with a valid number and without a
 * descriptor.
 *
 * But either may also be how the thread always is, with signals masked or not to be cancelled. So
 * it is taken for that when it has asked many times: no handler, and no last destructor, of a
 * thread that never operated before is likely to do so much.
 */
static bool in_doubt(void)
{
	return (may_be_in_handler() || may_be_ending()) && ++doubtful < MANY_DOUBTFUL;
}

/*
 * EBUSY says that this very area is registered: by a signal handler just now; or before the C
 * library has given the thread a fresh TLS (musl does so for each call of a timer's function).
 */
static int register_own(void)
{
	int err;

	*(volatile uint64_t *)&own_area.rseq_cs = 0;
	err = pcpu_rseq_register(&own_area);
	if (err == -EBUSY && cpu_id() < 0) {
		unregister_own();
		err = pcpu_rseq_register(&own_area);
	}
	return err == -EBUSY ? 0 : err;
}

static bool try_register_own(void)
{
	int32_t unregistered = PCPU_RSEQ_UNREGISTERED;

	if (!arrange_end() || in_doubt())
		return false;
	if (register_own() == 0)
		return true;
	/* unless a signal handler has had better luck */
	__atomic_compare_exchange_n(&own_area.cpu_id, &unregistered, PCPU_RSEQ_REFUSED, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return cpu_id() >= 0;
}

bool pcpu_rseq_register_thread(void)
{
	int cpu = cpu_id();

	if (cpu >= 0 || !areas.own || cpu == PCPU_RSEQ_REFUSED)
		return cpu >= 0;
	return try_register_own();
}

const char *pcpu_rseq_init(bool try_own)
{
	static char reason[128];
	int err;

	if (libc_has_registered()) {
		areas.offset = __rseq_offset;
		return cpu_id() >= 0 ? NULL : "the C library's rseq area is not in use";
	}
	if (!try_own)
		return "the C library has registered no rseq area";
	err = -prepare_for_ends();
	if (!err)
		err = arrange_end() ? register_own() : -ENOMEM;
	areas.own = err == 0;
	if (areas.own)
		return NULL;
	snprintf(reason, sizeof(reason),
		 "the C library has registered no rseq area and the kernel refuses one (errno %d)",
		 -err);
	return reason;
}

const char *pcpu_rseq_origin(void)
{
	return areas.own ? "an area of the library's own, which each thread registers"
			 : "the area that the C library has registered";
}

ptrdiff_t pcpu_rseq_offset(void)
{
	ptrdiff_t own = (char *)&own_area - (char *)__builtin_thread_pointer();

	/* In a register of its own: gcc 16 would make the choice below a conditional move from the
	 * word that the linker fills in, which linkers do not know how to relax. */
	__asm__("" : "+r"(own));
	return areas.offset ? areas.offset : own;
}

/* No registration is shorter than the kernel's least, whatever part of it the C library speaks of.
 */
bool pcpu_rseq_has_mm_cid(void)
{
	return getauxval(AUXV_RSEQ_FEATURE_SIZE) >=
	       offsetof(struct pcpu_rseq, mm_cid) + sizeof(uint32_t);
}
