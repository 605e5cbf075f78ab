/* SPDX-License-Identifier: MIT */
/* page.c - see page.h. */
#include "percpu-stat/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* In headers of later C libraries. */
#ifndef F_GET_SEALS
#define F_GET_SEALS 1034
#define F_SEAL_SHRINK 0x2
#define F_SEAL_GROW 0x4
#endif

/* Whatever a later library adds: parts are not larger. */
#define MOST_OF_HEADER 65536
#define MOST_OF_BLOCK 65536
#define MOST_SIZES 2048

/* --- the form --- */

/* A file whose size cannot change, of the size that a page can have. */
static bool is_sealed(int file, size_t *size)
{
	const int seals = fcntl(file, F_GET_SEALS);
	struct stat is;

	if (seals < 0 || !(seals & F_SEAL_SHRINK) || !(seals & F_SEAL_GROW) ||
	    fstat(file, &is) != 0 || !S_ISREG(is.st_mode))
		return false;
	*size = (size_t)is.st_size;
	return is.st_size >= (off_t)sizeof(struct pcpu_stat_header) &&
	       *size <= MOST_OF_HEADER + (size_t)PAGE_MOST_CPUS * MOST_OF_BLOCK;
}

static bool is_word_in(uint32_t offset, uint32_t least, uint32_t most)
{
	return offset >= least && offset <= most && offset % sizeof(uint64_t) == 0;
}

static bool fits(const struct pcpu_stat_header *header, size_t size)
{
	return is_word_in(header->header_size, sizeof(*header), MOST_OF_HEADER) &&
	       is_word_in(header->block_size, sizeof(struct pcpu_stat_block), MOST_OF_BLOCK) &&
	       is_word_in(header->by_size_offset, sizeof(struct pcpu_stat_counts),
			  header->block_size) &&
	       header->nr_sizes >= 1 && header->nr_sizes <= MOST_SIZES &&
	       header->by_size_offset + header->nr_sizes * sizeof(struct pcpu_stat_size) <=
		       header->block_size &&
	       header->nr_cpus >= 1 && header->nr_cpus <= PAGE_MOST_CPUS && header->pid > 0 &&
	       header->header_size + (size_t)header->nr_cpus * header->block_size <= size;
}

static enum page_state check(const struct pcpu_stat_header *header, size_t size)
{
	if (header->magic == 0)
		return PAGE_NOT_READY;
	if (header->magic != PCPU_STAT_MAGIC)
		return PAGE_IS_NONE;
	if (header->version != PCPU_STAT_VERSION)
		return PAGE_IS_OTHER;
	return fits(header, size) ? PAGE_GOOD : PAGE_IS_NONE;
}

/* --- reading --- */

static bool read_at(int file, char *to, size_t size, off_t at)
{
	while (size > 0) {
		ssize_t got = pread(file, to, size, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

static bool make_room(struct page *page, size_t size)
{
	void *bytes;

	if (page->bytes && page->size == size)
		return true;
	page_free(page);
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (bytes == MAP_FAILED)
		return false;
	page->bytes = bytes;
	page->size = size;
	return true;
}

/* Only what is there: of CPUs that have not been used there is nothing. */
static bool read_all(int file, struct page *page)
{
	off_t at = 0, end;

	while ((at = lseek(file, at, SEEK_DATA)) >= 0 && at < (off_t)page->size) {
		end = lseek(file, at, SEEK_HOLE);
		if (end <= at || end > (off_t)page->size)
			return false;
		if (!read_at(file, page->bytes + at, (size_t)(end - at), at))
			return false;
		at = end;
	}
	return at >= 0 || errno == ENXIO;
}

enum page_state page_read(int file, struct page *page)
{
	struct pcpu_stat_header header;
	enum page_state state;
	size_t size;

	if (!is_sealed(file, &size))
		return PAGE_IS_NONE;
	if (!read_at(file, (char *)&header, sizeof(header), 0))
		return PAGE_CANNOT_READ;
	state = check(&header, size);
	if (state != PAGE_GOOD)
		return state;
	if (!make_room(page, size) || !read_all(file, page))
		return PAGE_CANNOT_READ;
	/* as it is now: its form may not be what it was */
	memcpy(&page->header, page->bytes, sizeof(page->header));
	return check(&page->header, size);
}

void page_free(struct page *page)
{
	if (page->bytes)
		munmap(page->bytes, page->size);
	*page = (struct page){0};
}

/* --- what is in it --- */

static const char *block_of(const struct page *page, unsigned int cpu)
{
	return page->bytes + page->header.header_size + (size_t)cpu * page->header.block_size;
}

struct pcpu_stat_counts page_counts(const struct page *page, unsigned int cpu)
{
	struct pcpu_stat_counts counts;

	memcpy(&counts, block_of(page, cpu), sizeof(counts));
	return counts;
}

struct pcpu_stat_size page_by_size(const struct page *page, unsigned int cpu, unsigned int size)
{
	struct pcpu_stat_size by_size;

	memcpy(&by_size,
	       block_of(page, cpu) + page->header.by_size_offset + (size - 1) * sizeof(by_size),
	       sizeof(by_size));
	return by_size;
}
