# SPDX-License-Identifier: MIT
# percpu-gdb.py, one file as gdb loads it and as people copy it to other machines, of the parts in
# src/gdb/script. A part uses what the parts above it define, and in its functions any.
set(PERCPU_GDB_PARTS
	about
	constants
	# of the library
	memory
	library
	# of the program
	files
	initial_values
	variables
	# of values
	sums
	texts
	printer
	# of threads
	threads
	backtraces
	# of memory
	units
	layout
	areas
	addresses
	# what is typed
	functions
	commands
	register)
set(PERCPU_GDB_SCRIPT ${PROJECT_BINARY_DIR}/percpu-gdb.py)

set(whole "")
foreach(part IN LISTS PERCPU_GDB_PARTS)
	set(file ${PROJECT_SOURCE_DIR}/src/gdb/script/${part}.py)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
	file(READ ${file} text)
	if(whole)
		string(REPLACE "# SPDX-License-Identifier: MIT\n" "\n\n" text "${text}")
	endif()
	string(APPEND whole "${text}")
endforeach()
file(CONFIGURE OUTPUT ${PERCPU_GDB_SCRIPT} CONTENT "${whole}" @ONLY)
