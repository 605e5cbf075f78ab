#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# installed.sh - an installed tree serves a CMake project and a pkg-config user.
#
# Usage: installed.sh BUILD_FOLDER
. "$(dirname "$0")/common.sh"
need cmake gcc pkg-config
prefix=$LINK_WORK/prefix

begin "the build can be installed elsewhere"
step cmake --install "$1" --prefix "$prefix" || finish
compiled=$case_commands
# what the build was made with is installed; what cmake would choose by itself may not be
generator=$(sed -n 's/^CMAKE_GENERATOR:[A-Z]*=//p' "$1/CMakeCache.txt")

# That what is built comes from the installed tree, and not from another one.
uses_prefix() { # PROGRAM
	step env LD_TRACE_LOADED_OBJECTS=1 "$1" || return 1
	grep -q "libpercpu\.so\.0 => $prefix/" output && return 0
	failed "it does not use the installed library"
	return 1
}

begin "find_package(percpu) finds it"
step cmake -S "$here/installed" -B project -G "$generator" "-DCMAKE_PREFIX_PATH=$prefix" -DCMAKE_BUILD_TYPE=Release &&
	step cmake --build project && uses_prefix project/with_shared &&
	step_prints 'installed: 40' project/with_shared &&
	step_prints 'installed: 40' project/with_static || :

begin "percpu::linux has the kernel's headers"
step_prints 'installed: 40' project/kernel_file || :

begin "pkg-config finds it"
pc=$(find "$prefix" -name percpu.pc)
[ -n "$pc" ] || failed "no percpu.pc was installed"
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
# The file names the prefix that the build was configured with.
flags=$(pkg-config --cflags --libs percpu)
libdir=$(dirname "$(find "$prefix" -name libpercpu.a)")
step gcc -O2 "$here/installed/main.c" $flags "-Wl,-rpath,$libdir" -o with_pkg_config &&
	uses_prefix ./with_pkg_config && step_prints 'installed: 40' ./with_pkg_config || :

begin "pkg-config finds the kernel's headers"
flags=$(pkg-config --cflags --libs percpu-linux)
step gcc -std=gnu11 -O2 -Wall -Wextra -Werror "$here/installed/kernel_file.c" $flags \
	"-Wl,-rpath,$libdir" -o kernel_file &&
	uses_prefix ./kernel_file && step_prints 'installed: 40' ./kernel_file || :

begin "pkg-config --static finds what a static executable needs"
flags=$(pkg-config --static --cflags --libs percpu)
step gcc -O2 -static "$here/installed/main.c" $flags -o with_static &&
	step_prints 'installed: 40' ./with_static || :

begin "the installed headers are all that percpu/percpu.h includes, in C and in C++"
echo '#include <percpu/percpu.h>' >header.c
step gcc -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c &&
	step gcc -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c || :
if command -v g++ >/dev/null; then
	step g++ -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c || :
fi

# Each header by itself.
for header in "$prefix"/include/percpu/*.h; do
	begin "percpu/$(basename "$header") can be included alone"
	echo "#include <percpu/$(basename "$header")>" >header.c
	step gcc -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c || :
done
begin "linux/percpu.h can be included alone"
echo "#include <linux/percpu.h>" >header.c
step gcc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include/percpu/linux" \
	"-I$prefix/include" header.c || :
finish
