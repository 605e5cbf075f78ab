/* SPDX-License-Identifier: MIT */
/* refused_sequence.c - sequences that must not compile: the line that CASE selects. */
#include <percpu/percpu.h>
#include <percpu/sequence.h>

static DEFINE_PER_CPU(long, word);
static DEFINE_PER_CPU(int, half);
static DEFINE_PER_CPU(double, real);
static DEFINE_PER_CPU(
	struct __attribute__((__packed__)) {
		char first;
		long second;
	},
	packed);
struct fixed {
	const long word;
};
struct node {
	struct node *next;
	int number;
};
static DEFINE_PER_CPU(struct node *, nodes);

void refused(struct fixed __percpu *fixed, struct node *node);

void refused(struct fixed __percpu *fixed, struct node *node)
{
	(void)fixed;
	(void)node;
#if CASE == 0 /* nothing: this one compiles */
	percpu_seq_store(real, 1);
	percpu_seq_cmpeq_store(word, 1, 2);
	percpu_seq_link_store(nodes, node, &node->next);
#elif CASE == 1
	percpu_seq_cmpeq_store(half, 1, 2);
#elif CASE == 2
	percpu_seq_store(packed.second, 1);
#elif CASE == 3
	percpu_seq_store(fixed->word, 1);
#elif CASE == 4
	percpu_seq_add(real, 1);
#elif CASE == 5
	percpu_seq_link_store(nodes, node, &node->number);
#elif CASE == 6
	percpu_seq_add(nodes, 1);
#elif CASE == 7
	percpu_seq_cmpeq_store_store(word, 1, half, 2, 3);
#endif
}
