/* SPDX-License-Identifier: MIT */
/*
 * cxx.cc - C++: requests and bytes that threads count, whole in a section, and the sums of both.
 *
 *	$ c++ -O2 -std=c++17 cxx.cc -lpercpu -o cxx && ./cxx
 *	400000 requests, 204800000 bytes, 400 errors, 10 connections
 *
 * Exits with 1 if one is missing.
 */
#include <percpu/percpu.hpp>

#include <cstdio>
#include <thread>
#include <vector>

namespace
{

struct traffic {
	unsigned long requests, bytes;
};

constexpr unsigned long nr_threads = 4, requests_each = 100000;

} /* namespace */

int main()
{
	percpu::var<traffic> all;             // one copy a CPU, given back at the block's end
	percpu::var<unsigned long> errors;    // ... a single number
	percpu::counter open_connections(10); // a cheap approximate value, too
	std::vector<std::thread> threads;

	for (unsigned long i = 0; i < nr_threads; i++)
		threads.emplace_back([&] {
			for (unsigned long request = 0; request < requests_each; request++) {
				++open_connections;
				if (request % 1000 == 0)
					++errors;
				percpu::section here; // this CPU's copies are ours
				auto &mine = here[all];
				mine.requests++;
				mine.bytes += 512;
				--open_connections;
			}
		});
	for (auto &thread : threads)
		thread.join();

	const unsigned long requests = (all->*&traffic::requests).sum();
	const unsigned long bytes = (all->*&traffic::bytes).sum();
	std::printf("%lu requests, %lu bytes, %lu errors, %ld connections\n", requests, bytes,
		    errors.sum(), static_cast<long>(open_connections.sum()));
	return requests != nr_threads * requests_each || bytes != 512 * requests ||
	       errors.sum() * 1000 != requests || open_connections.sum() != 10;
}
