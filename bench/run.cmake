# SPDX-License-Identifier: MIT
# For scripts that look at what a program says: run(OUTPUT ARGUMENT...) runs PROGRAM, which must succeed.

function(run output)
	execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text RESULT_VARIABLE status)
	if(NOT status EQUAL 0)
		message(FATAL_ERROR "${PROGRAM} ${ARGN}: ${status}")
	endif()
	set(${output} "${text}" PARENT_SCOPE)
endfunction()
