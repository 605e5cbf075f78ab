/* SPDX-License-Identifier: MIT */
/*
 * uses.cc - every name of percpu.hpp once, for compilers: compiles.sh. With CASE 1 and on,
 * something that must not compile.
 */
#include <percpu/percpu.hpp>

#include <string>
#include <utility>

struct stats {
	unsigned long hits;
	unsigned char kind;
	int places[4];
};

struct queue {
	local_lock_t lock;
	int length;
};

DEFINE_PER_CPU(unsigned long, total);
DEFINE_PER_CPU(struct queue, queue);

#ifndef CASE
#define CASE 0
#endif

template <typename T> T use_ptr(percpu::ptr<T> p, T value)
{
	p.store(value);
	p.add(value);
	p.sub(value);
	p.inc();
	p.dec();
	p.bit_and(value);
	p.bit_or(value);
	++p;
	--p;
	p += value;
	p -= value;
	p &= value;
	p |= value;
	T seen = p.compare_exchange(value, value);
	(void)p.compare_exchange_strong(seen, value);
	(void)p.sum();
	(void)p.exchange_on(0, value);
	p.for_each([value](unsigned int, T &copy) { copy = value; });
	(void)(p + 1 == p[1] && p != p.get() && p);
	p.on(0) = value;
	return static_cast<T>(p.add_return(value) | p.exchange(value) | p.load());
}

long use_all();
long use_all()
{
	percpu::var<stats> s;
	percpu::var<long> word;
	percpu::var<void *> pointer;
	percpu::var<double> real;
	percpu::array<short> shorts(8);
	percpu::counter counter(1);
	long result = 0;

	result += use_ptr<long>(word, -1L);
	result += use_ptr<unsigned char>(s->*&stats::kind, 3);
	result += use_ptr<short>(shorts[7], 4);
	result += static_cast<long>(use_ptr<unsigned long>(&total, 5UL));
	pointer.store(nullptr);
	real.store(pointer.exchange(&s) ? 0.5 : 1.5);
	result += static_cast<long>(real.sum());
	{
		percpu::section here;

		here[s].places[here.cpu() & 3]++;
		here[&total]++;
	}
	{
		percpu::remote_section there(0);

		there[s].hits += there.cpu();
		there[&total]++;
	}
	{
		percpu::local_lock lock(&queue.lock);

		lock[&queue].length++;
		percpu::local_lock again(&queue.lock, percpu::try_to_lock);
		result += again ? 1 : again[percpu::ptr(&queue)].length;
	}
	++counter;
	--counter;
	counter += 2;
	counter -= 2;
	counter.add(1);
	counter.add(1, 64);
	counter.set(7);
	result += counter.read() + counter.sum() + counter.sum_and_reset() + counter.compare(1);
	result += counter.limited_add(10, 1) + percpu_counter_initialized(counter.get());

	percpu::var<long> moved(std::move(word));
	word = std::move(moved);
	word = percpu::var<long>::own(word.release());
	percpu::array<short> other(std::move(shorts));
	shorts = std::move(other);
	result += static_cast<long>(shorts.size()) + (shorts.data() ? 1 : 0);

#if CASE == 1
	percpu::var<std::string> text;
#elif CASE == 2
	percpu::var<const int> constant;
#elif CASE == 3
	s.add(stats());
#elif CASE == 4
	real.add(1.0);
#elif CASE == 5
	percpu::var<long> copy(word);
#elif CASE == 6
	long ordinary = word;
	result += ordinary;
#elif CASE == 7
	percpu::section one, two(one);
#elif CASE == 8
	word = 5;
#elif CASE == 9
	percpu::local_lock lock(&total);
#elif CASE == 10
	pointer.inc();
#endif
	return result;
}
