# What is installed, and in which of three components: lib, what a program needs to run; dev, what it needs to be
# built; tools, the programs (src/tools/). docs/install.md says what is where.
include(CMakePackageConfigHelpers)
find_program(PERCPU_GIT git)
mark_as_advanced(PERCPU_GIT)

# The time in what is made: SOURCE_DATE_EPOCH, or when the commit was made, or of what was unpacked the newest.
set(percpu_epoch $ENV{SOURCE_DATE_EPOCH})
if(NOT percpu_epoch AND PERCPU_GIT AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
	execute_process(COMMAND ${PERCPU_GIT} -C ${PROJECT_SOURCE_DIR} log -1 --format=%ct
		OUTPUT_VARIABLE percpu_epoch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT percpu_epoch)
	file(TIMESTAMP ${PROJECT_SOURCE_DIR}/include/percpu/version.h percpu_epoch %s UTC)
endif()

set(percpu_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/percpu)

install(TARGETS percpu percpu_static percpu_up percpu_linux EXPORT percpu-targets
	LIBRARY COMPONENT lib NAMELINK_COMPONENT dev
	ARCHIVE COMPONENT dev)
install(DIRECTORY include/percpu DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(FILES cmake/valgrind.supp cmake/linux-6.12.names DESTINATION ${CMAKE_INSTALL_DATADIR}/percpu COMPONENT dev)
install(PROGRAMS cmake/linux-names.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/percpu COMPONENT dev)
install(FILES ${PERCPU_GDB_SCRIPT} DESTINATION ${CMAKE_INSTALL_DATADIR}/percpu COMPONENT dev)
# where gdb looks for it, by the whole name of the library
install(CODE "
	set(whole \"${CMAKE_INSTALL_LIBDIR}\")
	cmake_path(ABSOLUTE_PATH whole BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\")
	file(INSTALL \"${PERCPU_GDB_SCRIPT}\"
		DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/gdb/auto-load\${whole}\"
		RENAME \"libpercpu.so.${PROJECT_VERSION}-gdb.py\")" COMPONENT lib)

# --- for CMake ---
install(EXPORT percpu-targets NAMESPACE percpu:: DESTINATION ${percpu_cmake_dir} COMPONENT dev)
configure_package_config_file(cmake/percpu-config.cmake.in percpu-config.cmake
	INSTALL_DESTINATION ${percpu_cmake_dir})
write_basic_package_version_file(percpu-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/percpu-config.cmake
	${CMAKE_CURRENT_BINARY_DIR}/percpu-config-version.cmake DESTINATION ${percpu_cmake_dir} COMPONENT dev)

# --- for pkg-config ---
# relative, so that it holds wherever the tree is put
file(RELATIVE_PATH PERCPU_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
if(URCU_FOUND)
	set(PERCPU_PC_URCU_LIBS "Libs: -lurcu-bp")
	set(PERCPU_PC_URCU_CFLAGS " -DPERCPU_LINUX_URCU")
endif()
foreach(name percpu percpu-up percpu-linux)
	configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
	install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
		DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endforeach()

# --- for people ---
# made when it is installed, of the headers' comments; in a folder of that installation's own
install(CODE "
	string(RANDOM LENGTH 12 own)
	set(made \"${PROJECT_BINARY_DIR}/man.\${own}\")
	execute_process(COMMAND sh \"${PROJECT_SOURCE_DIR}/cmake/man.sh\" \"${PROJECT_SOURCE_DIR}\"
		\"\${made}\" ${PROJECT_VERSION} ${percpu_epoch} COMMAND_ERROR_IS_FATAL ANY)
	set(mandir \"${CMAKE_INSTALL_MANDIR}\")
	cmake_path(ABSOLUTE_PATH mandir BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\")
	file(INSTALL \"\${made}/man3\" \"\${made}/man7\" DESTINATION \"\${mandir}\")
	file(REMOVE_RECURSE \"\${made}\")"
	COMPONENT dev)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)
if(PERCPU_JEMALLOC)
	install(FILES cmake/packages/copyright.jemalloc DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)
endif()
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev
	FILES_MATCHING PATTERN *.md PATTERN man EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev FILES_MATCHING PATTERN *.[ch])
