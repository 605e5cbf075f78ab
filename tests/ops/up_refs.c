/* SPDX-License-Identifier: MIT */
/* up_refs.c - refs and reader-writer locks with PERCPU_UP: one word, and nobody to wait for. */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/records.h"

#include <percpu/percpu.h>
#include <percpu/refcount.h>
#include <percpu/rwsem.h>

#include <errno.h>

static int nr_released, nr_confirmed;

static void release(struct percpu_ref *ref)
{
	assert_true(percpu_ref_is_zero(ref));
	nr_released++;
}

static void confirm(struct percpu_ref *ref)
{
	assert_false(percpu_ref_tryget_live(ref));
	nr_confirmed++;
}

static void last_put_releases_and_no_other(void **state)
{
	struct percpu_ref ref;

	(void)state;
	nr_released = nr_confirmed = 0;
	assert_int_equal(percpu_ref_init(&ref, NULL, 0, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_ref_init(&ref, release, 1u << 3, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL), 0);
	percpu_ref_get(&ref);
	percpu_ref_get_many(&ref, 3);
	assert_true(percpu_ref_tryget(&ref));
	assert_true(percpu_ref_tryget_live(&ref));
	percpu_ref_kill_and_confirm(&ref, confirm);
	assert_int_equal(nr_confirmed, 1);
	assert_true(percpu_ref_is_dying(&ref));
	assert_true(percpu_ref_tryget_many(&ref, 2));
	percpu_ref_put_many(&ref, 7);
	assert_int_equal(nr_released, 0);
	percpu_ref_put(&ref);
	assert_int_equal(nr_released, 1);
	assert_false(percpu_ref_tryget(&ref));
	percpu_ref_reinit(&ref);
	assert_true(percpu_ref_tryget_live(&ref));
	percpu_ref_kill(&ref);
	percpu_ref_resurrect(&ref);
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_switch_to_atomic_sync(&ref);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_put(&ref);
	assert_int_equal(nr_released, 1);
	percpu_ref_kill(&ref);
	assert_int_equal(nr_released, 2);
	percpu_ref_exit(&ref);
	percpu_ref_exit(&ref);
	assert_true(percpu_ref_is_zero(&ref));
}

static void mistakes_are_errors_and_change_nothing(void **state)
{
	struct percpu_ref ref;

	(void)state;
	nr_released = 0;
	assert_int_equal(percpu_ref_init(&ref, release, PERCPU_REF_INIT_DEAD, GFP_KERNEL), 0);
	assert_true(percpu_ref_is_zero(&ref));
	records_keep(PERCPU_LOG_WARNING);
	percpu_ref_kill(&ref);
	percpu_ref_reinit(&ref);
	percpu_ref_reinit(&ref);
	percpu_ref_resurrect(&ref);
	assert_int_equal(records_of_level(PERCPU_LOG_ERR), 3);
	percpu_ref_kill(&ref);
	assert_int_equal(nr_released, 1);
	percpu_ref_put(&ref);
	assert_true(record_says(3, "more puts than gets"));
	records_release();
}

DEFINE_STATIC_PERCPU_RWSEM(sem);

static void write_twice(void *arg)
{
	(void)arg;
	percpu_down_write(&sem);
	percpu_down_write(&sem);
}

static void read_as_writer(void *arg)
{
	(void)arg;
	percpu_down_write(&sem);
	percpu_down_read(&sem);
}

static void unlock_as_reader(void *arg)
{
	(void)arg;
	percpu_down_read(&sem);
	percpu_up_write(&sem);
}

static void use_alone(struct percpu_rw_semaphore *of)
{
	percpu_down_read(of);
	assert_true(percpu_down_read_trylock(of));
	assert_true(percpu_is_read_locked(of));
	percpu_rwsem_assert_held(of);
	percpu_up_read(of);
	percpu_up_read(of);
	assert_false(percpu_rwsem_is_held(of));
	percpu_down_write(of);
	assert_true(percpu_is_write_locked(of));
	assert_false(percpu_is_read_locked(of));
	assert_false(percpu_down_read_trylock(of));
	percpu_up_write(of);
	assert_false(percpu_rwsem_is_held(of));
}

static void what_would_wait_for_ever_is_fatal(void **state)
{
	struct child_end end;
	struct percpu_rw_semaphore dynamic;

	(void)state;
	use_alone(&sem);
	assert_int_equal(percpu_init_rwsem(&dynamic), 0);
	use_alone(&dynamic);
	percpu_free_rwsem(&dynamic);
	end = child_run(write_twice, NULL);
	assert_child_died_of(end, SIGABRT);
	end = child_run(read_as_writer, NULL);
	assert_child_died_of(end, SIGABRT);
	end = child_run(unlock_as_reader, NULL);
	assert_child_died_of(end, SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_put_releases_and_no_other),
		cmocka_unit_test(mistakes_are_errors_and_change_nothing),
		cmocka_unit_test(what_would_wait_for_ever_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
