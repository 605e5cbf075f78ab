# shellcheck shell=sh disable=SC2034
# rows.sh - the kernel's files that kernel.sh compiles, with the headers that are their own.
real percpu_counter lib/percpu_counter.c percpu_counter -DPERCPU_COUNTER_H
real percpu_counter lib/percpu_counter.c percpu_counter -DPERCPU_COUNTER_H -DPERCPU_NO_CMPXCHG_LOCAL
real percpu_refcount lib/percpu-refcount.c percpu-refcount
real percpu_test lib/percpu_test.c '' -DMODULE
real flex_proportions lib/flex_proportions.c flex_proportions
real flex_proportions 'lib/flex_proportions.c lib/percpu_counter.c' 'flex_proportions percpu_counter' \
	-DPERCPU_COUNTER_H
expect='prandom: 100 self tests passed'
real random32 lib/random32.c prandom -DCONFIG_RANDOM32_SELFTEST
real objpool lib/objpool.c objpool
real percpu_freelist kernel/bpf/percpu_freelist.c ''
real percpu_rwsem 'kernel/locking/percpu-rwsem.c kernel/rcu/sync.c' 'percpu-rwsem rcu_sync'
real cpumask lib/cpumask.c ''
conf="$conf log:info,possible:7 log:info,possible:200"
expect='ok cpumask.test_cpumask_iterators_builtin'
real cpumask_kunit lib/cpumask_kunit.c ''
conf='log:info log:info,backend:fallback'
real sbitmap lib/sbitmap.c sbitmap
real irq_poll lib/irq_poll.c irq_poll
real bpf_lru_list kernel/bpf/bpf_lru_list.c ''
conf='log:info log:info,topology:"numa:4@pu:4" log:info,topology:"numa:2@core:3@pu:2"'
real group_cpus lib/group_cpus.c group_cpus
conf='log:info log:info,backend:fallback'
real llist lib/llist.c llist
real user_return_notifier kernel/user-return-notifier.c user-return-notifier \
	-DCONFIG_USER_RETURN_NOTIFIER
