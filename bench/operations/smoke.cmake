# SPDX-License-Identifier: MIT
# Runs PROGRAM in short with its results in the file JSON, and looks for every case and every figure
# that can be had here: pinned threads need the rseq tier, mm_cid needs the kernel's.

cmake_policy(VERSION 3.25)

file(REMOVE ${JSON})
execute_process(COMMAND ${PROGRAM} --quick --rounds 2 --json=${JSON} RESULT_VARIABLE status
	OUTPUT_QUIET)
if(NOT status EQUAL 0)
	message(FATAL_ERROR "${PROGRAM}: ${status}")
endif()
file(READ ${JSON} json)

set(cases
	usual/plain_inc usual/thread_local_inc usual/lock_inc_own usual/lock_inc_shared
	usual/getcpu_lock_inc usual/mutex_inc usual/mutex_inc_shared usual/registered_inc usual/striped_add
	usual/this_cpu_inc_static usual/this_cpu_inc_dynamic usual/raw_cpu_inc
	usual/this_cpu_add_return_static usual/this_cpu_add_return_dynamic
	usual/this_cpu_cmpxchg_static usual/this_cpu_cmpxchg_dynamic
	usual/this_cpu_xchg_static usual/this_cpu_xchg_dynamic
	usual/this_cpu_read_cmpxchg usual/this_cpu_cmpxchg128
	usual/get_put_cpu_var usual/get_put_16_places usual/nested_get_put usual/local_lock_unlock
	usual/remote_begin_end usual/per_cpu_xchg
	fallback/plain_inc fallback/getcpu_lock_inc fallback/this_cpu_inc_static
	fallback/this_cpu_inc_dynamic fallback/get_put_cpu_var fallback/mutex_inc)
string(JSON backend GET "${json}" backend)
if(backend MATCHES "^rseq")
	list(APPEND cases usual/pinned_cpu_inc_static usual/pinned_cpu_inc_dynamic)
endif()
string(JSON nr LENGTH "${json}" settings)
math(EXPR last "${nr} - 1")
foreach(i RANGE ${last})
	string(JSON name GET "${json}" settings ${i} setting)
	string(JSON measured GET "${json}" settings ${i} measured)
	if(name STREQUAL mm_cid AND measured)
		list(APPEND cases mm_cid/plain_inc mm_cid/this_cpu_inc_static
			mm_cid/this_cpu_inc_dynamic)
	elseif(NOT name STREQUAL mm_cid AND NOT measured)
		message(FATAL_ERROR "nothing was measured under the setting ${name}")
	endif()
endforeach()

# Not through string(JSON): it reads the whole document again for each of some hundred questions.
set(pattern "\"setting\":[ \t]*\"[^\"]*\",[ \t\n]*\"case\":[ \t]*\"[^\"]*\"")
string(REGEX MATCHALL "${pattern}" found "${json}")
list(TRANSFORM found REPLACE "\"setting\":[ \t]*\"([^\"]*)\".*\"([^\"]*)\"$" "\\1/\\2")
foreach(case IN LISTS cases)
	if(NOT case IN_LIST found)
		message(FATAL_ERROR "${case} was not measured")
	endif()
endforeach()

# Of several threads at once there are figures where there are as many CPUs.
string(JSON nr LENGTH "${json}" targets)
math(EXPR last "${nr} - 1")
foreach(i RANGE ${last})
	string(JSON text GET "${json}" targets ${i} target)
	string(JSON type TYPE "${json}" targets ${i} measured)
	if(type STREQUAL NULL AND NOT text MATCHES "(2|16) threads"
	   AND NOT (text MATCHES "^pinned" AND NOT backend MATCHES "^rseq"))
		message(FATAL_ERROR "no figure for: ${text}")
	endif()
endforeach()
list(LENGTH cases nr_cases)
message(STATUS "${nr_cases} cases, ${nr} figures")
