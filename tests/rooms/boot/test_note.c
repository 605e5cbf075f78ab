/* SPDX-License-Identifier: MIT */
/*
 * test_note.c - finding a module's note in whatever an object says of its notes. The object is a
 * few pages with nothing before and behind them, so that to look there is the end of the test.
 */
#include "support/cmocka_all.h"
#include "support/random.h"

#include "boot/note.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define SIZE (2 * PAGE)
#define SEGMENTS 4

/* This program has no library, and nothing to register. */
PERCPU_API void __percpu_module_register(const void *note)
{
	(void)note;
}

static unsigned char *object;
static ElfW(Phdr) segments[SEGMENTS];
static struct dl_phdr_info info = {.dlpi_phdr = segments};

static int map_object(void **state)
{
	unsigned char *pages =
		mmap(NULL, SIZE + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	if (pages == MAP_FAILED || mprotect(pages + PAGE, SIZE, PROT_READ | PROT_WRITE))
		return -1;
	object = pages + PAGE;
	return 0;
}

/* An object with one readable part, and one segment of notes: [at, at + size) of it. */
static void describe(uint64_t at, uint64_t size)
{
	memset(segments, 0, sizeof(segments));
	segments[0] = (ElfW(Phdr)){.p_type = PT_NOTE, .p_vaddr = at, .p_memsz = size};
	segments[1] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_flags = PF_R, .p_memsz = SIZE};
	info.dlpi_addr = (uintptr_t)object;
	info.dlpi_phnum = 2;
}

static int begin(void **state)
{
	(void)state;
	memset(object, 0, SIZE);
	describe(0, SIZE);
	return 0;
}

static const struct pcpu_note good = {
	.name_size = sizeof(__PCPU_NOTE_NAME),
	.desc_size = sizeof(struct pcpu_note) - offsetof(struct pcpu_note, version),
	.type = __PCPU_NOTE_TYPE,
	.name = __PCPU_NOTE_NAME,
	.version = __PCPU_NOTE_VERSION,
	.nr_ranges = __PCPU_NOTE_RANGES,
};

/* Its ranges are empty, but for the first: [from, to) of the object. */
static void put_note(uint64_t at, uint64_t from, uint64_t to)
{
	struct pcpu_note note = good;

	note.bounds[0] = (int32_t)(from - at - offsetof(struct pcpu_note, bounds[0]));
	note.bounds[1] = (int32_t)(to - at - offsetof(struct pcpu_note, bounds[1]));
	memcpy(object + at, &note, sizeof(note));
}

static void note_is_found_wherever_it_is_in_its_segment(void **state)
{
	(void)state;
	for (uint64_t at = 0; at <= SIZE - sizeof(good); at += sizeof(uint32_t)) {
		begin(NULL);
		assert_null(pcpu_note_find(&info));
		put_note(at, 0, 64);
		assert_ptr_equal(pcpu_note_find(&info), object + at);
		describe(at, sizeof(good));
		assert_ptr_equal(object + at, pcpu_note_find(&info));
		describe(at, sizeof(good) - 1);
		assert_null(pcpu_note_find(&info));
	}
}

static void note_is_found_in_a_segment_that_starts_between_words(void **state)
{
	(void)state;
	put_note(8, 0, 64);
	for (uint64_t at = 1; at <= 8; at++) {
		describe(at, sizeof(good) + 8 - at);
		assert_ptr_equal(pcpu_note_find(&info), object + 8);
	}
	describe(9, SIZE - 9);
	assert_null(pcpu_note_find(&info));
}

static void segment_that_is_not_mapped_is_passed_over(void **state)
{
	static const uint64_t bad[][2] = {
		{0, SIZE + 1},
		{SIZE, 1},
		{SIZE - 4, PAGE},
		{SIZE, PAGE},
		{PAGE, 1UL << 63},
		{PAGE, UINT64_MAX},
		{1UL << 40, PAGE},
		{-PAGE, PAGE},
		{-8UL, 16},
		{-PAGE, UINT64_MAX},
		{UINT64_MAX, UINT64_MAX},
		{4, UINT64_MAX - 3},
	};

	(void)state;
	put_note(PAGE, 0, 64);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		describe(bad[i][0], bad[i][1]);
		assert_null(pcpu_note_find(&info));
		/* and the next one is looked at */
		segments[info.dlpi_phnum++] =
			(ElfW(Phdr)){.p_type = PT_NOTE, .p_vaddr = PAGE, .p_memsz = PAGE};
		assert_ptr_equal(pcpu_note_find(&info), object + PAGE);
	}
}

static void segment_in_a_part_that_cannot_be_read_is_passed_over(void **state)
{
	(void)state;
	put_note(PAGE, 0, 64);
	segments[1].p_flags = PF_X;
	assert_null(pcpu_note_find(&info));
	segments[1].p_type = PT_TLS;
	segments[1].p_flags = PF_R;
	assert_null(pcpu_note_find(&info));
	segments[1].p_type = PT_LOAD;
	assert_ptr_equal(pcpu_note_find(&info), object + PAGE);
}

static void note_that_speaks_of_places_outside_of_its_object_is_none(void **state)
{
	static const uint64_t bad[][2] = {
		{0, SIZE + 1}, {SIZE, SIZE + 8}, {-8UL, 8}, {-1UL << 30, 1UL << 30}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_note(PAGE, bad[i][0], bad[i][1]);
		assert_null(pcpu_note_find(&info));
		put_note(PAGE + 512, 0, SIZE);
		assert_ptr_equal(pcpu_note_find(&info), object + PAGE + 512);
		memset(object, 0, SIZE);
	}
	/* what is empty is nowhere */
	put_note(PAGE, SIZE + 8, SIZE);
	assert_ptr_equal(pcpu_note_find(&info), object + PAGE);
}

/* The library says itself that it does not know it. */
static void note_of_another_version_is_found_unread(void **state)
{
	struct pcpu_note *note = (struct pcpu_note *)(object + PAGE);

	(void)state;
	put_note(PAGE, 1UL << 30, 1UL << 31);
	note->version++;
	assert_ptr_equal(pcpu_note_find(&info), note);
	assert_false(pcpu_note_is_known(note));
}

static void note_of_another_size_is_none_but_lies_in_its_object(void **state)
{
	struct pcpu_note *note = (struct pcpu_note *)(object + PAGE);

	(void)state;
	put_note(PAGE, 0, 64);
	note->version++;
	note->desc_size += 4;
	assert_null(pcpu_note_find(&info));
	assert_true(pcpu_note_is_in(&info, note));
	assert_false(pcpu_note_is_in(&info, &good));
	assert_false(pcpu_note_is_in(&info, (struct pcpu_note *)(object + SIZE - 8)));
}

/* --- anything --- */

static uint64_t any_place(struct random *random)
{
	const uint64_t n = random_next(random);

	if (n % 4 == 0)
		return n >> 2;
	if (n % 4 == 1)
		return (n >> 2) % (2 * SIZE);
	if (n % 4 == 2)
		return -((n >> 2) % PAGE);
	return (n >> 2) % 2 ? SIZE - (n >> 3) % 256 : (n >> 3) % 256;
}

static void describe_anything(struct random *random)
{
	static const uint32_t types[] = {PT_NOTE, PT_NOTE, PT_LOAD, PT_NULL};

	describe(any_place(random), any_place(random));
	info.dlpi_phnum = (uint16_t)(1 + random_next(random) % SEGMENTS);
	for (int i = 2; i < SEGMENTS; i++)
		segments[i] = (ElfW(Phdr)){
			.p_type = types[random_next(random) % ARRAY_SIZE(types)],
			.p_flags = (uint32_t)random_next(random) & (PF_X | PF_W),
			.p_vaddr = any_place(random),
			.p_memsz = any_place(random),
		};
}

/* A few notes, some of which are good, and some of whose bytes are not. */
static void write_anything(struct random *random)
{
	memset(object, 0, SIZE);
	for (uint64_t n = random_next(random) % 4; n > 0; n--)
		put_note(random_next(random) % (SIZE - sizeof(good)) & ~3UL, any_place(random),
			 any_place(random));
	for (uint64_t n = random_next(random) % 8; n > 0; n--)
		object[random_next(random) % SIZE] = (unsigned char)random_next(random);
}

static void assert_in_object(const void *start, uint64_t size)
{
	uint64_t offset = (uintptr_t)start - (uintptr_t)object;

	assert_true(offset <= SIZE && size <= SIZE - offset);
}

/* Whoever copies what the ranges say stays in the object. */
static void read_what_it_says(const struct pcpu_note *note)
{
	uintptr_t start, end;

	assert_in_object(note, sizeof(*note));
	for (int i = 0; pcpu_note_is_known(note) && i < __PCPU_NOTE_RANGES; i++)
		if (pcpu_note_range(note, i, &start, &end))
			assert_in_object((const void *)start, end - start);
}

static void nothing_outside_of_the_object_is_ever_read(void **state)
{
	struct random random = random_from(20261130);
	unsigned int found = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const struct pcpu_note *note;

		write_anything(&random);
		describe_anything(&random);
		note = pcpu_note_find(&info);
		if (note)
			read_what_it_says(note);
		found += note != NULL;
	}
	/* it has not been too wild to find any */
	assert_true(found > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(note_is_found_wherever_it_is_in_its_segment, begin),
		cmocka_unit_test_setup(note_is_found_in_a_segment_that_starts_between_words, begin),
		cmocka_unit_test_setup(segment_that_is_not_mapped_is_passed_over, begin),
		cmocka_unit_test_setup(segment_in_a_part_that_cannot_be_read_is_passed_over, begin),
		cmocka_unit_test_setup(note_that_speaks_of_places_outside_of_its_object_is_none,
				       begin),
		cmocka_unit_test_setup(note_of_another_version_is_found_unread, begin),
		cmocka_unit_test_setup(note_of_another_size_is_none_but_lies_in_its_object, begin),
		cmocka_unit_test_setup(nothing_outside_of_the_object_is_ever_read, begin),
	};

	return cmocka_run_group_tests_name("note", tests, map_object, NULL);
}
