# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC1091,SC2015,SC2034,SC2046,SC2086,SC2154 # tests/link/common.sh sets variables; lists of options
# common.sh - what the scripts of this folder share, beside what those of tests/link/ do. Sourced, not run.
. "$(dirname "$0")/../link/common.sh"
here=$PERCPU_SOURCE/tests/install
unset PKG_CONFIG_PATH CMAKE_PREFIX_PATH CPATH LIBRARY_PATH DESTDIR SOURCE_DATE_EPOCH
unset CFLAGS CXXFLAGS LDFLAGS

cached() { # BUILD NAME: a variable of a build
	sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"
}

# That PROGRAM has the library of LIBDIR, and not another one.
uses_library() { # LIBDIR PROGRAM
	step env LD_TRACE_LOADED_OBJECTS=1 "$2" || return 1
	grep -q "libpercpu\.so\.1 => $1/" output && return 0
	failed "it does not use the installed library"
	return 1
}

# Builds project/ with the tree at PREFIX, as it is built with BUILD's tools; what find_package() said of other
# versions is in project.versions.
project_of() { # BUILD PREFIX
	step cmake -S "$here/project" -B project -G "$(cached "$1" CMAKE_GENERATOR)" "-DCMAKE_PREFIX_PATH=$2" \
		-DCMAKE_BUILD_TYPE=Release || return 1
	sed -n 's/^-- refused: /refused: /p' output >project.versions
	step cmake --build project
}

# hello.c in C and C++, and the kernel's file, by pkg-config, of which the library is in LIBDIR.
programs_of_pkg_config() { # LIBDIR VERSION
	PKG_CONFIG_PATH=$1/pkgconfig
	export PKG_CONFIG_PATH
	step_prints "$2" pkg-config --modversion percpu || return 0
	step pkg-config --atleast-version=1.0 percpu && step pkg-config --validate percpu percpu-up percpu-linux
	hello="$here/project/hello"
	for compiler in gcc:c g++:cc; do
		language=${compiler#*:} compiler=${compiler%:*}
		step $compiler -O2 $warnings "$hello.$language" $(pkg-config --cflags --libs percpu) \
			"-Wl,-rpath,$1" -o by_pkg_config &&
			uses_library "$1" ./by_pkg_config &&
			step_prints "hello: 40, $2, as compiled" ./by_pkg_config || :
		# a static executable, and one with the library in it but not the C library
		step $compiler -O2 -static "$hello.$language" $(pkg-config --static --cflags --libs percpu) \
			-o by_pkg_config && step_prints "hello: 40, $2, as compiled" ./by_pkg_config || :
		step $compiler -O2 "$hello.$language" -Wl,-Bstatic $(pkg-config --static --cflags --libs percpu) \
			-Wl,-Bdynamic -o by_pkg_config &&
			step_prints "hello: 40, $2, as compiled" ./by_pkg_config || :
		step $compiler -O2 "$hello.$language" $(pkg-config --cflags --libs percpu-up) -o by_pkg_config &&
			step_prints "hello: 40, $2, as compiled" ./by_pkg_config || :
	done
	step gcc -std=gnu11 -O2 $warnings "$here/project/kernel_file.c" $(pkg-config --cflags --libs percpu-linux) \
		"-Wl,-rpath,$1" -o kernel_file &&
		uses_library "$1" ./kernel_file && step_prints 'kernel file: 40' ./kernel_file || :
}
