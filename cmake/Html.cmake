# All that there is to read as HTML: cmake --build build --target html, by pandoc and mandoc (html.sh). What is missing
# is said by the target, and by nobody who does not want it.
find_program(PERCPU_PANDOC pandoc)
find_program(PERCPU_MANDOC mandoc)
mark_as_advanced(PERCPU_PANDOC PERCPU_MANDOC)
if(PERCPU_PANDOC AND PERCPU_MANDOC)
	add_custom_target(html COMMAND sh ${PROJECT_SOURCE_DIR}/cmake/html.sh ${PROJECT_SOURCE_DIR}
		${PROJECT_BINARY_DIR}/html ${PROJECT_VERSION} ${percpu_epoch} VERBATIM USES_TERMINAL)
else()
	add_custom_target(html COMMAND ${CMAKE_COMMAND} -E echo
		"The HTML pages are made by pandoc and mandoc: install both (apt-get install pandoc mandoc), and configure again."
		COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endif()
