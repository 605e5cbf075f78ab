// SPDX-License-Identifier: MIT
/*
 * test_waits.c - threads that wait for each other by the kernel's words: no wake is lost, exclusive
 * ones are woken one by one, a grace period waits for every kind of reader, locks keep others out.
 * Nothing depends on how long something takes: what would be lost hangs, and the test's limit ends
 * it.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/rcu_sync.h>
#include <linux/rculist.h>
#include <linux/rcuwait.h>
#include <linux/rwsem.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/swait.h>
#include <linux/wait_bit.h>
#include <linux/wait.h>

#include <sys/wait.h>

#include "check.h"

#define ROUNDS 500

/* Until a thread is on the queue: it sleeps then, or is about to. */
static void until_waiting(struct wait_queue_head *queue, unsigned int nr)
{
	for (;;) {
		unsigned int waiting = 0;
		struct list_head *pos;

		spin_lock_irq(&queue->lock);
		list_for_each(pos, &queue->head) waiting++;
		spin_unlock_irq(&queue->lock);
		if (waiting >= nr)
			return;
		sched_yield();
	}
}

/* --- one after the other, by wait_event() and wake_up() --- */

static DECLARE_WAIT_QUEUE_HEAD(turn_queue);
static unsigned int turn;

static void take_turns(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		wait_event(turn_queue, READ_ONCE(turn) % 2 == nr);
		WRITE_ONCE(turn, turn + 1);
		wake_up(&turn_queue);
	}
}

static void no_wake_is_lost(void)
{
	check_at_once(2, take_turns);
	CHECK_THAT(turn == 2 * ROUNDS && !waitqueue_active(&turn_queue));
}

static struct rcuwait rcuwait_turn = __RCUWAIT_INITIALIZER(rcuwait_turn);
static unsigned int rcuwait_rounds;

static void wake_by_rcuwait(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (nr == 0) {
			rcuwait_wait_event(&rcuwait_turn, READ_ONCE(rcuwait_rounds) % 2 == 1,
					   TASK_UNINTERRUPTIBLE);
			WRITE_ONCE(rcuwait_rounds, rcuwait_rounds + 1);
		} else {
			while (READ_ONCE(rcuwait_rounds) % 2 == 1)
				sched_yield();
			WRITE_ONCE(rcuwait_rounds, rcuwait_rounds + 1);
			rcuwait_wake_up(&rcuwait_turn);
		}
	}
}

static void one_waits_without_a_queue(void)
{
	check_at_once(2, wake_by_rcuwait);
	CHECK_THAT(rcuwait_rounds == 2 * ROUNDS && !rcuwait_active(&rcuwait_turn));
}

/* --- exclusive ones --- */

static DECLARE_WAIT_QUEUE_HEAD(places_queue);
static atomic_t places, passed;

static void pass_one_by_one(unsigned int nr)
{
	if (nr < 4) {
		wait_event_exclusive(places_queue, atomic_dec_if_positive(&places) >= 0);
		atomic_inc(&passed);
		return;
	}
	until_waiting(&places_queue, 4);
	CHECK_THAT(wake_up_nr(&places_queue, 4) <= 4 && atomic_read(&passed) == 0);
	for (int i = 1; i <= 4; i++) {
		until_waiting(&places_queue, (unsigned int)(5 - i));
		atomic_inc(&places);
		wake_up(&places_queue);
		while (atomic_read(&passed) != i)
			sched_yield();
	}
}

static int woken_entries;
static int count_entry(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	(void)mode;
	(void)flags;
	woken_entries++;
	return entry->private ? 1 : *(int *)key;
}

/* Entries whose function is the test's: who is called, and in what order it ends. */
static void wakes_stop_after_the_exclusive_one(void)
{
	DECLARE_WAIT_QUEUE_HEAD(queue);
	struct wait_queue_entry entry[5];
	int zero = 0, stop = -1;

	for (int i = 0; i < 5; i++) {
		init_waitqueue_func_entry(&entry[i], count_entry);
		entry[i].private = i == 4 ? NULL : &queue;
	}
	add_wait_queue_exclusive(&queue, &entry[2]);
	add_wait_queue_exclusive(&queue, &entry[3]);
	add_wait_queue(&queue, &entry[0]);
	add_wait_queue(&queue, &entry[1]);
	CHECK_THAT(wake_up(&queue) == 1 && woken_entries == 3);
	woken_entries = 0;
	CHECK_THAT(__wake_up(&queue, TASK_NORMAL, 2, &zero) == 2 && woken_entries == 4);
	woken_entries = 0;
	wake_up_all(&queue);
	CHECK_THAT(woken_entries == 4);
	woken_entries = 0;
	add_wait_queue(&queue, &entry[4]);
	CHECK_THAT(__wake_up(&queue, TASK_NORMAL, 1, &stop) == 0 && woken_entries == 1);
	remove_wait_queue(&queue, &entry[4]);
	entry[1].flags |= WQ_FLAG_PRIORITY;
	remove_wait_queue(&queue, &entry[0]);
	add_wait_queue(&queue, &entry[0]);
	CHECK_THAT(list_first_entry(&queue.head, struct wait_queue_entry, entry) == &entry[1]);
}

static void exclusive_ones_pass_one_by_one(void)
{
	check_at_once(5, pass_one_by_one);
	CHECK_THAT(atomic_read(&passed) == 4 && atomic_read(&places) == 0);
}

/* --- with a limit, with a lock, with a note --- */

static DECLARE_WAIT_QUEUE_HEAD(limit_queue);
static bool limit_met;

static void meet_limit(unsigned int nr)
{
	if (nr == 0) {
		CHECK_THAT(wait_event_timeout(limit_queue, READ_ONCE(limit_met), 600 * HZ) > 0);
	} else {
		until_waiting(&limit_queue, 1);
		WRITE_ONCE(limit_met, true);
		wake_up(&limit_queue);
	}
}

static void waits_end_in_time(void)
{
	const ktime_t before = ktime_get();

	CHECK_THAT(wait_event_timeout(limit_queue, false, msecs_to_jiffies(20)) == 0);
	CHECK_THAT(ktime_ms_delta(ktime_get(), before) >= 19);
	CHECK_THAT(wait_event_timeout(limit_queue, true, 0) == 1);
	CHECK_THAT(wait_event_interruptible_timeout(limit_queue, true, 5) == 5);
	set_current_state(TASK_UNINTERRUPTIBLE);
	CHECK_THAT(schedule_timeout(1) == 0 && get_current_state() == TASK_RUNNING);
	CHECK_THAT(!waitqueue_active(&limit_queue));
	check_at_once(2, meet_limit);
}

static DEFINE_SPINLOCK(stock_lock);
static DECLARE_WAIT_QUEUE_HEAD(stock_queue);
static int stock, most_stock;

static void trade(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		spin_lock_irq(&stock_lock);
		if (nr % 2) {
			wait_event_lock_irq(stock_queue, stock > 0, stock_lock);
			stock--;
		} else {
			wait_event_lock_irq(stock_queue, stock < 3, stock_lock);
			stock++;
		}
		most_stock = max(most_stock, stock);
		spin_unlock_irq(&stock_lock);
		wake_up_all(&stock_queue);
	}
}

static void conditions_are_looked_at_with_the_lock(void)
{
	check_at_once(4, trade);
	CHECK_THAT(stock == 0 && most_stock <= 3 && !spin_is_locked(&stock_lock));
	CHECK_THAT(preemptible());
}

static DECLARE_WAIT_QUEUE_HEAD(note_queue);
static unsigned int notes, notes_read;

static void take_notes(unsigned int nr)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	if (nr == 0) {
		add_wait_queue(&note_queue, &wait);
		while (READ_ONCE(notes) < ROUNDS)
			wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
		remove_wait_queue(&note_queue, &wait);
		notes_read = notes;
	} else {
		for (unsigned int i = 0; i < ROUNDS; i++) {
			WRITE_ONCE(notes, notes + 1);
			wake_up(&note_queue);
		}
	}
}

static void a_wake_before_the_sleep_is_noted(void)
{
	check_at_once(2, take_notes);
	CHECK_THAT(notes_read == ROUNDS);
}

/* --- completions, bits, variables --- */

static DECLARE_COMPLETION(each);
static DECLARE_COMPLETION(all);
static atomic_t completed;

static void complete_things(unsigned int nr)
{
	if (nr < 3) {
		wait_for_completion(&each);
		atomic_inc(&completed);
		wait_for_completion(&all);
		return;
	}
	CHECK_THAT(!try_wait_for_completion(&each) && !completion_done(&each));
	for (int i = 1; i <= 3; i++) {
		complete(&each);
		while (atomic_read(&completed) != i)
			sched_yield();
	}
	complete_all(&all);
}

static void completions_let_pass(void)
{
	check_at_once(4, complete_things);
	CHECK_THAT(!completion_done(&each) && completion_done(&all) &&
		   try_wait_for_completion(&all));
	reinit_completion(&all);
	CHECK_THAT(wait_for_completion_timeout(&all, 1) == 0);
	complete(&all);
	CHECK_THAT(wait_for_completion_timeout(&all, 100) > 0 && !completion_done(&all));
}

static unsigned long word;
static unsigned int under_bit, variable;

static void use_bit_as_lock(unsigned int nr)
{
	(void)nr;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		wait_on_bit_lock(&word, 5, TASK_UNINTERRUPTIBLE);
		under_bit++;
		clear_bit_unlock(5, &word);
		smp_mb();
		wake_up_bit(&word, 5);
	}
}

static void count_variable(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		wait_var_event(&variable, smp_load_acquire(&variable) % 3 == nr);
		smp_store_release(&variable, variable + 1);
		smp_mb();
		wake_up_var(&variable);
	}
}

static void bits_and_variables_are_waited_for(void)
{
	check_at_once(3, use_bit_as_lock);
	CHECK_THAT(under_bit == 3 * ROUNDS && word == 0);
	check_at_once(3, count_variable);
	CHECK_THAT(variable == 3 * ROUNDS);
}

static DECLARE_SWAIT_QUEUE_HEAD(simple_queue);
static unsigned int simple;

static void wait_simply(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		swait_event_exclusive(simple_queue, READ_ONCE(simple) % 2 == nr);
		WRITE_ONCE(simple, simple + 1);
		swake_up_one(&simple_queue);
	}
}

/* --- locks keep others out --- */

static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_RWLOCK(rw);
static DEFINE_SEQLOCK(seq);
static DECLARE_RWSEM(sem);
static unsigned long guarded[4], pair_of_seq[2], mixed;

static void take_locks(unsigned int nr)
{
	unsigned long flags, a, b;
	unsigned int start;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		raw_spin_lock_irqsave(&raw, flags);
		guarded[0]++;
		raw_spin_unlock_irqrestore(&raw, flags);
		write_lock(&rw);
		guarded[1]++;
		write_unlock(&rw);
		write_seqlock(&seq);
		WRITE_ONCE(pair_of_seq[0], pair_of_seq[0] + nr);
		WRITE_ONCE(pair_of_seq[1], pair_of_seq[1] + nr);
		write_sequnlock(&seq);
		do {
			start = read_seqbegin(&seq);
			a = READ_ONCE(pair_of_seq[0]);
			b = READ_ONCE(pair_of_seq[1]);
		} while (read_seqretry(&seq, start));
		if (a != b)
			__atomic_fetch_add(&mixed, 1, __ATOMIC_RELAXED);
		down_write(&sem);
		guarded[2]++;
		downgrade_write(&sem);
		if (READ_ONCE(guarded[2]) == 0)
			__atomic_fetch_add(&mixed, 1, __ATOMIC_RELAXED);
		up_read(&sem);
	}
}

static void locks_keep_others_out(void)
{
	check_at_once(4, take_locks);
	CHECK_THAT(guarded[0] == 4 * ROUNDS && guarded[1] == 4 * ROUNDS &&
		   guarded[2] == 4 * ROUNDS);
	CHECK_THAT(mixed == 0 && pair_of_seq[0] == ROUNDS * (0ul + 1 + 2 + 3));
}

static DEFINE_PER_CPU(unsigned long, steps);
static unsigned long steps_wrong;

/* Under a spinlock the CPU's copy is one's own, whatever the lock. */
static void step_under_lock(unsigned int nr)
{
	static spinlock_t lock[4] = {{0}, {0}, {0}, {0}};

	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long before;

		spin_lock(&lock[nr]);
		before = __this_cpu_read(steps);
		if (i % 64 == 0)
			sched_yield();
		__this_cpu_write(steps, before + 1);
		if (__this_cpu_read(steps) != before + 1)
			__atomic_fetch_add(&steps_wrong, 1, __ATOMIC_RELAXED);
		spin_unlock(&lock[nr]);
	}
}

static void who_has_a_spinlock_has_the_cpu(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	check_at_once(4, step_under_lock);
	for_each_possible_cpu(cpu)
		sum += per_cpu(steps, cpu);
	CHECK_THAT(sum == 4 * ROUNDS && steps_wrong == 0);
}

/* --- grace periods --- */

struct shared {
	struct list_head link;
	struct rcu_head rcu;
	unsigned int alive;
};
static struct shared __rcu *shared;
static LIST_HEAD(shared_list);
static unsigned int shared_wrong, shared_freed, writer_done;

static void free_shared(struct rcu_head *rcu)
{
	struct shared *old = container_of(rcu, struct shared, rcu);

	WRITE_ONCE(old->alive, 0);
	shared_freed++;
	kfree(old);
}

static struct shared *new_shared(void)
{
	struct shared *made = kzalloc(sizeof(*made), GFP_KERNEL | __GFP_NOFAIL);

	made->alive = 0xa11;
	return made;
}

/* The three kinds of readers, one a thread; each is held up in the middle now and then. */
static void read_shared(unsigned int nr)
{
	unsigned long flags;

	while (!READ_ONCE(writer_done)) {
		struct shared *seen;

		if (nr == 1)
			rcu_read_lock();
		else if (nr == 2)
			preempt_disable();
		else
			local_irq_save(flags);
		seen = rcu_dereference(shared);
		sched_yield();
		if (READ_ONCE(seen->alive) != 0xa11)
			__atomic_fetch_add(&shared_wrong, 1, __ATOMIC_RELAXED);
		if (nr == 1)
			rcu_read_unlock();
		else if (nr == 2)
			preempt_enable();
		else
			local_irq_restore(flags);
	}
}

static void replace_shared(unsigned int nr)
{
	if (nr != 0) {
		read_shared(nr);
		return;
	}
	for (unsigned int i = 0; i < 200; i++) {
		struct shared *old = rcu_replace_pointer(shared, new_shared(), true);

		if (i % 4 == 0) {
			synchronize_rcu();
			WRITE_ONCE(old->alive, 0);
			kfree(old);
		} else if (i % 4 == 1) {
			kfree_rcu(old, rcu);
		} else {
			call_rcu(&old->rcu, free_shared);
		}
	}
	WRITE_ONCE(writer_done, 1);
}

static void a_grace_period_waits_for_all_readers(void)
{
	shared = new_shared();
	check_at_once(4, replace_shared);
	rcu_barrier();
	CHECK_THAT(shared_wrong == 0 && shared_freed == 100);
	kfree(shared);
}

static unsigned int reader_kind, reader_in, period_over;

static void begin_reading(unsigned long *flags)
{
	if (reader_kind == 0)
		rcu_read_lock();
	else if (reader_kind == 1)
		preempt_disable();
	else
		local_irq_save(*flags);
}

static void end_reading(unsigned long flags)
{
	if (reader_kind == 0)
		rcu_read_unlock();
	else if (reader_kind == 1)
		preempt_enable();
	else
		local_irq_restore(flags);
}

/* One reads for a while, which the other's grace period must outlast. */
static void outlast_reader(unsigned int nr)
{
	unsigned long flags = 0;

	if (nr == 0) {
		begin_reading(&flags);
		smp_store_release(&reader_in, 1u);
		mdelay(20);
		CHECK_THAT(!smp_load_acquire(&period_over));
		end_reading(flags);
	} else {
		while (!smp_load_acquire(&reader_in))
			sched_yield();
		synchronize_rcu();
		smp_store_release(&period_over, 1u);
	}
}

static void a_grace_period_outlasts_each_kind_of_reader(void)
{
	for (reader_kind = 0; reader_kind < 3; reader_kind++) {
		reader_in = 0;
		period_over = 0;
		check_at_once(2, outlast_reader);
	}
}

static DEFINE_RCU_SYNC(sync_of);
static unsigned int fast_readers, slow_readers, met, sync_ended;

/* Readers on the fast way are not there when a writer is; those on the slow way are told apart. */
static void read_fast_or_slow(void)
{
	while (!READ_ONCE(sync_ended)) {
		preempt_disable();
		if (rcu_sync_is_idle(&sync_of)) {
			__atomic_fetch_add(&fast_readers, 1, __ATOMIC_SEQ_CST);
			sched_yield();
			__atomic_fetch_sub(&fast_readers, 1, __ATOMIC_SEQ_CST);
		} else {
			__atomic_fetch_add(&slow_readers, 1, __ATOMIC_SEQ_CST);
		}
		preempt_enable();
		sched_yield();
	}
}

static void enter_and_exit(unsigned int nr)
{
	if (nr < 2) {
		read_fast_or_slow();
		return;
	}
	for (unsigned int i = 0; i < 100; i++) {
		rcu_sync_enter(&sync_of);
		if (__atomic_load_n(&fast_readers, __ATOMIC_SEQ_CST) != 0 ||
		    rcu_sync_is_idle(&sync_of))
			__atomic_fetch_add(&met, 1, __ATOMIC_RELAXED);
		rcu_sync_exit(&sync_of);
		if (i % 16 == nr)
			while (!rcu_sync_is_idle(&sync_of))
				rcu_barrier();
	}
	__atomic_fetch_add(&slow_readers, 1, __ATOMIC_SEQ_CST);
	if (nr == 3)
		WRITE_ONCE(sync_ended, 1);
}

static struct rcu_sync own;
static bool idle_at_probe;

static void probe(struct rcu_head *rcu)
{
	(void)rcu;
	idle_at_probe = rcu_sync_is_idle(&own);
}

/* A writer comes and goes while the grace period of the one before is on its way: one more. */
static void each_writer_has_a_grace_period_of_its_own(void)
{
	struct rcu_head head;

	rcu_sync_enter(&own);
	rcu_read_lock(); /* nothing passes meanwhile */
	rcu_sync_exit(&own);
	rcu_sync_enter(&own);
	rcu_sync_exit(&own);
	call_rcu(&head,
		 probe); /* behind the first one's callback, in the same batch or a later one */
	rcu_read_unlock();
	rcu_barrier();
	CHECK_THAT(!idle_at_probe);
	rcu_sync_dtor(&own);
	CHECK_THAT(rcu_sync_is_idle(&own));
}

static void readers_are_fast_unless_there_is_a_writer(void)
{
	check_at_once(4, enter_and_exit);
	rcu_sync_dtor(&sync_of);
	CHECK_THAT(met == 0 && rcu_sync_is_idle(&sync_of) && sync_of.writers == 0);
	rcu_sync_init(&own);
	rcu_sync_enter(&own);
	rcu_sync_enter(&own);
	rcu_sync_exit(&own);
	CHECK_THAT(!rcu_sync_is_idle(&own));
	rcu_sync_exit(&own);
	rcu_sync_enter(&own); /* while a grace period is on its way */
	rcu_barrier();
	CHECK_THAT(!rcu_sync_is_idle(&own));
	rcu_sync_exit(&own);
	rcu_sync_dtor(&own);
	CHECK_THAT(rcu_sync_is_idle(&own));
	each_writer_has_a_grace_period_of_its_own();
}

static unsigned int order[64], nr_order;
static void note_order(struct rcu_head *rcu)
{
	order[nr_order++] = *(unsigned int *)(rcu + 1);
}

static void callbacks_come_in_order(void)
{
	struct {
		struct rcu_head rcu;
		unsigned int nr;
	} callback[64];

	for (unsigned int i = 0; i < 64; i++) {
		callback[i].nr = i;
		call_rcu(&callback[i].rcu, note_order);
	}
	rcu_barrier();
	CHECK_THAT(nr_order == 64);
	for (unsigned int i = 0; i < nr_order; i++)
		CHECK_THAT(order[i] == i);
}

/* --- threads --- */

static int until_stopped(void *data)
{
	unsigned int *loops = data;

	CHECK_THAT(current->flags & PF_KTHREAD);
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(*loops, *loops + 1);
	}
	return 42;
}

static int at_once(void *data)
{
	return *(int *)data;
}

static void kernel_threads_begin_and_stop(void)
{
	unsigned int loops = 0;
	int seven = 7, code;
	struct task_struct *task = kthread_run(until_stopped, &loops, "test/%d", 3);

	CHECK_THAT(!IS_ERR(task) && strcmp(task->comm, "test/3") == 0);
	while (!(READ_ONCE(task->__state) & TASK_INTERRUPTIBLE))
		sched_yield();
	CHECK_THAT(wake_up_process(task) == 1);
	CHECK_THAT(kthread_stop(task) == 42 && loops >= 1);
	task = kthread_create(at_once, &seven, "never");
	CHECK_THAT(kthread_stop(task) == -EINTR);
	task = kthread_create_on_cpu(at_once, &seven, 0, "bound/%u");
	CHECK_THAT(strcmp(task->comm, "bound/0") == 0);
	get_task_struct(task);
	wake_up_process(task);
	code = kthread_stop_put(task);
	CHECK_THAT(code == 7 || code == -EINTR); /* it had not begun */
}

static struct task_struct *tasks_seen[2];
static void see_task(unsigned int nr)
{
	tasks_seen[nr] = current;
	CHECK_THAT(current == tasks_seen[nr] && current->pid != current->tgid);
	get_task_struct(current);
}

static void tasks_outlive_their_threads(void)
{
	check_at_once(2, see_task);
	CHECK_THAT(tasks_seen[0] != tasks_seen[1] && wake_up_process(tasks_seen[0]) == 0);
	put_task_struct(tasks_seen[0]);
	put_task_struct(tasks_seen[1]);
}

static bool child_called;
static void in_child(struct rcu_head *rcu)
{
	(void)rcu;
	child_called = true;
}

/* The child has no thread for callbacks until it asks for one, and another number. */
static void children_have_callbacks_too(void)
{
	struct rcu_head rcu;
	const pid_t parent = current->pid;
	const pid_t child = fork();
	int status;

	if (child == 0) {
		call_rcu(&rcu, in_child);
		rcu_barrier();
		_exit(child_called && current->pid == getpid() && current->pid != parent ? 0 : 1);
	}
	CHECK_THAT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
	no_wake_is_lost();
	one_waits_without_a_queue();
	wakes_stop_after_the_exclusive_one();
	exclusive_ones_pass_one_by_one();
	waits_end_in_time();
	conditions_are_looked_at_with_the_lock();
	a_wake_before_the_sleep_is_noted();
	completions_let_pass();
	bits_and_variables_are_waited_for();
	check_at_once(2, wait_simply);
	CHECK_THAT(simple == 2 * ROUNDS);
	locks_keep_others_out();
	who_has_a_spinlock_has_the_cpu();
	a_grace_period_waits_for_all_readers();
	a_grace_period_outlasts_each_kind_of_reader();
	callbacks_come_in_order();
	readers_are_fast_unless_there_is_a_writer();
	kernel_threads_begin_and_stop();
	tasks_outlive_their_threads();
	children_have_callbacks_too();
	return check_result();
}
