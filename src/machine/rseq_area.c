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
 * Musl begins the TLS of the thread that calls a timer's function (SIGEV_THREAD) anew for each
 * call, and so writes over an area that is registered. From 7.0 on kernels end who does that,
 * unless the area was registered with the least size; so that thread's is. It is known by the
 * signal of musl's own that it waits for, and has blocked.
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

#define FLAG_UNREGISTER 1

/* Of the auxiliary vector: the bytes of an area that the kernel uses, and the alignment. */
#define AUXV_RSEQ_FEATURE_SIZE 27
#define AUXV_RSEQ_ALIGN 28

/* Twice what kernels of 7.3 use. One that wants more gets the least, which it has to take. */
#define ROOM 64

/*
 * The kernel's where areas are our own, and else only what operations may look at: each stores its
 * descriptor there, and is then sent away by the CPU number. Initial-exec: at a constant distance
 * from the thread pointer.
 */
static __thread union {
	struct pcpu_rseq area;
	char room[ROOM];
} own __attribute__((__tls_model__("initial-exec"), __aligned__(ROOM))) = {
	.area =
		{
			.cpu_id = PCPU_RSEQ_UNREGISTERED,
			/* the index that operations use instead, if asked for: as negative */
			.mm_cid = UINT32_MAX,
		},
};

/* The thread's requests at which in_doubt() has said no. */
static __thread unsigned int doubtful __attribute__((__tls_model__("initial-exec")));
#define MANY_DOUBTFUL 64

static struct {
	bool own;          /* areas are the library's: a thread registers its own */
	ptrdiff_t offset;  /* from the thread pointer to the C library's; 0: not used */
	unsigned int size; /* as they are registered */
} areas = {.size = PCPU_RSEQ_LEAST};

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

static unsigned int at_least_the_least(unsigned long size)
{
	return size > PCPU_RSEQ_LEAST ? (unsigned int)size : PCPU_RSEQ_LEAST;
}

/* What the kernel would like, if there is room for it. */
static unsigned int size_for_the_kernel(void)
{
	unsigned long size = getauxval(AUXV_RSEQ_FEATURE_SIZE);

	if (size > ROOM || getauxval(AUXV_RSEQ_ALIGN) > ROOM)
		return PCPU_RSEQ_LEAST;
	return at_least_the_least(size);
}

static int rseq_call(struct pcpu_rseq *area, unsigned int size, int flags)
{
	return (int)pcpu_raw_syscall(SYS_rseq, (long)area, (long)size, flags,
				     (long)PCPU_RSEQ_SIGNATURE);
}

int pcpu_rseq_register(struct pcpu_rseq *area, unsigned int size)
{
	return rseq_call(area, size, 0);
}

int pcpu_rseq_unregister(struct pcpu_rseq *area, unsigned int size)
{
	return rseq_call(area, size, FLAG_UNREGISTER);
}

unsigned int pcpu_rseq_size(void)
{
	return areas.size;
}

/* The kernel wants to hear the size again; the thread does not know which of the two it was. */
static bool unregister_any_size(void)
{
	return pcpu_rseq_unregister(&own.area, areas.size) == 0 ||
	       (areas.size != PCPU_RSEQ_LEAST &&
		pcpu_rseq_unregister(&own.area, PCPU_RSEQ_LEAST) == 0);
}

/*
 * Leaves the thread's area with numbers that send operations away: the kernel leaves 0 in mm_cid,
 * which an operation in a handler would take for its index. SIGSYS stays as it is, because where
 * the call is forbidden by that signal, to have it blocked is death. An area that is the kernel's
 * still is not touched.
 */
static bool unregister_own(void)
{
	const uint64_t block = ~(UINT64_C(1) << (SIGSYS - 1));
	uint64_t saved;
	bool done;

	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&block, (long)&saved, sizeof(saved));
	done = unregister_any_size();
	if (done)
		*(volatile uint32_t *)&own.area.mm_cid = UINT32_MAX;
	pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&saved, 0, sizeof(saved));
	return done;
}

/* All of them, where the call is refused and nobody knows. */
static uint64_t blocked_signals(void)
{
	uint64_t blocked = 0;

	if (pcpu_raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&blocked, sizeof(blocked)) !=
	    0)
		return ~UINT64_C(0);
	return blocked;
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

static unsigned int size_for_this_thread(void)
{
	return areas.size;
}
#else
static pthread_key_t end_key;

/* Set for good before the area is unregistered: a signal handler may operate in between. */
static __thread volatile bool ended __attribute__((__tls_model__("initial-exec")));

static void end_thread(void *unused)
{
	volatile int32_t *cpu = &own.area.cpu_id;

	(void)unused;
	ended = true;
	if (*cpu < 0 || unregister_own())
		*cpu = PCPU_RSEQ_REFUSED;
}

static int prepare_for_ends(void)
{
	return pthread_key_create(&end_key, end_thread);
}

/* Sees to it that a registration will be undone. In musl this is a store to the thread's record. */
static bool arrange_end(void)
{
	return !ended && pthread_setspecific(end_key, &own) == 0;
}

/* pthread_exit() disables cancellation first: a thread that can be cancelled is not ending. */
static bool may_be_ending(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_setcancelstate(state, NULL);
	return state != PTHREAD_CANCEL_ENABLE;
}

/* Musl's, for timers. */
#define TIMER_SIGNAL 32

/* See the head: who calls timers' functions writes over what is registered. */
static unsigned int size_for_this_thread(void)
{
	return blocked_signals() >> (TIMER_SIGNAL - 1) & 1 ? PCPU_RSEQ_LEAST : areas.size;
}
#endif

/* --- registration --- */

/* A signal handler has at least its own signal masked. */
static bool may_be_in_handler(void)
{
	return blocked_signals() != 0;
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

/* The size, or else the least: by EINVAL a kernel refuses either, or says that it has the other. */
static int register_any_size(unsigned int size)
{
	int err = pcpu_rseq_register(&own.area, size);

	return err == -EINVAL && size != PCPU_RSEQ_LEAST
		       ? pcpu_rseq_register(&own.area, PCPU_RSEQ_LEAST)
		       : err;
}

/*
 * EBUSY says that this very area is registered: by a signal handler just now; or before the C
 * library has given the thread a fresh TLS (musl does so for each call of a timer's function).
 */
static int register_own(unsigned int size)
{
	int err;

	*(volatile uint64_t *)&own.area.rseq_cs = 0;
	err = register_any_size(size);
	if (err == -EBUSY && cpu_id() < 0) {
		unregister_own();
		err = register_any_size(size);
	}
	return err == -EBUSY ? 0 : err;
}

static bool try_register_own(void)
{
	int32_t unregistered = PCPU_RSEQ_UNREGISTERED;

	if (!arrange_end() || in_doubt())
		return false;
	if (register_own(size_for_this_thread()) == 0)
		return true;
	/* unless a signal handler has had better luck */
	__atomic_compare_exchange_n(&own.area.cpu_id, &unregistered, PCPU_RSEQ_REFUSED, false,
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

static bool is_registered_with(unsigned int size)
{
	return pcpu_rseq_register(&own.area, size) == -EBUSY;
}

/* The calling thread's area, and with it the size of all. 0, or a negative errno. */
static int register_first(void)
{
	int err = -prepare_for_ends();

	if (!err)
		err = arrange_end() ? register_own(size_for_the_kernel()) : -ENOMEM;
	if (!err && is_registered_with(size_for_the_kernel()))
		areas.size = size_for_the_kernel();
	return err;
}

const char *pcpu_rseq_init(bool try_own)
{
	static char reason[128];
	int err;

	if (libc_has_registered()) {
		areas.offset = __rseq_offset;
		areas.size = at_least_the_least(__rseq_size);
		return cpu_id() >= 0 ? NULL : "the C library's rseq area is not in use";
	}
	if (!try_own)
		return "the C library has registered no rseq area";
	err = register_first();
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
	static char origin[128];

	snprintf(origin, sizeof(origin),
		 areas.own ? "an area of the library's own of %u bytes, which each thread registers"
			   : "the area of %u bytes that the C library has registered",
		 areas.size);
	return origin;
}

ptrdiff_t pcpu_rseq_offset(void)
{
	ptrdiff_t offset = (char *)&own - (char *)__builtin_thread_pointer();

	/*
	 * In a register of its own: gcc 15 and 16 would make the choice below a conditional move
	 * from the word that the linker fills in, which linkers do not know how to relax.
	 */
	__asm__("" : "+r"(offset));
	return areas.offset ? areas.offset : offset;
}

/* No registration is shorter than the kernel's least, whatever part of it the C library speaks of.
 */
bool pcpu_rseq_has_mm_cid(void)
{
	return getauxval(AUXV_RSEQ_FEATURE_SIZE) >=
	       offsetof(struct pcpu_rseq, mm_cid) + sizeof(uint32_t);
}

/* In flags, for threads to read: there is such a thing, and areas of this size may have it. */
#define FLAG_SLICE_EXTENSION_AVAILABLE (1u << 4)

bool pcpu_rseq_offers_slices(void)
{
	char *tp = __builtin_thread_pointer();
	struct pcpu_rseq *area = (struct pcpu_rseq *)(tp + pcpu_rseq_offset());
	uint32_t flags = *(volatile uint32_t *)&area->flags;

	return cpu_id() >= 0 && (flags & FLAG_SLICE_EXTENSION_AVAILABLE);
}
