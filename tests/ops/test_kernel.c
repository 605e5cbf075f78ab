/* SPDX-License-Identifier: MIT */
/*
 * test_kernel.c - the small headers of percpu/kernel/, which a program includes that is written
 * with the kernel's words.
 */
#define CONFIG_DEBUG_VM
#include <percpu/kernel/barrier.h>
#include <percpu/kernel/bug.h>
#include <percpu/kernel/err.h>
#include <percpu/kernel/list.h>
#include <percpu/kernel/lock.h>
#include <percpu/kernel/math.h>
#include <percpu/kernel/memblock.h>
#include <percpu/kernel/page.h>
#include <percpu/kernel/size_call.h>
#include <percpu/kernel/wait.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* after the others: it says so */
#include <percpu/kernel/attributes.h>

static int failures;

static void expect(bool holds, int line)
{
	if (holds)
		return;
	fprintf(stderr, "FAILED: line %d\n", line);
	failures++;
}
#define EXPECT(holds) expect(holds, __LINE__)

/* --- math.h, page.h --- */

BUILD_BUG_ON(sizeof(char) != 1);

static void numbers_are_rounded(void)
{
	EXPECT(ALIGN(0, 8) == 0 && ALIGN(1, 8) == 8 && ALIGN(8, 8) == 8 && ALIGN(9u, 4) == 12);
	EXPECT(sizeof(ALIGN((char)3, 4)) == 1);
	EXPECT(roundup(7, 3) == 9 && roundup(9, 3) == 9);
	EXPECT(DIV_ROUND_UP(7, 3) == 3 && DIV_ROUND_UP(9, 3) == 3 && DIV_ROUND_UP(0, 3) == 0);
	EXPECT(PAGE_SIZE == 4096 && PAGE_SHIFT == 12 && PAGE_MASK == ~4095UL);
	EXPECT(PMD_SIZE == 2097152);
	EXPECT(PFN_ALIGN(4097UL) == 8192 && PFN_ALIGN(4096UL) == 4096);
	EXPECT(PFN_DOWN(8191) == 1 && PFN_DOWN(8192) == 2);
	EXPECT(_AC(1, UL) == 1 && sizeof(_AC(1, UL)) == sizeof(long));
	EXPECT(__AC(7, U) == 7u && sizeof(_AT(char, 300)) == 1);
}

static void bounds_have_the_type_that_is_asked_for(void)
{
	int numbers[7];
	int i = 3, one = 1;

	EXPECT(typecheck(int, i));
	EXPECT(ARRAY_SIZE(numbers) == 7);
#ifndef __cplusplus
	EXPECT(min(i++, 10) == 3 && i == 4);
	EXPECT(max(--i, one) == 3 && i == 3);
	EXPECT(min(min(5, 2), max(1, 3)) == 2);
	EXPECT(max_t(unsigned int, -1, 1) == 4294967295u);
	EXPECT(min_t(int, -1, 1u) == -1);
#endif
	(void)one;
}

static void bits_are_counted_from_one(void)
{
	EXPECT(fls(0) == 0 && fls(1) == 1 && fls(0x8000) == 16 && fls(0x80000000u) == 32);
	EXPECT(order_base_2(0) == 0 && order_base_2(1) == 0 && order_base_2(2) == 1);
	EXPECT(order_base_2(3) == 2 && order_base_2(4) == 2 && order_base_2(4097) == 13);
}

/* --- attributes.h --- */

int replaced(void);
int __weak replaced(void)
{
	return 4;
}

static __read_mostly int mostly_read = 5;
static int __initdata at_start = 6;

static int __init __cpuinit __ref begin(int __user *user, void __kernel *kernel)
{
	return (__force long)user == (long)kernel ? at_start : mostly_read;
}

static bool was_called;

static int call_before_main(void)
{
	was_called = true;
	return 0;
}
core_initcall(call_before_main);

static void attributes_mean_what_they_say(void)
{
	struct of_lines {
		char first;
		char second __aligned(32);
	};

	EXPECT(likely(2) == 1 && unlikely(0) == 0);
	EXPECT(offsetof(struct of_lines, second) == 32);
	EXPECT(replaced() == 4);
	EXPECT(begin(NULL, NULL) == 6);
}

static void variable_may_be_without_a_value(void)
{
	int uninitialized_var(number);

	number = 3;
	EXPECT(number == 3);
}

/* --- bug.h --- */

static struct {
	int nr;
	enum percpu_log_level level;
	char message[200];
} heard;

static jmp_buf not_ended;

static void hear(enum percpu_log_level level, const char *message)
{
	heard.nr++;
	heard.level = level;
	snprintf(heard.message, sizeof(heard.message), "%.199s", message);
}

static void do_not_end(const char *message)
{
	(void)message;
	percpu_set_fatal_handler(do_not_end);
	longjmp(not_ended, 1);
}

static bool was_heard(enum percpu_log_level level, const char *message)
{
	bool it_was = heard.nr == 1 && heard.level == level && strstr(heard.message, message);

	memset(&heard, 0, sizeof(heard));
	return it_was;
}

static void messages_have_their_levels(void)
{
	pr_emerg("a %d\n", 1);
	EXPECT(was_heard(PERCPU_LOG_EMERG, "a 1"));
	pr_err("b");
	EXPECT(was_heard(PERCPU_LOG_ERR, "b"));
	pr_warn("c %s", "d");
	EXPECT(was_heard(PERCPU_LOG_WARNING, "c d"));
	pr_warning("e");
	EXPECT(was_heard(PERCPU_LOG_WARNING, "e"));
	pr_info("f");
	EXPECT(was_heard(PERCPU_LOG_INFO, "f"));
	pr_debug("g");
	EXPECT(was_heard(PERCPU_LOG_DEBUG, "g"));
	printk(KERN_EMERG "h %d", 2);
	EXPECT(was_heard(PERCPU_LOG_EMERG, "h 2"));
	printk(KERN_DEBUG "i");
	EXPECT(was_heard(PERCPU_LOG_DEBUG, "i"));
	printk("j\n");
	EXPECT(!strchr(heard.message, '\n') && was_heard(PERCPU_LOG_WARNING, "j"));
}

static void stack_has_a_caller(void)
{
	percpu_set_log_handler(hear, PERCPU_LOG_WARNING);
	dump_stack();
	EXPECT(heard.nr >= 2 && strstr(heard.message, "[<0x"));
	memset(&heard, 0, sizeof(heard));
}

static int nr_asked;

static int ask(int answer)
{
	nr_asked++;
	return answer;
}

static void warnings_say_whether_and_where(void)
{
	EXPECT(!WARN(ask(0), "no"));
	EXPECT(!WARN_ON(ask(0)));
	EXPECT(heard.nr == 0 && nr_asked == 2);
	EXPECT(WARN(ask(2), "of %d", 7) == 1);
	EXPECT(was_heard(PERCPU_LOG_WARNING, "of 7"));
	EXPECT(WARN_ON(ask(1)));
	EXPECT(nr_asked == 4 &&
	       was_heard(PERCPU_LOG_WARNING, "warnings_say_whether_and_where(): ask(1)"));
	for (int i = 0; i < 3; i++)
		EXPECT(WARN_ON_ONCE(ask(1)));
	EXPECT(nr_asked == 7 && was_heard(PERCPU_LOG_WARNING, "ask(1)"));
	EXPECT(!WARN_ON_ONCE(0) && heard.nr == 0);
}

static void fatal_checks_end_the_process(void)
{
	BUG_ON(0);
	VM_BUG_ON(0);
	if (setjmp(not_ended) == 0)
		BUG_ON(failures >= 0);
	EXPECT(was_heard(PERCPU_LOG_EMERG, "failures >= 0"));
	if (setjmp(not_ended) == 0)
		VM_BUG_ON(failures > -1);
	EXPECT(was_heard(PERCPU_LOG_EMERG, "failures > -1"));
	if (setjmp(not_ended) == 0)
		BUG();
	EXPECT(was_heard(PERCPU_LOG_EMERG, "BUG at "));
	if (setjmp(not_ended) == 0)
		panic("of %s", "it");
	EXPECT(was_heard(PERCPU_LOG_EMERG, "of it"));
}

static void levels_that_nobody_hears_are_not_made(void)
{
	percpu_set_log_handler(hear, PERCPU_LOG_ERR);
	pr_info("k");
	EXPECT(heard.nr == 0);
	errno = 1234;
	percpu_log(PERCPU_LOG_ERR, "l");
	EXPECT(errno == 1234 && was_heard(PERCPU_LOG_ERR, "l"));
}

/* --- lock.h, wait.h --- */

static DEFINE_MUTEX(mutex);
static struct mutex other_mutex = __MUTEX_INITIALIZER(other_mutex);
static DEFINE_SPINLOCK(spinlock);
static atomic_t turns = ATOMIC_INIT(3);
static wait_queue_head_t queue = __WAIT_QUEUE_HEAD_INITIALIZER(queue);
static int turn, sum;

static void numbers_and_locks_count_exactly(void)
{
	EXPECT(atomic_read(&turns) == 3);
	atomic_inc(&turns);
	EXPECT(atomic_dec_return(&turns) == 3 && atomic_inc_return(&turns) == 4);
	atomic_dec(&turns);
	atomic_set(&turns, atomic_read(&turns) + 7);
	EXPECT(atomic_add_return(-10, &turns) == 0);
	mutex_lock(&mutex);
	EXPECT(!mutex_trylock(&mutex) && mutex_trylock(&other_mutex));
	mutex_unlock(&other_mutex);
	mutex_unlock(&mutex);
}

static void wait_for_turn(int mine)
{
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
		if (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) == mine)
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
}

/* Two threads in turn: a wake-up that is lost is a test that hangs. */
static void *take_turns(void *arg)
{
	const int mine = arg ? 1 : 0;
	unsigned long flags;

	for (int i = 0; i < 2000; i++) {
		wait_for_turn(mine);
		spin_lock_irqsave(&spinlock, flags);
		sum++;
		spin_unlock_irqrestore(&spinlock, flags);
		atomic_inc(&turns);
		__atomic_store_n(&turn, !mine, __ATOMIC_SEQ_CST);
		wake_up(&queue);
	}
	return arg;
}

static void who_sleeps_is_woken(void)
{
	pthread_t other;

	EXPECT(!waitqueue_active(&queue));
	EXPECT(pthread_create(&other, NULL, take_turns, &sum) == 0);
	take_turns(NULL);
	pthread_join(other, NULL);
	EXPECT(sum == 4000 && atomic_read(&turns) == 4000);
	EXPECT(!waitqueue_active(&queue));
	schedule();
}

/* A handler that takes the lock comes when its thread does not have it. */
static void take_in_handler(int signo)
{
	(void)signo;
	EXPECT(spin_trylock(&spinlock));
	sum++;
	spin_unlock(&spinlock);
}

static void signals_wait_for_the_lock(void)
{
	unsigned long flags;

	signal(SIGUSR1, take_in_handler);
	sum = 0;
	spin_lock_irqsave(&spinlock, flags);
	raise(SIGUSR1);
	EXPECT(sum == 0);
	spin_unlock_irqrestore(&spinlock, flags);
	EXPECT(sum == 1);
	signal(SIGUSR1, SIG_DFL);
}

/* --- memblock.h --- */

static bool is_zero_and_aligned(const char *memory, size_t size, uintptr_t align)
{
	if (!memory || (uintptr_t)memory % align != 0)
		return false;
	for (size_t i = 0; i < size; i++)
		if (memory[i])
			return false;
	return true;
}

static void memory_of_the_start_is_zero_and_aligned(void)
{
	void *memory[5] = {memblock_alloc(100, 0), memblock_virt_alloc(100, 4096),
			   memblock_virt_alloc_nopanic(3, 1),
			   memblock_virt_alloc_from_nopanic(100, 64, 1 << 20), alloc_bootmem(100)};

	EXPECT(is_zero_and_aligned((char *)memory[0], 100, SMP_CACHE_BYTES));
	EXPECT(is_zero_and_aligned((char *)memory[1], 100, 4096));
	EXPECT(is_zero_and_aligned((char *)memory[2], 3, 1));
	EXPECT(is_zero_and_aligned((char *)memory[3], 100, 64));
	EXPECT(is_zero_and_aligned((char *)memory[4], 100, SMP_CACHE_BYTES));
	EXPECT(!memblock_alloc(100, 48) && !memblock_alloc((size_t)-1, 64));
	memblock_free_early(memory[0], 100);
	for (int i = 1; i < 5; i++)
		memblock_free(memory[i], 100);
	if (setjmp(not_ended) == 0)
		memblock_virt_alloc((size_t)-1, 64);
	EXPECT(was_heard(PERCPU_LOG_EMERG, "no memory for 18446744073709551615 bytes"));
}

/* --- list.h --- */

struct element {
	int number;
	struct list_head link;
};

/* The elements' numbers, as digits. */
static int digits(struct list_head *list)
{
	struct element *element;
	int all = 0;

	list_for_each_entry(element, list, link) all = 10 * all + element->number;
	return all;
}

static void lists_keep_their_order(void)
{
	struct element one = {1, {NULL, NULL}}, two = {2, {NULL, NULL}}, three = {3, {NULL, NULL}};
	LIST_HEAD(list);
	struct list_head other;

	INIT_LIST_HEAD(&other);
	EXPECT(list_empty(&list) && list_empty(&other) && digits(&list) == 0);
	list_add_tail(&one.link, &list);
	list_add_tail(&two.link, &list);
	list_add(&three.link, &list);
	EXPECT(digits(&list) == 312);
	list_move(&one.link, &list);
	EXPECT(digits(&list) == 132);
	list_move_tail(&one.link, &list);
	EXPECT(digits(&list) == 321);
	list_move_tail(&two.link, &other);
	EXPECT(digits(&list) == 31 && digits(&other) == 2);
	list_del(&three.link);
	EXPECT(digits(&list) == 1);
	EXPECT(list_entry(list.next, struct element, link) == &one);
}

/* --- barrier.h, size_call.h --- */

static void barriers_are_there(void)
{
	int number = 1;

	barrier();
	mb();
	rmb();
	wmb();
	smp_mb();
	smp_rmb();
	smp_wmb();
	cpu_relax();
	WRITE_ONCE(number, 2);
	EXPECT(READ_ONCE(number) == 2);
}

DEFINE_PER_CPU(uint8_t, byte);
DEFINE_PER_CPU(uint16_t, half);
DEFINE_PER_CPU(uint32_t, word);
DEFINE_PER_CPU(uint64_t, wide);
DEFINE_PER_CPU(uint64_t[2], pair) __attribute__((__aligned__(16)));

#define put(pcp, val) __pcpu_size_call(this_cpu_write_, pcp, val)
#define get(pcp) __pcpu_size_call_return(this_cpu_read_, pcp)
#define count(pcp, val) __pcpu_size_call_return2(this_cpu_add_return_, pcp, val)
#define swap_pair(p, q, ...) \
	__pcpu_double_call_return_bool(this_cpu_cmpxchg_double_, p, q, __VA_ARGS__)

static void calls_go_by_the_size(void)
{
	put(byte, 250);
	put(half, 65535);
	put(word, 7);
	put(wide, 8);
	EXPECT(get(byte) == 250 && sizeof(get(byte)) == 1);
	EXPECT(get(half) == 65535 && get(word) == 7 && get(wide) == 8);
	EXPECT(count(byte, 10) == 4 && count(half, 1) == 0);
	EXPECT(count(word, count(wide, 1)) == 16);
	EXPECT(swap_pair(pair[0], pair[1], 0, 0, 1, 2));
	EXPECT(!swap_pair(pair[0], pair[1], 0, 0, 3, 4) && get(pair[1]) == 2);
}

int main(void)
{
	percpu_set_log_handler(hear, PERCPU_LOG_DEBUG);
	percpu_set_fatal_handler(do_not_end);
	numbers_are_rounded();
	bounds_have_the_type_that_is_asked_for();
	bits_are_counted_from_one();
	attributes_mean_what_they_say();
	variable_may_be_without_a_value();
	messages_have_their_levels();
	warnings_say_whether_and_where();
	fatal_checks_end_the_process();
	levels_that_nobody_hears_are_not_made();
	numbers_and_locks_count_exactly();
	who_sleeps_is_woken();
	signals_wait_for_the_lock();
	memory_of_the_start_is_zero_and_aligned();
	stack_has_a_caller();
	lists_keep_their_order();
	EXPECT(was_called);
	barriers_are_there();
	preempt_disable();
	calls_go_by_the_size();
	preempt_enable();
	return failures != 0;
}
