/* SPDX-License-Identifier: MIT */
/*
 * test_hpp.cc - percpu.hpp: that each name does what it says, in threads, and who owns what.
 */
#include <support/cmocka_all.h>

#include <percpu/percpu.hpp>

#include <cerrno>
#include <limits>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace
{

#ifdef PERCPU_UP
constexpr unsigned long nr_threads = 1;
#else
constexpr unsigned long nr_threads = 4;
#endif
constexpr unsigned long nr_rounds = 20000;

struct stats {
	unsigned long hits, bytes;
	unsigned char kind;
};

struct queue {
	local_lock_t lock;
	unsigned long length;
};

/* As a global: made before main(), given back after it. */
percpu::var<unsigned long> global;

template <typename Body> void in_threads(Body body)
{
	std::vector<std::thread> threads;

	for (unsigned long i = 0; i < nr_threads; i++)
		threads.emplace_back([&body] {
			for (unsigned long round = 0; round < nr_rounds; round++)
				body(round);
		});
	for (auto &thread : threads)
		thread.join();
}

long live_areas()
{
	percpu_stats now{};

	percpu_get_stats(&now);
	return static_cast<long>(now.nr_cur_alloc);
}

} /* namespace */

DEFINE_PER_CPU(unsigned long, total);
DEFINE_PER_CPU(queue, jobs);

static void nothing_is_lost(void **)
{
	percpu::var<stats> s;
	percpu::array<unsigned int> several(5);
	percpu::counter counter(3);

	in_threads([&](unsigned long round) {
		++global;
		percpu::ptr(&total) += 2UL;
		(s->*&stats::hits).inc();
		several[round % 5].add(3);
		++counter;
		percpu::section here;
		here[s].bytes += round;
		here[&total]++;
	});
	const unsigned long all = nr_threads * nr_rounds;
	assert_int_equal(global.sum(), all);
	assert_int_equal(percpu::ptr(&total).sum(), 3 * all);
	assert_int_equal((s->*&stats::hits).sum(), all);
	assert_int_equal((s->*&stats::bytes).sum(), nr_threads * (nr_rounds * (nr_rounds - 1) / 2));
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(several[i].sum(), 3 * all / 5);
	assert_int_equal(counter.sum(), all + 3);
	assert_int_equal(counter.sum_and_reset(), all + 3);
	assert_int_equal(counter.sum(), 0);

	unsigned long by_hand = 0;
	percpu::ptr(&total).for_each([&](unsigned int cpu, unsigned long &copy) {
		assert_ptr_equal(&copy, per_cpu_ptr(&total, cpu));
		by_hand += copy;
	});
	assert_int_equal(by_hand, 3 * all);
}

/* On what is held: one copy, and nobody else. */
static void operations(void **)
{
	percpu::var<int> word;
	percpu::section here;
	const unsigned int cpu = here.cpu();

	here[word] = 5;
	assert_int_equal(word.on(cpu), 5);
	assert_int_equal(word.add_return(2), 7);
	assert_int_equal(word.exchange(12), 7);
	assert_int_equal(word.compare_exchange(1, 2), 12);
	assert_int_equal(word.compare_exchange(12, 15), 12);
	int seen = 1;
	assert_false(word.compare_exchange_strong(seen, 2));
	assert_int_equal(seen, 15);
	assert_true(word.compare_exchange_strong(seen, 13));
	word &= 12;
	word |= 3;
	word -= 4;
	--word;
	assert_int_equal(word.load(), 10);
	word.store(-1);
	assert_int_equal(here[word], -1);
	assert_int_equal(word.exchange_on(cpu, 4), -1);
	assert_int_equal(word.sum(), 4);
}

static void guards(void **)
{
	percpu::var<unsigned long> word;

	in_threads([&](unsigned long round) {
		if (round % 64 == 0) {
			percpu::remote_section there(0);
			there[word]++;
			assert_int_equal(there.cpu(), 0);
		}
		percpu::local_lock lock(&jobs.lock);
		assert_true(static_cast<bool>(lock));
		lock[&jobs].length++;
	});
	unsigned long length = 0;
	percpu::ptr(&jobs).for_each([&](unsigned int, queue &copy) {
		length += copy.length;
		assert_int_equal(copy.lock.owner, 0);
	});
	assert_int_equal(length, nr_threads * nr_rounds);
	assert_int_equal(word.on(0), nr_threads * ((nr_rounds + 63) / 64));

	percpu::local_lock lock(&jobs.lock);
	percpu::local_lock again(&jobs.lock, percpu::try_to_lock);
#ifndef PERCPU_UP
	assert_false(static_cast<bool>(again));
#endif
	try {
		percpu::remote_section nowhere(std::numeric_limits<unsigned int>::max());
		fail_msg("there is no such CPU");
	} catch (const std::system_error &error) {
		assert_int_equal(error.code().value(), EINVAL);
	}
}

static void owners(void **)
{
	const long before = live_areas();
	{
		percpu::var<long> one, other;
		long __percpu *p = one.get();

		assert_int_equal(live_areas(), before + 2);
		one.add(7);
		other = std::move(one);
		assert_int_equal(live_areas(), before + 1);
		assert_ptr_equal(other.get(), p);
		assert_false(static_cast<bool>(one));
		percpu::var<long> third(std::move(other));
		assert_int_equal(third.sum(), 7);
		third = percpu::var<long>::own(third.release());
		assert_int_equal(third.sum(), 7);
		auto &same = third;
		third = std::move(same);
		assert_int_equal(third.sum(), 7);

		percpu::array<short> few(3), more(4);
		few = std::move(more);
		assert_int_equal(few.size(), 4);
		assert_int_equal(more.size(), 0);
		auto held = std::make_unique<percpu::var<stats>>();
		assert_int_equal((*held->*&stats::kind).sum(), 0);
	}
	assert_int_equal(live_areas(), before);
}

template <typename Make> static bool has_no_memory(Make make)
{
	try {
		make();
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

static void refused(void **)
{
	struct large {
		char bytes[40000];
	};
	const long before = live_areas();

	percpu_set_log_handler([](enum percpu_log_level, const char *) {}, PERCPU_LOG_WARNING);
	assert_true(has_no_memory(
		[] { percpu::array<long> a(std::numeric_limits<std::size_t>::max() / 4); }));
	assert_true(has_no_memory([] { percpu::array<long> a(0); }));
#ifndef PERCPU_UP
	assert_true(has_no_memory([] { percpu::var<large> v; }));
#endif
	percpu_set_log_handler(nullptr, PERCPU_LOG_WARNING);
	assert_int_equal(live_areas(), before);
}

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost), cmocka_unit_test(operations),
		cmocka_unit_test(guards),          cmocka_unit_test(owners),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
