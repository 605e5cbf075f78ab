# SPDX-License-Identifier: MIT
# Runs PROGRAM --quick --json, and looks in the file JSON for figures of every group of --list.

cmake_policy(VERSION 3.25)

include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE ${JSON})
run(table --quick --json ${JSON})
run(list --list)
string(REGEX MATCHALL "[^\n]+" groups "${list}")

file(READ ${JSON} json)
string(JSON nr LENGTH "${json}" figures)
set(names "")
if(nr GREATER 0)
	math(EXPR last "${nr} - 1")
	foreach(i RANGE ${last})
		string(JSON name GET "${json}" figures ${i} figure)
		string(JSON value GET "${json}" figures ${i} value)
		if(NOT value MATCHES "^-?[0-9.e+-]+$")
			message(FATAL_ERROR "${name}: ${value}")
		endif()
		string(APPEND names "\n${name}")
	endforeach()
endif()
foreach(group IN LISTS groups)
	if(NOT names MATCHES "\n${group}: ")
		message(FATAL_ERROR "no figure of ${group}")
	endif()
endforeach()
list(LENGTH groups nr_groups)
message(STATUS "${nr_groups} groups, ${nr} figures")
