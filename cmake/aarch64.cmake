# aarch64.cmake - toolchain file for building libpercpu on another machine for aarch64 Linux.
#
#	sh cmake/aarch64-sysroot.sh FOLDER
#	cmake -S . -B build-aarch64 -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake \
#		-DPERCPU_SYSROOT=FOLDER
#
# The compilers are Debian's gcc-aarch64-linux-gnu and g++-aarch64-linux-gnu, unless others are
# asked for (-DCMAKE_C_COMPILER=clang; its linker and tools are still those of the former). Where
# qemu-aarch64 is there, ctest runs the tests with it: in the fallback tier, since it has no rseq.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(percpu_triplet aarch64-linux-gnu)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PERCPU_SYSROOT)

if(NOT PERCPU_SYSROOT)
	message(FATAL_ERROR "PERCPU_SYSROOT is not set: a folder that cmake/aarch64-sysroot.sh fills")
endif()
set(CMAKE_SYSROOT ${PERCPU_SYSROOT})

if(NOT CMAKE_C_COMPILER)
	set(CMAKE_C_COMPILER ${percpu_triplet}-gcc)
endif()
if(NOT CMAKE_CXX_COMPILER)
	set(CMAKE_CXX_COMPILER ${percpu_triplet}-g++)
endif()
foreach(language C CXX ASM)
	set(CMAKE_${language}_COMPILER_TARGET ${percpu_triplet})
endforeach()
foreach(tool AR LINKER NM OBJCOPY OBJDUMP RANLIB READELF STRIP)
	string(TOLOWER ${tool} name)
	string(REPLACE linker ld name ${name})
	find_program(CMAKE_${tool} ${percpu_triplet}-${name})
endforeach()

# Programs are this machine's; everything else is the other one's.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${PERCPU_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
	${PERCPU_SYSROOT}/usr/lib/${percpu_triplet}/pkgconfig:${PERCPU_SYSROOT}/usr/share/pkgconfig)

find_program(PERCPU_QEMU_AARCH64 qemu-aarch64)
if(PERCPU_QEMU_AARCH64)
	set(CMAKE_CROSSCOMPILING_EMULATOR ${PERCPU_QEMU_AARCH64} -L ${PERCPU_SYSROOT})
endif()
