# percpu_private_jemalloc(OUTPUT)
#
# Makes one object file out of the static jemalloc, for the library's metadata memory: the few
# functions that src/ground/mem.c calls get the prefix pcpu_je_, and everything else becomes local. So the
# library has an allocator of its own, and the program's malloc is what it was; linking
# libjemalloc.so, or the archive as it is, would replace it.
#
# The archive must be position-independent (Debian: libjemalloc_pic.a). Its C++ operators, which
# replace new and delete, are left out.
#
# On x86-64 the object's thread-local storage, 2.6 KiB in the initial-exec form, becomes one place
# for all threads (share_tls.c): the loader keeps less than that for objects that come by dlopen().
# src/ground/mem.c lets in one thread at a time.

# percpu_share_tls(OUTPUT): builds the tool, which runs on the machine that builds.
function(percpu_share_tls OUTPUT)
	if(CMAKE_CROSSCOMPILING)
		find_program(PERCPU_HOST_CC NAMES cc gcc clang REQUIRED
			DOC "C compiler for programs that run during the build")
	else()
		set(PERCPU_HOST_CC ${CMAKE_C_COMPILER})
	endif()
	set(source ${PROJECT_SOURCE_DIR}/cmake/share_tls.c)
	set(tool ${CMAKE_CURRENT_BINARY_DIR}/share_tls)
	add_custom_command(
		OUTPUT ${tool}
		COMMAND ${PERCPU_HOST_CC} -O1 -Wall -Wextra ${source} -o ${tool}
		DEPENDS ${source}
		COMMENT "Building the tool that shares thread-local storage"
		VERBATIM)
	set(${OUTPUT} ${tool} PARENT_SCOPE)
endfunction()

function(percpu_private_jemalloc OUTPUT)
	find_library(PERCPU_JEMALLOC_ARCHIVE NAMES libjemalloc_pic.a
		DOC "static, position-independent jemalloc")
	if(NOT PERCPU_JEMALLOC_ARCHIVE)
		message(FATAL_ERROR "libpercpu needs libjemalloc_pic.a (Debian: libjemalloc-dev)")
	endif()
	set(dir ${CMAKE_CURRENT_BINARY_DIR}/jemalloc)
	set(script ${PROJECT_SOURCE_DIR}/cmake/private-jemalloc.sh)
	# PCPU_JEMALLOC_SHARES_TLS says the same.
	set(share_tls)
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
		percpu_share_tls(share_tls)
	endif()
	add_custom_command(
		OUTPUT ${dir}/pcpu_jemalloc.o
		COMMAND ${CMAKE_COMMAND} -E env AR=${CMAKE_AR} LD=${CMAKE_LINKER}
			NM=${CMAKE_NM} OBJCOPY=${CMAKE_OBJCOPY}
			sh ${script} ${PERCPU_JEMALLOC_ARCHIVE} ${dir} ${share_tls}
		DEPENDS ${PERCPU_JEMALLOC_ARCHIVE} ${script} ${share_tls}
		COMMENT "Making the private jemalloc"
		VERBATIM)
	set_source_files_properties(${dir}/pcpu_jemalloc.o PROPERTIES
		EXTERNAL_OBJECT TRUE GENERATED TRUE)
	set(${OUTPUT} ${dir}/pcpu_jemalloc.o PARENT_SCOPE)
endfunction()
