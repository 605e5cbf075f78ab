/* SPDX-License-Identifier: MIT */
/* named.c - see named.h. */
#include "memory/file/named.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/file/copies_file.h"

#include <percpu/impl/runtime.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define current pcpu_copies_file

/* The name, or NULL. */
static const struct pcpu_file_name *find(const char *name)
{
	const uint32_t nr = __atomic_load_n(&current.header->nr_names, __ATOMIC_ACQUIRE);

	for (uint32_t n = 0; n < nr; n++)
		if (strcmp(current.names[n].name, name) == 0)
			return &current.names[n];
	return NULL;
}

static int compare(const struct pcpu_file_name *found, size_t size, size_t align)
{
	if (found->size == size && found->at % align == 0)
		return 0;
	return pcpu_copies_file_complain(
		-EEXIST,
		"\"%s\" has %u bytes, aligned to %u, and is wanted with %zu and %zu: what has "
		"other fields is another thing, and needs another name",
		found->name, found->size, found->align, size, align);
}

/* --- a new one --- */

/* Closing any descriptor of a file drops the process's locks, and the number may be another's. */
static int check_descriptor(void)
{
	struct stat found;

	if (fstat(current.file, &found) == 0 && found.st_dev == current.device &&
	    found.st_ino == current.inode)
		return 0;
	return pcpu_copies_file_complain(-EBADF,
					 "its descriptor %d has been closed: new names "
					 "cannot be made any more",
					 current.file);
}

/* N3 */
static int fill(uint32_t at, size_t size)
{
	const uint64_t start = pcpu_page_floor(at), end = pcpu_page_ceil(at + size);
	int err = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids && !err; cpu++)
		err = pcpu_copies_file_fill(PCPU_FILE_UNITS_AT + cpu * PCPU_FILE_UNIT + start,
					    end - start);
	return err;
}

/* N3 to N5 */
static int append(const char *name, size_t size, size_t align)
{
	const uint32_t nr = current.header->nr_names;
	struct pcpu_file_name *names = current.names;
	const uint64_t end = nr ? names[nr - 1].at + names[nr - 1].size : 0;
	const uint64_t at = (end + align - 1) & -align;
	int err;

	if (nr == PCPU_FILE_NAMES || size > PCPU_FILE_UNIT || at > PCPU_FILE_UNIT - size)
		return pcpu_copies_file_complain(
			-ENOSPC,
			"no room for \"%s\", of %zu bytes: there are %u names and %llu bytes, of "
			"%d and %lu",
			name, size, nr, (unsigned long long)end, PCPU_FILE_NAMES, PCPU_FILE_UNIT);
	err = fill((uint32_t)at, size);
	if (err)
		return err;
	names[nr] = (struct pcpu_file_name){
		.at = (uint32_t)at, .size = (uint32_t)size, .align = (uint32_t)align};
	memcpy(names[nr].name, name, strlen(name) + 1);
	__atomic_store_n(&current.header->nr_names, nr + 1, __ATOMIC_RELEASE);
	return 0;
}

static int find_or_append(const char *name, size_t size, size_t align)
{
	int err = check_descriptor();

	if (!err)
		err = pcpu_copies_file_lock();
	if (err)
		return err;
	if (!find(name))
		err = append(name, size, align);
	pcpu_copies_file_unlock();
	return err;
}

/* --- both --- */

static int check(const char *name, size_t size, size_t align)
{
	const size_t length = strnlen(name, PCPU_FILE_NAME_SIZE);

	if (length == 0 || length == PCPU_FILE_NAME_SIZE)
		return pcpu_copies_file_complain(length ? -ENAMETOOLONG : -EINVAL,
						 "a name has 1 to %d bytes",
						 PCPU_FILE_NAME_SIZE - 1);
	if (size == 0 || align == 0 || (align & (align - 1)) || align > PCPU_PAGE_SIZE)
		return pcpu_copies_file_complain(
			-EINVAL, "\"%s\": %zu bytes aligned to %zu are no area", name, size, align);
	return 0;
}

int pcpu_named_area(const char *name, size_t size, size_t align, uint32_t *coord)
{
	const struct pcpu_file_name *found;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	err = check(name, size, align);
	if (err)
		return err;
	found = find(name);
	if (!found) {
		err = find_or_append(name, size, align);
		if (err)
			return err;
		found = find(name);
	}
	err = compare(found, size, align);
	*coord = current.start + found->at;
	return err;
}

bool pcpu_named_around(uint32_t coord, uint32_t *start, size_t *size)
{
	const uint32_t at = coord - current.start;
	uint32_t nr;

	if (!current.is_joined || at >= PCPU_FILE_UNIT)
		return false;
	nr = __atomic_load_n(&current.header->nr_names, __ATOMIC_ACQUIRE);
	for (uint32_t n = 0; n < nr; n++) {
		const struct pcpu_file_name *name = &current.names[n];

		if (at - name->at >= name->size)
			continue;
		*start = current.start + name->at;
		*size = name->size;
		return true;
	}
	return false;
}
