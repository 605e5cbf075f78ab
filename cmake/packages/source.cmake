# Run by cpack: the sources as one archive, which is the same whenever and wherever it is made.
set(archive ${CPACK_PACKAGE_DIRECTORY}/${CPACK_PACKAGE_FILE_NAME}.tar.gz)
execute_process(COMMAND ${CMAKE_COMMAND} -E env ${CPACK_PERCPU_ENVIRONMENT}
	sh ${CMAKE_CURRENT_LIST_DIR}/source.sh ${CPACK_PERCPU_SOURCE} ${CPACK_PACKAGE_FILE_NAME} ${archive}
	RESULT_VARIABLE status)
if(status)
	message(FATAL_ERROR "${archive} could not be made")
endif()
set(CPACK_EXTERNAL_BUILT_PACKAGES ${archive})
