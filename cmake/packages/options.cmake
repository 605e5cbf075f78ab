# Read by cpack before it begins: the sources are not staged, but packed by a script of their own.
if(CPACK_PACKAGE_FILE_NAME STREQUAL CPACK_SOURCE_PACKAGE_FILE_NAME)
	set(CPACK_EXTERNAL_ENABLE_STAGING OFF)
	set(CPACK_EXTERNAL_PACKAGE_SCRIPT ${CPACK_PERCPU_SOURCE}/cmake/packages/source.cmake)
endif()
