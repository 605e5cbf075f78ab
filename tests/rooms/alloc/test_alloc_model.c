/* SPDX-License-Identifier: MIT */
/*
 * test_alloc_model.c - the public calls in random steps, against what the caller knows: which areas
 * it has, and what it has written to each copy of them.
 *
 * An area must lie where no other live one lies, be aligned, and be zero in every open copy. Then
 * each copy is filled with a pattern, which has to be there when the area is freed. An allocation
 * may fail only where the maps, looked through from their start, have no room.
 *
 * Usage: test_alloc_model [STEPS]. PERCPU_TEST_SEED gives the random numbers' seed, which is
 * printed.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/locked.h"
#include "support/random.h"
#include "support/sanitized.h"

#include "alloc/alloc.h"
#include "alloc/map/area_walk.h"
#include "alloc/books.h"
#include "alloc/cache.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "ground/conf.h"
#include "memory/coord.h"
#include "ground/layout.h"
#include "memory/unit.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define DEFAULT_STEPS 4000000L
#define STEPS_A_CHECK 2000
#define STEPS_A_TIDE 5000
#define STEPS_A_MOVE 50
#define MOST_AREAS 2000
#define MOST_COPIES 8
#define POOL 64
#define MOST_THREADS 4

static long steps = DEFAULT_STEPS;
static uint64_t seed;

/* An area that somebody has. */
struct area {
	char __percpu *ptr;
	size_t size;
	unsigned char pattern; /* of the first copy; not 0 in any */
};

/* Who takes steps, and moves from CPU to CPU: alone, or as one of several threads. */
struct walker {
	struct random random;
	struct area areas[MOST_AREAS];
	int nr, most;
	long steps;
	bool alone;  /* nobody else allocates or frees */
	bool passes; /* areas to others, through the pool */
	int refused;
	char complaint[160]; /* empty: none */
};

#define complain(walker, ...) \
	snprintf((walker)->complaint, sizeof((walker)->complaint), __VA_ARGS__)

/* --- what is where --- */

/* CPUs whose units are open, all the time. */
static unsigned int open_cpus[MOST_COPIES];
static int nr_open;

/* A bit for each byte of coordinates, all 2^32: some live area has it. */
static uint64_t *owned;

static void map_owned(void)
{
	owned = mmap(NULL, 1UL << 29, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(owned, MAP_FAILED);
}

static uint32_t coord_of(const struct area *area)
{
	return (uint32_t)(uintptr_t)area->ptr;
}

/* The bits of [from, to) that are in one word. */
static uint64_t mask_of(uint64_t from, uint64_t to)
{
	return (~0UL << from % 64) & (~0UL >> (63 - (to - 1) % 64));
}

/* Owns the area's bytes, or disowns them. Returns whether none was what it was to become. */
static bool own(const struct area *area, bool to_own)
{
	uint64_t at = coord_of(area), end = at + area->size;
	bool clean = true;

	while (at < end) {
		uint64_t next = (at / 64 + 1) * 64 < end ? (at / 64 + 1) * 64 : end;
		uint64_t mask = mask_of(at, next), *word = &owned[at / 64], old;

		old = to_own ? __atomic_fetch_or(word, mask, __ATOMIC_RELAXED)
			     : ~__atomic_fetch_and(word, ~mask, __ATOMIC_RELAXED);
		clean = clean && !(old & mask);
		at = next;
	}
	return clean;
}

static unsigned char pattern_of(const struct area *area, int copy)
{
	return (unsigned char)(1 + (area->pattern + 37 * copy) % 255);
}

static bool is_all(const char *at, size_t size, unsigned char byte)
{
	return (unsigned char)at[0] == byte && memcmp(at, at + 1, size - 1) == 0;
}

static void fill(const struct area *area, int copy)
{
	memset(per_cpu_ptr(area->ptr, open_cpus[copy]), pattern_of(area, copy), area->size);
}

static bool is_intact(struct walker *walker, const struct area *area)
{
	for (int copy = 0; copy < nr_open; copy++)
		if (!is_all(per_cpu_ptr(area->ptr, open_cpus[copy]), area->size,
			    pattern_of(area, copy))) {
			complain(walker, "%p of %zu bytes has been written to on CPU %u",
				 (void *)area->ptr, area->size, open_cpus[copy]);
			return false;
		}
	return true;
}

/* --- an area comes --- */

static void accept_area(struct walker *walker, struct area area, size_t align)
{
	if (coord_of(&area) % align)
		complain(walker, "%p is not aligned to %zu", (void *)area.ptr, align);
	if (!own(&area, true))
		complain(walker, "%p of %zu bytes overlaps another area", (void *)area.ptr,
			 area.size);
	area.pattern = (unsigned char)random_next(&walker->random);
	for (int copy = 0; copy < nr_open; copy++) {
		if (!is_all(per_cpu_ptr(area.ptr, open_cpus[copy]), area.size, 0))
			complain(walker, "%p of %zu bytes is not zero on CPU %u", (void *)area.ptr,
				 area.size, open_cpus[copy]);
		fill(&area, copy);
	}
	walker->areas[walker->nr++] = area;
}

/* Whether the codes let the rest of a free area up to @end start at @tail. */
static bool codes_reach(const struct pcpu_area_map *map, int tail, int end)
{
	return end - tail < PCPU_MIN_AREA ||
	       pcpu_codes_reach(pcpu_block_codes(&map->blocks[tail / PCPU_BLOCK_SIZE]),
				tail % PCPU_BLOCK_SIZE);
}

/*
 * Whether an allocation cannot fail in @chunk: there is a free area that fits and, for a call that
 * must not block, the first one in its page needs no finer codes.
 */
static bool has_room(const struct pcpu_chunk *chunk, int size, int align, bool may_block)
{
	int length, next, block = -1;

	for (int at = 0; at < chunk->end; at = next) {
		int off = (at + align - 1) & -align;

		next = pcpu_area_map_next(&chunk->map, at, &length);
		if (length <= 0 || next - off < size || at / PCPU_BLOCK_SIZE == block)
			continue;
		block = at / PCPU_BLOCK_SIZE;
		if (may_block || codes_reach(&chunk->map, off + size, next))
			return true;
	}
	return false;
}

struct wish {
	size_t size, align;
	bool may_block, reserved;
};

/*
 * Looks into the maps for calls that must not block and for the reserved area: that means something
 * only if nobody else can have changed anything since the failure.
 */
static bool is_justified(const struct wish *wish)
{
	int size = (int)wish->size, align = (int)wish->align;

	if (wish->size - 1 >= pcpu_conf.max_size || wish->align - 1 >= PCPU_PAGE_SIZE ||
	    (wish->align & (wish->align - 1)))
		return true;
	if (wish->reserved)
		return !has_room(pcpu_reserved_chunk, size, align, true);
	/* there is more address space than this test can use up */
	if (wish->may_block)
		return false;
	for (struct pcpu_chunk *chunk = locked(pcpu_chunk_first()); chunk;
	     chunk = locked(pcpu_chunk_next(chunk)))
		if (chunk != pcpu_reserved_chunk && has_room(chunk, size, align, false))
			return false;
	return true;
}

static size_t size_of(struct random *random)
{
	switch (random_below(random, 32)) {
	case 0:
		return 1 + (size_t)random_below(random, PCPU_MIN_UNIT_SIZE);
	case 1:
	case 2:
		return 1 + (size_t)random_below(random, 4200);
	case 3:
	case 4:
	case 5:
		return (size_t)1 << random_below(random, 11);
	case 6:
	case 7:
		return 1 + (size_t)random_below(random, 300);
	default:
		return 1 + (size_t)random_below(random, 64);
	}
}

/* One in 256 is nothing that can be had. */
static struct wish wish_of(struct random *random)
{
	static const struct wish bad[] = {{0, 8, true, false},
					  {(size_t)-1, 8, true, false},
					  {PCPU_MIN_UNIT_SIZE + 1, 8, true, false},
					  {8, 0, true, false},
					  {8, 3, true, false},
					  {8, 8192, true, false}};
	struct wish wish = {
		.size = size_of(random),
		.align = (size_t)1 << random_below(random, random_below(random, 8) ? 5 : 13),
		.may_block = random_below(random, 4) != 0,
		.reserved = random_below(random, 32) == 0,
	};

	if (random_below(random, 256) == 0)
		return bad[random_below(random, ARRAY_SIZE(bad))];
	/* most objects are as aligned as their size is */
	if (random_below(random, 2))
		wish.align = wish.size & -wish.size & 63 ? wish.size & -wish.size & 63 : 64;
	return wish;
}

static char __percpu *ask_for(const struct wish *wish)
{
	gfp_t gfp = (wish->may_block ? GFP_KERNEL : GFP_NOWAIT) | __GFP_NOWARN;

	if (wish->reserved)
		return __alloc_reserved_percpu(wish->size, wish->align);
	return __alloc_percpu_gfp(wish->size, wish->align, gfp);
}

static void step_alloc(struct walker *walker)
{
	struct wish wish = wish_of(&walker->random);
	char __percpu *ptr = ask_for(&wish);

	if (ptr) {
		accept_area(walker, (struct area){.ptr = ptr, .size = wish.size}, wish.align);
		return;
	}
	walker->refused++;
	if ((walker->alone || (wish.may_block && !wish.reserved)) && !is_justified(&wish))
		complain(walker, "%zu bytes at %zu are refused (may block %d, reserved %d)",
			 wish.size, wish.align, wish.may_block, wish.reserved);
}

/* --- an area goes --- */

static struct area drop_area(struct walker *walker)
{
	int at = random_below(&walker->random, walker->nr);
	struct area area = walker->areas[at];

	walker->areas[at] = walker->areas[--walker->nr];
	return area;
}

static void free_area(struct walker *walker, const struct area *area)
{
	if (!is_intact(walker, area))
		return;
	if (!own(area, false))
		complain(walker, "%p has been disowned", (void *)area->ptr);
	free_percpu(area->ptr);
}

static void step_free(struct walker *walker)
{
	struct area area;

	if (walker->nr == 0) {
		free_percpu(NULL);
		return;
	}
	area = drop_area(walker);
	free_area(walker, &area);
}

/* Through the pool an area passes from one thread to another. */
static struct area pool[POOL];
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;

static void step_pass(struct walker *walker)
{
	int at = random_below(&walker->random, POOL);
	struct area mine = {0}, theirs;

	if (walker->nr)
		mine = drop_area(walker);
	pthread_mutex_lock(&pool_lock);
	theirs = pool[at];
	pool[at] = mine;
	pthread_mutex_unlock(&pool_lock);
	if (theirs.ptr)
		walker->areas[walker->nr++] = theirs;
}

/* --- walking --- */

/* Areas that their maps say wait in caches. */
static uint64_t held_areas(void)
{
	uint64_t held = 0;

	for (struct pcpu_chunk *chunk = locked(pcpu_chunk_first()); chunk;
	     chunk = locked(pcpu_chunk_next(chunk)))
		for (int i = chunk->map.first; i < chunk->map.end; i++) {
			struct pcpu_codes codes = pcpu_block_codes(&chunk->map.blocks[i]);

			for (int off = 0; off < PCPU_BLOCK_SIZE; off += 1 << codes.shift)
				held += pcpu_code_at(codes, off) == PCPU_CACHED;
		}
	return held;
}

/* The allocator's counts against ours; nobody else changes either. */
static void check_counts(struct walker *walker, const struct pcpu_alloc_counts *counts)
{
	uint64_t held = held_areas();

	if (counts->nr_areas - counts->nr_cached != (uint64_t)walker->nr)
		complain(walker, "%d areas are live, and the allocator knows of %lu", walker->nr,
			 (unsigned long)(counts->nr_areas - counts->nr_cached));
	if (counts->nr_cached != held)
		complain(walker, "%lu areas are held, and %lu wait in caches", (unsigned long)held,
			 (unsigned long)counts->nr_cached);
}

static void check_everything(struct walker *walker)
{
	struct pcpu_alloc_counts counts;
	const char *wrong;

	for (int i = 0; i < walker->nr; i++)
		if (!is_intact(walker, &walker->areas[i]))
			return;
	pcpu_alloc_lock();
	/* nothing is lent at 0: so all that are lent are live in their codes after this */
	pcpu_cache_recall(0);
	wrong = pcpu_chunks_check();
	pcpu_alloc_count(&counts);
	pcpu_alloc_unlock();
	if (wrong)
		complain(walker, "%s", wrong);
	else if (walker->alone)
		check_counts(walker, &counts);
}

static void move_to_another_cpu(struct walker *walker)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	/* one that the process may not use is refused, and nothing happens */
	CPU_SET((size_t)open_cpus[random_below(&walker->random, nr_open)], &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void step(struct walker *walker, long number)
{
	bool rising = number / STEPS_A_TIDE % 2 == 0;
	int dice = random_below(&walker->random, 100);

	if (number % STEPS_A_MOVE == 0)
		move_to_another_cpu(walker);
	if (walker->passes && dice < 10)
		step_pass(walker);
	else if (dice == 10 && random_below(&walker->random, 50) == 0)
		percpu_trim();
	else if (dice < (rising ? 65 : 35) && walker->nr < walker->most)
		step_alloc(walker);
	else
		step_free(walker);
	if (number % STEPS_A_CHECK == 0)
		check_everything(walker);
}

static void walk(struct walker *walker)
{
	for (long i = 0; i < walker->steps && !walker->complaint[0]; i++) {
		step(walker, i);
		if (walker->complaint[0])
			fprintf(stderr, "PERCPU_TEST_SEED=%#lx, step %ld: %s\n", seed, i,
				walker->complaint);
	}
}

static void give_everything_back(struct walker *walker)
{
	while (walker->nr && !walker->complaint[0])
		step_free(walker);
}

/* --- the tests --- */

static int free_at_start;
static unsigned int claims_at_start;

static int remember_start(void **state)
{
	(void)state;
	/* what an alignment costs for ever is spent now */
	free_percpu(__alloc_percpu(PCPU_PAGE_SIZE, PCPU_PAGE_SIZE));
	free_percpu(__alloc_reserved_percpu(PCPU_PAGE_SIZE, 64));
	percpu_trim();
	free_at_start = pcpu_area_map_free_size(&pcpu_first_chunk->map);
	claims_at_start = locked(pcpu_coord_nr_claims());
	return 0;
}

static int everything_is_free(void **state)
{
	(void)state;
	pcpu_cache_turn(true);
	percpu_trim();
	return !locked(pcpu_chunks_check()) &&
			       pcpu_area_map_free_size(&pcpu_first_chunk->map) == free_at_start &&
			       locked(pcpu_coord_nr_claims()) == claims_at_start
		       ? 0
		       : -1;
}

static void walk_alone(long share, uint64_t which)
{
	struct walker *walker = calloc(1, sizeof(*walker));

	assert_non_null(walker);
	walker->random = random_from(seed + which);
	walker->most = MOST_AREAS;
	walker->steps = steps * share / 100;
	walker->alone = true;
	walk(walker);
	if (!walker->complaint[0])
		give_everything_back(walker);
	if (walker->complaint[0])
		fail_msg("%s", walker->complaint);
	/* bad wishes at least, and the reserved area is small */
	assert_between(walker->refused, walker->steps / 2000, walker->steps / 10);
	free(walker);
}

/* How a test walks. */
struct walk {
	bool caches;
	long share;     /* of the steps, percent */
	uint64_t which; /* walk, for its random numbers; or how many threads */
};

static void areas_are_ones_own(void **state)
{
	const struct walk *how = *state;

	pcpu_cache_turn(how->caches);
	walk_alone(how->share, how->which);
}

/* --- several at once --- */

static struct walker *walkers[MOST_THREADS];
static int walking; /* threads that have not finished */

static void *walk_in_thread(void *walker)
{
	walk(walker);
	__atomic_sub_fetch(&walking, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *trim_meanwhile(void *arg)
{
	const struct timespec nap = {.tv_nsec = 2000000};

	while (__atomic_load_n(&walking, __ATOMIC_ACQUIRE)) {
		percpu_trim();
		nanosleep(&nap, NULL);
	}
	return arg;
}

/*
 * A child has everything that its parent had, and walks on with areas of its own. (It passes none:
 * a thread that it does not have may have the lock.)
 */
static void walk_in_child(void *arg)
{
	struct walker *walker = arg;

	walk(walker);
	give_everything_back(walker);
	child_expect(!walker->complaint[0]);
}

static void *fork_meanwhile(void *arg)
{
	const struct timespec nap = {.tv_nsec = 20000000};
	struct walker *walker = arg;

	while (__atomic_load_n(&walking, __ATOMIC_ACQUIRE)) {
		struct child_end end = child_run(walk_in_child, walker);

		if (!child_exited_with(&end, 0))
			complain(walker, "a child ended with %#x: %.100s", (unsigned int)end.status,
				 end.output);
		random_next(&walker->random);
		nanosleep(&nap, NULL);
	}
	return arg;
}

static struct walker *new_walker(uint64_t which, long nr_steps)
{
	struct walker *walker = calloc(1, sizeof(*walker));

	assert_non_null(walker);
	*walker = (struct walker){.random = random_from(seed + which),
				  .most = MOST_AREAS / MOST_THREADS - POOL,
				  .steps = nr_steps};
	return walker;
}

static void start(pthread_t *thread, void *(*body)(void *), void *arg)
{
	assert_int_equal(pthread_create(thread, NULL, body, arg), 0);
}

static void finish(pthread_t thread)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* What the threads have left, in the pool too. */
static void end_walkers(int nr)
{
	for (int i = 0; i < POOL; i++)
		if (pool[i].ptr)
			free_area(walkers[0], &pool[i]);
	memset(pool, 0, sizeof(pool));
	for (int i = 0; i < nr; i++) {
		give_everything_back(walkers[i]);
		if (walkers[i]->complaint[0])
			fail_msg("%s", walkers[i]->complaint);
		free(walkers[i]);
	}
}

static void walk_in_threads(int nr, long share)
{
	struct walker *forker = new_walker(99, 500);
	pthread_t threads[MOST_THREADS], trimmer, forking;

	walking = nr;
	for (int i = 0; i < nr; i++)
		walkers[i] = new_walker(10 + (uint64_t)i, steps * share / 100 / nr);
	for (int i = 0; i < nr; i++)
		walkers[i]->passes = true;
	for (int i = 0; i < nr; i++)
		start(&threads[i], walk_in_thread, walkers[i]);
	start(&trimmer, trim_meanwhile, NULL);
	start(&forking, fork_meanwhile, forker);
	for (int i = 0; i < nr; i++)
		finish(threads[i]);
	finish(trimmer);
	finish(forking);
	end_walkers(nr);
	if (forker->complaint[0])
		fail_msg("%s", forker->complaint);
	free(forker);
}

static void threads_do_not_get_each_others_areas(void **state)
{
	const struct walk *how = *state;

	pcpu_cache_turn(how->caches);
	walk_in_threads((int)how->which, how->share);
}

/* A unit that opens late has zeros where nobody on its CPU can have written. */
static void unit_that_opens_late_is_zero(void **state)
{
	struct walker *walker = calloc(1, sizeof(*walker));
	unsigned int late = nr_cpu_ids - 1;

	(void)state;
	assert_non_null(walker);
	assert_false(pcpu_unit_is_open(late));
	walker->random = random_from(seed + 3);
	walker->most = 500;
	walker->steps = 20000;
	walker->alone = true;
	walk(walker);
	assert_string_equal(walker->complaint, "");
	open_cpus[nr_open++] = late;
	for (int i = 0; i < walker->nr; i++) {
		assert_true(
			is_all(per_cpu_ptr(walker->areas[i].ptr, late), walker->areas[i].size, 0));
		fill(&walker->areas[i], nr_open - 1);
	}
	walk(walker);
	give_everything_back(walker);
	assert_string_equal(walker->complaint, "");
	free(walker);
}

/* --- what random steps hardly come to --- */

#define MOST_TRIES 10000

/* Tries until an area lies at @coord; gives back the others. */
static char __percpu *alloc_at(uint32_t coord, size_t size, size_t align)
{
	static char __percpu *others[MOST_TRIES];
	char __percpu *ptr = NULL;
	int nr = 0;

	while (nr < MOST_TRIES) {
		/* a small one without a cache */
		ptr = __alloc_percpu_gfp(size, align, size > 256 ? GFP_KERNEL : GFP_NOWAIT);
		if (!ptr || (uint32_t)(uintptr_t)ptr == coord)
			break;
		others[nr++] = ptr;
	}
	while (nr)
		free_percpu(others[--nr]);
	assert_non_null(ptr);
	return ptr;
}

static void stay_on_one_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/*
 * An area of 9 bytes at the end of a page has 11, and waits in the cache for 11. Whoever gets it
 * there writes the two bytes that nobody has asked the map for; they must be zero when they come
 * again.
 */
static void bytes_of_a_sliver_are_zero_when_they_come_again(void **state)
{
	char __percpu *holder, *whole, *front, *next, *small, *other, *last;
	uint32_t page;

	(void)state;
	stay_on_one_cpu();
	holder = __alloc_percpu(20480, 4096);
	whole = __alloc_percpu(8192, 4096);
	other = __alloc_percpu(11, 1);
	page = (uint32_t)(uintptr_t)whole;
	free_percpu(whole);
	percpu_trim();
	front = alloc_at(page, 4085, 4096);
	next = alloc_at(page + 4096, 64, 4096);
	free_percpu(alloc_at(page + 4085, 9, 1));
	small = __alloc_percpu(11, 1);
	assert_int_equal((uint32_t)(uintptr_t)small, page + 4085);
	memset(per_cpu_ptr(small, 0), 0x55, 11);
	free_percpu(small);
	free_percpu(next);
	percpu_trim();
	small = alloc_at(page + 4085, 9, 1);
	last = alloc_at(page + 4094, 2, 2);
	assert_true(is_all(per_cpu_ptr(last, 0), 2, 0));
	free_percpu(last);
	free_percpu(small);
	free_percpu(front);
	free_percpu(other);
	free_percpu(holder);
}

static void open_units(void)
{
	unsigned int cpus[] = {0, 1, 5};

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		pcpu_unit_open(cpus[i]);
		open_cpus[nr_open++] = cpus[i];
	}
}

/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define walk_test_by(name, body, caches, share, which)          \
	{#name, body, remember_start, everything_is_free,       \
	 &(struct walk){caches, share, which}}
/* clang-format on */
#define walk_test(body) cmocka_unit_test_setup_teardown(body, remember_start, everything_is_free)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		walk_test_by(areas_are_ones_own_with_caches, areas_are_ones_own, true, 40, 1),
		walk_test_by(areas_are_ones_own_without_caches, areas_are_ones_own, false, 30, 2),
		walk_test_by(threads_do_not_get_each_others_areas_with_caches,
			     threads_do_not_get_each_others_areas, true, 20, 4),
		walk_test_by(threads_do_not_get_each_others_areas_without_caches,
			     threads_do_not_get_each_others_areas, false, 10, 2),
		walk_test(unit_that_opens_late_is_zero),
		walk_test(bytes_of_a_sliver_are_zero_when_they_come_again),
	};

	/* which looks at every access: a step takes several times as long */
	if (address_sanitized)
		steps /= 4;
	if (argc > 1)
		steps = (long)strtod(argv[1], NULL);
	seed = random_seed();
	/* not of the allocations that fail: those of the reserved area cannot be told to be silent
	 */
	percpu_set_log_handler(NULL, PERCPU_LOG_ERR);
	map_owned();
	open_units();
	return cmocka_run_group_tests_name("alloc_model", tests, NULL, NULL);
}
