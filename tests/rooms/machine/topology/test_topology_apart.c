/* SPDX-License-Identifier: MIT */
/*
 * test_topology_apart.c - descriptions of machines that may say anything: readers that never end,
 * take all memory or crash, files that are none, and XML that no export has in it.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"

#include "ground/bitmap.h"
#include "ground/mem.h"
#include "machine/topology/topology_apart.h"
#include "machine/topology/topology_hwloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pcpu_topology topo;

/* --- what a reader says --- */

static int read_three_cpus(struct pcpu_topology *to, const char *source)
{
	int err = pcpu_topology_init(to, 10);

	if (err)
		return err;
	to->nr_node_ids = 3;
	pcpu_set_bit(0, to->possible);
	pcpu_set_bit((unsigned int)atoi(source), to->possible);
	pcpu_set_bit(9, to->possible);
	to->cpu_node[9] = 2;
	to->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(to));
	if (!to->distance)
		return -ENOMEM;
	to->distance[2] = 77;
	return 0;
}

static void assert_three_cpus(void)
{
	assert_int_equal(pcpu_topology_apart(&topo, read_three_cpus, "5"), 0);
	assert_int_equal(topo.nr_cpu_ids, 10);
	assert_int_equal(topo.nr_node_ids, 3);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 10), 3);
	assert_true(pcpu_test_bit(5, topo.possible));
	assert_int_equal(pcpu_topology_node(&topo, 9), 2);
	assert_int_equal(pcpu_topology_cpu_distance(0, 9, &topo), 77);
	pcpu_topology_destroy(&topo);
}

static void what_is_read_is_what_the_reader_found(void **state)
{
	(void)state;
	assert_three_cpus();
}

static void child_that_nobody_can_wait_for_answers_all_the_same(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_three_cpus();
	signal(SIGCHLD, SIG_DFL);
	assert_three_cpus();
}

static int refuse_to_read(struct pcpu_topology *to, const char *source)
{
	(void)to;
	return -atoi(source);
}

static void error_of_the_reader_is_passed_on(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_apart(&topo, refuse_to_read, "22"), -22);
	assert_int_equal(pcpu_topology_apart(&topo, refuse_to_read, "12"), -12);
}

/* --- readers that must be ended --- */

static int read_for_ever(struct pcpu_topology *to, const char *source)
{
	volatile const char *at = source;

	(void)to;
	/* as a thread that blocks everything would */
	signal(SIGPROF, SIG_DFL);
	while (*at)
		;
	return 0;
}

static int sleep_for_ever(struct pcpu_topology *to, const char *source)
{
	(void)to;
	while (!*source)
		pause();
	return 0;
}

static int crash(struct pcpu_topology *to, const char *source)
{
	raise(atoi(source));
	(void)to;
	return 0;
}

static void reader_that_does_not_end_is_ended(void **state)
{
	sigset_t all;

	(void)state;
	assert_int_equal(pcpu_topology_apart(&topo, read_for_ever, "x"), -E2BIG);
	assert_int_equal(pcpu_topology_apart(&topo, sleep_for_ever, ""), -E2BIG);
	/* whatever the process has done to the signal that ends it */
	signal(SIGPROF, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	assert_int_equal(pcpu_topology_apart(&topo, read_for_ever, "x"), -E2BIG);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGPROF, SIG_DFL);
}

static void reader_that_crashes_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_apart(&topo, crash, "11"), -E2BIG);
	assert_int_equal(pcpu_topology_apart(&topo, crash, "6"), -E2BIG);
	assert_int_equal(pcpu_topology_apart(&topo, crash, "9"), -E2BIG);
}

static size_t *megabytes;

static int take_all_memory(struct pcpu_topology *to, const char *source)
{
	char *memory;

	(void)to;
	(void)source;
	for (*megabytes = 0; (memory = malloc(1UL << 20)) != NULL; ++*megabytes)
		memset(memory, 1, 1UL << 20);
	return -ENOMEM;
}

static void reader_has_less_than_64_mib(void **state)
{
	(void)state;
	megabytes = mmap(NULL, sizeof(*megabytes), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(megabytes, MAP_FAILED);
	assert_int_equal(pcpu_topology_apart(&topo, take_all_memory, ""), -ENOMEM);
	assert_true(*megabytes > 8 && *megabytes < 64);
}

/* --- answers that make no sense --- */

static int read_no_cpu(struct pcpu_topology *to, const char *source)
{
	(void)source;
	return pcpu_topology_init(to, 10);
}

static int read_a_node_that_there_is_not(struct pcpu_topology *to, const char *source)
{
	int err = read_three_cpus(to, source);

	to->cpu_node[5] = 3;
	return err;
}

static int read_no_node(struct pcpu_topology *to, const char *source)
{
	int err = read_three_cpus(to, source);

	to->nr_node_ids = 0;
	return err;
}

static void answer_that_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_apart(&topo, read_no_cpu, "5"), -EINVAL);
	assert_int_equal(pcpu_topology_apart(&topo, read_a_node_that_there_is_not, "5"), -EINVAL);
	assert_int_equal(pcpu_topology_apart(&topo, read_no_node, "5"), -EINVAL);
}

/* --- want of memory, and of processes --- */

static void fails_cleanly_at_every_call(void **state)
{
	static const struct {
		enum pcpu_fault_site site;
		int calls; /* in the parent */
	} seams[] = {{PCPU_FAULT_RESERVE, 1}, {PCPU_FAULT_TOPOLOGY, 2}, {PCPU_FAULT_MEM, 3}};
	const size_t before = pcpu_mem_allocated();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(seams); i++)
		for (int nth = 1; nth <= seams[i].calls; nth++) {
			faults_fail_nth(seams[i].site, nth);
			assert_int_equal(pcpu_topology_apart(&topo, read_three_cpus, "5"), -ENOMEM);
			faults_end();
			assert_int_equal(pcpu_mem_allocated(), before);
		}
	assert_three_cpus();
}

/* --- files --- */

static char folder[] = "/tmp/percpu-apart-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path_of("fifo"));
	unlink(path_of("large.xml"));
	unlink(path_of("machine.xml"));
	return rmdir(folder);
}

/* Not even apart: nothing here waits for anybody. */
static void what_is_no_file_is_refused_at_once(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(pcpu_topology_from_xml(&topo, path_of("fifo")), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, folder), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, "/dev/zero"), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, "/dev/null"), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, "/dev/tty"), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, "/proc/self/mem"), -EINVAL);
	assert_int_equal(pcpu_topology_from_xml(&topo, "/nowhere/machine.xml"), -EINVAL);
}

static void large_file_is_refused_unread(void **state)
{
	const char *path = path_of("large.xml");
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(ftruncate(fd, 1L << 40), 0);
	close(fd);
	assert_int_equal(pcpu_topology_from_xml(&topo, path), -E2BIG);
}

static void machine_that_is_too_large_is_an_error(void **state)
{
	static const char *const descriptions[] = {"pu:10000000", "numa:1024 pu:64 ",
						   "numa:1000000 pu:1", "core:2000000000 pu:2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(descriptions); i++)
		assert_true(pcpu_topology_apart(&topo, pcpu_topology_from_synthetic,
						descriptions[i]) < 0);
}

/* --- XML --- */

/* clang-format off */
#define HEAD \
	"<?xml version=\"1.0\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n" \
	"<topology version=\"2.0\">\n"
#define MACHINE \
	"<object type=\"Machine\" os_index=\"0\" cpuset=\"%s\" complete_cpuset=\"%s\" " \
	"allowed_cpuset=\"%s\" nodeset=\"0x1\" complete_nodeset=\"0x1\" " \
	"allowed_nodeset=\"0x1\" gp_index=\"1\">\n" \
	"<object type=\"NUMANode\" os_index=\"%s\" cpuset=\"%s\" complete_cpuset=\"%s\" " \
	"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"2\" local_memory=\"1\"/>\n"
#define PU \
	"<object type=\"PU\" os_index=\"%s\" cpuset=\"0x1\" complete_cpuset=\"0x1\" " \
	"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"%d\"/>\n"
/* clang-format on */
#define TAIL "</object>\n</topology>\n"

static void write_machine(const char *cpuset, const char *node, const char *cpu, int nr)
{
	FILE *file = fopen(path_of("machine.xml"), "we");

	assert_non_null(file);
	fputs(HEAD, file);
	fprintf(file, MACHINE, cpuset, cpuset, cpuset, node, cpuset, cpuset);
	for (int i = 0; i < nr; i++)
		fprintf(file, PU, cpu, i + 3);
	fputs(TAIL, file);
	fclose(file);
}

/* Sound, or an error; and it is over. */
static void read_what_was_written(void)
{
	int err = pcpu_topology_apart(&topo, pcpu_topology_from_xml, path_of("machine.xml"));

	if (!err)
		pcpu_topology_destroy(&topo);
	assert_true(err <= 0);
}

static void numbers_that_no_machine_has_harm_nobody(void **state)
{
	static const char *const sets[] = {
		"0x1",      "0xf...f",
		"0x0",      "0xffffffff,,0x1",
		"nonsense", "0x80000000,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,0x1"};
	static const char *const numbers[] = {"0",  "65535", "65536",      "4294967295",
					      "-1", "x",     "2147483648", "99999999999999999999"};

	(void)state;
	write_machine("0x1", "0", "0", 1);
	assert_int_equal(pcpu_topology_apart(&topo, pcpu_topology_from_xml, path_of("machine.xml")),
			 0);
	pcpu_topology_destroy(&topo);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		for (size_t j = 0; j < ARRAY_SIZE(numbers); j++) {
			write_machine(sets[i], numbers[j], "0", 1);
			read_what_was_written();
			write_machine(sets[i], "0", numbers[j], 2);
			read_what_was_written();
		}
}

static void many_and_deep_objects_are_over_soon(void **state)
{
	FILE *file;

	(void)state;
	write_machine("0xf...f", "0", "65535", 40000);
	read_what_was_written();
	file = fopen(path_of("machine.xml"), "we");
	assert_non_null(file);
	fputs(HEAD, file);
	for (int i = 0; i < 200000; i++)
		fputs("<object type=\"Group\">", file);
	fclose(file);
	read_what_was_written();
	file = fopen(path_of("machine.xml"), "we");
	assert_non_null(file);
	fputs("<?xml version=\"1.0\"?><!DOCTYPE topology [<!ENTITY a0 \"aaaaaaaaaa\">", file);
	for (int i = 1; i < 20; i++)
		fprintf(file, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;\">", i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	fputs("]><topology version=\"2.0\"><info name=\"&a19;\" value=\"&a19;\"/></topology>",
	      file);
	fclose(file);
	read_what_was_written();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_the_reader_found),
		cmocka_unit_test(child_that_nobody_can_wait_for_answers_all_the_same),
		cmocka_unit_test(error_of_the_reader_is_passed_on),
		cmocka_unit_test(reader_that_does_not_end_is_ended),
		cmocka_unit_test(reader_that_crashes_is_an_error),
		cmocka_unit_test(reader_has_less_than_64_mib),
		cmocka_unit_test(answer_that_makes_no_sense_is_refused),
		cmocka_unit_test(fails_cleanly_at_every_call),
		cmocka_unit_test(what_is_no_file_is_refused_at_once),
		cmocka_unit_test(large_file_is_refused_unread),
		cmocka_unit_test(machine_that_is_too_large_is_an_error),
		cmocka_unit_test(numbers_that_no_machine_has_harm_nobody),
		cmocka_unit_test(many_and_deep_objects_are_over_soon),
	};

	return cmocka_run_group_tests_name("topology_apart", tests, make_folder, remove_folder);
}
