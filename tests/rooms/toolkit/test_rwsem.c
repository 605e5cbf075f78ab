/* SPDX-License-Identifier: MIT */
/*
 * test_rwsem.c - percpu_rw_semaphore: who gets in, who waits for whom, and what becomes of that in
 * sections, handlers of signals and children.
 */
#include "support/asleep.h"
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/storm.h"
#include "support/threads.h"

#include "memory/unit.h"
#include "toolkit/split_count.h"

#include <percpu/percpu.h>
#include <percpu/rwsem.h>

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static DEFINE_PER_CPU(int, some_variable);
DEFINE_STATIC_PERCPU_RWSEM(sem);
extern struct percpu_rw_semaphore public_sem;
DEFINE_PERCPU_RWSEM(public_sem);

static int64_t in_word(void)
{
	return sem.readers.count;
}

/* --- who has it --- */

static void use_alone(struct percpu_rw_semaphore *of)
{
	for (int i = 0; i < 3; i++) {
		child_expect(!percpu_is_read_locked(of) && !percpu_is_write_locked(of));
		child_expect(!percpu_rwsem_is_held(of));
		percpu_down_read(of);
		child_expect(percpu_down_read_trylock(of));
		child_expect(percpu_is_read_locked(of) && !percpu_is_write_locked(of));
		percpu_up_read(of);
		child_expect(percpu_is_read_locked(of) && percpu_rwsem_is_held(of));
		percpu_up_read(of);
		percpu_down_write(of);
		child_expect(percpu_is_write_locked(of) && !percpu_is_read_locked(of));
		child_expect(percpu_rwsem_is_held(of) && !percpu_down_read_trylock(of));
		percpu_up_write(of);
	}
}

static void readers_are_together_and_a_writer_is_alone(void *arg)
{
	struct percpu_rw_semaphore dynamic;

	(void)arg;
	use_alone(&sem);
	use_alone(&public_sem);
	child_expect(percpu_init_rwsem(&dynamic) == 0);
	use_alone(&dynamic);
	percpu_free_rwsem(&dynamic);
	percpu_free_rwsem(&dynamic);
	memset(&dynamic, 0, sizeof(dynamic));
	percpu_free_rwsem(&dynamic);
}

/* Whether the word stayed as it was: if this thread was not preempted in a sequence. */
static bool reads_beside_the_word(void)
{
	const int64_t word = in_word();

	percpu_down_read(&sem);
	child_expect(percpu_down_read_trylock(&sem) && percpu_is_read_locked(&sem));
	percpu_up_read(&sem);
	percpu_up_read(&sem);
	return in_word() == word;
}

static void readers_share_no_word(void *arg)
{
	struct patience patience = be_patient();

	(void)arg;
	while (!reads_beside_the_word())
		child_expect(!is_out_of_patience(&patience));
	/* nor after a writer */
	percpu_down_write(&sem);
	percpu_up_write(&sem);
	while (!reads_beside_the_word())
		child_expect(!is_out_of_patience(&patience));
}

static void assertion_says_where_once(void *arg)
{
	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	for (int i = 0; i < 3; i++)
		percpu_rwsem_assert_held(&sem);
	child_expect(nr_records == 1 && record_says(0, "test_rwsem.c:"));
	percpu_down_read(&sem);
	percpu_rwsem_assert_held(&sem);
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	percpu_rwsem_assert_held(&sem);
	percpu_up_write(&sem);
	child_expect(nr_records == 1);
}

static void without_memory_there_is_none(void *arg)
{
	static void __percpu *fill[20000];
	struct percpu_rw_semaphore dynamic;
	unsigned int nr = 0;

	(void)arg;
	percpu_set_log_handler(NULL, PERCPU_LOG_EMERG);
	this_cpu_inc(some_variable);
	faults_fail_all(PCPU_FAULT_COMMIT);
	while (nr < ARRAY_SIZE(fill) &&
	       (fill[nr] = __alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN)) != NULL)
		nr++;
	child_expect(nr < ARRAY_SIZE(fill));
	memset(&dynamic, 0xff, sizeof(dynamic));
	child_expect(percpu_init_rwsem(&dynamic) == -ENOMEM);
	percpu_free_rwsem(&dynamic);
	faults_end();
	child_expect(percpu_init_rwsem(&dynamic) == 0);
	use_alone(&dynamic);
}

static void reader_may_leave_from_another_cpu(void *arg)
{
	(void)arg;
	if (lacks_cpus())
		return;
	for (int i = 0; i < 3; i++) {
		go_to(cpus[0]);
		percpu_down_read(&sem);
		go_to(cpus[1]);
		percpu_up_read(&sem);
		child_expect(!percpu_rwsem_is_held(&sem));
		percpu_down_write(&sem);
		percpu_up_write(&sem);
	}
}

/* --- threads that wait for each other --- */

static pid_t tids[4];

struct actor {
	void (*lock)(struct percpu_rw_semaphore *sem);
	void (*unlock)(struct percpu_rw_semaphore *sem);
	pid_t *tid;
	bool inside, leave;
};

static void *act(void *arg)
{
	struct actor *actor = arg;

	__atomic_store_n(actor->tid, gettid(), __ATOMIC_SEQ_CST);
	actor->lock(&sem);
	__atomic_store_n(&actor->inside, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&actor->leave, __ATOMIC_SEQ_CST))
		usleep(100);
	actor->unlock(&sem);
	return NULL;
}

static void down_read(struct percpu_rw_semaphore *of)
{
	percpu_down_read(of);
}

static void up_read(struct percpu_rw_semaphore *of)
{
	percpu_up_read(of);
}

static struct actor reader_of(int i)
{
	return (struct actor){.lock = down_read, .unlock = up_read, .tid = &tids[i]};
}

static struct actor writer_of(int i)
{
	return (struct actor){
		.lock = percpu_down_write, .unlock = percpu_up_write, .tid = &tids[i]};
}

static bool is_inside(struct actor *actor)
{
	return __atomic_load_n(&actor->inside, __ATOMIC_SEQ_CST);
}

static void await_inside(struct actor *actor)
{
	struct patience patience = be_patient();

	while (!is_inside(actor)) {
		child_expect(!is_out_of_patience(&patience));
		usleep(100);
	}
}

/* It waits, and nothing will come of that until somebody else does something. */
static void await_wait(struct actor *actor)
{
	await_tid(actor->tid);
	child_expect(await_sleep_of(*actor->tid) && !is_inside(actor));
}

static void leave(struct actor *actor, pthread_t thread)
{
	__atomic_store_n(&actor->leave, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
}

/* The reader that comes after the writer does not get in before it, whatever the others do. */
static void writer_who_waits_keeps_new_readers_out(void *arg)
{
	struct actor writer = writer_of(0), reader = reader_of(1);
	pthread_t writing, reading;

	(void)arg;
	percpu_down_read(&sem);
	percpu_down_read(&sem);
	writing = start(act, &writer);
	await_wait(&writer);
	child_expect(percpu_is_write_locked(&sem) && !percpu_down_read_trylock(&sem));
	reading = start(act, &reader);
	await_wait(&reader);
	percpu_up_read(&sem);
	child_expect(!percpu_down_read_trylock(&sem));
	await_wait(&writer);
	percpu_up_read(&sem);
	await_inside(&writer);
	await_wait(&reader);
	leave(&writer, writing);
	await_inside(&reader);
	child_expect(percpu_is_read_locked(&sem));
	leave(&reader, reading);
	child_expect(!percpu_rwsem_is_held(&sem));
}

/* Two writers one after the other do not keep a reader waiting for both. */
static void readers_who_waited_come_before_the_next_writer(void *arg)
{
	struct actor first = reader_of(0), second = reader_of(1), writer = writer_of(2);
	pthread_t reading, reading_too, writing;

	(void)arg;
	percpu_down_write(&sem);
	writing = start(act, &writer);
	await_wait(&writer);
	reading = start(act, &first);
	reading_too = start(act, &second);
	await_wait(&first);
	await_wait(&second);
	percpu_up_write(&sem);
	await_inside(&first);
	await_inside(&second);
	await_wait(&writer);
	leave(&first, reading);
	await_wait(&writer);
	leave(&second, reading_too);
	await_inside(&writer);
	leave(&writer, writing);
	child_expect(!percpu_rwsem_is_held(&sem));
}

static void writers_take_turns(void *arg)
{
	struct actor first = writer_of(0), second = writer_of(1);
	pthread_t writing, writing_too;

	(void)arg;
	percpu_down_write(&sem);
	writing = start(act, &first);
	writing_too = start(act, &second);
	await_wait(&first);
	await_wait(&second);
	percpu_up_write(&sem);
	while (!is_inside(&first) && !is_inside(&second))
		usleep(100);
	if (is_inside(&first)) {
		await_wait(&second);
		leave(&first, writing);
		await_inside(&second);
		leave(&second, writing_too);
	} else {
		await_wait(&first);
		leave(&second, writing_too);
		await_inside(&first);
		leave(&first, writing);
	}
}

/* --- mistakes, and sections --- */

static void read_in_a_section(void *arg)
{
	(void)arg;
	get_cpu();
	child_expect(percpu_down_read_trylock(&sem) && percpu_is_read_locked(&sem));
	percpu_up_read(&sem);
	put_cpu();
	percpu_down_read(&sem);
	get_cpu();
	percpu_up_read(&sem);
	put_cpu();
	percpu_down_write(&sem);
	get_cpu();
	child_expect(!percpu_down_read_trylock(&sem));
	percpu_up_write(&sem);
	child_expect(!percpu_rwsem_is_held(&sem));
	percpu_down_read(&sem);
}

static void write_in_a_section(void *arg)
{
	(void)arg;
	get_cpu();
	percpu_down_write(&sem);
}

static void unlock_without_lock(void *arg)
{
	(void)arg;
	percpu_up_write(&sem);
}

static void mistakes_are_fatal(void **state)
{
	struct child_end end = child_run(read_in_a_section, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "percpu_down_read() inside of a section"));
	end = child_run(write_in_a_section, NULL);
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "percpu_down_write() inside of a section"));
	end = child_run(unlock_without_lock, NULL);
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "percpu_up_write() of a lock that no writer has"));
}

static void *read_there(void *arg)
{
	go_to(*(unsigned int *)arg);
	percpu_down_read(&sem);
	return NULL;
}

static void cpu_without_memory_counts_in_the_word(void *arg)
{
	int64_t word;

	(void)arg;
	if (lacks_cpus())
		return;
	go_to(cpus[0]);
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	if (pcpu_unit_is_open(cpus[1]))
		return;
	word = in_word();
	faults_fail_all(PCPU_FAULT_COMMIT);
	pthread_join(start(read_there, &cpus[1]), NULL);
	child_expect(faults_end() > 0 && in_word() == word + 2 && percpu_is_read_locked(&sem));
	percpu_up_read(&sem);
	child_expect(!percpu_rwsem_is_held(&sem));
	percpu_down_write(&sem);
	percpu_up_write(&sem);
}

/* --- all at once --- */

#define READERS 4
#define WRITERS 2
#define WRITES 100
#define HANDLER_INTERVAL 100000 /* ns */

static volatile unsigned int one, two;
static struct reader {
	uint64_t reads, in_handlers;
	pid_t tid;
} __attribute__((__aligned__(64))) readers[READERS];
static __thread struct reader *me;

static void look_in_handler(int sig)
{
	const int saved = errno;

	(void)sig;
	if (percpu_down_read_trylock(&sem)) {
		child_expect(one == two);
		percpu_up_read(&sem);
		tell(&me->in_handlers, me->in_handlers + 1);
	}
	errno = saved;
}

static void *look_often(void *arg)
{
	timer_t storm;

	me = arg;
	storm = start_storm_of(HANDLER_INTERVAL, look_in_handler);
	__atomic_store_n(&me->tid, gettid(), __ATOMIC_SEQ_CST);
	while (!must_stop()) {
		percpu_down_read(&sem);
		child_expect(one == two);
		percpu_up_read(&sem);
		tell(&me->reads, me->reads + 1);
		if (me->reads % 64 == 0)
			sched_yield();
	}
	end_storm(storm);
	return NULL;
}

static void *write_often(void *arg)
{
	for (int i = 0; i < WRITES; i++) {
		percpu_down_write(&sem);
		one = one + 1;
		sched_yield();
		two = two + 1;
		percpu_up_write(&sem);
	}
	return arg;
}

static void readers_and_writers_exclude_each_other(void *arg)
{
	static pid_t moved[READERS + 1];
	pthread_t threads[READERS], writers[WRITERS], driver;

	(void)arg;
	start_all(threads, READERS, look_often, readers, sizeof(readers[0]));
	for (int i = 0; i < READERS; i++) {
		await_tid(&readers[i].tid);
		moved[i] = readers[i].tid;
		child_expect(await_told(&readers[i].reads, 1, 10));
	}
	driver = start(drive_threads, moved);
	for (int i = 0; i < WRITERS; i++)
		writers[i] = start(write_often, NULL);
	join_all(writers, WRITERS);
	for (int i = 0; i < READERS; i++)
		child_expect(await_told(&readers[i].in_handlers, 1, 1));
	set_stop(true);
	pthread_join(driver, NULL);
	join_all(threads, READERS);
	child_expect(one == WRITERS * WRITES && two == one && !percpu_rwsem_is_held(&sem));
}

/* --- children --- */

static void let_go_and_write(void *arg)
{
	(void)arg;
	child_expect(percpu_is_read_locked(&sem));
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	percpu_up_write(&sem);
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	child_expect(!percpu_rwsem_is_held(&sem));
}

static void let_go_as_writer(void *arg)
{
	(void)arg;
	child_expect(percpu_is_write_locked(&sem));
	percpu_up_write(&sem);
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	percpu_down_write(&sem);
}

static void expect_child(void (*body)(void *), void *arg)
{
	struct child_end end = child_run(body, arg);

	child_expect(child_exited_with(&end, 0) || (dprintf(2, "%s", end.output), false));
}

static void child_has_what_its_thread_had(void *arg)
{
	percpu_down_read(&sem);
	expect_child(let_go_and_write, arg);
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	expect_child(let_go_as_writer, arg);
	percpu_up_write(&sem);
	percpu_down_read(&sem);
	let_go_and_write(arg);
}

static void read_beside_who_is_not_there(void *arg)
{
	struct percpu_rw_semaphore anew;

	(void)arg;
	child_expect(percpu_is_read_locked(&sem) && percpu_down_read_trylock(&sem));
	percpu_up_read(&sem);
	child_expect(percpu_is_read_locked(&sem));
	child_expect(percpu_init_rwsem(&anew) == 0);
	use_alone(&anew);
}

static void child_has_the_readers_that_are_not_there(void *arg)
{
	struct actor reader = reader_of(0);
	pthread_t reading = start(act, &reader);

	await_inside(&reader);
	expect_child(read_beside_who_is_not_there, arg);
	leave(&reader, reading);
	percpu_down_write(&sem);
	percpu_up_write(&sem);
}

/* Whatever moment of a writer's there is in the child, other locks are free there. */
static void forks_while_another_thread_writes(void *arg)
{
	const bool untold = arg != NULL;
	int status = 0;
	pthread_t thread = start(write_often, NULL);

	for (int i = 0; i < 20 && status == 0; i++) {
		pid_t child = untold ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();

		if (child == 0) {
			alarm(CHILD_SECONDS);
			use_alone(&public_sem);
			if (percpu_down_read_trylock(&sem))
				percpu_up_read(&sem);
			_exit(0);
		}
		child_expect(child > 0 && waitpid(child, &status, 0) == child);
	}
	pthread_join(thread, NULL);
	child_expect(status == 0);
}

static void other_locks_are_free_in_a_child(void **state)
{
	(void)state;
	assert_content(forks_while_another_thread_writes, NULL);
	assert_content(forks_while_another_thread_writes, &sem);
}

/* --- shared copies --- */

static void sharing_processes_have_locks_of_their_own(void *arg)
{
	struct percpu_rw_semaphore dynamic;

	percpu_down_read(&sem);
	if (percpu_share() != 0)
		return;
	expect_child(let_go_and_write, arg);
	child_expect(percpu_is_read_locked(&sem));
	let_go_and_write(NULL);
	use_alone(&sem);
	use_alone(&public_sem);
	child_expect(percpu_init_rwsem(&dynamic) == 0);
	use_alone(&dynamic);
	percpu_free_rwsem(&dynamic);
}

static int find_them(void **state)
{
	(void)state;
	find_cpus();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(readers_are_together_and_a_writer_is_alone),
		child_test(readers_share_no_word),
		child_test(assertion_says_where_once),
		child_test(without_memory_there_is_none),
		child_test(reader_may_leave_from_another_cpu),
		child_test(writer_who_waits_keeps_new_readers_out),
		child_test(readers_who_waited_come_before_the_next_writer),
		child_test(writers_take_turns),
		cmocka_unit_test(mistakes_are_fatal),
		child_test(cpu_without_memory_counts_in_the_word),
		child_test(readers_and_writers_exclude_each_other),
		child_test(child_has_what_its_thread_had),
		child_test(child_has_the_readers_that_are_not_there),
		cmocka_unit_test(other_locks_are_free_in_a_child),
		child_test(sharing_processes_have_locks_of_their_own),
	};

	return cmocka_run_group_tests(tests, find_them, NULL);
}
