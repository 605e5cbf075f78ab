/* SPDX-License-Identifier: MIT */
/* watch.c - see watch.h. */
#include "hotplug/watch/watch.h"
#include "ground/fault.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/system/futex.h"
#include "hotplug/watch/allowed.h"
#include "hotplug/watch/wakers.h"

#include <percpu/cpumask.h>
#include <percpu/watch.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define ALL_FLAGS ((unsigned int)(PERCPU_WATCH_ACTIVE | PERCPU_WATCH_QUIET))
/* So many messages are told before somebody may stop it. */
#define MESSAGES_A_ROUND 256

/* What a thread works with. It is the thread's, but for what is said. */
struct watcher {
	uint32_t generation;
	struct pcpu_wakers
		wakers; /* changed under the lock; others read it, and add to the calls */
	struct pcpu_machine_cpus cpus;
	unsigned int told; /* of cpus.told, at the beginning of the round */
	bool deaf;         /* no messages come any more */
	bool in_use;       /* by a thread that has forked: never freed */
	bool allowed_known;
	unsigned long allowed[PCPU_CPU_WORDS], allowed_now[PCPU_CPU_WORDS];
};

static struct {
	struct pcpu_mutex lock; /* of what follows */
	struct watcher *now;    /* NULL: nobody runs */
	struct watcher *last;   /* what the one before knew; NULL: there was none */
	pthread_t thread;
	const struct pcpu_watch_sink *sink; /* NULL: nobody has ever listened */
	unsigned int flags;
	bool asked, stopped; /* by the public calls */
	uint32_t looks_wanted;

	/* read without the lock, as futexes */
	uint32_t generation; /* of the thread: over when it ends */
	uint32_t looks_done;
} watch = {.lock = PCPU_MUTEX_INITIALIZER(PCPU_RANK_WATCH)};

/* What a round does, taken down at its beginning. */
struct round {
	unsigned int flags;
	uint32_t looks;
};

/*
 * --- the lock: with signals and cancellation put off, since whoever comes later waits for it ---
 */

struct saved {
	sigset_t signals;
	int cancel;
};

static void lock(struct saved *saved)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved->cancel);
	pcpu_lock_sigsave(&watch.lock, &saved->signals);
}

static void unlock(const struct saved *saved)
{
	pcpu_unlock_sigrestore(&watch.lock, &saved->signals);
	pthread_setcancelstate(saved->cancel, NULL);
}

static bool is_wanted(void)
{
	pcpu_assert_held(&watch.lock);
	return !watch.stopped && (watch.asked || (watch.sink && watch.sink->is_heard()));
}

/* --- the thread --- */

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void set_and_wake(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	pcpu_futex_wake(word, false);
}

static void free_watcher(struct watcher *watcher)
{
	if (watcher && !watcher->in_use)
		pcpu_mem_free(watcher, sizeof(*watcher));
}

/* E1, E2. It is kept for what it knows. */
static void end(struct watcher *watcher)
{
	pcpu_assert_held(&watch.lock);
	pcpu_wakers_close(&watcher->wakers);
	watch.now = NULL;
	watch.last = watcher;
	set_and_wake(&watch.generation, watch.generation + 1);
}

/* R1, R2. False: the thread ends. */
static bool begin_round(struct watcher *watcher, struct round *round)
{
	struct saved saved;
	bool goes_on;

	lock(&saved);
	goes_on = watch.generation == watcher->generation;
	if (goes_on && !is_wanted()) {
		goes_on = false;
		end(watcher);
	}
	*round = (struct round){.flags = watch.flags, .looks = watch.looks_wanted};
	if (goes_on) {
		watcher->wakers.flags = watch.flags;
		if (watcher->deaf)
			watcher->wakers.hearing = PCPU_DEAF;
		pcpu_wakers_arrange(&watcher->wakers, watcher->cpus.told != watcher->told);
		watcher->told = watcher->cpus.told;
	}
	unlock(&saved);
	return goes_on;
}

/* Somebody has closed what wakes it, and may have opened something else at its number. */
static void end_for_want_of_wakers(struct watcher *watcher)
{
	struct saved saved;

	lock(&saved);
	if (watch.generation == watcher->generation) {
		watcher->wakers = (struct pcpu_wakers)PCPU_NO_WAKERS;
		end(watcher);
	}
	unlock(&saved);
	pcpu_log(PERCPU_LOG_WARNING, "the machine's CPUs are watched no longer: the watcher's file "
				     "descriptors have been closed");
}

/* True: there may be more. */
static bool hear_messages(struct watcher *watcher)
{
	struct pcpu_uevent event;
	int result = 0;

	if (watcher->wakers.uevents < 0)
		return false;
	for (int i = 0; i < MESSAGES_A_ROUND; i++) {
		result = pcpu_uevents_next(watcher->wakers.uevents, &event);
		if (result == 0)
			return false;
		if (result > 0)
			pcpu_machine_cpus_hear(&watcher->cpus, &event);
		else if (result != -EAGAIN)
			break;
	}
	watcher->deaf = result < 0 && result != -EAGAIN;
	return true;
}

/* What the threads may use; where nobody asks for that, all. A CPU that came is active at first. */
static void look_at_allowed(struct watcher *watcher, bool wanted)
{
	const size_t size = sizeof(watcher->allowed);

	memset(watcher->allowed_now, 0xff, size);
	if (!wanted && !watcher->allowed_known)
		return;
	if (wanted && !pcpu_allowed_read(pcpu_watch_places.proc, watcher->allowed_now, size))
		return;
	if (watcher->allowed_known && watcher->cpus.told == watcher->told &&
	    memcmp(watcher->allowed_now, watcher->allowed, size) == 0)
		return;
	memcpy(watcher->allowed, watcher->allowed_now, size);
	watcher->allowed_known = wanted;
	if (!watcher->cpus.over)
		watcher->cpus.sink->allowed(watcher->allowed);
}

/* R3. False: there is more to hear before anybody sleeps. */
static bool do_round(struct watcher *watcher, const struct round *round)
{
	const bool more = hear_messages(watcher);

	pcpu_machine_cpus_look(&watcher->cpus, pcpu_watch_places.cpus);
	look_at_allowed(watcher, round->flags & PERCPU_WATCH_ACTIVE);
	if (!watcher->cpus.over)
		set_and_wake(&watch.looks_done, round->looks);
	return !more;
}

static void *watch_machine(void *arg)
{
	struct watcher *watcher = arg;
	struct round round;

	prctl(PR_SET_NAME, "percpu-watch", 0, 0, 0);
	while (begin_round(watcher, &round)) {
		if (!do_round(watcher, &round) || pcpu_wakers_sleep(&watcher->wakers))
			continue;
		end_for_want_of_wakers(watcher);
		break;
	}
	return NULL;
}

/* --- starting it --- */

/* With the signals that the caller has masked, for good. */
static int make_thread(struct watcher *watcher)
{
	pthread_attr_t attr;
	int err = pcpu_fault(PCPU_FAULT_THREAD) ? EAGAIN : pthread_attr_init(&attr);

	pcpu_assert(pcpu_signals_are_masked());
	if (err)
		return -err;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, PERCPU_WATCH_STACK);
	err = pthread_create(&watch.thread, &attr, watch_machine, watcher);
	pthread_attr_destroy(&attr);
	return -err;
}

/* Goes on where the last one has ended. */
static struct watcher *make_watcher(void)
{
	struct watcher *watcher = pcpu_mem_zalloc(sizeof(*watcher));

	if (!watcher)
		return NULL;
	watcher->generation = watch.generation;
	watcher->cpus.sink = watch.sink;
	watcher->wakers = (struct pcpu_wakers)PCPU_NO_WAKERS;
	if (watch.last)
		pcpu_machine_cpus_go_on(&watcher->cpus, &watch.last->cpus);
	return watcher;
}

static int start(void)
{
	struct watcher *last = watch.last, *watcher = make_watcher();
	int err;

	pcpu_assert_held(&watch.lock);
	if (!watcher)
		return -ENOMEM;
	watch.now = watcher;
	err = pcpu_wakers_open(&watcher->wakers);
	if (!err)
		err = make_thread(watcher);
	if (err) {
		end(watcher);
		watch.last = last;
		last = watcher;
	}
	free_watcher(last);
	return err;
}

/* S1, S2 */
static int start_if_wanted(const struct pcpu_watch_sink *sink)
{
	pcpu_assert_held(&watch.lock);
	watch.sink = sink;
	if (!is_wanted())
		return 0;
	if (watch.now) {
		pcpu_wakers_wake(&watch.now->wakers);
		return 0;
	}
	return start();
}

int pcpu_watch_listen(const struct pcpu_watch_sink *sink)
{
	struct saved saved;
	int err;

	lock(&saved);
	err = start_if_wanted(sink);
	unlock(&saved);
	if (err)
		pcpu_log(PERCPU_LOG_WARNING, "the machine's CPUs are not watched: errno %d", -err);
	return err;
}

void pcpu_watch_leave(void)
{
	struct saved saved;

	lock(&saved);
	if (watch.now && !is_wanted())
		pcpu_wakers_wake(&watch.now->wakers);
	unlock(&saved);
}

int pcpu_watch_ask(const struct pcpu_watch_sink *sink, unsigned int flags)
{
	struct saved saved;
	bool asked;
	int err;

	if (flags & ~ALL_FLAGS)
		return -EINVAL;
	lock(&saved);
	asked = watch.asked;
	watch.asked = true;
	watch.stopped = false;
	err = start_if_wanted(sink);
	if (err)
		watch.asked = asked;
	else
		watch.flags = flags;
	unlock(&saved);
	return err;
}

/* --- waiting for it --- */

static bool is_me(void)
{
	return watch.now && pthread_equal(watch.thread, pthread_self());
}

/* T1 */
void pcpu_watch_stop(bool wait)
{
	struct saved saved;
	uint32_t generation;

	lock(&saved);
	watch.asked = false;
	watch.stopped = true;
	generation = watch.generation;
	wait &= watch.now && !is_me();
	if (watch.now)
		pcpu_wakers_wake(&watch.now->wakers);
	unlock(&saved);
	while (wait && load(&watch.generation) == generation)
		pcpu_futex_wait(&watch.generation, generation, false);
}

/* L1 */
int pcpu_watch_look(void)
{
	struct saved saved;
	uint32_t generation, look, done;
	int err = 0;

	lock(&saved);
	if (is_me())
		err = -EDEADLK;
	else if (!watch.now || !is_wanted())
		err = -ESRCH;
	generation = watch.generation;
	look = err ? watch.looks_wanted : ++watch.looks_wanted;
	if (!err)
		pcpu_wakers_wake(&watch.now->wakers);
	unlock(&saved);
	if (err)
		return err;
	while ((int32_t)((done = load(&watch.looks_done)) - look) < 0) {
		if (load(&watch.generation) != generation)
			return -ESRCH;
		pcpu_futex_wait(&watch.looks_done, done, false);
	}
	return 0;
}

unsigned int pcpu_watch_wakers(void)
{
	struct saved saved;
	unsigned int which;

	lock(&saved);
	which = watch.now && is_wanted() ? pcpu_wakers_which(&watch.now->wakers) : 0;
	unlock(&saved);
	return which;
}

/*
 * Whoever had the lock is not there. If the calling thread is the watcher, in a callback, it tells
 * nothing more, and ends when it comes to R1.
 */
void pcpu_watch_after_fork(void)
{
	struct watcher *watcher = watch.now;

	pcpu_mutex_renew(&watch.lock);
	if (!watcher)
		return;
	/* nobody else is there to have it; and the caller has locks that stand behind it */
	pcpu_mutex_trylock(&watch.lock);
	watcher->cpus.over = true;
	watcher->in_use = is_me();
	end(watcher);
	pcpu_mutex_unlock(&watch.lock);
}
