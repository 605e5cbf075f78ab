#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# installed.sh - an installed tree serves a CMake project and a pkg-config user, wherever it is put, in C and in C++;
# its components are what docs/install.md says, and it goes as it came.
#
# Usage: installed.sh BUILD VERSION
. "$(dirname "$0")/common.sh"
need cmake gcc g++ pkg-config
build=$1 version=$2
prefix=$LINK_WORK/elsewhere

begin "the build can be installed, and the tree be moved"
step cmake --install "$build" --prefix "$LINK_WORK/prefix" || finish
cp "$build/install_manifest.txt" manifest
mv prefix elsewhere
compiled=$case_commands
libdir=$(dirname "$(find "$prefix" -name libpercpu.a)")

begin "find_package(percpu) finds it"
project_of "$build" "$prefix" && for kind in shared static up; do
	for language in c cc; do
		[ $kind != shared ] || uses_library "$libdir" project/shared_$language
		step_prints "hello: 40, $version, as compiled" project/${kind}_$language || :
	done
done

begin "percpu::linux has the kernel's headers"
step_prints 'kernel file: 40' project/kernel_file || :

begin "find_package(percpu) takes no other version for this one"
grep -qx 'refused: 0.9 1.99 2.0' project.versions || failed "refused: $(cat project.versions)"

begin "pkg-config finds it"
programs_of_pkg_config "$libdir" "$version"

begin "the installed headers are all that percpu/percpu.h includes, in C and in C++"
echo '#include <percpu/percpu.h>' >header.c
step gcc -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c &&
	step gcc -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c &&
	step g++ -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only "-I$prefix/include" header.c || :

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

begin "the components have everything, once"
for component in lib dev tools; do
	step env "DESTDIR=$LINK_WORK/$component" cmake --install "$build" --prefix /prefix --component $component || break
	(cd $component/prefix && find . ! -type d | LC_ALL=C sort) >$component.files
	[ -s $component.files ] || failed "there is nothing in $component"
done
(cd "$prefix" && find . ! -type d | sed "s|auto-load$LINK_WORK|auto-load|" | LC_ALL=C sort) >all
LC_ALL=C sort lib.files dev.files tools.files | step diff all - || :
grep -v '/libpercpu\.so\.[0-9.]*$\|gdb/auto-load' lib.files >output && failed "lib has more than it should" || :
grep -q 'bin/percpu-' tools.files || failed "there are no programs in tools"

begin "docs/install.md has each option, and no other"
sed -n 's/^option(\(PERCPU_[A-Z]*\) .*/\1/p; s/^set(\(PERCPU_[A-Z]*\) .* CACHE .*/\1/p' "$PERCPU_SOURCE/CMakeLists.txt" |
	LC_ALL=C sort >expected
sed -n '/^| option/,/^$/p' "$PERCPU_SOURCE/docs/install.md" | cut -d '|' -f 2 | grep -o 'PERCPU_[A-Z]*' | LC_ALL=C sort >found
step diff expected found || :

begin "it can be taken away as docs/install.md says"
mv elsewhere prefix
command=$(sed -n 's/^    sudo \(xargs .*install_manifest.txt\)$/\1/p' "$PERCPU_SOURCE/docs/install.md")
[ -n "$command" ] || failed "docs/install.md has no such command"
mkdir -p build
cp manifest build/install_manifest.txt
step sh -c "$command" && step find prefix ! -type d && [ ! -s output ] || failed "this is left"
finish
