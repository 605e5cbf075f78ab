# SPDX-License-Identifier: MIT
# Has PROGRAM compare documents that are written here, in FOLDER: medians and ratios must be right,
# and what is not a document of the benchmark programs must be refused by its name.

cmake_policy(VERSION 3.25)
file(REMOVE_RECURSE ${FOLDER})

# One case that takes @time, a target that is always measured as 4.
function(write_run name time)
	file(WRITE ${FOLDER}/${name}.json "{\"program\": \"percpu_bench\",
		\"results\": [{\"setting\": \"usual\", \"case\": \"inc\", \"layout\": \"one\",
			\"threads\": 1, \"ns_per_op\": {\"cpu\": {\"median\": ${time}},
				\"wall\": {\"median\": 99}}}],
		\"targets\": [{\"target\": \"kept\", \"measured\": {\"median\": 4}},
			{\"target\": \"not measured\", \"measured\": null}]}")
endfunction()

# A line of two threads, the time of which is @time by the clock, and one of memory.
function(write_alloc_run name time)
	file(WRITE ${FOLDER}/${name}.json "{\"program\": \"percpu_bench_alloc\",
		\"lines\": [{\"line\": \"pair\", \"threads\": 2, \"figures\": {
				\"pair\": {\"unit\": \"ns\", \"cpu\": {\"median\": 7},
					\"wall\": {\"median\": ${time}}},
				\"overlap\": {\"unit\": \"of 1\", \"median\": 1}}},
			{\"line\": \"memory\", \"threads\": 1, \"figures\": {
				\"resident\": {\"unit\": \"bytes\", \"median\": 8}}}],
		\"targets\": []}")
endfunction()

function(expect json index key value)
	string(JSON found GET "${json}" figures ${index} ${key})
	if(NOT found EQUAL value)
		message(FATAL_ERROR "figure ${index}: ${key} is ${found}, not ${value}")
	endif()
endfunction()

function(expect_nr json nr)
	string(JSON found LENGTH "${json}" figures)
	if(NOT found EQUAL nr)
		message(FATAL_ERROR "${found} figures, not ${nr}: ${json}")
	endif()
endfunction()

function(compare output)
	execute_process(COMMAND ${PROGRAM} --json ${ARGN} WORKING_DIRECTORY ${FOLDER}
		OUTPUT_VARIABLE json ERROR_VARIABLE table RESULT_VARIABLE status)
	if(NOT status EQUAL 0)
		message(FATAL_ERROR "${ARGN}: ${status}\n${table}")
	endif()
	set(${output} "${json}" PARENT_SCOPE)
	set(table "${table}" PARENT_SCOPE)
endfunction()

function(expect_refusal text)
	execute_process(COMMAND ${PROGRAM} ${ARGN} WORKING_DIRECTORY ${FOLDER}
		OUTPUT_VARIABLE table ERROR_VARIABLE message RESULT_VARIABLE status)
	if(NOT status EQUAL 1 OR NOT message MATCHES "${text}")
		message(FATAL_ERROR "${ARGN}: ${status}, not 1 and '${text}': ${message}")
	endif()
endfunction()

foreach(time 1 2 9 3)
	write_run(run${time} ${time})
endforeach()
compare(json -b run9.json -b run1.json -b run2.json -n run3.json -n run9.json -n run2.json)
expect_nr("${json}" 2)
expect("${json}" 0 ratio 1.5)
expect("${json}" 1 ratio 1)
string(JSON median GET "${json}" figures 0 before median)
if(NOT median EQUAL 2 OR NOT table MATCHES "usual/inc/one +ns +2.000 +3.000 +1.500 +200.0%")
	message(FATAL_ERROR "median ${median}, and the table is\n${table}")
endif()

write_alloc_run(alloc10 10)
write_alloc_run(alloc5 5)
compare(json -b alloc10.json -n alloc5.json)
expect_nr("${json}" 3)
expect("${json}" 0 ratio 1)
expect("${json}" 1 ratio 0.5)
expect("${json}" 2 ratio 1)

# What only one of them has is shown, and has no ratio.
compare(json -b run1.json -b alloc5.json -n run1.json)
string(JSON type TYPE "${json}" figures 2 ratio)
if(NOT type STREQUAL NULL OR NOT table MATCHES "pair pair +ns +7.000 +- +- +-")
	message(FATAL_ERROR "a ratio of one: ${type}\n${table}")
endif()

file(READ ${FOLDER}/run1.json text)
string(LENGTH "${text}" length)
math(EXPR half "${length} / 2")
string(SUBSTRING "${text}" 0 ${half} text)
file(WRITE ${FOLDER}/half.json "${text}")
file(WRITE ${FOLDER}/empty.json "")
file(WRITE ${FOLDER}/startup.json "{\"program\": \"percpu_bench_startup\"}")
file(WRITE ${FOLDER}/bare.json "{\"program\": \"percpu_bench\", \"results\": [{}], \"targets\": []}")
file(WRITE ${FOLDER}/word.json "{\"program\": \"percpu_bench\", \"results\": 1, \"targets\": []}")
write_run(none "\"none\"")
expect_refusal("half.json: not JSON" -b run1.json -n half.json)
expect_refusal("empty.json: nothing in it" -b empty.json -n run1.json)
expect_refusal("startup.json: cannot compare" -b startup.json -n run1.json)
expect_refusal("bare.json: no \"threads\"" -b bare.json -n run1.json)
expect_refusal("word.json: \"results\" is no list" -b word.json -n run1.json)
expect_refusal("none.json: \"median\" is no number" -b none.json -n run1.json)
expect_refusal("missing.json: No such file" -b missing.json -n run1.json)
expect_refusal("no figure of both" -b run1.json)
expect_refusal("no figure of both" -b run1.json -n alloc5.json)
expect_refusal("what is 'run1.json'" run1.json)
