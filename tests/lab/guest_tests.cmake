# guest_tests.cmake - what ctest knows of a build's tests, as a shell script that runs them in a guest.
#
#	ctest --test-dir BUILD --show-only=json-v1 -R ... >LIST
#	cmake -DLIST=LIST -DBUILD=BUILD -DSCRIPT=SCRIPT -P guest_tests.cmake
#
# Each test that runs a program of BUILD becomes one line of SCRIPT, which calls guest_test
# (lab.sh defines it):
#
#	guest_test NAME TIMEOUT SKIP_CODE SKIP_SAYING VARIABLE=VALUE... PROGRAM ARGUMENT...
cmake_minimum_required(VERSION 3.25)

# A word of a shell script that stands for @text.
function(quote OUTPUT text)
	string(REPLACE "'" "'\\''" text "${text}")
	set(${OUTPUT} "'${text}'" PARENT_SCOPE)
endfunction()

# Appends the words of the JSON array @json to the variable LINE of the caller.
function(append_words json)
	set(line "${LINE}")
	string(JSON count LENGTH "${json}")
	if(count GREATER 0)
		math(EXPR last "${count} - 1")
		foreach(i RANGE ${last})
			string(JSON word GET "${json}" ${i})
			quote(word "${word}")
			string(APPEND line " ${word}")
		endforeach()
	endif()
	set(LINE "${line}" PARENT_SCOPE)
endfunction()

# The value of the property @name of the JSON array @properties, or @default.
function(property OUTPUT properties name default)
	set(${OUTPUT} "${default}" PARENT_SCOPE)
	string(JSON count LENGTH "${properties}")
	math(EXPR last "${count} - 1")
	foreach(i RANGE ${last})
		string(JSON found GET "${properties}" ${i} name)
		if(found STREQUAL name)
			string(JSON value GET "${properties}" ${i} value)
			set(${OUTPUT} "${value}" PARENT_SCOPE)
		endif()
	endforeach()
endfunction()

file(READ ${LIST} json)
string(JSON tests GET "${json}" tests)
string(JSON count LENGTH "${tests}")
if(count EQUAL 0)
	message(FATAL_ERROR "guest_tests.cmake: there are no tests in ${LIST}")
endif()
math(EXPR last "${count} - 1")
set(script)
foreach(i RANGE ${last})
	# the whole is parsed each time that something is taken out of it
	string(JSON test GET "${tests}" ${i})
	string(JSON name GET "${test}" name)
	string(JSON command ERROR_VARIABLE missing GET "${test}" command)
	if(missing) # which fails there
		string(APPEND script "guest_test ${name} 1 77 '' '${name} has not been built'\n")
		continue()
	endif()
	string(JSON properties GET "${test}" properties)
	string(JSON program GET "${command}" 0)
	string(FIND "${program}" "${BUILD}/" place)
	if(NOT place EQUAL 0)
		continue()
	endif()
	property(timeout "${properties}" TIMEOUT 300)
	string(REGEX REPLACE "[.].*" "" timeout "${timeout}")
	property(skip "${properties}" SKIP_RETURN_CODE 77)
	property(saying "${properties}" SKIP_REGULAR_EXPRESSION [=[[""]]=])
	property(environment "${properties}" ENVIRONMENT "[]")
	set(LINE "guest_test ${name} ${timeout} ${skip}")
	append_words("${saying}")
	append_words("${environment}")
	append_words("${command}")
	string(APPEND script "${LINE}\n")
endforeach()
file(WRITE ${SCRIPT} "${script}")
