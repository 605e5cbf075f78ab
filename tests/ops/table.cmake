# SPDX-License-Identifier: MIT
# The programs of this folder, a row each, and the tests that they are. Every build that has them reads
# this table: CMakeLists.txt here, and ../musl/CMakeLists.txt. They say what a row does there.
#
# program(NAME SOURCES file... [LANGUAGES c cxx] [LEVELS O0 O2 O3] IN place... [CONF words] [ARCH processor]
#	[DEFINES name...] [WRAP function...] [ENVIRONMENT_IN_TIERS variable=value])
#
# The test is called NAME; with LANGUAGES and LEVELS there is one of each, NAME_cxx_O2. CONF is its
# PERCPU_CONF. ARCH: there it is, and nowhere else. WRAP: calls of that function come to the test's
# own first. IN says where it is a test:
#	usual     as it is, and seeing the library's insides
#	released  NAME_released: with the library as it is installed, without assertions
#	own       NAME_own, and so on: with rseq areas of the library's own, because the C library has
#	          registered none
#	fallback  in the fallback tier because it is asked for
#	refused   in the fallback tier because the kernel knows no rseq
#	unfenced  the same because it knows no membarrier: CPUs are fenced ones from the start
#	elsewhere static variables have not the coordinates of their addresses: nothing is done inline;
#	          elsewhere_fallback: the same in the fallback tier
#	gs_refused  where the GS base cannot be set
#	mm_cid    where copies are told apart by mm_cid
#	valgrind  under valgrind, which knows no rseq: right counts all the same, and the tier says why
#	linked    as any program, with the shared library
#	up        with PERCPU_UP: plain variables, and no library is linked to
#	musl      with musl, as NAME alone; musl_fallback: there in the fallback tier too
#
# again(NAME PROGRAM [ARGUMENTS word...] [CONF words] [WAY place] [ENVIRONMENT variable=value...]
#	[SAYS expression] [LABEL label] [TIMEOUT seconds])
#
# The test NAME is the program PROGRAM once more. Its WAY is a place as above, or ends, or ends_refused:
# a program that is to end at once, of itself, or where the kernel knows no rseq; or unlimited: with
# stacks without a limit, which changes where everything lies. Its output has SAYS in it.
set(tiers own fallback refused unfenced)
set(elsewhere elsewhere elsewhere_fallback)

# --- the operations: what decides which operands are constants is language and optimisation ---
set(ops test_ops.c ops_raw.c ops_unchecked.c ops_this.c ops_pinned.c ops_special.c)
program(ops SOURCES ${ops} LANGUAGES c LEVELS O0 O3 IN usual ${tiers})
program(ops SOURCES ${ops} LANGUAGES c LEVELS O2 IN usual ${tiers} ${elsewhere} mm_cid valgrind musl musl_fallback)
program(ops SOURCES ${ops} LANGUAGES cxx LEVELS O0 O3 IN usual ${tiers})
program(ops SOURCES ${ops} LANGUAGES cxx LEVELS O2 IN usual ${tiers} mm_cid)
# ... inside of a section
foreach(built c_O0 c_O2 c_O3 cxx_O0 cxx_O2 cxx_O3)
	again(ops_inside_${built} ops_${built} ARGUMENTS inside)
endforeach()
foreach(way ${tiers} ${elsewhere} mm_cid)
	again(ops_inside_${way} ops_c_O2 ARGUMENTS inside WAY ${way})
endforeach()
program(ops_pinned SOURCES ${ops} LANGUAGES c cxx LEVELS O0 O2 IN usual DEFINES PERCPU_PINNED)
program(up_ops SOURCES ${ops} LANGUAGES c cxx LEVELS O0 O2 IN up)
program(up SOURCES up.c up_other.c LANGUAGES c cxx IN up)
program(up_hotplug SOURCES up_hotplug.c LANGUAGES c cxx IN up)
program(nest SOURCES test_nest.c LANGUAGES c cxx IN linked)
program(names SOURCES test_names.c LANGUAGES c cxx IN linked)
program(hotplug_names SOURCES test_hotplug_names.c LANGUAGES c IN linked)
program(variables SOURCES test_variables.c LANGUAGES c cxx IN linked)
program(kernel SOURCES test_kernel.c LANGUAGES c cxx IN linked)
program(up_kernel SOURCES test_kernel.c LANGUAGES c cxx IN up)

# --- their slow side ---
set(slow_side pcpu_slow_entry pcpu_operate_holding)
program(slow SOURCES test_slow.c count_slow.c ARCH x86_64 IN usual ${tiers} musl CONF possible:64
	WRAP ${slow_side})
program(registers SOURCES test_registers_aarch64.c count_slow.c ARCH aarch64 IN usual ${tiers}
	CONF possible:64 WRAP ${slow_side})
program(unaligned SOURCES test_unaligned.c IN usual ${tiers} mm_cid
	WRAP pcpu_op_alone pcpu_op_locked)

# --- the handler of fatal messages ---
program(fatal SOURCES test_fatal.c IN usual released ${tiers} mm_cid CONF possible:64)
again(fatal_debug fatal CONF possible:64,debug:3)
# those that the system has to be made to say
program(rare_fatal SOURCES test_rare_fatal.c IN usual fallback WRAP mmap pcpu_getcpu)
again(rare_fatal_page rare_fatal CONF alloc:page)

# --- sections and visits, pinned threads, local locks, threads and processes that come and go ---
program(section SOURCES test_section.c IN usual released ${tiers} ${elsewhere} mm_cid musl)
program(inside SOURCES test_inside.c count_slow.c IN usual ${tiers} ${elsewhere} mm_cid musl
	WRAP pcpu_slow_entry pcpu_operate_holding pcpu_hold)
program(slice SOURCES test_slice.c IN usual own fallback musl
	WRAP pcpu_rseq_offers_slices prctl syscall)
again(slice_is_refused slice ENVIRONMENT PERCPU_TEST_SLICE=refused)
again(slice_is_not_offered slice ENVIRONMENT PERCPU_TEST_SLICE=none)
program(section_end SOURCES test_section_end.c IN usual ${tiers} ${elsewhere} mm_cid musl)
program(visit SOURCES test_visit.c IN usual released ${tiers} ${elsewhere} mm_cid valgrind musl)
program(pinned SOURCES test_pinned.c IN usual ${tiers} mm_cid musl)
program(visit_stays SOURCES test_visit_stays.c IN usual own fallback musl
	WRAP pcpu_affinity_set pcpu_affinity_set_one)
program(preempt_check SOURCES test_preempt_check.c IN usual ${tiers} mm_cid)
program(open SOURCES test_open.c IN usual ${tiers} mm_cid musl CONF possible:64)
again(open_page open CONF possible:64,alloc:page)
again(open_fallback_page open CONF possible:64,alloc:page,backend:fallback)
# what /proc calls all that is mapped
program(proc_names SOURCES test_proc_names.c IN usual CONF possible:256 WRAP syscall)
again(proc_names_shared proc_names CONF possible:64,shared:yes)
again(proc_names_page proc_names CONF possible:256,alloc:page)
program(local_lock SOURCES test_local_lock.c IN usual ${tiers} ${elsewhere} mm_cid musl)
program(threads SOURCES test_threads.c IN usual ${tiers} ${elsewhere} mm_cid musl)
program(limits SOURCES test_limits.c IN usual own fallback)
again(limits_page limits CONF alloc:page)
again(limits_eager limits CONF populate:eager)
# where the loader puts objects from the bottom of the address space upwards
again(limits_unlimited limits WAY unlimited)
again(limits_unlimited_page limits WAY unlimited CONF alloc:page)
again(threads_unlimited threads WAY unlimited)
again(section_unlimited section WAY unlimited)
again(open_unlimited open WAY unlimited CONF possible:64)
program(altstack SOURCES test_altstack.c ARCH x86_64 IN usual released fallback refused CONF possible:16)
again(altstack_shared altstack CONF shared:yes)
again(altstack_shared_fallback altstack CONF shared:yes,backend:fallback)
program(longjmp SOURCES test_longjmp.c ARCH x86_64 IN usual fallback refused unfenced)
program(fork SOURCES test_fork.c IN usual fallback unfenced CONF possible:16)
again(fork_long fork ARGUMENTS 1e7 CONF possible:16 LABEL torture TIMEOUT 7200)
again(fork_long_fallback fork ARGUMENTS 1e7 CONF possible:16,backend:fallback LABEL torture TIMEOUT 7200)
program(counter_fork SOURCES test_counter_fork.c IN usual musl)
program(counter_steps SOURCES test_counter_steps.c ARCH x86_64 IN usual own fallback elsewhere
	WRAP pthread_sigmask)
program(counter_static SOURCES test_counter_static.c LANGUAGES c cxx IN linked)
program(up_counter_static SOURCES test_counter_static.c LANGUAGES c cxx IN up)
program(counter_shared SOURCES test_counter_shared.c IN usual own fallback unfenced elsewhere musl)
again(counter_shared_from_start counter_shared CONF shared:yes)
program(take_steps SOURCES test_take_steps.c ARCH x86_64 IN usual own fallback elsewhere
	WRAP pthread_sigmask)
again(pinned_possible_64 pinned CONF possible:64)
# the GS base by system calls, as on a processor or kernel without the instructions
program(pinned_by_calls SOURCES test_pinned.c ARCH x86_64 IN usual DEFINES WITHOUT_FSGSBASE
	WRAP getauxval)
# and where these are refused too: nobody is pinned, and the tier is what it was
if(PERCPU_ARCH STREQUAL x86_64)
	again(pinned_without_gs pinned_by_calls ARGUMENTS refused WAY gs_refused
		ENVIRONMENT PERCPU_TEST_TIER=rseq)
endif()

# --- all at once ---
program(torture SOURCES test_torture.c IN usual released ${tiers} ${elsewhere} musl musl_fallback
	ENVIRONMENT_IN_TIERS PERCPU_TORTURE_OPERATIONS=1e7)
again(torture_switches torture WAY fallback ENVIRONMENT PERCPU_TORTURE_SWITCHES=yes
	PERCPU_TORTURE_OPERATIONS=1e7)
again(torture_mm_cid torture WAY mm_cid ENVIRONMENT PERCPU_TORTURE_OPERATIONS=3e7)
again(torture_possible_64 torture ARGUMENTS 3e7 CONF possible:64)
# of what is asked for, more than three quarters are done: some threads are slow, and do few
again(torture_billion torture ARGUMENTS 1.4e9 LABEL torture TIMEOUT 7200)
again(torture_long torture ARGUMENTS 1.4e10 LABEL torture TIMEOUT 7200)

# --- the toolkit ---
file(GLOB parts RELATIVE ${CMAKE_CURRENT_LIST_DIR} CONFIGURE_DEPENDS
	${CMAKE_CURRENT_LIST_DIR}/toolkit/*.c)
program(toolkit SOURCES test_toolkit.c ${parts} IN usual own fallback unfenced elsewhere musl
	musl_fallback)
program(up_toolkit SOURCES up_toolkit.c LANGUAGES c cxx IN up)
again(toolkit_mm_cid toolkit WAY mm_cid)
program(up_refs SOURCES up_refs.c IN up)
again(toolkit_billion toolkit ARGUMENTS 1e9 LABEL torture TIMEOUT 7200)
again(toolkit_billion_fallback toolkit ARGUMENTS 1e8 WAY fallback LABEL torture TIMEOUT 7200)
again(toolkit_takes toolkit ARGUMENTS 1e8 counter_set LABEL torture TIMEOUT 7200)
again(toolkit_takes_fallback toolkit ARGUMENTS 1e8 counter_set WAY fallback LABEL torture TIMEOUT 7200)
program(sequences SOURCES test_sequences.c IN usual released ${tiers} ${elsewhere} mm_cid musl
	musl_fallback)
program(up_sequences SOURCES test_sequences.c LANGUAGES c cxx IN up)
again(sequences_shared sequences CONF shared:yes)
again(sequences_shared_fallback sequences CONF shared:yes,backend:fallback)
again(sequences_possible_64 sequences CONF possible:64)
program(freelist SOURCES test_freelist.c IN usual ${tiers} ${elsewhere} mm_cid musl musl_fallback)
program(up_freelist SOURCES test_freelist.c LANGUAGES c cxx IN up)
again(freelist_shared freelist CONF shared:yes)
again(freelist_shared_fallback freelist CONF shared:yes,backend:fallback)
again(freelist_possible_64 freelist CONF possible:64)
program(scenarios SOURCES test_scenarios.c IN usual fallback mm_cid musl)
again(scenarios_of_200_threads scenarios ARGUMENTS 200 40)
again(scenarios_long scenarios ARGUMENTS 200 2000 LABEL torture TIMEOUT 7200)
again(scenarios_long_fallback scenarios ARGUMENTS 200 500 WAY fallback LABEL torture TIMEOUT 7200)
program(pool SOURCES test_pool.c IN usual ${tiers} ${elsewhere} mm_cid musl musl_fallback)
program(up_pool SOURCES test_pool.c LANGUAGES c cxx IN up)
again(pool_shared pool CONF shared:yes)
again(pool_possible_64 pool CONF possible:64)

# --- copies that processes share: asked for by the environment, and by the call ---
program(shared SOURCES test_shared.c IN usual CONF shared:yes WRAP pcpu_vm_keep_in_cores)
again(shared_fallback shared CONF shared:yes,backend:fallback)
again(shared_page shared CONF shared:yes,alloc:page)
again(shared_elsewhere shared CONF shared:yes,place:elsewhere)
again(shared_call shared ARGUMENTS call)
foreach(conf "" backend:fallback alloc:page backend:fallback,alloc:page populate:eager possible:64)
	string(REGEX REPLACE "[:,]" "_" name "${conf}")
	again(shared_late_${name} shared ARGUMENTS used CONF ${conf})
	again(shared_threads_${name} shared ARGUMENTS threads CONF ${conf})
endforeach()
foreach(conf possible:64 possible:64,backend:fallback possible:64,alloc:page possible:64,populate:eager)
	string(REGEX REPLACE "[:,]" "_" name "${conf}")
	again(shared_opens_${name} shared ARGUMENTS opens CONF ${conf})
endforeach()
again(shared_debug shared CONF shared:yes,debug:3)
again(shared_late_elsewhere shared ARGUMENTS used CONF place:elsewhere)
again(shared_opens_elsewhere shared ARGUMENTS opens CONF possible:64,place:elsewhere)
again(shared_fails shared ARGUMENTS fails)
again(shared_fails_fallback shared ARGUMENTS fails CONF backend:fallback)
again(shared_fails_page shared ARGUMENTS fails CONF alloc:page)
# ... of which some are killed
program(kill SOURCES test_kill.c IN usual CONF shared:yes)
again(kill_fallback kill CONF shared:yes,backend:fallback)
again(kill_long kill ARGUMENTS 10000 CONF shared:yes LABEL torture TIMEOUT 7200)
again(kill_long_fallback kill ARGUMENTS 10000 CONF shared:yes,backend:fallback LABEL torture
	TIMEOUT 7200)

# --- a tier or an index that is not to be had: a warning, or the end ---
again(index_warning visit CONF backend:fallback,index:mm_cid SAYS "index:mm_cid is not to be had")
again(index_strict visit WAY ends CONF backend:fallback,index:mm_cid,strict:yes
	SAYS "index:mm_cid,strict:yes, but it is not to be had")
again(backend_strict visit WAY ends_refused CONF backend:rseq,strict:yes
	SAYS "backend:rseq,strict:yes, but .*it ends")
