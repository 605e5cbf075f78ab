/* SPDX-License-Identifier: MIT */
/*
 * test_threads.c - threads of CPUs: made when theirs comes, parked while it is down, and idle
 * asleep.
 */
#include "support/asleep.h"
#include "support/cpus.h"
#include "support/ears.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/threads.h"

#include <percpu/smpboot.h>

#include <errno.h>
#include <sched.h>

/* What the thread of the spare CPU has done: a letter each. */
static char done[256];
static uint32_t nr_done, wanted;
static pid_t worker, maker;
static bool masked;

static void note(char letter, unsigned int cpu)
{
	if (cpu == SPARE)
		done[__atomic_fetch_add(&nr_done, 1, __ATOMIC_SEQ_CST)] = letter;
}

static int should_run(unsigned int cpu)
{
	return cpu == SPARE && __atomic_load_n(&wanted, __ATOMIC_SEQ_CST);
}

static void run(unsigned int cpu)
{
	__atomic_fetch_sub(&wanted, 1, __ATOMIC_SEQ_CST);
	note('r', cpu);
}

static void set_up(unsigned int cpu)
{
	sigset_t mask;

	if (cpu == SPARE) {
		pthread_sigmask(SIG_BLOCK, NULL, &mask);
		masked = sigismember(&mask, SIGUSR1);
		__atomic_store_n(&worker, gettid(), __ATOMIC_SEQ_CST);
	}
	note('s', cpu);
}

static void clean_up(unsigned int cpu, bool online)
{
	note(online ? 'c' : 'C', cpu);
}

static void park(unsigned int cpu)
{
	note('p', cpu);
}

static void unpark(unsigned int cpu)
{
	note('u', cpu);
}

static void create(unsigned int cpu)
{
	if (cpu == SPARE)
		maker = gettid();
	note('n', cpu);
}

static struct smp_hotplug_thread workers = {
	.thread_should_run = should_run,
	.thread_fn = run,
	.setup = set_up,
	.cleanup = clean_up,
	.park = park,
	.unpark = unpark,
	.create = create,
	.thread_comm = "worker/%u",
};

static bool has_done(const char *what)
{
	struct patience patience = be_patient();

	while (__atomic_load_n(&nr_done, __ATOMIC_SEQ_CST) < strlen(what) ||
	       strncmp(done, what, strlen(what)) != 0) {
		if (is_out_of_patience(&patience)) {
			dprintf(STDERR_FILENO, "done: %s, expected %s\n", done, what);
			return false;
		}
		usleep(1000);
	}
	return strlen(what) == nr_done;
}

static void threads_live_with_their_cpu(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&workers) == 0);
	child_expect(nr_done == 0);
	child_expect(cpu_up(SPARE) == 0 && has_done("ns") && maker == gettid() && masked);
	child_expect(cpu_down(SPARE) == 0);
	/* it is parked by then */
	child_expect(strcmp(done, "nsp") == 0);
	child_expect(cpu_up(SPARE) == 0 && has_done("nspu"));
	smpboot_unregister_percpu_thread(&workers);
	child_expect(strcmp(done, "nspuc") == 0);
	smpboot_unregister_percpu_thread(&workers);
	child_expect(cpu_down(SPARE) == 0 && strcmp(done, "nspuc") == 0);
}

static void threads_are_made_where_cpus_are_up(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	child_expect(smpboot_register_percpu_thread(&workers) == 0 && has_done("ns"));
	child_expect(smpboot_register_percpu_thread(&workers) == -EINVAL);
	child_expect(cpu_down(SPARE) == 0);
	smpboot_unregister_percpu_thread(&workers);
	child_expect(strcmp(done, "nspC") == 0);
}

static bool is_unparked_in_online;
static int look(struct notifier_block *nb, unsigned long event, void *cpu)
{
	if (event == CPU_ONLINE && (unsigned long)cpu == SPARE)
		is_unparked_in_online =
			nb->priority < CPU_PRI_SMPBOOT ? has_done("ns") : strcmp(done, "n") == 0;
	child_expect(event != CPU_ONLINE || is_unparked_in_online);
	return NOTIFY_OK;
}

static void threads_are_unparked_at_online(void *arg)
{
	static struct notifier_block before = {look, NULL, CPU_PRI_SMPBOOT + 1};
	static struct notifier_block after = {look, NULL, CPU_PRI_SMPBOOT - 1};

	(void)arg;
	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&workers) == 0);
	register_cpu_notifier(&before);
	register_cpu_notifier(&after);
	child_expect(cpu_up(SPARE) == 0 && is_unparked_in_online);
}

static void idle_threads_sleep_until_they_are_woken(void *arg)
{
	char path[64], name[32] = "";
	FILE *file;

	(void)arg;
	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&workers) == 0 && cpu_up(SPARE) == 0);
	child_expect(has_done("ns") && await_sleep_of(worker));
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", worker);
	file = fopen(path, "r");
	child_expect(file && fgets(name, sizeof(name), file) && !strcmp(name, "worker/198\n"));
	fclose(file);
	__atomic_store_n(&wanted, 2, __ATOMIC_SEQ_CST);
	percpu_wake_thread(&workers, SPARE);
	child_expect(has_done("nsrr") && await_sleep_of(worker));
	/* one that is parked works when it is unparked */
	child_expect(cpu_down(SPARE) == 0);
	__atomic_store_n(&wanted, 1, __ATOMIC_SEQ_CST);
	percpu_wake_thread(&workers, SPARE);
	child_expect(await_sleep_of(worker) && strcmp(done, "nsrrp") == 0);
	child_expect(cpu_up(SPARE) == 0 && has_done("nsrrpur"));
	percpu_wake_thread(&workers, OTHER_SPARE);
	percpu_wake_thread(&workers, nr_cpu_ids);
}

static int answer_down(unsigned int cpu)
{
	return cpu == SPARE ? -EIO : 0;
}

static void threads_of_a_cpu_that_stays_work_on(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_disable = answer_down};

	(void)arg;
	plug_in_spares();
	percpu_set_cpu_hooks(&hooks);
	child_expect(smpboot_register_percpu_thread(&workers) == 0 && cpu_up(SPARE) == 0);
	child_expect(has_done("ns") && cpu_down(SPARE) == -EIO && has_done("nspu"));
}

static bool was_here = true;
static void look_where(unsigned int cpu)
{
	if (cpu < SPARE && (unsigned int)sched_getcpu() != cpu)
		was_here = false;
	__atomic_fetch_add(&nr_done, 1, __ATOMIC_SEQ_CST);
}

static int never(unsigned int cpu)
{
	(void)cpu;
	return 0;
}

static void threads_run_on_their_cpus(void *arg)
{
	static struct smp_hotplug_thread there = {
		.thread_should_run = never, .thread_fn = look_where, .setup = look_where};
	struct patience patience = be_patient();

	(void)arg;
	find_cpus();
	/* in a cpuset some of them may not be there */
	if (nr_cpus != num_online_cpus())
		return;
	child_expect(smpboot_register_percpu_thread(&there) == 0);
	while (__atomic_load_n(&nr_done, __ATOMIC_SEQ_CST) < nr_cpus)
		child_expect(!is_out_of_patience(&patience));
	child_expect(was_here);
}

static void what_cannot_be_is_refused(void *arg)
{
	struct smp_hotplug_thread empty = {.thread_fn = run};

	(void)arg;
	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&empty) == -EINVAL);
	child_expect(smpboot_register_percpu_thread(NULL) == -EINVAL);
	cpus_read_lock();
	child_expect(smpboot_register_percpu_thread(&workers) == -EDEADLK);
	cpus_read_unlock();
	child_expect(cpu_up(SPARE) == 0);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(smpboot_register_percpu_thread(&workers) == -ENOMEM && faults_end() == 1);
	faults_fail_nth(PCPU_FAULT_THREAD, (int)num_online_cpus());
	child_expect(smpboot_register_percpu_thread(&workers) == -EAGAIN && faults_end() == 1);
	child_expect(nr_done == 0);
	child_expect(smpboot_register_percpu_thread(&workers) == 0 && has_done("ns"));
}

static void cpu_without_its_thread_does_not_come(void *arg)
{
	static struct ear ear = EAR('a', 0);

	(void)arg;
	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&workers) == 0);
	child_expect(register_cpu_notifier(&ear.nb) == 0);
	faults_fail_nth(PCPU_FAULT_THREAD, 1);
	child_expect(cpu_up(SPARE) == -EAGAIN && faults_end() == 1 && nr_heard == 0);
	child_expect(cpu_up(SPARE) == 0 && has_done("ns"));
}

static void go_in_child(void *arg)
{
	(void)arg;
	nr_done = 0;
	memset(done, 0, sizeof(done));
	/* nobody is waited for who is not there */
	child_expect(cpu_down(SPARE) == 0 && nr_done == 0);
	child_expect(cpu_up(SPARE) == 0 && has_done("ns"));
	smpboot_unregister_percpu_thread(&workers);
	child_expect(strcmp(done, "nsc") == 0);
}

static void child_has_none_until_its_cpus_come(void *arg)
{
	struct child_end end;

	plug_in_spares();
	child_expect(smpboot_register_percpu_thread(&workers) == 0 && cpu_up(SPARE) == 0);
	child_expect(has_done("ns"));
	end = child_run(go_in_child, arg);
	child_expect(child_exited_with(&end, 0) || (dprintf(2, "%s", end.output), false));
	child_expect(cpu_down(SPARE) == 0 && strcmp(done, "nsp") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(threads_live_with_their_cpu),
		child_test(threads_are_made_where_cpus_are_up),
		child_test(threads_are_unparked_at_online),
		child_test(idle_threads_sleep_until_they_are_woken),
		child_test(threads_of_a_cpu_that_stays_work_on),
		child_test(threads_run_on_their_cpus),
		child_test(what_cannot_be_is_refused),
		child_test(cpu_without_its_thread_does_not_come),
		child_test(child_has_none_until_its_cpus_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
