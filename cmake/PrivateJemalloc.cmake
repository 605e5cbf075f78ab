# percpu_private_jemalloc(OUTPUT)
#
# Makes one object file out of the static jemalloc, for the library's metadata memory: the few
# functions that src/mem.c calls get the prefix pcpu_je_, and everything else becomes local. So the
# library has an allocator of its own, and the program's malloc is what it was; linking
# libjemalloc.so, or the archive as it is, would replace it.
#
# The archive must be position-independent (Debian: libjemalloc_pic.a). Its C++ operators, which
# replace new and delete, are left out.
function(percpu_private_jemalloc OUTPUT)
	find_library(PERCPU_JEMALLOC_ARCHIVE NAMES libjemalloc_pic.a
		DOC "static, position-independent jemalloc")
	if(NOT PERCPU_JEMALLOC_ARCHIVE)
		message(FATAL_ERROR "libpercpu needs libjemalloc_pic.a (Debian: libjemalloc-dev)")
	endif()
	set(dir ${CMAKE_CURRENT_BINARY_DIR}/jemalloc)
	add_custom_command(
		OUTPUT ${dir}/pcpu_jemalloc.o
		COMMAND ${CMAKE_COMMAND} -E env AR=${CMAKE_AR} LD=${CMAKE_LINKER}
			NM=${CMAKE_NM} OBJCOPY=${CMAKE_OBJCOPY}
			sh ${PROJECT_SOURCE_DIR}/cmake/private-jemalloc.sh
			${PERCPU_JEMALLOC_ARCHIVE} ${dir}
		DEPENDS ${PERCPU_JEMALLOC_ARCHIVE} ${PROJECT_SOURCE_DIR}/cmake/private-jemalloc.sh
		COMMENT "Making the private jemalloc"
		VERBATIM)
	set_source_files_properties(${dir}/pcpu_jemalloc.o PROPERTIES
		EXTERNAL_OBJECT TRUE GENERATED TRUE)
	set(${OUTPUT} ${dir}/pcpu_jemalloc.o PARENT_SCOPE)
endfunction()
