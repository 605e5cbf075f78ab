# SPDX-License-Identifier: MIT
# Has DRIVER compare the build in BUILD with itself: each program's figures must be there, of as
# many runs as were asked for, and a program that fails must end it.

cmake_policy(VERSION 3.25)
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

# @expected: what it says on the way to an error; empty: that it makes none.
function(drive expected)
	execute_process(COMMAND ${CMAKE_COMMAND} -E env PERCPU_BUILD=${BUILD} TMPDIR=${FOLDER}
			sh ${DRIVER} --built ${BUILD} --rounds 2 ${ARGN}
		OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE status)
	if(expected STREQUAL "" AND NOT status EQUAL 0
	   OR NOT expected STREQUAL "" AND (status EQUAL 0 OR NOT text MATCHES "${expected}"))
		message(FATAL_ERROR "${ARGN}: ${status}\n${text}")
	endif()
	set(said "${text}" PARENT_SCOPE)
endfunction()

function(compare program figure)
	set(file ${FOLDER}/${program}.json)
	drive("" --program ${program} --json ${file} -- ${ARGN})
	file(READ ${file} json)
	string(JSON name GET "${json}" figures 0 figure)
	if(NOT name STREQUAL figure)
		message(FATAL_ERROR "the first figure is '${name}', not '${figure}'")
	endif()
	foreach(side before now)
		string(JSON runs GET "${json}" figures 0 ${side} runs)
		if(NOT runs EQUAL 2)
			message(FATAL_ERROR "${runs} runs ${side}, not 2")
		endif()
	endforeach()
endfunction()

compare(percpu_bench usual/plain_inc/one
	--quick --rounds 1 --threads 1 --filter usual/plain_inc/one)
compare(percpu_bench_alloc "pair/malloc/untouched pair"
	--quick --rounds 1 --filter pair/malloc/untouched)
compare(percpu_bench_around "nowait: 64 bytes each, allocated by GFP_NOWAIT before anything else"
	--quick --filter nowait)
compare(percpu_bench_toolkit "operations: this_cpu_inc" --quick --filter operations)
# Each target is about a figure that there is, by its name; percpu_bench_alloc's are not asked for.
drive("" --targets --program percpu_bench_around -- --quick)
string(REGEX MATCHALL "\n[|][^\n]*not measured" missing "${said}")
list(FILTER missing EXCLUDE REGEX "[|] (target: |memory/)|librseq: | / ")
if(missing OR NOT said MATCHES "[|] sections: a section in a section, ns [|] [0-9]")
	message(FATAL_ERROR "nobody measures${missing}\n${said}")
endif()
drive("" --targets --program percpu_bench_toolkit -- --quick)
string(REGEX MATCHALL "\n[|][^\n]* / [^\n]*not measured" missing "${said}")
list(FILTER missing EXCLUDE REGEX "[|] target: ")
if(missing OR NOT said MATCHES " / ")
	message(FATAL_ERROR "nobody measures${missing}\n${said}")
endif()
drive("failed: .*/percpu_bench " --program percpu_bench -- --filter no_such_case)
drive("no program percpu_bench_startup" --program percpu_bench_startup)

file(GLOB left ${FOLDER}/percpu-compare*)
if(left)
	message(FATAL_ERROR "left behind: ${left}")
endif()
