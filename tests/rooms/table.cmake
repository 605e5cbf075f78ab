# SPDX-License-Identifier: MIT
# The rooms of src/ that have a program of their own: FOLDER/test_ROOM.c, where src/ has FOLDER/ROOM.
# Every build that has them reads this table: CMakeLists.txt here, and ../musl/CMakeLists.txt. They say
# what a row does there. Which program tests the other rooms: ../house/rooms.txt.
#
# room(TEST FOLDER CONF [place...])
#
# CONF is the test's PERCPU_CONF; - : none. It is a test as it is, and in these places:
#	fallback  in the tier without sequences, as TEST_fallback
#	page      where only what is in use is mapped, as TEST_page
#	musl      with musl
#	x86_64    there, and nowhere else: a program can have itself trapped (../support/traps.h)
#
# room_alone(TEST FOLDER FILE...): with these files of src/ and nothing else of the library, which, at
# its start, would have been there before the test.
room(test_affinity      ground/system  -                       musl)
room(test_bitmap        ground  -)
room(test_fence         ground/system  -                       musl)
room(test_futex         ground/system  -                       musl)
room(test_run_on_cpu    ground/system  -                       musl)
room(test_thread_life   ground/system  -                       musl)
room(test_lock          ground  -)
room(test_log           ground  -                       musl)
room(test_symbol        ground  -)
# of every seam of the library: what comes of it when it fails
room(test_fault         ground  "topology:numa:2 pu:32" fallback)

room_alone(test_early_mem   ground/jemalloc  ground/jemalloc/early_mem.c)
room_alone(test_name        ground/proc  ground/proc/name.c)
room_alone(test_mappings    ground/jemalloc  ground/jemalloc/mappings.c ground/proc/name.c)
room_alone(test_rseq_area   machine  machine/rseq_area.c)
room_alone(test_abort_check machine  machine/abort_check.c machine/rseq_area.c ground/fault.c)
room_alone(test_signal_check machine machine/signal_check.c machine/losing_kernel.c machine/rseq_area.c)
room(test_cpulist       machine/topology -)
room(test_tier          machine -                       fallback musl)
room(test_topology      machine/topology -)
room(test_topology_apart  machine/topology -)

room(test_bitmap_text   masks   -)
room(test_mask_memory   masks   -)
room(test_spread        masks   possible:12)
room(test_system_masks  masks   possible:200            fallback musl)
room(test_allowed       hotplug/watch -                 musl)
room(test_changes       hotplug/watch possible:8        musl)
room(test_machine_cpus  hotplug/watch possible:8        musl)
room(test_uevent        hotplug/watch -                 musl)
room(test_watch         hotplug/watch possible:8        musl)

room(test_coord         memory  -                       musl)
room(test_unit          memory  possible:64             fallback musl)
room(test_cgroup       memory  populate:eager)
room(test_vm            memory/pages  -                       musl)

room(test_publish       events  possible:16             fallback page musl)

room(test_cpu_lock      cpu     possible:16             fallback x86_64)
room(test_mark          cpu     -                       fallback musl)
room(test_fenced        cpu     backend:fallback)
room(test_send_away    cpu     -                       fallback)

room(test_alloc         alloc   possible:16             fallback page musl)
room(test_area_block    alloc/map   -)
room(test_area_map      alloc/map   -)
room(test_cache         alloc   possible:16             fallback musl x86_64)
room(test_chunk         alloc/chunk   possible:8              fallback musl)
room(test_loans         alloc   possible:16             fallback musl)
room(test_max_tree      alloc/map   -)
room(test_misuse        alloc   possible:8              fallback)
room(test_room          alloc/map   -)
room(test_shrink        alloc   possible:16             fallback page)
room(test_slot          alloc/chunk   -)
room(test_slot_list     alloc/chunk   -)
# of the whole folder: the largest area, and long walks beside a model
room(test_alloc_model   alloc   possible:16             fallback)
room(test_map_model     alloc/map   -)
# of the whole folder: the first calls of a process must not block
room(test_first_calls   alloc   -                       fallback page musl)
room(test_max_size      alloc   possible:16,max_size:1M fallback musl)

room(test_online_lock   hotplug/lock possible:200       fallback musl)
room(test_states        hotplug possible:200            fallback musl)
room(test_events        hotplug possible:200            musl)
room(test_machine       hotplug possible:200            fallback musl)
room(test_nonboot       hotplug possible:200            fallback musl)
room(test_threads       hotplug possible:200            fallback musl)
room(test_up_down       hotplug possible:200            fallback musl)

room(test_debug         debug   possible:8              fallback page)

room(test_alloc_info    boot/first_chunk    -)
room(test_boot          boot    -)
room(test_conf          boot    -)
room(test_configure     boot    -                       musl)
room(test_first_chunk   boot/first_chunk    -)
room_alone(test_note        boot     boot/note.c)

room(test_address       calls   possible:8              fallback page musl)
room(test_boot_data     calls   "topology:numa:2 pu:4"  fallback page)
room(test_counter       calls   possible:20             fallback page musl)
room(test_print         calls   possible:8              fallback musl)
room(test_stats         calls   possible:8              fallback page musl)

room(test_counter_set   toolkit possible:20             fallback musl)
room(test_depot         toolkit -                       musl)
room(test_slab          toolkit -                       musl)
room(test_refcount      toolkit -                       fallback musl)
room(test_interrupt_self interrupts -                       fallback musl)
room(test_migrate interrupts -                       fallback musl)
room(test_smp_call      interrupts possible:200            fallback musl)
room(test_topology_places calls "topology:numa:2 core:2 pu:2")
room(test_ratelimit     toolkit possible:8              fallback musl)
room(test_seq_stats     toolkit possible:20             fallback musl)
room(test_tree_counter  toolkit possible:20             fallback musl)
room(test_rwsem         toolkit -                       fallback musl)
room(test_metrics      metrics possible:8              fallback musl)
room(test_shape        metrics -                       musl)
