/* SPDX-License-Identifier: MIT */
/* copies_file.c - see copies_file.h. Which files are to be trusted is in open_file.c. */
#include "memory/file/copies_file.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/pages/shared_file.h"
#include "memory/pages/vm.h"

#include <percpu/version.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of names and units. */
#define DATA_FORMAT 1

/* Another process is at most so long in C1 to C8, unless it has been stopped. */
#define LOCK_TRIES 1000
/* Another one that is about to wait has it open for less than that. */
#define LOOKS 20
#define MOMENT 10000000 /* ns */

/* Where the header and the names end. */
#define DATA_END (PCPU_PAGE_SIZE + PCPU_FILE_NAMES * sizeof(struct pcpu_file_name))

static const char magic[16] = "libpercpu files";
_Static_assert(sizeof(struct pcpu_file_header) <= PCPU_PAGE_SIZE, "the names are behind it");
_Static_assert(DATA_END <= PCPU_FILE_MARKS_AT, "the marks are behind them");

#define current pcpu_copies_file

/* --- C1 and C8 --- */

static int set_lock(short type, int *holder)
{
	struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
	int err = fcntl(current.file, F_SETLK, &byte) ? -errno : 0;

	if (err == -EACCES)
		err = -EAGAIN;
	*holder = 0;
	if (err == -EAGAIN && fcntl(current.file, F_GETLK, &byte) == 0)
		*holder = byte.l_type == F_UNLCK ? 0 : byte.l_pid;
	return err;
}

static void wait_a_moment(void)
{
	const struct timespec moment = {.tv_nsec = MOMENT};

	nanosleep(&moment, NULL);
}

/* With @closed: it is closed while it waits. */
static int lock(bool closed)
{
	int holder = 0, err = set_lock(F_WRLCK, &holder);

	for (int i = 0; err == -EAGAIN && i < LOCK_TRIES && !pcpu_fault(PCPU_FAULT_PATIENCE); i++) {
		if (closed)
			pcpu_copies_file_close();
		wait_a_moment();
		err = closed ? pcpu_copies_file_reopen() : 0;
		if (err)
			return err;
		err = set_lock(F_WRLCK, &holder);
	}
	if (err == -EAGAIN)
		return pcpu_copies_file_complain(
			-ETIMEDOUT,
			"process %d has had it locked for ten seconds: it attaches, or has been "
			"stopped",
			holder);
	return err ? pcpu_copies_file_complain(err, "cannot be locked (errno %d)", -err) : 0;
}

int pcpu_copies_file_lock(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return lock(false);
}

void pcpu_copies_file_unlock(void)
{
	int holder;

	set_lock(F_UNLCK, &holder);
}

/* --- space --- */

int pcpu_copies_file_fill(uint64_t at, uint64_t size)
{
	int err = pcpu_fault(PCPU_FAULT_FILE) ? ENOSPC : 0;

	while (!err && fallocate(current.file, 0, (off_t)at, (off_t)size) != 0)
		if (errno != EINTR)
			err = errno;
	if (err == EOPNOTSUPP || err == ENOSYS)
		pcpu_copies_file_complain(-err, "its file system cannot keep space for what will "
						"be counted: take one like tmpfs, ext4 or xfs");
	else if (err)
		pcpu_copies_file_complain(-err, "no space for %llu bytes (errno %d)",
					  (unsigned long long)size, err);
	return -err;
}

static uint64_t size_for(uint32_t nr_cpu_ids)
{
	return PCPU_FILE_UNITS_AT + nr_cpu_ids * PCPU_FILE_UNIT;
}

/* Of what there is, in units that are new. */
static int fill_units(uint32_t nr_cpu_ids)
{
	int err = 0;

	for (uint32_t n = 0; n < current.header->nr_names; n++) {
		const struct pcpu_file_name *name = &current.names[n];

		for (uint32_t cpu = 0; cpu < nr_cpu_ids && !err; cpu++)
			err = pcpu_copies_file_fill(
				PCPU_FILE_UNITS_AT + cpu * PCPU_FILE_UNIT + name->at, name->size);
	}
	return err;
}

static int make_long_enough(uint64_t size)
{
	if (!pcpu_file_may_have(size))
		return pcpu_copies_file_complain(-EFBIG,
						 "%llu bytes are more than this process "
						 "may write (ulimit -f)",
						 (unsigned long long)size);
	if (pcpu_fault(PCPU_FAULT_FILE) || ftruncate(current.file, (off_t)size))
		return pcpu_copies_file_complain(-ENOSPC, "cannot have %llu bytes",
						 (unsigned long long)size);
	return 0;
}

/* --- C2 and C3: the data --- */

static int map_header(void)
{
	char *view = pcpu_vm_view_file(DATA_END, current.file, 0);

	if (!view)
		return pcpu_copies_file_complain(-ENOMEM, "cannot be mapped");
	current.header = (struct pcpu_file_header *)view;
	current.names = (struct pcpu_file_name *)(view + PCPU_PAGE_SIZE);
	return 0;
}

static int make_data(const struct pcpu_file_needs *needs)
{
	int err = 0;

	/* what was not finished goes, but for the first bytes: it stays known as ours */
	if (ftruncate(current.file, 0) ||
	    pwrite(current.file, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic))
		err = pcpu_copies_file_complain(-ENOSPC, "no space");
	if (!err)
		err = make_long_enough(size_for(needs->nr_cpu_ids));
	if (!err)
		err = pcpu_copies_file_fill(0, DATA_END);
	if (!err)
		err = map_header();
	if (err)
		return err;
	current.header->format = DATA_FORMAT;
	__atomic_store_n(&current.header->data_ready, 1, __ATOMIC_RELEASE);
	return 0;
}

/* What is there is looked at before it is mapped: of a file that is too short a look is fatal. */
static int look_at_data(const struct stat *found, bool *is_ready)
{
	struct pcpu_file_header header = {0};
	const ssize_t size = pread(current.file, &header, sizeof(header), 0);

	*is_ready = false;
	if (size == 0)
		return 0;
	if (size < (ssize_t)sizeof(magic) || memcmp(header.magic, magic, sizeof(magic)) != 0)
		return pcpu_copies_file_complain(-EINVAL, "this is no file of libpercpu's");
	if (size < (ssize_t)sizeof(header) || !header.data_ready)
		return 0;
	if (header.format != DATA_FORMAT)
		return pcpu_copies_file_complain(
			-EPROTO, "its format is %u, and that of this library (%s) is %u",
			header.format, percpu_version(), DATA_FORMAT);
	if ((uint64_t)found->st_size < size_for(header.needs.nr_cpu_ids) ||
	    header.nr_names > PCPU_FILE_NAMES)
		return pcpu_copies_file_complain(-EINVAL, "it has been cut short, or damaged");
	*is_ready = true;
	return 0;
}

static int get_data(const struct pcpu_file_needs *needs)
{
	struct stat found;
	bool is_ready = false;
	int err = fstat(current.file, &found) ? -errno : look_at_data(&found, &is_ready);

	if (err)
		return err;
	current.device = found.st_dev;
	current.inode = found.st_ino;
	return is_ready ? map_header() : make_data(needs);
}

/* --- C4 and C5: the control part --- */

/* An identification that the machine has from its start on; "" if it says none. */
static void read_machine(char machine[sizeof(current.header->machine)])
{
	const int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? 0 : read(file, machine, sizeof(current.header->machine) - 1);

	if (file >= 0)
		close(file);
	machine[size > 0 ? size : 0] = '\0';
}

static bool is_nobodys(void)
{
	char machine[sizeof(current.header->machine)];

	read_machine(machine);
	return !current.header->control_ready ||
	       strncmp(machine, current.header->machine, sizeof(machine)) != 0 ||
	       pcpu_file_is_ours_alone(current.file);
}

static int make_control(const struct pcpu_file_needs *needs)
{
	struct pcpu_file_header *header = current.header;
	int err = 0;

	current.fresh = true;
	__atomic_store_n(&header->control_ready, 0, __ATOMIC_SEQ_CST);
	if (header->nr_names && header->needs.nr_cpu_ids > needs->nr_cpu_ids)
		return pcpu_copies_file_complain(
			-EPROTO, "it has the counts of %u CPUs, and this machine has %u",
			header->needs.nr_cpu_ids, needs->nr_cpu_ids);
	if (header->needs.nr_cpu_ids < needs->nr_cpu_ids)
		err = make_long_enough(size_for(needs->nr_cpu_ids));
	if (!err)
		err = fill_units(needs->nr_cpu_ids);
	if (!err)
		err = pcpu_copies_file_fill(PCPU_FILE_ENTRIES_AT, needs->entries_size);
	if (!err && !needs->sequences)
		err = pcpu_copies_file_fill(PCPU_FILE_MARKS_AT, PCPU_FILE_MARKS_SIZE);
	if (err)
		return err;
	header->needs = *needs;
	read_machine(header->machine);
	snprintf(header->version, sizeof(header->version), "%s", percpu_version());
	return 0;
}

static int refuse_to_join(const struct pcpu_file_needs *needs)
{
	const struct pcpu_file_needs *found = &current.header->needs;

	if (found->format != needs->format || found->entries_size != needs->entries_size)
		return pcpu_copies_file_complain(
			-EPROTO,
			"other processes have it, whose library (%.15s) does it in another way "
			"than this one (%s): let them end first",
			current.header->version, percpu_version());
	if (found->sequences != needs->sequences)
		return pcpu_copies_file_complain(
			-EPROTO,
			"other processes count by %s, and this one by %s: see "
			"percpu_backend()",
			found->sequences ? "sequences" : "locked instructions",
			needs->sequences ? "sequences" : "locked instructions");
	if (found->nr_cpu_ids != needs->nr_cpu_ids || found->possible != needs->possible)
		return pcpu_copies_file_complain(-EPROTO,
						 "other processes have other possible CPUs");
	return pcpu_copies_file_complain(
		-EXDEV, "processes of another PID or time namespace have it: whether they live, "
			"this one cannot see");
}

/* --- the steps --- */

static int get_ready(const struct pcpu_file_needs *needs)
{
	const int err = get_data(needs);

	for (int n = 0; n < LOOKS && !err; n++) {
		if (is_nobodys())
			return make_control(needs);
		/* neither has a byte of padding */
		if (memcmp(&current.header->needs, needs, sizeof(*needs)) == 0)
			return 0;
		wait_a_moment();
	}
	return err ? err : refuse_to_join(needs);
}

static void let_go(void)
{
	if (current.header)
		pcpu_vm_end_view(current.header, DATA_END);
	current.header = NULL;
	current.names = NULL;
	current.fresh = false;
	if (current.file >= 0)
		pcpu_copies_file_close();
}

int pcpu_copies_file_begin(const struct pcpu_file_needs *needs)
{
	int err = lock(true);

	pcpu_assert_held(&pcpu_alloc_mutex);
	current.fresh = false;
	if (err) {
		let_go();
		return err;
	}
	err = get_ready(needs);
	if (err)
		pcpu_copies_file_end(err);
	return err;
}

void pcpu_copies_file_end(int err)
{
	if (!err) {
		__atomic_store_n(&current.header->control_ready, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&current.is_joined, true, __ATOMIC_RELEASE);
		if (current.sealable)
			pcpu_forbid_to_shorten(current.file);
	}
	pcpu_copies_file_unlock();
	current.path = NULL;
	if (err)
		let_go();
}
