// SPDX-License-Identifier: MIT
/* Sequences of a program's own (percpu/sequence.h), a kind each. */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/sequence.h>

#include "toolkit/turns.h"

struct node {
	struct node *next;
};

static DEFINE_PER_CPU(unsigned long, count);
static DEFINE_PER_CPU(long, word);
static DEFINE_PER_CPU(long, second);
static DEFINE_PER_CPU(struct node *, nodes);
static DEFINE_PER_CPU(char[64], bytes);

WAY(inc, this_cpu_inc(count))
WAY(add, (void)percpu_seq_add(word, 1))
WAY(cmpeq_store, (void)percpu_seq_cmpeq_store(word, 0, 0))
WAY(cmpeq_cmpeq_store, (void)percpu_seq_cmpeq_cmpeq_store(word, 0, second, 0, 0))
WAY(cmpeq_store_store, (void)percpu_seq_cmpeq_store_store(word, 0, second, 0, 0))

static void copy_in(unsigned int times)
{
	char ours[sizeof(bytes)] = {0};

	for (; times; times--)
		(void)percpu_seq_cmpeq_copy_in_store(word, 0, &bytes, ours, sizeof(ours), 0);
}

static void link_and_load(unsigned int times)
{
	struct node node, *old;

	for (; times; times--) {
		(void)percpu_seq_link_store(nodes, &node, &node.next);
		(void)percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), &old);
	}
}

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"cmpeq_store", cmpeq_store, 0},
		{"cmpeq_cmpeq_store", cmpeq_cmpeq_store, 0},
		{"cmpeq_store_store", cmpeq_store_store, 0},
		{"cmpeq_copy_in_store of 64 bytes", copy_in, 0},
		{"link_store, cmpne_load_store", link_and_load, 0},
		{"add", add, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(sequence, "sequence", NULL, measure)
TOOLKIT_GROUP(sequence_fallback, "sequence, fallback", "backend:fallback", measure)
