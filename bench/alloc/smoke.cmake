# SPDX-License-Identifier: MIT
# Runs PROGRAM --quick --json, compares the lines in the file JSON with those of --list, and looks
# for the figure without which a line says nothing.

cmake_policy(VERSION 3.25)

include(${CMAKE_CURRENT_LIST_DIR}/../run.cmake)

set(figure_of_live free_again)
set(figure_of_pair pair)
set(figure_of_memory resident)
set(figure_of_metadata resident)

file(REMOVE ${JSON})
run(tables --quick --json ${JSON})
run(list --quick --list)
# the names only: the semicolons in what is said of a line would end an entry
string(REGEX REPLACE " [^\n]*" "" list "${list}")
string(REGEX MATCHALL "[^\n]+" list "${list}")

file(READ ${JSON} json)
string(JSON nr LENGTH "${json}" lines)
list(LENGTH list expected)
if(NOT nr EQUAL expected OR nr EQUAL 0)
	message(FATAL_ERROR "${nr} lines in ${JSON}, ${expected} in --list")
endif()
math(EXPR last "${nr} - 1")
foreach(i RANGE ${last})
	string(JSON name GET "${json}" lines ${i} line)
	list(GET list ${i} listed)
	if(NOT name STREQUAL listed)
		message(FATAL_ERROR "line ${i} is '${name}' in ${JSON}, '${listed}' in --list")
	endif()
	# threads2 cannot be measured where only one CPU may be used
	string(REGEX REPLACE "/.*" "" kind ${name})
	string(JSON unit ERROR_VARIABLE missing
		GET "${json}" lines ${i} figures ${figure_of_${kind}} unit)
	if(missing AND NOT name MATCHES "/threads2$")
		message(FATAL_ERROR "${name}: ${missing}")
	endif()
endforeach()
string(JSON nr_targets LENGTH "${json}" targets)
message(STATUS "${nr} lines, ${nr_targets} targets")
