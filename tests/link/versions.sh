#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# versions.sh - versions of symbols: the script that is made of exports.txt, with every linker, and what
# programs see of it.
#
# Usage: versions.sh BUILD
. "$(dirname "$0")/common.sh"
need gcc cmake readelf
script=$1/src/percpu.map
linkers=
for linker in bfd gold lld mold; do
	can_link gcc -fuse-ld=$linker && linkers="$linkers $linker" || skip_case "gcc cannot link with $linker"
done

# The names of LIBRARY, each with its version, as expected has them.
versions_of() { # LIBRARY
	step readelf --dyn-syms -W "$1" || return 1
	awk '$7 != "UND" && $8 ~ /@@/ { print $8 }' output | LC_ALL=C sort >versions
}

# made NAME: the version script of the file list, as NAME.map.
made() {
	cat >make.cmake <<-END
		include($PERCPU_SOURCE/cmake/SymbolVersions.cmake)
		percpu_version_script(made $LINK_WORK/list)
		file(RENAME \${made} $LINK_WORK/$1.map)
	END
	mkdir -p project
	printf 'cmake_minimum_required(VERSION 3.25)\nproject(list NONE)\ninclude(%s)\n' \
		"$LINK_WORK/make.cmake" >project/CMakeLists.txt
	step cmake -S project -B project.build
}

begin "the library is the same with every linker"
sed '/^#/d; /^$/d; s/ .*//; s/^__percpu_.*/&@@PERCPU_INLINE_1.0/; /@/!s/$/@@PERCPU_1.0/' "$here/exports.txt" |
	LC_ALL=C sort >expected
for linker in $linkers; do
	mkdir -p $linker
	step gcc -shared -fuse-ld=$linker -Wl,--whole-archive "$PERCPU_LIBRARIES/libpercpu.a" \
		-Wl,--no-whole-archive -pthread -Wl,--version-script=$script -Wl,-z,nodelete,-z,now \
		-Wl,-soname,libpercpu.so.1 -o $linker/libpercpu.so.1 &&
		ln -sf libpercpu.so.1 $linker/libpercpu.so && versions_of $linker/libpercpu.so.1 &&
		step diff -u expected versions &&
		step gcc -O2 $warnings $include "$here/library/malloc.c" -DLINKED -L$linker -lpercpu \
			-ldl -o linked &&
		step_prints 'malloc is of libc\.so\.6' env LD_LIBRARY_PATH=$linker ./linked || :
done

begin "a later name has a version of its own, behind the one before"
printf '%s\n' '# names' 'percpu_new 1.1' percpu_old '__percpu_new 1.2' __percpu_old 'percpu_newer 1.10' >list
cat >names.c <<'END'
int percpu_new(void), percpu_old(void), __percpu_new(void), __percpu_old(void), percpu_newer(void);
int percpu_new(void) { return 1; }
int percpu_old(void) { return 2; }
int __percpu_new(void) { return 3; }
int __percpu_old(void) { return 4; }
int percpu_newer(void) { return 5; }
int percpu_private(void);
int percpu_private(void) { return 6; }
END
made new && {
	printf '%s\n' __percpu_new@@PERCPU_INLINE_1.2 __percpu_old@@PERCPU_INLINE_1.0 \
		percpu_new@@PERCPU_1.1 percpu_newer@@PERCPU_1.10 percpu_old@@PERCPU_1.0 >expected
	for linker in $linkers; do
		step gcc -fPIC -shared -fuse-ld=$linker names.c -Wl,--version-script=new.map \
			-Wl,-soname,libnames.so -o libnames.so && versions_of libnames.so &&
			step diff -u expected versions || :
	done
	tr -d '\n\t' <new.map | grep -q 'PERCPU_1.10 {[^}]*} PERCPU_1.1;' || failed "1.10 is not behind 1.1"
	tr -d '\n\t' <new.map | grep -q 'PERCPU_INLINE_1.2 {[^}]*} PERCPU_INLINE_1.0;' ||
		failed "INLINE_1.2 is not behind INLINE_1.0"
} || :

begin "a program that needs a later version does not start with the earlier library, and says why"
echo 'int percpu_new(void); int main(void) { return percpu_new() != 1; }' >later.c
step gcc later.c -L. -lnames -Wl,-rpath,. -o later && step ./later && {
	printf '%s\n' percpu_old __percpu_old percpu_new >list
	made old && step gcc -fPIC -shared names.c -Wl,--version-script=old.map -Wl,-soname,libnames.so \
		-o libnames.so && step_refused "PERCPU_1.1' not found" ./later || :
} || :

begin "what is no line of the list is refused, with the line"
for line in 'percpu_x one' 'percpu-x' 'percpu_x 1.0 2' 'percpu_x  1.0'; do
	echo "$line" >list
	cat >make.cmake <<-END
		include($PERCPU_SOURCE/cmake/SymbolVersions.cmake)
		percpu_version_script(made $LINK_WORK/list)
	END
	step_refused "^ +$line\$" cmake -S project -B project.build || :
done

# The library asks the dynamic linker for names like anybody else: a program may put its own before them.
begin "a definition without a version, of a program, comes before the library's"
cat >own.c <<'END'
#include <percpu/percpu.h>
#include <stdio.h>
int main(void) { puts(percpu_backend()); return 0; }
END
echo 'const char *percpu_backend(void); const char *percpu_backend(void) { return "my own"; }' >preload.c
step gcc -O2 $include own.c $shared -o own && step gcc -shared -fPIC preload.c -o preload.so &&
	step_prints 'my own' env LD_PRELOAD=./preload.so ./own || :

begin "a program's undefined names have the versions, and so is a pointer to a function the same everywhere"
readelf --dyn-syms -W own | grep -q 'percpu_backend@PERCPU_1.0' || failed "percpu_backend has no version"
readelf --dyn-syms -W own | grep -q '__percpu_[a-z_]*@PERCPU_INLINE_1.0' || failed "no name has INLINE_1.0"
cat >same.c <<'END'
#include <percpu/percpu.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	/* by its name, and by its name and version */
	void *by_name = dlsym(RTLD_DEFAULT, "percpu_backend");
	void *by_version = dlvsym(RTLD_DEFAULT, "percpu_backend", argv[argc - 1]);
	const char *(*linked)(void) = percpu_backend;

	printf("same: %d %d %d\n", by_name != NULL, by_name == by_version,
	       !memcmp(&linked, &by_name, sizeof(linked)));
	return 0;
}
END
for kind in -pie -no-pie; do
	step gcc -O2 -D_GNU_SOURCE $warnings $include $kind same.c $shared -ldl -o same &&
		step_prints 'same: 1 1 1' ./same PERCPU_1.0 && step_prints 'same: 1 0 1' ./same PERCPU_1.9 || :
done
finish
