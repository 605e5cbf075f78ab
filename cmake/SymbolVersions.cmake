# percpu_version_script(OUTPUT LIST): a version script for the linker, made of LIST (tests/link/exports.txt),
# which the build makes anew when LIST changes.
#
# A line of LIST is a name, or a name and the version that it came with; 1.0 otherwise. What people call
# gets the version PERCPU_1.0, and what the headers' code refers to, __percpu_*, PERCPU_INLINE_1.0: both
# are the ABI, but nobody writes the latter. What comes later is a version of its own, which depends on
# the one before it. Nothing else leaves the library; in the archive names have no versions.
function(percpu_version_script OUTPUT LIST)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LIST})
	file(STRINGS ${LIST} lines REGEX "^[^#]")
	set(nodes)
	foreach(line IN LISTS lines)
		if(NOT line MATCHES "^([A-Za-z_][A-Za-z0-9_]*)( ([0-9]+\\.[0-9]+))?$")
			message(FATAL_ERROR "${LIST} has a line that is none:\n    ${line}")
		endif()
		set(name ${CMAKE_MATCH_1})
		set(version ${CMAKE_MATCH_3})
		if(NOT version)
			set(version 1.0)
		endif()
		set(node PERCPU_${version})
		if(name MATCHES "^__percpu_")
			set(node PERCPU_INLINE_${version})
		endif()
		list(APPEND nodes ${node})
		list(APPEND names_of_${node} ${name})
	endforeach()

	list(REMOVE_DUPLICATES nodes)
	list(SORT nodes COMPARE NATURAL)
	set(text "/* Made of tests/link/exports.txt by cmake/SymbolVersions.cmake. */\n")
	set(others "\nlocal:\n\t*;") # in the first node
	foreach(node IN LISTS nodes)
		string(REGEX REPLACE "[0-9.]+$" "" family ${node})
		list(JOIN names_of_${node} ";\n\t" names)
		string(APPEND text "${node} {\nglobal:\n\t${names};${others}\n}${before_${family}};\n")
		set(before_${family} " ${node}")
		set(others)
	endforeach()
	set(script ${CMAKE_CURRENT_BINARY_DIR}/percpu.map)
	file(CONFIGURE OUTPUT ${script} CONTENT "${text}" @ONLY)
	set(${OUTPUT} ${script} PARENT_SCOPE)
endfunction()
