# Run by cpack, with each component staged in a folder of its own.
execute_process(COMMAND ${CMAKE_COMMAND} -E env ${CPACK_PERCPU_ENVIRONMENT}
	sh ${CMAKE_CURRENT_LIST_DIR}/debs.sh ${CPACK_PERCPU_SOURCE} ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_PACKAGE_DIRECTORY}
	OUTPUT_VARIABLE made RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
if(status)
	message(FATAL_ERROR "the packages could not be made")
endif()
string(REPLACE "\n" ";" CPACK_EXTERNAL_BUILT_PACKAGES "${made}")
