// SPDX-License-Identifier: MIT
/*
 * packet_stats.c - a module with statistics a CPU: threads that receive packets count them in a
 * structure of the CPU's, and a reader adds them up while they do.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#define KBUILD_MODNAME "packet_stats"

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/seqlock.h>
#include <linux/slab.h>

struct packet_stats {
	u64 packets;
	u64 bytes;
	u64 drops[4];
	seqcount_t sequence; /* of a section that changes packets and bytes together */
};

static unsigned int threads = 4;
module_param(threads, uint, 0444);
MODULE_PARM_DESC(threads, "how many threads receive");
static unsigned long packets = 20000;
module_param(packets, ulong, 0444);
MODULE_PARM_DESC(packets, "how many packets each of them receives");

static struct packet_stats __percpu *stats;
static DEFINE_PER_CPU_READ_MOSTLY(unsigned int, weight) = 3;
static atomic64_t expected_bytes = ATOMIC64_INIT(0);
static atomic_t running;
static DECLARE_COMPLETION(all_received);
static struct task_struct **receivers;

static void receive(unsigned int length, unsigned int reason)
{
	struct packet_stats *mine = get_cpu_ptr(stats);

	write_seqcount_begin(&mine->sequence);
	mine->packets++;
	mine->bytes += length;
	write_seqcount_end(&mine->sequence);
	put_cpu_ptr(stats);
	if (reason < ARRAY_SIZE(mine->drops))
		this_cpu_inc(stats->drops[reason]);
}

static int receiver(void *data)
{
	struct rnd_state state;
	u64 bytes = 0;

	prandom_seed_state(&state, (unsigned long)data);
	for (unsigned long i = 0; i < packets; i++) {
		unsigned int length = 64 + prandom_u32_state(&state) % 1400;

		receive(length, i % 8);
		bytes += length;
		cond_resched();
	}
	atomic64_add(bytes, &expected_bytes);
	if (atomic_dec_and_test(&running))
		complete(&all_received);
	return 0;
}

/* A CPU's two numbers as they were at one moment. */
static void read_one(unsigned int cpu, u64 *number, u64 *bytes)
{
	const struct packet_stats *its = per_cpu_ptr(stats, cpu);
	unsigned int start;

	do {
		start = read_seqcount_begin(&its->sequence);
		*number = READ_ONCE(its->packets);
		*bytes = READ_ONCE(its->bytes);
	} while (read_seqcount_retry(&its->sequence, start));
}

static bool totals_are_sane(void)
{
	unsigned int cpu;
	bool sane = true;

	for_each_possible_cpu(cpu) {
		u64 number, bytes;

		read_one(cpu, &number, &bytes);
		if (bytes < number * 64 || bytes > number * 1463)
			sane = false;
	}
	return sane;
}

static bool totals_are_exact(void)
{
	u64 number = 0, bytes = 0, drops = 0;
	unsigned int cpu, weights = 0;

	for_each_possible_cpu(cpu) {
		const struct packet_stats *its = per_cpu_ptr(stats, cpu);

		number += its->packets;
		bytes += its->bytes;
		for (int i = 0; i < 4; i++)
			drops += its->drops[i];
		weights += per_cpu(weight, cpu);
	}
	pr_info("%llu packets, %llu bytes, %llu drops\n", number, bytes, drops);
	return number == (u64)threads * packets && drops == (u64)threads * (packets / 2) &&
	       bytes == (u64)atomic64_read(&expected_bytes) && weights == 3 * num_possible_cpus();
}

static int __init packet_stats_init(void)
{
	bool sane = true;

	if (!threads || packets % 8)
		return -EINVAL;
	stats = alloc_percpu(struct packet_stats);
	receivers = kcalloc(threads, sizeof(*receivers), GFP_KERNEL);
	if (!stats || !receivers) {
		free_percpu(stats);
		kfree(receivers);
		return -ENOMEM;
	}
	atomic_set(&running, (int)threads);
	for (unsigned long i = 0; i < threads; i++) {
		receivers[i] = kthread_create(receiver, (void *)(i + 1), "receive/%lu", i);
		BUG_ON(IS_ERR(receivers[i]));
		get_task_struct(receivers[i]);
	}
	for (unsigned int i = 0; i < threads; i++)
		wake_up_process(receivers[i]);
	while (!wait_for_completion_timeout(&all_received, 1))
		sane = sane && totals_are_sane();
	WARN_ON(!sane);
	pr_info("ready\n");
	return 0;
}

static void __exit packet_stats_exit(void)
{
	for (unsigned int i = 0; i < threads; i++)
		kthread_stop_put(receivers[i]);
	kfree(receivers);
	if (totals_are_exact())
		pr_info("passed\n");
	free_percpu(stats);
}

module_init(packet_stats_init);
module_exit(packet_stats_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("statistics a CPU");
