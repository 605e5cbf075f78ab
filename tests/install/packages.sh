#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# packages.sh - the Debian packages that cpack makes: that lintian has no error, what is in them, that they are the
# same when they are made again, and that programs are built with what they unpack to. (fresh.sh installs them.)
#
# Usage: packages.sh BUILD VERSION [whole]. Otherwise lintian does not read the many pages of libpercpu-dev, and
# nothing is made again.
. "$(dirname "$0")/common.sh"
need cmake cpack gcc g++ pkg-config dpkg-deb dpkg-shlibdeps
build=$1 version=$2 whole=${3-}
revision=$version-0upstream1
arch=$(dpkg --print-architecture)
multiarch=$(gcc -print-multiarch)
system=$LINK_WORK/build

# A build for the system's folders, with the objects of BUILD, which are the same but for one: ninja sees that.
begin "a build for /usr"
step env SOURCE_DATE_EPOCH=1700000000 cmake -S "$PERCPU_SOURCE" -B "$system" -G "$(cached "$build" CMAKE_GENERATOR)" -DCMAKE_INSTALL_PREFIX=/usr \
	"-DCMAKE_C_COMPILER=$(cached "$build" CMAKE_C_COMPILER)" "-DCMAKE_C_FLAGS=$(cached "$build" CMAKE_C_FLAGS)" \
	"-DCMAKE_BUILD_TYPE=$(cached "$build" CMAKE_BUILD_TYPE)" -DPERCPU_REPRODUCIBLE=OFF \
	-DPERCPU_TESTS=OFF -DPERCPU_BENCH=OFF -DPERCPU_EXAMPLES=OFF || finish
if [ -e "$build/.ninja_log" ]; then
	cp -p "$build"/.ninja_log "$build"/.ninja_deps "$system"
	(cd "$build" && find src \( -path '*/percpu_objects.dir/*' -o -path 'src/tools/*.o' -o -path 'src/jemalloc/*' \
		-o -name share_tls \) -type f -print0 | xargs -0 cp -p --parents -t "$system")
fi
step cmake --build "$system" --parallel "$(nproc)" || finish

# Makes the packages in FOLDER.
pack() { # FOLDER
	(cd "$system" && step cpack -B "$1")
}

begin "cpack makes the packages"
pack "$LINK_WORK/made" || finish
compiled=$case_commands
packages="libpercpu1 libpercpu1-dbgsym libpercpu-dev libpercpu-tools libpercpu-tools-dbgsym"
for package in $packages; do
	[ -e "made/${package}_${revision}_$arch.deb" ] || failed "there is no $package"
done

if [ -n "$whole" ]; then
	begin "made again, later, each is the same"
	umask 077
	sleep 1
	pack "$LINK_WORK/again" && for package in $packages; do
		step cmp made/${package}_*.deb again/${package}_*.deb || :
	done
	umask 022
fi

begin "lintian finds no error, and no warning"
if command -v lintian >/dev/null; then
	step env LC_ALL=C lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
		made/libpercpu1_*.deb made/libpercpu-tools_*.deb ${whole:+made/*-dev_*.deb made/*-dbgsym_*.deb} || :
else
	skip_case "there is no lintian"
fi

field() { # PACKAGE FIELD
	dpkg-deb -f made/${1}_*.deb "$2"
}

begin "they need each other, and the C library"
[ "$(field libpercpu1 Depends | sed 's/ (>= [0-9.]*)//')" = libc6 ] || failed "libpercpu1 needs $(field libpercpu1 Depends)"
field libpercpu-dev Depends | grep -q "^libpercpu1 (= $revision), " || failed "libpercpu-dev: another libpercpu1"
field libpercpu-tools Depends | grep -q "libpercpu1 (>= 1\.[0-9.]*)" || failed "libpercpu-tools: no libpercpu1"
for package in libpercpu1 libpercpu-dev; do
	[ "$(field $package Multi-Arch)" = same ] || failed "$package is for one architecture at a time"
done

begin "the library's symbols are those of exports.txt, each since the version that it has"
sed '/^#/d; /^$/d' "$PERCPU_SOURCE/tests/link/exports.txt" | while read -r symbol since; do
	case $symbol in
	__percpu_*) echo " $symbol@PERCPU_INLINE_${since:-1.0} ${since:-1.0}" ;;
	*) echo " $symbol@PERCPU_${since:-1.0} ${since:-1.0}" ;;
	esac
done | LC_ALL=C sort >expected
step dpkg-deb -I made/libpercpu1_*.deb symbols &&
	[ "$(head -n 1 output)" = "libpercpu.so.1 libpercpu1 #MINVER#" ] || failed "the symbols are another library's"
grep -v '^libpercpu\|^ PERCPU_' output | LC_ALL=C sort | step diff expected - || :

for package in $packages; do
	step dpkg-deb -x made/${package}_*.deb root || finish
done
libdir=$LINK_WORK/root/usr/lib/$multiarch

begin "each says whose it is, and where jemalloc is in it, also that"
for package in libpercpu1 libpercpu-dev libpercpu-tools; do
	grep -q '^Copyright: .* the libpercpu authors$' root/usr/share/doc/$package/copyright &&
		grep -q 'Permission is hereby granted' root/usr/share/doc/$package/copyright ||
		failed "$package has no licence"
done
grep -q '^Copyright: .* Jason Evans' root/usr/share/doc/libpercpu1/copyright || failed "there is no notice of jemalloc's"

begin "programs are built with them by pkg-config"
programs_of_pkg_config "$libdir" "$version"

begin "programs are built with them by find_package(percpu)"
project_of "$build" "$LINK_WORK/root/usr" && for kind in shared static up; do
	for language in c cc; do
		[ $kind != shared ] || uses_library "$libdir" project/shared_$language
		step_prints "hello: 40, $version, as compiled" project/${kind}_$language || :
	done
done

begin "a program's package would need the library from the first version that it can run with"
mkdir -p debian && printf 'Source: x\n\nPackage: x\nArchitecture: any\n' >debian/control
mkdir -p root/DEBIAN && dpkg-deb -I made/libpercpu1_*.deb symbols >root/DEBIAN/symbols &&
	step dpkg-shlibdeps -O -S"$LINK_WORK/root" -l"$libdir" project/shared_c &&
	{ grep -q 'libpercpu1 (>= 1.0)' output || failed "it needs something else"; } || :

begin "README's program is built with them, as README says"
sed -n '/^```c$/,/^```$/p' "$PERCPU_SOURCE/README.md" | sed '1d;/^```$/,$d' >main.c
line=$(sed -n 's/^    \(cc main\.c .*\)$/\1/p' "$PERCPU_SOURCE/README.md")
[ -n "$line" ] || failed "README does not say how its program is built"
step_prints '1 requests' env "CPATH=root/usr/include" "LIBRARY_PATH=$libdir" "LD_LIBRARY_PATH=$libdir" sh -c "$line" || :

begin "the programs run, and have manual pages"
for program in root/usr/bin/*; do
	name=$(basename "$program")
	step_prints "$name (.*) $version" env "LD_LIBRARY_PATH=$libdir" "$program" --version || :
	[ -e "root/usr/share/man/man1/$name.1.gz" ] || failed "$name has no page"
done

begin "the library has no symbols but its exports, and gdb finds the others"
id=$(readelf -n "$libdir/libpercpu.so.1" | sed -n 's/.*Build ID: //p')
symbols=root/usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-).debug
step nm "$symbols" && { grep -q ' pcpu_' output || failed "no symbol of the library's inside is in $symbols"; } || :
readelf -SW "$libdir/libpercpu.so.1.0.0" | grep -q ' \.symtab ' && failed "it has them itself" || :

begin "packages of a build for another place are refused, with a message"
(cd "$build" && step_refused 'configured with -DCMAKE_INSTALL_PREFIX=/usr' \
	cpack --config CPackConfig.cmake -B "$LINK_WORK/other") || failures=$((failures + 1))
finish
