/* SPDX-License-Identifier: MIT */
/* kinds.cc - per-CPU variables of all kinds, as C++ has them, for sessions.md. */
#include <percpu/percpu.h>

#include <cstdlib>
#include <sched.h>

enum mood { calm, angry };

struct base {
	long inherited;
};
struct inner {
	unsigned char small;
	float ratio;
};
struct all : base {
	inner nested;
	inner several[2];
	bool ready;
	mood state;
	const char *text;
	union {
		int as_int;
		char as_bytes[4];
	};
	unsigned int low : 3, high : 5;
	char name[8];
};

namespace app
{
DEFINE_PER_CPU(long, hits);
DEFINE_PER_CPU(double, load);
DEFINE_PER_CPU(bool, ready) = true;
DEFINE_PER_CPU(const char *, text) = "initial";
DEFINE_PER_CPU(struct all, everything);
DEFINE_PER_CPU(int[2][2], table) = {{1, 2}, {3, 4}};

class server
{
	static DEFINE_PER_CPU(unsigned short, count);

public:
	static void serve(unsigned int n)
	{
		this_cpu_add(count, static_cast<unsigned short>(n));
	}
};
DEFINE_PER_CPU(unsigned short, server::count) = 3;
} // namespace app

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		std::exit(77);
}

static all *allocated;
static void *nameless;

extern "C" void stop_here();
extern "C" void stop_here()
{
}

int main()
{
	allocated = alloc_percpu(all);
	nameless = allocated;
	go_to(0);
	this_cpu_sub(app::hits, 3);
	this_cpu_write(app::load, 0.5);
	app::server::serve(65530);
	go_to(1);
	this_cpu_add(app::hits, 1);
	this_cpu_write(app::load, 1.25);
	this_cpu_write(app::ready, false);
	this_cpu_write(app::text, nullptr);
	app::server::serve(10);
	all *mine = get_cpu_ptr(&app::everything);
	mine->inherited = 7;
	mine->nested.ratio = 0.25F;
	mine->several[1].small = 200;
	mine->ready = true;
	mine->state = angry;
	mine->low = 5;
	mine->as_int = 9;
	put_cpu_ptr(&app::everything);
	this_cpu_write(allocated->inherited, 11L);
	stop_here();
	free_percpu(allocated);
	return 0;
}
