// SPDX-License-Identifier: MIT
/*
 * test_words.c - the words of kernel code that need one thread: numbers, text, lists, memory,
 * times, guards, modules. Each fact is what the kernel's documentation says.
 */
#define pr_fmt(fmt) "words: " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/debugobjects.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched/clock.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "check.h"

/* --- what is said: to the log's handler --- */

static char said[256];
static int times_said;
static enum percpu_log_level level_said;

static void hear(enum percpu_log_level level, const char *message)
{
	strscpy(said, message);
	level_said = level;
	times_said++;
}

static bool heard(int times, const char *text)
{
	const bool all = times_said == times && strcmp(said, text) == 0;

	times_said = 0;
	return all;
}

static int warn_once_of(int condition)
{
	return WARN_ONCE(condition, "only %s", "once");
}

static void messages_have_levels_and_a_prefix(void)
{
	percpu_log_handler_t before = percpu_set_log_handler(hear, PERCPU_LOG_DEBUG);

	pr_err("%d of them\n", 3);
	CHECK_THAT(level_said == PERCPU_LOG_ERR && heard(1, "words: 3 of them"));
	pr_notice("none\n");
	CHECK_THAT((int)level_said == 5 && heard(1, "words: none"));
	printk(KERN_INFO "plain");
	CHECK_THAT(level_said == PERCPU_LOG_INFO && heard(1, "plain"));
	for (int i = 0; i < 3; i++)
		pr_info_once("first");
	CHECK_THAT(heard(1, "words: first"));
	for (int i = 0; i < 50; i++)
		pr_warn_ratelimited("again\n");
	CHECK_THAT(heard(10, "words: again"));
	CHECK_THAT(!warn_once_of(0) && heard(0, said));
	CHECK_THAT(warn_once_of(1) && heard(1, "only once"));
	CHECK_THAT(warn_once_of(1) && times_said == 0);
	percpu_set_log_handler(before, PERCPU_LOG_WARNING);
}

/* --- numbers --- */

static void bounds(void)
{
	const unsigned int three = 3;
	const u8 small = 200;
	int calls = 0;

	CHECK_THAT(min(three, 5) == 3 && max(three, 5) == 5);
	CHECK_THAT(min(-1, 5) == -1 && min(small, 10) == 10);
	CHECK_THAT(min_t(unsigned int, -1, 5) == 5 && max_t(int, -1, 5u) == 5);
	CHECK_THAT(min(calls++, 7) == 0 && calls == 1);
	CHECK_THAT(min3(4, 2, 3) == 2 && max3(4, 2, 3) == 4);
	CHECK_THAT(min_not_zero(0, 4) == 4 && min_not_zero(4, 0) == 4 && min_not_zero(3, 4) == 3);
	CHECK_THAT(clamp(5, 1, 3) == 3 && clamp(0, 1, 3) == 1 && clamp(2, 1, 3) == 2);
	CHECK_THAT(clamp(three, 1, 128) == 3 && clamp_t(u8, 300, 1, 255) == 44);
	CHECK_THAT(clamp_val(small, 0, 100) == 100);
	CHECK_THAT(umin(three, 2ul) == 2 && umax(three, 2ul) == 3);
	CHECK_THAT(abs(-5) == 5 && abs(-5000000000LL) == 5000000000LL && abs_diff(3u, 5u) == 2);
}

static void rounding(void)
{
	CHECK_THAT(round_up(5, 4) == 8 && round_up(8, 4) == 8 && round_down(7, 4) == 4);
	CHECK_THAT(rounddown(11, 3) == 9 && IS_ALIGNED(64, 64) && !IS_ALIGNED(65, 64));
	CHECK_THAT(DIV_ROUND_CLOSEST(7, 2) == 4 && DIV_ROUND_CLOSEST(-7, 2) == -4);
	CHECK_THAT(DIV_ROUND_UP_ULL(7, 2) == 4 && DIV64_U64_ROUND_UP(9, 4) == 3);
	CHECK_THAT(ilog2(1) == 0 && ilog2(4096) == 12 && ilog2(4097) == 12 && ilog2(~0ul) == 63);
	CHECK_THAT(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(65));
	CHECK_THAT(roundup_pow_of_two(1) == 1 && roundup_pow_of_two(65) == 128 &&
		   roundup_pow_of_two(64) == 64 && rounddown_pow_of_two(127) == 64);
	CHECK_THAT(order_base_2(5) == 3 && get_order(1) == 0 && get_order(4097) == 1 &&
		   get_order(8192) == 1 && get_order(8193) == 2);
	CHECK_THAT(int_sqrt(0) == 0 && int_sqrt(15) == 3 && int_sqrt(16) == 4 &&
		   int_sqrt(~0ul) == 0xffffffff);
	CHECK_THAT(mult_frac(100, 7, 3) == 233 && reciprocal_scale(~0u, 10) == 9);
}

static void divisions(void)
{
	u64 n = 1000000000001ull;
	u32 left;

	CHECK_THAT(do_div(n, 1000) == 1 && n == 1000000000);
	CHECK_THAT(div_u64_rem(17, 5, &left) == 3 && left == 2);
	CHECK_THAT(div_s64(-17, 5) == -3 && div64_s64(-17, -5) == 3);
	CHECK_THAT(mul_u64_u64_div_u64(~0ull, 10, 20) == ~0ull / 2);
	CHECK_THAT(mul_u64_u32_shr(1ull << 63, 4, 3) == 1ull << 62);
	CHECK_THAT(upper_32_bits(0x1234567890ull) == 0x12 &&
		   lower_32_bits(0x1234567890ull) == 0x34567890);
}

static void sums_that_do_not_fit(void)
{
	struct flexible {
		long head;
		short tail[];
	} *p = NULL;
	u8 byte;

	CHECK_THAT(!check_add_overflow(200, 55, &byte) && byte == 255);
	CHECK_THAT(check_add_overflow(200, 56, &byte) && byte == 0);
	CHECK_THAT(check_sub_overflow(1u, 2u, &byte) && check_mul_overflow(16, 16, &byte));
	CHECK_THAT(struct_size(p, tail, 3) == sizeof(*p) + 6);
	CHECK_THAT(struct_size(p, tail, SIZE_MAX / 2) == SIZE_MAX &&
		   size_mul(1ul << 32, 1ul << 32) == SIZE_MAX);
	CHECK_THAT(size_sub(1, 2) == SIZE_MAX && size_sub(SIZE_MAX, 1) == SIZE_MAX &&
		   size_sub(3, 1) == 2);
}

static void numbers_from_text(void)
{
	unsigned long long ull = 7;
	long long ll = 7;
	int i = 7;
	u8 byte = 7;
	bool yes = false;

	CHECK_THAT(kstrtoull("18446744073709551615\n", 10, &ull) == 0 && ull == ~0ull);
	CHECK_THAT(kstrtoull("0x10", 0, &ull) == 0 && ull == 16 && kstrtoull("+5", 0, &ull) == 0 &&
		   ull == 5);
	CHECK_THAT(kstrtoull("18446744073709551616", 10, &ull) == -ERANGE && ull == 5);
	CHECK_THAT(kstrtoull("-1", 10, &ull) == -EINVAL && kstrtoull(" 1", 10, &ull) == -EINVAL);
	CHECK_THAT(kstrtoull("1x", 10, &ull) == -EINVAL && kstrtoull("", 10, &ull) == -EINVAL);
	CHECK_THAT(kstrtoull("1\n\n", 10, &ull) == -EINVAL && ull == 5);
	CHECK_THAT(kstrtoll("-9223372036854775808", 10, &ll) == 0 && ll == LLONG_MIN);
	CHECK_THAT(kstrtoll("-9223372036854775809", 10, &ll) == -ERANGE &&
		   kstrtoll("--1", 10, &ll) == -EINVAL);
	CHECK_THAT(kstrtoint("2147483648", 10, &i) == -ERANGE && i == 7 &&
		   kstrtoint("-8", 10, &i) == 0 && i == -8);
	CHECK_THAT(kstrtou8("256", 10, &byte) == -ERANGE && kstrtou8("255", 10, &byte) == 0 &&
		   byte == 255);
	CHECK_THAT(kstrtobool("Yes", &yes) == 0 && yes && kstrtobool("off", &yes) == 0 && !yes);
	CHECK_THAT(kstrtobool("on", &yes) == 0 && yes && kstrtobool("x", &yes) == -EINVAL && yes);
}

static void text(void)
{
	char place[8], one[4] = "abc";

	CHECK_THAT(strscpy(place, "1234567") == 7 && strcmp(place, "1234567") == 0);
	CHECK_THAT(strscpy(place, "12345678") == -E2BIG && strcmp(place, "1234567") == 0);
	CHECK_THAT(strscpy(place, "x", 0) == -E2BIG && place[0] == '1');
	CHECK_THAT(scnprintf(place, sizeof(place), "%d", 123456789) == 7 &&
		   scnprintf(place, 0, "x") == 0);
	CHECK_THAT(strstarts("percpu", "per") && !strstarts("pe", "per") &&
		   str_has_prefix("percpu", "per") == 3);
	CHECK_THAT(sysfs_streq("on\n", "on") && sysfs_streq("on", "on") &&
		   !sysfs_streq("on\n\n", "on") && !sysfs_streq("on", "of"));
	CHECK_THAT(memchr_inv("aaab", 'a', 4) != NULL && memchr_inv("aaab", 'a', 3) == NULL);
	memzero_explicit(one, 2);
	CHECK_THAT(one[0] == 0 && one[2] == 'c');
	put_unaligned((u32)0x01020304, (u32 *)(place + 1));
	CHECK_THAT(get_unaligned((u32 *)(place + 1)) == 0x01020304);
	put_unaligned_be32(0x01020304, place + 1);
	CHECK_THAT(place[1] == 1 && place[4] == 4 && get_unaligned_be16(place + 1) == 0x0102 &&
		   get_unaligned_le16(place + 1) == 0x0201);
}

/* --- atomic numbers --- */

static void atomics_return_old_or_new(void)
{
	atomic_t v = ATOMIC_INIT(5);
	int old = 6;

	CHECK_THAT(atomic_fetch_add(2, &v) == 5 && atomic_add_return(2, &v) == 9);
	CHECK_THAT(atomic_sub_return(4, &v) == 5 && atomic_fetch_sub(1, &v) == 5);
	CHECK_THAT(atomic_fetch_or(3, &v) == 4 && atomic_fetch_and(6, &v) == 7 &&
		   atomic_fetch_xor(5, &v) == 6);
	CHECK_THAT(atomic_fetch_andnot(1, &v) == 3 && atomic_read(&v) == 2);
	CHECK_THAT(atomic_xchg(&v, 5) == 2 && atomic_cmpxchg(&v, 4, 1) == 5 &&
		   atomic_cmpxchg(&v, 5, 1) == 5);
	CHECK_THAT(!atomic_try_cmpxchg(&v, &old, 2) && old == 1 && atomic_try_cmpxchg(&v, &old, 2));
	CHECK_THAT(!atomic_dec_and_test(&v) && atomic_dec_and_test(&v) && !atomic_inc_and_test(&v));
	atomic_set(&v, -1);
	CHECK_THAT(atomic_inc_and_test(&v) && !atomic_inc_not_zero(&v) &&
		   !atomic_add_negative(3, &v) && atomic_add_negative(-5, &v));
	atomic_set_release(&v, INT_MAX);
	CHECK_THAT(atomic_inc_return(&v) == INT_MIN && atomic_read_acquire(&v) == INT_MIN);
}

static void atomics_that_may_not(void)
{
	atomic64_t v = ATOMIC64_INIT(7);
	atomic_long_t l = ATOMIC_LONG_INIT(-1);

	CHECK_THAT(!atomic64_add_unless(&v, 1, 7) && atomic64_add_unless(&v, 1ll << 40, 8));
	CHECK_THAT(atomic64_read(&v) == (1ll << 40) + 7);
	CHECK_THAT(atomic64_fetch_add_unless(&v, -(1ll << 40), 0) == (1ll << 40) + 7);
	CHECK_THAT(atomic_long_dec_if_positive(&l) == -2 && atomic_long_read(&l) == -1);
	CHECK_THAT(!atomic_long_inc_unless_negative(&l) && atomic_long_dec_unless_positive(&l));
	atomic_long_set(&l, 1);
	CHECK_THAT(atomic_long_dec_if_positive(&l) == 0 && atomic_long_read(&l) == 0);
	CHECK_THAT(atomic_long_inc_unless_negative(&l) && !atomic_long_dec_unless_positive(&l));
}

static void exchanges_of_any_size(void)
{
	u8 byte = 1;
	u16 word = 2;
	void *p = NULL, *was = NULL;

	CHECK_THAT(xchg(&byte, 9) == 1 && cmpxchg(&word, 2, 3) == 2 && cmpxchg(&word, 2, 4) == 3);
	CHECK_THAT(try_cmpxchg(&p, &was, &byte) && p == &byte && !try_cmpxchg(&p, &was, &word) &&
		   was == &byte);
	smp_store_mb(byte, 4);
	CHECK_THAT(smp_load_acquire(&byte) == 4 && smp_cond_load_acquire(&byte, VAL == 4) == 4);
}

static void references_do_not_come_back(void)
{
	percpu_log_handler_t before = percpu_set_log_handler(hear, PERCPU_LOG_WARNING);
	refcount_t r = REFCOUNT_INIT(1);

	times_said = 0;
	refcount_inc(&r);
	CHECK_THAT(!refcount_dec_and_test(&r) && refcount_dec_not_one(&r) == false);
	CHECK_THAT(refcount_dec_and_test(&r) && !refcount_inc_not_zero(&r) && times_said == 0);
	refcount_inc(&r);
	CHECK_THAT(times_said == 1 && refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	CHECK_THAT(!refcount_dec_and_test(&r) &&
		   refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, INT_MAX);
	refcount_inc(&r);
	CHECK_THAT(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	percpu_set_log_handler(before, PERCPU_LOG_WARNING);
}

static int released;
static void release_kref(struct kref *kref)
{
	(void)kref;
	released++;
}

static void krefs_release_once(void)
{
	struct kref kref;

	kref_init(&kref);
	kref_get(&kref);
	CHECK_THAT(kref_put(&kref, release_kref) == 0 && released == 0 && kref_read(&kref) == 1);
	CHECK_THAT(kref_put(&kref, release_kref) == 1 && released == 1 &&
		   !kref_get_unless_zero(&kref));
}

/* --- lists --- */

struct item {
	int value;
	struct list_head link;
	struct hlist_node hash;
	struct llist_node lockless;
};

/* Whether the list's values are the digits of @digits, in both directions. */
static bool list_is(struct list_head *head, int digits)
{
	struct item *item;
	int forth = 0, back = 0, factor = 1;

	list_for_each_entry(item, head, link) forth = forth * 10 + item->value;
	list_for_each_entry_reverse(item, head, link)
	{
		back += item->value * factor;
		factor *= 10;
	}
	return forth == digits && back == digits;
}

static void lists(void)
{
	struct item item[6], *pos, *next;
	LIST_HEAD(one);
	LIST_HEAD(two);

	for (int i = 0; i < 6; i++) {
		item[i].value = i + 1;
		list_add_tail(&item[i].link, i < 3 ? &one : &two);
	}
	CHECK_THAT(list_is(&one, 123) && list_is(&two, 456) && list_count_nodes(&two) == 3);
	list_splice_init(&two, &one);
	CHECK_THAT(list_is(&one, 456123) && list_empty(&two));
	list_cut_position(&two, &one, &item[5].link);
	CHECK_THAT(list_is(&two, 456) && list_is(&one, 123));
	list_splice_tail_init(&two, &one);
	list_rotate_left(&one);
	CHECK_THAT(list_is(&one, 234561));
	list_rotate_to_front(&item[4].link, &one);
	CHECK_THAT(list_is(&one, 561234) && list_first_entry(&one, struct item, link)->value == 5);
	list_for_each_entry_safe(pos, next, &one, link) if (pos->value % 2)
		list_move_tail(&pos->link, &two);
	CHECK_THAT(list_is(&one, 624) && list_is(&two, 513));
	list_swap(&item[1].link, &item[4].link);
	CHECK_THAT(list_is(&one, 654) && list_is(&two, 213));
	list_del_init(&item[4].link);
	CHECK_THAT(list_empty_careful(&item[4].link) && list_is(&one, 64) &&
		   !list_is_singular(&one));
	list_cut_before(&two, &one, &item[3].link);
	CHECK_THAT(list_is(&two, 6) && list_is(&one, 4) && list_is_singular(&one));
	list_del(&item[3].link);
	CHECK_THAT(!list_first_entry_or_null(&one, struct item, link) && list_is(&one, 0));
	list_add_rcu(&item[0].link, &one);
	list_add_tail_rcu(&item[2].link, &one);
	list_replace_rcu(&item[0].link, &item[1].link);
	CHECK_THAT(list_is(&one, 23));
	list_for_each_entry_rcu(pos, &one, link) CHECK_THAT(pos->value == 2 || pos->value == 3);
}

static void lists_with_short_heads(void)
{
	struct item item[4], *pos;
	struct hlist_node *next;
	HLIST_HEAD(head);
	HLIST_HEAD(other);
	int seen = 0;

	for (int i = 0; i < 4; i++)
		item[i].value = i;
	hlist_add_head(&item[1].hash, &head);
	hlist_add_before(&item[0].hash, &item[1].hash);
	hlist_add_behind(&item[2].hash, &item[1].hash);
	hlist_add_head_rcu(&item[3].hash, &head);
	hlist_for_each_entry(pos, &head, hash) seen = seen * 10 + pos->value;
	CHECK_THAT(seen == 3012);
	hlist_for_each_entry_safe(pos, next, &head, hash) if (pos->value != 1)
		hlist_del(&pos->hash);
	hlist_move_list(&head, &other);
	CHECK_THAT(hlist_empty(&head) && other.first == &item[1].hash && !other.first->next);
	hlist_del_init(&item[1].hash);
	CHECK_THAT(hlist_unhashed(&item[1].hash) && hlist_empty(&other));
}

static void lists_with_one_link(void)
{
	struct item item[3], *pos;
	struct llist_node *first;
	LLIST_HEAD(head);
	int seen = 0;

	for (int i = 0; i < 3; i++) {
		item[i].value = i + 1;
		CHECK_THAT(llist_add(&item[i].lockless, &head) == (i == 0));
	}
	CHECK_THAT(!llist_del_first_this(&head, &item[0].lockless) &&
		   llist_del_first_this(&head, &item[2].lockless));
	CHECK_THAT(llist_del_first_init(&head) == &item[1].lockless &&
		   !llist_on_list(&item[1].lockless));
	llist_add(&item[1].lockless, &head);
	first = llist_reverse_order(llist_del_all(&head));
	llist_for_each_entry(pos, first, lockless) seen = seen * 10 + pos->value;
	CHECK_THAT(seen == 12 && llist_empty(&head) && llist_del_first(&head) == NULL);
}

/* --- memory --- */

static int constructed;
static void construct(void *object)
{
	constructed++;
	*(int *)object = 42;
}

static void memory(void)
{
	struct kmem_cache *cache;
	int *object;
	char *p;

	CHECK_THAT(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR &&
		   kcalloc(1ul << 33, 1ul << 33, GFP_KERNEL) == NULL);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	for (size_t size = 8; size <= 8192; size *= 2) {
		p = kmalloc(size, GFP_KERNEL);
		CHECK_THAT(p && (uintptr_t)p % (size < 4096 ? size < 16 ? 8 : size : 4096) == 0);
		kfree(p);
	}
	p = kzalloc(100, GFP_KERNEL);
	CHECK_THAT(p && !memchr_inv(p, 0, 100) && ksize(p) >= 100);
	strscpy(p, "kept", 100);
	p = krealloc(p, 5000, GFP_KERNEL);
	CHECK_THAT(p && strcmp(p, "kept") == 0);
	kfree_sensitive(p);
	p = kstrndup("percpu", 3, GFP_KERNEL);
	CHECK_THAT(p && strcmp(p, "per") == 0);
	kfree(p);
	p = vzalloc(10);
	CHECK_THAT(p && PAGE_ALIGNED(p) && vmalloc(0) == NULL);
	vfree(p);
	cache = kmem_cache_create("words", 24, 64, 0, construct);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK_THAT(object && constructed == 1 && *object == 42 && (uintptr_t)object % 64 == 0);
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
	CHECK_THAT(kmem_cache_create("wrong", 8, 3, 0, NULL) == NULL);
	CHECK_THAT(PTR_ERR(ERR_CAST(ERR_PTR(-ENOENT))) == -ENOENT &&
		   PTR_ERR_OR_ZERO(&released) == 0);
}

static int freed;
DEFINE_FREE(counted, int *, if (_T) freed += *_T)

static int *keeps(void)
{
	static int kept = 100;
	int *p __free(counted) = &kept;

	return_ptr(p);
}

/* With PERCPU_UP nobody ever is, and sections are not counted. */
static bool nobody_else_is_here(void)
{
	return IS_ENABLED(CONFIG_SMP) ? in_atomic() : true;
}

static void what_a_block_ends(void)
{
	static DEFINE_SPINLOCK(spin);
	static DEFINE_RAW_SPINLOCK(raw);
	static DEFINE_MUTEX(mutex);
	static int five = 5;

	{
		int *p __free(counted) = &five;

		CHECK_THAT(p && freed == 0);
	}
	CHECK_THAT(freed == 5 && *keeps() == 100 && freed == 5);
	{
		guard(spinlock)(&spin);
		guard(raw_spinlock_irqsave)(&raw);
		CHECK_THAT(spin_is_locked(&spin) && raw_spin_is_locked(&raw) && irqs_disabled() &&
			   nobody_else_is_here());
	}
	CHECK_THAT(!spin_is_locked(&spin) && !raw_spin_is_locked(&raw) && preemptible());
	scoped_guard(mutex, &mutex)
	{
		CHECK_THAT(mutex_is_locked(&mutex));
		scoped_cond_guard(mutex_try, freed++, &mutex) CHECK_THAT(!"it is locked");
	}
	CHECK_THAT(!mutex_is_locked(&mutex) && freed == 6);
	scoped_cond_guard(mutex_try, freed++, &mutex) CHECK_THAT(mutex_is_locked(&mutex));
	CHECK_THAT(!mutex_is_locked(&mutex) && freed == 6);
}

/* --- locks, by one thread --- */

static void locks_that_are_tried(void)
{
	static DEFINE_RWLOCK(rw);
	static DECLARE_RWSEM(sem);
	static DEFINE_SPINLOCK(spin);
	unsigned long flags;

	read_lock(&rw);
	CHECK_THAT(read_trylock(&rw) && !write_trylock(&rw));
	read_unlock(&rw);
	read_unlock(&rw);
	write_lock_irqsave(&rw, flags);
	CHECK_THAT(!read_trylock(&rw) && irqs_disabled());
	write_unlock_irqrestore(&rw, flags);
	down_write(&sem);
	CHECK_THAT(!down_read_trylock(&sem) && rwsem_is_locked(&sem));
	downgrade_write(&sem);
	CHECK_THAT(down_read_trylock(&sem) && !down_write_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	CHECK_THAT(down_write_trylock(&sem) && !down_write_trylock(&sem));
	up_write(&sem);
	CHECK_THAT(spin_trylock_irqsave(&spin, flags) && irqs_disabled() && !spin_trylock(&spin));
	spin_unlock_irqrestore(&spin, flags);
	CHECK_THAT(!irqs_disabled() && preemptible());
}

static void counts_of_sequences(void)
{
	static DEFINE_SEQLOCK(lock);
	unsigned int start = read_seqbegin(&lock);

	CHECK_THAT(!read_seqretry(&lock, start));
	write_seqlock(&lock);
	write_sequnlock(&lock);
	CHECK_THAT(read_seqretry(&lock, start) && !read_seqretry(&lock, read_seqbegin(&lock)));
	start = raw_read_seqcount(&lock.seqcount);
	write_seqcount_invalidate(&lock.seqcount);
	CHECK_THAT(read_seqcount_retry(&lock.seqcount, start));
}

/* --- times and numbers at random --- */

static void times(void)
{
	const ktime_t before = ktime_get();
	const unsigned long now = jiffies;

	CHECK_THAT(msecs_to_jiffies(0) == 0 && msecs_to_jiffies(1) >= 1 &&
		   msecs_to_jiffies(1000) == HZ && msecs_to_jiffies(-1u) == MAX_JIFFY_OFFSET);
	CHECK_THAT(jiffies_to_msecs(HZ) == 1000 && usecs_to_jiffies(1) == 1 &&
		   nsecs_to_jiffies(NSEC_PER_SEC) == HZ);
	CHECK_THAT(time_after(1ul, 0ul) && time_after(0ul, ~0ul) && time_before_eq(5ul, 5ul) &&
		   time_in_range(5ul, 4ul, 6ul));
	msleep(20);
	CHECK_THAT(ktime_ms_delta(ktime_get(), before) >= 20 &&
		   time_after_eq(jiffies, now + msecs_to_jiffies(19)));
	CHECK_THAT(timespec64_to_ns(&(struct timespec64){1, 5}) == 1000000005 &&
		   ns_to_timespec64(-1).tv_sec == -1 && ns_to_timespec64(-1).tv_nsec == 999999999);
	CHECK_THAT(ktime_set(1, 2) == 1000000002 && ktime_set(KTIME_SEC_MAX, 0) == KTIME_MAX);
	CHECK_THAT(local_clock() > 0 && ktime_get_real_seconds() > 1700000000);
}

static void numbers_at_random(void)
{
	static DEFINE_PER_CPU(struct rnd_state, states);
	struct rnd_state one, two;
	u8 bytes[7];
	bool seen[3] = {false};

	for (int i = 0; i < 300; i++) {
		seen[get_random_u32_below(3)] = true;
		CHECK_THAT(get_random_u32_inclusive(5, 6) - 5 < 2 &&
			   get_random_u32_above(~0u - 2) >= ~0u - 1);
	}
	CHECK_THAT(seen[0] && seen[1] && seen[2] && get_random_u64() != get_random_u64());
	prandom_seed_state(&one, 1);
	prandom_seed_state(&two, 1);
	CHECK_THAT(prandom_u32_state(&one) == prandom_u32_state(&two));
	two = one;
	prandom_bytes_state(&one, bytes, sizeof(bytes));
	CHECK_THAT(get_unaligned_le32(bytes) == prandom_u32_state(&two));
	prandom_seed_full_state(&states);
	CHECK_THAT(num_possible_cpus() == 1 || per_cpu(states, 0).s1 != per_cpu(states, 1).s1);
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void sorting(void)
{
	struct rnd_state state;
	int numbers[257];
	long long sum = 0;

	prandom_seed_state(&state, 42);
	for (size_t nr = 0; nr < ARRAY_SIZE(numbers); nr++) {
		sum = 0;
		for (size_t i = 0; i < nr; i++)
			sum += numbers[i] = (int)prandom_u32_state(&state) % 64;
		sort(numbers, nr, sizeof(numbers[0]), compare_ints, NULL);
		for (size_t i = 0; i < nr; i++) {
			CHECK_THAT(i == 0 || numbers[i - 1] <= numbers[i]);
			sum -= numbers[i];
		}
		CHECK_THAT(sum == 0);
	}
}

/* --- before main() --- */

static int order_of_calls;
static int late(void)
{
	order_of_calls = order_of_calls * 10 + 3;
	return -EAGAIN;
}
late_initcall(late);

static int __init early(void)
{
	order_of_calls = order_of_calls * 10 + 1;
	return 0;
}
core_initcall(early);

static int __init middle(void)
{
	order_of_calls = order_of_calls * 10 + 2;
	return 0;
}
module_init(middle)

	static void __exit never(void)
{
}
module_exit(never) MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("words");

static int number = 1;
module_param(number, int, 0644);
static bool flag;
module_param_named(other, flag, bool, 0);
static char *name;
module_param(name, charp, 0444);

static void modules(void)
{
	CHECK_THAT(order_of_calls == 123);
	CHECK_THAT(__pcpu_set_module_param("number=-7") == 0 && number == -7);
	CHECK_THAT(__pcpu_set_module_param("number=x") == -EINVAL && number == -7);
	CHECK_THAT(__pcpu_set_module_param("other=y") == 0 && flag &&
		   __pcpu_set_module_param("flag=n") == -EINVAL);
	CHECK_THAT(__pcpu_set_module_param("name=of it") == 0 && strcmp(name, "of it") == 0);
	CHECK_THAT(__pcpu_set_module_param("numbe=1") == -EINVAL &&
		   __pcpu_set_module_param("number") == -EINVAL);
	CHECK_THAT(IS_ENABLED(CONFIG_64BIT) && !IS_ENABLED(CONFIG_THAT_IS_NOT) &&
		   IS_BUILTIN(CONFIG_64BIT) && !IS_MODULE(CONFIG_64BIT));
}

static int done_once;
static void once(int by)
{
	done_once += by;
}

static void calls_once(void)
{
	for (int i = 0; i < 3; i++)
		CHECK_THAT(DO_ONCE(once, 2) == (i == 0));
	CHECK_THAT(done_once == 2);
}

int main(void)
{
	messages_have_levels_and_a_prefix();
	bounds();
	rounding();
	divisions();
	sums_that_do_not_fit();
	numbers_from_text();
	text();
	atomics_return_old_or_new();
	atomics_that_may_not();
	exchanges_of_any_size();
	references_do_not_come_back();
	krefs_release_once();
	lists();
	lists_with_short_heads();
	lists_with_one_link();
	memory();
	what_a_block_ends();
	locks_that_are_tried();
	counts_of_sequences();
	times();
	numbers_at_random();
	sorting();
	modules();
	calls_once();
	return check_result();
}
