// SPDX-License-Identifier: MIT
/*
 * sbitmap.c - lib/sbitmap.c: a bit is one thread's at a time, who waits for one gets it, and what
 * is shown is what there is.
 */
#include <linux/sbitmap.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "check.h"

#define DEPTH 200
#define TAGS 16
#define WAITERS 6
#define HELD 3 /* by each: all wait for one at times, but not all for each other */
static_assert(WAITERS * (HELD - 1) < TAGS && WAITERS * HELD > TAGS);
#define ROUNDS 30000

static struct sbitmap map;
static struct sbitmap_queue queue;
static unsigned int owner[DEPTH], tag_owner[TAGS], wrong, full, waited;

static void use_bits(unsigned int nr)
{
	int held[60];

	for (int i = 0; i < 60; i++)
		held[i] = -1;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int *bit = &held[i * 7 % 60];

		if (*bit >= 0) {
			if (xchg(&owner[*bit], 0) != nr + 1)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			sbitmap_put(&map, *bit);
		}
		*bit = i % 5 ? sbitmap_get(&map) : sbitmap_get_shallow(&map, DEPTH / 2);
		if (*bit < 0)
			__atomic_fetch_add(&full, 1, __ATOMIC_RELAXED);
		else if (*bit >= DEPTH || xchg(&owner[*bit], nr + 1) != 0)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	for (int i = 0; i < 60; i++)
		if (held[i] >= 0) {
			owner[held[i]] = 0;
			sbitmap_put(&map, held[i]);
		}
}

/* As the block layer gets a tag: it tries, and waits on one of the queues. */
static int get_tag(unsigned int *cpu)
{
	atomic_t *index = &queue.wake_index;
	struct sbq_wait_state *ws;
	DEFINE_SBQ_WAIT(wait);
	int tag = sbitmap_queue_get(&queue, cpu);

	if (tag >= 0)
		return tag;
	ws = sbq_wait_ptr(&queue, index);
	for (;;) {
		sbitmap_prepare_to_wait(&queue, ws, &wait, TASK_UNINTERRUPTIBLE);
		tag = sbitmap_queue_get(&queue, cpu);
		if (tag >= 0)
			break;
		__atomic_fetch_add(&waited, 1, __ATOMIC_RELAXED);
		schedule();
		sbitmap_finish_wait(&queue, ws, &wait);
		ws = sbq_wait_ptr(&queue, index);
	}
	sbitmap_finish_wait(&queue, ws, &wait);
	return tag;
}

static void use_tags(unsigned int nr)
{
	for (unsigned int i = 0; i < ROUNDS / 10; i++) {
		unsigned int cpu[HELD];
		int tag[HELD];

		for (int n = 0; n < HELD; n++) {
			tag[n] = get_tag(&cpu[n]);
			if (tag[n] >= TAGS || xchg(&tag_owner[tag[n]], nr + 1) != 0)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			if (n == 0)
				sched_yield();
		}
		for (int n = 0; n < HELD; n++) {
			if (xchg(&tag_owner[tag[n]], 0) != nr + 1)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			sbitmap_queue_clear(&queue, tag[n], cpu[n]);
		}
	}
}

static bool count_set(struct sbitmap *sb, unsigned int bit, void *data)
{
	(void)sb;
	(void)bit;
	++*(unsigned int *)data;
	return true;
}

static void what_is_set_is_shown(void)
{
	static struct seq_file file;
	unsigned int nr = 0;
	unsigned int bits[3];

	for (int i = 0; i < 3; i++)
		bits[i] = sbitmap_get(&map);
	sbitmap_for_each_set(&map, count_set, &nr);
	CHECK_THAT(nr == 3 && sbitmap_weight(&map) == 3 && sbitmap_any_bit_set(&map));
	sbitmap_show(&map, &file);
	CHECK_THAT(strstr(file.text, "depth=200\n") && strstr(file.text, "busy=3\n"));
	for (int i = 0; i < 3; i++)
		sbitmap_put(&map, bits[i]);
	CHECK_THAT(sbitmap_weight(&map) == 0 && !sbitmap_any_bit_set(&map));
	sbitmap_resize(&map, 64);
	CHECK_THAT(map.depth == 64);
}

static void tags_come_in_batches(void)
{
	unsigned int offset;
	const unsigned long mask = __sbitmap_queue_get_batch(&queue, 3, &offset);
	int tags[3];

	CHECK_THAT(hweight_long(mask) >= 1 && sbitmap_weight(&queue.sb) == hweight_long(mask));
	for (int i = 0; i < 3; i++)
		tags[i] = offset + i;
	sbitmap_queue_clear_batch(&queue, 0, tags, 3);
	CHECK_THAT(sbitmap_weight(&queue.sb) == 0);
}

int main(void)
{
	CHECK_THAT(sbitmap_init_node(&map, DEPTH, -1, GFP_KERNEL, NUMA_NO_NODE, false, true) == 0);
	CHECK_THAT(sbitmap_queue_init_node(&queue, TAGS, -1, false, GFP_KERNEL, NUMA_NO_NODE) == 0);
	check_at_once(4, use_bits);
	CHECK_THAT(wrong == 0 && sbitmap_weight(&map) == 0);
	what_is_set_is_shown();
	tags_come_in_batches();
	check_at_once(WAITERS, use_tags);
	CHECK_THAT(wrong == 0 && sbitmap_weight(&queue.sb) == 0);
	CHECK_THAT(atomic_read(&queue.ws_active) == 0);
	printf("%u times full, %u waits\n", full, waited);
	sbitmap_queue_free(&queue);
	sbitmap_free(&map);
	return check_result();
}
